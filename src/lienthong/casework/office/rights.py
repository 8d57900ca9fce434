"""Who may see and do what in the document office; asked on every read and before every deed."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from lienthong.casework.office import states
from lienthong.casework.office.models import Draft, Review, WorkFile, WorkOrder
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound
from lienthong.kernel.text import tr

OFFICE_DUTIES: Final = ("reception", "handling", "leader", "clerk")
_FINISHING: Final = ("signed", "numbered", "sealed", "sent")


def me(actor: Actor) -> int:
    """The officer's account; 0, which nobody has, for those without one."""
    return actor.account_id or 0


def works_here(actor: Actor) -> bool:
    """Has the officer a desk at the own agency?"""
    return actor.kind == "officer" and bool(actor.agency_code) and actor.has(*OFFICE_DUTIES)


def require_desk(actor: Actor) -> None:
    """Raises NotAllowed `office.no-desk`."""
    if not works_here(actor):
        raise NotAllowed("office.no-desk", tr("Bạn không có bàn làm việc ở đây.", "You have no desk here."))


# --- drafts ---------------------------------------------------------------------------------------------------------


def parts_of(actor: Actor, draft: Draft) -> frozenset[str]:
    """What the officer is to this draft: its drafter, a reviewer, its signer, the clerk."""
    if not works_here(actor) or actor.agency_code != draft.agency_code:
        return frozenset()
    parts = set()
    if draft.drafter_id == actor.account_id:
        parts.add(states.DRAFTER)
    if draft.signer_id == actor.account_id and actor.has("leader"):
        parts.add(states.SIGNER)
    if actor.has("clerk"):
        parts.add(states.CLERK)
    if Review.objects.filter(round__draft=draft, reviewer_id=me(actor)).exclude(state="waiting").exists():
        parts.add(states.REVIEWER)
    return frozenset(parts)


def may_read(actor: Actor, draft: Draft) -> bool:
    """Those who have a part in it; a clerk as soon as it is signed; every leader of the agency once presented."""
    parts = parts_of(actor, draft)
    if parts - {states.CLERK}:
        return True
    if states.CLERK in parts:
        return draft.status in _FINISHING or (draft.status == "withdrawn" and draft.number is not None)
    same_house = works_here(actor) and actor.agency_code == draft.agency_code
    return same_house and actor.has("leader") and draft.status not in ("drafting", "in-review")


def readable_drafts(actor: Actor) -> Q:
    """The same rule as `may_read`, as a condition for sets."""
    if not works_here(actor):
        return Q(pk__in=[])
    reviewed = Review.objects.filter(reviewer_id=me(actor)).exclude(state="waiting")
    seen = Q(drafter_id=me(actor)) | Q(pk__in=reviewed.values("round__draft_id"))
    if actor.has("leader"):
        seen |= Q(signer_id=me(actor)) | ~Q(status__in=("drafting", "in-review"))
    if actor.has("clerk"):
        seen |= Q(status__in=_FINISHING) | Q(status="withdrawn", number__isnull=False)
    return Q(agency_code=actor.agency_code) & seen


def require_reading(actor: Actor, draft: Draft | None) -> Draft:
    """Raises NotFound `office.no-draft`: a stranger does not even learn that it is there."""
    if draft is None or not may_read(actor, draft):
        raise NotFound("office.no-draft", tr("Không tìm thấy dự thảo.", "There is no such draft."))
    return draft


def may_do(actor: Actor, draft: Draft, deed: str) -> bool:
    """May this officer do this deed, whatever the draft's state?"""
    return bool(parts_of(actor, draft).intersection(states.DRAFT_DEEDS[deed].by))


def require_deed(actor: Actor, draft: Draft, deed: str) -> None:
    """Raises NotFound `office.no-draft`, NotAllowed `office.not-your-part`."""
    require_reading(actor, draft)
    if not may_do(actor, draft, deed):
        raise NotAllowed(
            "office.not-your-part",
            tr("Việc này không phải của bạn ở dự thảo này.", "This is not yours to do with this draft."),
        )


# --- work on arrivals -----------------------------------------------------------------------------------------------


def may_assign(actor: Actor) -> bool:
    """Leaders give work; a clerk passes on what the leader said."""
    return works_here(actor) and actor.has("leader", "clerk")


def work_parts(actor: Actor, order: WorkOrder) -> frozenset[str]:
    """What the officer is to this work."""
    if not works_here(actor) or actor.agency_code != order.agency_code:
        return frozenset()
    parts = {share.part for share in order.shares.all()
             if share.account_id == actor.account_id and share.state != "handed-over"}  # fmt: skip
    if may_assign(actor):
        parts.add(states.ASSIGNER)
    return frozenset(parts)


def may_read_work(actor: Actor, order: WorkOrder) -> bool:
    """Who has or had a part in it, leaders and clerks."""
    if work_parts(actor, order):
        return True
    had = any(share.account_id == actor.account_id for share in order.shares.all())
    return had and works_here(actor) and actor.agency_code == order.agency_code


def readable_work(actor: Actor) -> Q:
    """The same rule for sets."""
    if not works_here(actor):
        return Q(pk__in=[])
    mine = Q(agency_code=actor.agency_code)
    return mine if may_assign(actor) else mine & Q(shares__account_id=me(actor))


# --- work files -----------------------------------------------------------------------------------------------------


def readable_files(actor: Actor) -> Q:
    """Own files; leaders and clerks see those of the agency."""
    if not works_here(actor):
        return Q(pk__in=[])
    mine = Q(agency_code=actor.agency_code)
    return mine if actor.has("leader", "clerk") else mine & Q(keeper_id=me(actor))


def keeps(actor: Actor, file: WorkFile) -> bool:
    """The keeper works on the file; a clerk may, too."""
    if not works_here(actor) or actor.agency_code != file.agency_code:
        return False
    return file.keeper_id == actor.account_id or actor.has("clerk")
