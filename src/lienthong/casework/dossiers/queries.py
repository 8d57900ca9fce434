"""What others may ask the room. Every answer is frozen; every look asks first whether the actor may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Max, Q, QuerySet, SmallIntegerField, When
from django.db.models.functions import Coalesce

from lienthong.casework.dossiers import models as tables
from lienthong.casework.dossiers import rights, states
from lienthong.casework.dossiers.reading import as_attachment, as_dossier, as_fee, as_row, read_timeline, result_file
from lienthong.casework.dossiers.types import (
    TRUTH_FIELDS,
    Attachment,
    Dossier,
    DossierRow,
    FeeDemand,
    NextAction,
    PublicStatus,
    ResultFile,
    Status,
    WorkCounts,
    WorkFilters,
)
from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import Bilingual, fold, nfc, tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity.types import OfficerRef

__all__ = [
    "as_dossier",
    "count_my_dossiers",
    "count_work",
    "find_public_status",
    "get_attachment",
    "get_dossier",
    "get_my_attachment",
    "get_my_dossier",
    "get_my_result",
    "get_pending_fee",
    "get_result",
    "get_truth",
    "list_due",
    "list_handlers",
    "list_my_dossiers",
    "list_next_actions",
    "list_people_named",
    "list_procedures_at",
    "list_signing",
    "list_truth",
    "list_work",
]

SOON = timedelta(hours=24)


# --- the applicant ----------------------------------------------------------------------------------------------


def get_my_dossier(dossier_id: UUID, actor: Actor) -> Dossier:
    """The applicant's own dossier, whole. Raises NotFound `dossiers.unknown`, also for somebody else's."""
    return as_dossier(_mine(dossier_id, actor))


def list_my_dossiers(actor: Actor, *, status: int | None = None, page: int = 1, per_page: int = 20) -> Page[DossierRow]:
    """The actor's dossiers, newest first; none for somebody without a personal number."""
    rows = _of_applicant(actor)
    if status is not None:
        rows = rows.filter(status=status)
    return _page(rows.order_by("-submitted_at", "-id"), page, per_page)


def count_my_dossiers(actor: Actor) -> Mapping[int, int]:
    """The actor's dossiers by status."""
    return dict(_of_applicant(actor).values_list("status").annotate(Count("id")))


def get_pending_fee(dossier_id: UUID, actor: Actor) -> FeeDemand | None:
    """The fee that the applicant is asked to pay now, or None. Raises NotFound."""
    dossier = _mine(dossier_id, actor)
    if dossier.status != Status.FEE_ASKED:
        return None
    open_fee = dossier.fees.filter(paid_at__isnull=True).order_by("-requested_at").first()
    return None if open_fee is None else as_fee(open_fee)


def get_my_result(dossier_id: UUID, actor: Actor) -> ResultFile:
    """The signed result, for its owner. Raises NotFound `dossiers.no-result`."""
    return _result_of(_mine(dossier_id, actor))


def get_my_attachment(dossier_id: UUID, attachment_id: UUID, actor: Actor) -> Attachment:
    """One paper of the own dossier. Raises NotFound."""
    return _attachment_of(_mine(dossier_id, actor), attachment_id)


def _of_applicant(actor: Actor) -> QuerySet[tables.Dossier]:
    if actor.kind != "person" or not actor.personal_number:
        return tables.Dossier.objects.none()
    return tables.Dossier.objects.filter(applicant_number=actor.personal_number)


def _mine(dossier_id: UUID, actor: Actor) -> tables.Dossier:
    return rights.require_applicant(actor, tables.Dossier.objects.filter(pk=dossier_id).first())


# --- anybody ----------------------------------------------------------------------------------------------------


def find_public_status(code: str) -> PublicStatus | None:
    """What the page behind the QR code shows for an official code or a portal reference; no personal data.

    Notes of the officers may name people, so they are left out.
    """
    wanted = nfc(code).strip().upper()
    if not wanted:
        return None
    row = tables.Dossier.objects.filter(Q(code=wanted) | Q(reference_code=wanted)).first()
    if row is None:
        return None
    state = states.state_of(row.status)
    return PublicStatus(
        code=row.code or row.reference_code,
        procedure_code=row.procedure_code,
        agency_code=row.agency_code,
        status=Status(row.status),
        status_label=state.label,
        colour=state.colour,
        submitted_at=row.submitted_at,
        received_at=row.received_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        timeline=read_timeline(row.timeline, with_notes=False),
    )


# --- officers ---------------------------------------------------------------------------------------------------


