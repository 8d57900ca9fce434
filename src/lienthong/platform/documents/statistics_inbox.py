"""Figures of other nodes' documents that arrive at the hub."""

from __future__ import annotations

from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import tr
from lienthong.platform.documents.letters import DocumentFigures
from lienthong.platform.documents.services import statistics
from lienthong.platform.documents.services.routing import homes_of
from lienthong.platform.exchange.types import Envelope


def on_figures(letter: DocumentFigures, envelope: Envelope) -> None:
    """A node tells only of agencies that it answers for, or of what lies below its own."""
    codes = dict.fromkeys(row.agency_code for row in letter.days)
    others = [code for code in codes if not f"{code}.".startswith(f"{envelope.sender}.")]
    homes = homes_of(others) if others else {}
    for code in others:
        if homes.get(code) != envelope.sender:
            raise NotAllowed(
                "documents.foreign-agency",
                tr(
                    f"{envelope.sender} không được báo cáo thay {code}.",
                    f"{envelope.sender} may not report for {code}.",
                ),
            )
    statistics.take_in_figures(reporter=envelope.sender, figures=letter)
