"""Asking about the state of the log: how long it is, what its checkpoints are, what waits for a time stamp."""

from datetime import timedelta

from django.db.models import Sum

from lienthong.kernel import clock
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange.models import Checkpoint, OutgoingLetter, Stream
from lienthong.platform.exchange.states import STATES
from lienthong.platform.exchange.types import CheckpointRow, LogState
from lienthong.platform.signing import queries as signing_queries

_LIMIT_HOURS = 48


def get_log_state() -> LogState:
    """Rows, checkpoints, the backlog of time stamps, and whether that is older than the profile allows."""
    sums = Stream.objects.aggregate(rows=Sum("count"), archived=Sum("archived"))
    waiting = Checkpoint.objects.filter(timestamp=None).order_by("number")
    oldest = waiting.values_list("at", flat=True).first()
    return LogState(
        rows=sums["rows"] or 0,
        archived=sums["archived"] or 0,
        checkpoints=Checkpoint.objects.count(),
        unstamped=waiting.count(),
        overdue=oldest is not None and clock.now() - oldest > stamp_limit(),
    )


def stamp_limit() -> timedelta:
    """`[parameters.trust] timestamp_limit_hours`: how long a checkpoint may wait for its time stamp."""
    return timedelta(hours=float(node().parameters.get("trust", {}).get("timestamp_limit_hours", _LIMIT_HOURS)))


def list_checkpoints(*, limit: int = 20) -> list[CheckpointRow]:
    """The last checkpoints, newest first, with what became of their letters to the witness."""
    found = list(Checkpoint.objects.select_related("timestamp").order_by("-number")[:limit])
    letters = OutgoingLetter.objects.filter(id__in=[one.letter_id for one in found]).values_list("id", "state")
    states = dict(letters)
    rows = []
    for one in found:
        state = STATES.get(states.get(one.letter_id, "")) if one.letter_id else None
        kept = state is None or state.key == "accepted"
        told = tr("đã làm chứng", "witnessed") if kept else state.label if state else tr("–", "–")
        rows.append(
            CheckpointRow(
                number=one.number,
                at=one.at,
                rows=signing_queries.read_checkpoint(bytes(one.document)).rows,
                stamped_at=one.timestamp.at if one.timestamp else None,
                witness=one.witness,
                told=told,
                colour="green" if kept or state is None else state.colour,
            )
        )
    return rows