def get_dossier(key: UUID | str, actor: Actor) -> Dossier:
    """A dossier of the officer's agency by id or official code. Raises NotFound, NotAllowed."""
    row = tables.Dossier.objects.filter(**{"pk" if isinstance(key, UUID) else "code": key}).first()
    if row is None:
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ.", "There is no such dossier."))
    rights.require_reading(actor, row)
    return as_dossier(row)


def get_attachment(dossier_id: UUID, attachment_id: UUID, actor: Actor) -> Attachment:
    """One paper of a dossier of the officer's agency. Raises NotFound, NotAllowed."""
    return _attachment_of(_of_agency(dossier_id, actor), attachment_id)


def get_result(dossier_id: UUID, actor: Actor) -> ResultFile:
    """The signed result, for an officer of the agency. Raises NotFound, NotAllowed."""
    return _result_of(_of_agency(dossier_id, actor))


def list_work(
    actor: Actor, filters: WorkFilters | None = None, *, page: int = 1, per_page: int = 25
) -> Page[DossierRow]:
    """The officer's work list: what is due first stands first, what has ended stands last."""
    chosen = filters or WorkFilters()
    rows = _filtered(_at_agency(actor), chosen, actor)
    ended = Case(When(status__in=_ENDED, then=1), default=0, output_field=SmallIntegerField())
    rows = rows.annotate(ended=ended, urgency=Coalesce("due_at", "submitted_at")).order_by("ended", "urgency", "id")
    return _page(rows, page, per_page)


def count_work(actor: Actor) -> WorkCounts:
    """Counts for the tabs of the work list."""
    rows = _at_agency(actor)
    by_status = dict(rows.values_list("status").annotate(Count("id")))
    late = rows.aggregate(overdue=Count("id", filter=_overdue()), soon=Count("id", filter=_due_soon()))
    return WorkCounts(by_status, late["overdue"], late["soon"])


def list_procedures_at(actor: Actor) -> list[tuple[str, str]]:
    """Procedures that occur at the officer's agency, for the filter: code and what dossiers call it."""
    found = _at_agency(actor).values_list("procedure_code").annotate(Max("subject")).order_by("procedure_code")
    return [(code, f"{code} · {subject}") for code, subject in found]


def list_due(agency_code: str, before: datetime) -> list[DossierRow]:
    """Dossiers of an agency whose clock runs and whose return date is before the moment; most urgent first."""
    rows = tables.Dossier.objects.filter(agency_code=agency_code, status__in=_RUNNING, due_at__lt=before)
    return [as_row(row) for row in rows.order_by("due_at").select_related("handler")[:500]]


def list_signing(actor: Actor) -> list[DossierRow]:
    """Drafts that wait for this leader's signature, oldest return date first."""
    rows = _at_agency(actor).filter(status=Status.IN_PROGRESS, drafted_at__isnull=False, decided_at__isnull=True)
    return [as_row(row) for row in rows.order_by("due_at", "id").select_related("handler")[:200]]


def list_handlers(agency_code: str) -> list[OfficerRef]:
    """Officers who may be given a dossier of this agency: handlers of the agency and of its units."""
    return identity_queries.list_officers(agency_code, "handling")


def list_next_actions(dossier: Dossier, actor: Actor) -> tuple[NextAction, ...]:
    """What this officer can do now, the clear next thing first; empty when nothing is theirs to do."""
    row = tables.Dossier(agency_code=dossier.agency_code, reception_code=dossier.reception_code)
    possible = [deed for deed in states.state_of(dossier.status).deeds if _makes_sense(dossier, deed)]
    allowed = [deed for deed in possible if rights.may_do(actor, row, deed)]
    first = _first_of(dossier, allowed)
    return tuple(
        NextAction(deed, states.DEEDS[deed].label, deed == first)
        for deed in sorted(allowed, key=lambda deed: (deed != first, _ORDER.index(deed)))
    )


_ORDER = (
    "receive", "settle_fee", "supplement", "request_fee", "request_number", "draft", "decide", "issue", "hand_over",
    "assign", "return_draft", "ask_supplement", "refuse", "stop", "withdraw",
)  # fmt: skip
_SIDE = ("return_draft", "ask_supplement", "refuse", "stop", "withdraw")
_RUNNING = (Status.RECEIVED, Status.IN_PROGRESS)
_ENDED = (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.DECIDED, Status.HANDED_OVER)


def _makes_sense(dossier: Dossier, deed: str) -> bool:
    """Not only allowed by the table but possible as things are."""
    decided, drafted = dossier.decided_at is not None, dossier.drafted_at is not None
    before_reception = dossier.received_at is None
    asked = any(one.before_reception == before_reception for one in dossier.supplements)
    needs_number = dossier.needs_number and dossier.number_state != "issued"
    return {
        "request_number": needs_number and dossier.number_state != "waiting" and not drafted,
        "draft": not drafted and dossier.number_state != "waiting",
        "decide": drafted and not decided,
        "return_draft": drafted and not decided,
        "issue": decided,
        "assign": not drafted,
        "request_fee": dossier.published_fee != 0 and dossier.fee_paid_at is None and not drafted,
        "ask_supplement": not asked and not drafted,
        "stop": not decided and not before_reception,
        "refuse": before_reception,
    }.get(deed, True)


