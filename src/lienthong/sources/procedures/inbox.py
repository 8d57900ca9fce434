"""Letters that arrive for the catalogue."""

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange.types import Envelope
from lienthong.sources.procedures import services
from lienthong.sources.procedures.letters import ProcedurePublished

DEFAULT_PUBLISHER = "G22"
"""Văn phòng Chính phủ keeps the national catalogue (NĐ 63/2010, NĐ 92/2017); a profile may name another."""


def on_procedure_published(letter: ProcedurePublished, envelope: Envelope) -> None:
    """Store the versions; only the publisher of the national catalogue is believed."""
    if envelope.sender != node().parameters.get("procedures_publisher", DEFAULT_PUBLISHER):
        raise NotAllowed(
            "procedures.not-publisher",
            tr(
                "Cơ quan gửi không phải là cơ quan công bố thủ tục hành chính.",
                "The sender is not the publisher of administrative procedures.",
            ),
        )
    services.store_published(
        versions=letter.versions, actor=Actor(kind="node", name=envelope.sender, agency_code=envelope.sender)
    )
