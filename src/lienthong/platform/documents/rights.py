"""Who may see and do what with an agency's documents and registers; asked on every read and before every deed."""

from __future__ import annotations

from typing import Final

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import tr

CLERKS: Final = ("clerk",)
ANSWERERS: Final = ("clerk", "leader")
"""Duties that agree to give a document back, or decline."""
READERS: Final = ("clerk", "leader", "handling")
"""Duties that see the documents of their own agency; a superior body does not see those of others."""


def require_clerk(actor: Actor, agency_code: str) -> None:
    """A clerk (văn thư) of this agency keeps its registers. Raises NotAllowed."""
    require_work(actor, agency_code, *CLERKS)


def require_reader(actor: Actor, agency_code: str) -> None:
    """An officer of this agency reads its documents. Raises NotAllowed."""
    require_work(actor, agency_code, *READERS)


def works_at(actor: Actor, agency_code: str, *duties: str) -> bool:
    """Is the actor an officer of this agency with one of the duties, or the system itself?"""
    if actor.kind == "system":
        return True
    return actor.kind == "officer" and bool(agency_code) and actor.agency_code == agency_code and actor.has(*duties)


def require_work(actor: Actor, agency_code: str, *duties: str) -> None:
    """An officer of this agency with one of the duties, or the system itself. Raises NotAllowed."""
    if works_at(actor, agency_code, *duties):
        return
    if actor.kind != "officer" or not agency_code or actor.agency_code != agency_code:
        raise NotAllowed(
            "documents.not-yours",
            tr("Văn bản này không thuộc cơ quan của bạn.", "This document is not your agency's."),
        )
    raise NotAllowed(
        "documents.not-your-duty",
        tr("Việc này không thuộc nhiệm vụ của bạn.", "This is not among your duties."),
    )