def _first_of(dossier: Dossier, allowed: list[str]) -> str:
    """The one clear next thing: a number before a draft, a published fee before both."""
    order = list(_ORDER)
    if dossier.status == Status.RECEIVED or dossier.handler_id is None:
        order = ["receive", "assign", *order]
    if not dossier.published_fee:
        order.remove("request_fee")
    return next((deed for deed in order if deed in allowed and deed not in _SIDE), "")


def list_people_named(dossier: Dossier) -> list[tuple[str, Bilingual]]:
    """Whom the register may be asked about here: the people this dossier names, by number."""
    found: dict[str, Bilingual] = {}
    for role, label in (
        ("applicant", tr("Người nộp", "Applicant")),
        ("mother", tr("Mẹ", "Mother")),
        ("father", tr("Cha", "Father")),
        ("subject", tr("Người có tên trong giấy tờ", "The person named")),
    ):
        part = dossier.answers.get(role)
        number = part.get("number", "") if isinstance(part, dict) else ""
        if role == "applicant":
            number = dossier.applicant.number
        if number and number not in found:
            found[number] = tr(f"{label.vi} ({number})", f"{label.en} ({number})")
    return list(found.items())


def _of_agency(dossier_id: UUID, actor: Actor) -> tables.Dossier:
    row = tables.Dossier.objects.filter(pk=dossier_id).first()
    if row is None:
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ.", "There is no such dossier."))
    rights.require_reading(actor, row)
    return row


def _at_agency(actor: Actor) -> QuerySet[tables.Dossier]:
    return tables.Dossier.objects.filter(rights.works_on_as_set(actor))


def _filtered(rows: QuerySet[tables.Dossier], chosen: WorkFilters, actor: Actor) -> QuerySet[tables.Dossier]:
    if chosen.statuses:
        rows = rows.filter(status__in=chosen.statuses)
    if chosen.procedure_code:
        rows = rows.filter(procedure_code=chosen.procedure_code)
    if chosen.due == "overdue":
        rows = rows.filter(_overdue())
    if chosen.due == "soon":
        rows = rows.filter(_due_soon())
    if chosen.mine:
        rows = rows.filter(handler_id=actor.account_id)
    for word in fold(nfc(chosen.text)).split()[:8]:
        rows = rows.filter(search__contains=word)
    return rows


def _overdue() -> Q:
    return Q(status__in=_RUNNING, due_at__lt=clock.now())


def _due_soon() -> Q:
    now = clock.now()
    return Q(status__in=_RUNNING, due_at__gte=now, due_at__lt=now + SOON)


def _page(rows: QuerySet[tables.Dossier], number: int, per_page: int) -> Page[DossierRow]:
    """One page of frozen rows; a number out of range gives the nearest page."""
    page = Paginator(rows.select_related("handler"), max(1, min(per_page, 200))).get_page(number)
    return Page([as_row(row) for row in page.object_list], page.number, cast("Any", page.paginator))


def _result_of(row: tables.Dossier) -> ResultFile:
    result = result_file(row)
    if result is None:
        raise NotFound("dossiers.no-result", tr("Hồ sơ chưa có kết quả.", "There is no result yet."))
    return ResultFile(result, row.result_number, row.code)


def _attachment_of(row: tables.Dossier, attachment_id: UUID) -> Attachment:
    found = row.attachments.filter(pk=attachment_id).first()
    if found is None:
        raise NotFound("dossiers.no-paper", tr("Không tìm thấy giấy tờ này.", "There is no such paper."))
    return as_attachment(found)


# --- the mirror test --------------------------------------------------------------------------------------------


def get_truth(dossier_id: UUID) -> dict[str, Any]:
    """What copy and truth must agree on, as plain JSON; moments as UTC. Raises NotFound."""
    found = list_truth([dossier_id])
    if not found:
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ.", "There is no such dossier."))
    return found[0]


def list_truth(dossier_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """As get_truth for many, in the order of the ids' text; unknown ones are left out."""
    rows = tables.Dossier.objects.filter(pk__in=list(dossier_ids)).order_by("id").values(*TRUTH_FIELDS)
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {
            version: {**entry, "at": _plain(datetime.fromisoformat(entry["at"]))} for version, entry in value.items()
        }
    return value
