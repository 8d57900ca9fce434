"""Handing over (trả kết quả): over the counter, by post, or into the citizen's electronic store."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lienthong.casework.dossiers import queries, rights, rules
from lienthong.casework.dossiers.events import HandedOver
from lienthong.casework.dossiers.services import journal
from lienthong.casework.dossiers.types import RETURN_LABELS, ReturnWay, Status
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import clock, db
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr


def hand_over_result(*, dossier_id: UUID, actor: Actor, way: ReturnWay = "counter", receiver: str = "") -> DossierFacts:
    """Hand the result over (status 10), to whom and how. Raises Conflict `dossiers.moved-on`, NotAllowed, Refused."""
    if way not in RETURN_LABELS:
        raise Refused("dossiers.return-way", tr("Chọn cách trả kết quả.", "Choose how it is handed over."), field="way")
    name = rules.clean_text(receiver, field="receiver", at_most=200) if receiver.strip() else ""
    if way == "counter" and not name:
        raise Refused(
            "dossiers.receiver", tr("Ghi tên người nhận kết quả.", "Write who takes the result."), field="receiver"
        )
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "hand_over")
        now = clock.now()
        dossier.returned_at = now
        journal.finish_step(dossier, "reception", actor=actor, at=now)
        note = RETURN_LABELS[way].vi + (f": {name}" if name else "")
        journal.record(dossier, "hand_over", actor=actor, at=now, note=note, event=HandedOver, way=way)
        return queries.as_dossier(dossier)


def hand_over_electronically(*, dossier_id: UUID, stored_at: datetime) -> None:
    """The portal has put the result into the citizen's store: that hands it over, if that is what was wished.

    Someone who wants paper gets the electronic copy too, but the dossier stays open until the paper is taken.
    """
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        if dossier.status != Status.DECIDED or dossier.return_way != "electronic":
            return
        now = clock.now()
        dossier.returned_at = min(max(stored_at, dossier.finished_at or now), now)
        journal.finish_step(dossier, "reception", actor=SYSTEM, at=now)
        note = RETURN_LABELS["electronic"].vi
        journal.record(dossier, "hand_over", actor=SYSTEM, at=now, note=note, event=HandedOver, way="electronic")
