"""The one way a draft changes: lock, step by the table, story, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from lienthong.casework.office import rights, rules, states
from lienthong.casework.office.models import Draft, DraftStep
from lienthong.kernel import audit, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict
from lienthong.kernel.text import tr


def lock_draft(draft_id: UUID, actor: Actor, deed: str) -> Draft:
    """The draft, locked to the end of the transaction, when this officer may do this deed now.

    Raises NotFound `office.no-draft`, NotAllowed `office.not-your-part`, Conflict `office.moved-on`.
    """
    draft = rights.require_reading(actor, Draft.objects.select_for_update().filter(pk=draft_id).first())
    rights.require_deed(actor, draft, deed)
    check_step(draft, deed)
    return draft


def find_locked(draft_id: UUID) -> Draft | None:
    """The draft, locked to the end of the transaction, whoever may do what to it."""
    return Draft.objects.select_for_update().filter(pk=draft_id).first()


def load_draft(draft_id: UUID, actor: Actor, deed: str) -> Draft:
    """The same without a lock: before work that takes its time."""
    draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
    rights.require_deed(actor, draft, deed)
    check_step(draft, deed)
    return draft


def check_step(draft: Draft, deed: str) -> None:
    """Raises Conflict `office.moved-on` when the table has no such step from where the draft is."""
    if not states.may_follow(states.DRAFTS, draft.status, deed):
        raise Conflict(
            "office.moved-on",
            tr(
                "Không thực hiện được “{deed}”: dự thảo đang ở trạng thái “{state}”.",
                "“{deed}” is not possible: the draft is “{state}”.",
            ).format(deed=states.DRAFT_DEEDS[deed].label, state=states.DRAFTS[draft.status].label),
        )


def check_version(draft: Draft, seen: int) -> None:
    """Raises Conflict `office.changed` when the draft is no longer what the person looked at."""
    if draft.version != seen:
        raise Conflict(
            "office.changed",
            tr(
                "Dự thảo vừa thay đổi. Hãy xem lại trước khi làm tiếp.", "The draft has just changed. Look at it again."
            ),
        )


def take_step(draft: Draft, deed: str, actor: Actor, *, note: str = "", **facts: Any) -> datetime:
    """Move on by the table and leave every trace; the caller holds the lock and has set its own columns."""
    now = clock.now()
    before = draft.status
    draft.status = states.DRAFTS[before].deeds[deed]
    if draft.status != before:
        draft.waits_since = now
    _keep(draft, now)
    tell(draft, deed, actor, now, note)
    audit.record(actor, f"office.{deed}", f"draft:{draft.pk}", status=draft.status, version=draft.version, **facts)
    return now


def begin(draft: Draft, actor: Actor) -> None:
    """Store a new draft and the first line of its story."""
    now = clock.now()
    draft.created_at = now
    draft.waits_since = now
    _keep(draft, now)
    tell(draft, "start", actor, now, "")
    audit.record(actor, "office.start", f"draft:{draft.pk}", type=draft.type_code)


def tell(draft: Draft, deed: str, actor: Actor, now: datetime, note: str) -> None:
    """A line in the story."""
    DraftStep.objects.create(
        draft=draft,
        deed=deed,
        status=draft.status,
        at=now,
        account_id=actor.account_id,
        by=actor.name,
        note=note[:2000],
    )


def _keep(draft: Draft, now: datetime) -> None:
    draft.version += 1
    draft.updated_at = now
    draft.search = rules.search_text(
        draft.subject, draft.code, draft.type_name, draft.drafter_name, draft.signer_name, draft.notation
    )
    draft.save()
