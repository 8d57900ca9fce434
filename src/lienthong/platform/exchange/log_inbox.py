"""Receiving other nodes' checkpoints, and answering what was kept of them."""

from typing import Any

from lienthong.platform.exchange import services
from lienthong.platform.exchange.log_letters import LogCheckpoint
from lienthong.platform.exchange.types import Envelope, Question

CHECKPOINT = "exchange.checkpoint"


def on_checkpoint(letter: LogCheckpoint, envelope: Envelope) -> None:
    """Keep it as the sender's witness."""
    services.keep_checkpoint(letter, envelope)


def on_checkpoint_question(payload: dict[str, Any], question: Question) -> dict[str, Any]:
    """Tell the asker what is kept of its own checkpoints."""
    return services.tell_checkpoints(payload, question)
