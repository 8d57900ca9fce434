"""Ask the portal: a person's drafts, and what people file most."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import Count

from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.types import DraftRef, DraftRow, Known
from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import Bilingual, tr
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import Hit

POPULAR_OVER = timedelta(days=90)


def get_draft(draft_id: UUID, actor: Actor, *, filed_too: bool = False) -> DraftRef:
    """The actor's own draft. Raises NotFound, also for somebody else's and, unless asked for, a filed one."""
    draft = Draft.objects.filter(pk=draft_id, account_id=actor.account_id).first() if actor.account_id else None
    if draft is None or (draft.filed_at is not None and not filed_too):
        raise no_draft()
    return as_ref(draft)


def list_drafts(actor: Actor, procedure_code: str = "") -> list[DraftRow]:
    """The actor's drafts, the last touched first; of one procedure if named."""
    if actor.account_id is None:
        return []
    found = Draft.objects.filter(account_id=actor.account_id, filed_at=None).order_by("-updated_at")
    if procedure_code:
        found = found.filter(procedure_code=procedure_code)
    rows = found.values_list("id", "procedure_code", "name_vi", "name_en", "updated_at")[:50]
    return [DraftRow(pk, code, Bilingual(vi, en), updated_at) for pk, code, vi, en, updated_at in rows]


def list_popular(limit: int = 8) -> tuple[list[Hit], bool]:
    """Procedures with an online form, those filed most in 90 days first; and whether anything was filed at all."""
    since = clock.now() - POPULAR_OVER
    counted = Draft.objects.filter(filed_at__gte=since).values_list("procedure_code").annotate(times=Count("id"))
    times: dict[str, int] = dict(counted)
    listed = procedures_queries.search_procedures(with_form=True, size=100).hits
    return sorted(listed, key=lambda hit: -times.get(hit.code, 0))[:limit], bool(times)


def as_ref(draft: Draft) -> DraftRef:
    """The draft with its form, pages chosen by its answers."""
    procedure = procedures_queries.get_procedure(draft.procedure_code, version=draft.procedure_version)
    form = procedure.form or procedures_queries.get_form(draft.procedure_code)
    return DraftRef(
        id=draft.pk,
        account_id=draft.account_id,
        procedure=procedure,
        form=form,
        answers=draft.answers,
        known=_known(draft.known),
        pages=tuple(procedures_queries.pages_for(form, draft.answers)),
        page=draft.page,
        updated_at=draft.updated_at,
        filed=draft.filed_at is not None,
    )


def _known(stored: Mapping[str, Any]) -> dict[str, Known]:
    return {
        path: Known(one["value"], cast("Any", one["source"]), datetime.fromisoformat(one["at"]))
        for path, one in stored.items()
    }


def no_draft() -> NotFound:
    """The refusal for a draft that does not exist, or not for this person."""
    return NotFound("portal.no-draft", tr("Không có bản nháp này.", "There is no such draft."))
