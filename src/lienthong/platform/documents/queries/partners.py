"""Asking about partner systems: who they are, whom they speak for, how they called, who stands behind which line."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Max, Prefetch, QuerySet, Sum

from lienthong.kernel import access, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents.folder_settings import folder_agencies
from lienthong.platform.documents.models import Partner, PartnerAgency, PartnerCall, PartnerWarning
from lienthong.platform.documents.partner_types import (
    CallEntry,
    CodeForm,
    PartnerAgencyEntry,
    PartnerEntry,
    WarningEntry,
)
from lienthong.platform.documents.sealing import unseal

_WARNING_DAYS = 30


def find_partner(system_id: str) -> PartnerEntry | None:
    """The partner of this system id."""
    row = _rows().filter(system_id=system_id).first()
    return partner_entry(row) if row else None


def get_partner(system_id: str, actor: Actor) -> PartnerEntry:
    """The partner, for the operator. Raises NotAllowed, NotFound `documents.unknown-partner`."""
    access.require(actor, "operator")
    found = find_partner(system_id)
    if found is None:
        raise unknown_partner()
    return found


def list_partners(actor: Actor) -> list[PartnerEntry]:
    """All partners by name, for the operator."""
    access.require(actor, "operator")
    return [partner_entry(row) for row in _rows().order_by("name", "system_id")]


def secrets_of(system_id: str) -> tuple[str, ...]:
    """The secrets that are good now: the present one, and the earlier one for a while. For authentication alone."""
    row = Partner.objects.filter(system_id=system_id).first()
    if row is None:
        return ()
    sealed = [bytes(row.secret)]
    if row.earlier_secret and row.earlier_until and clock.now() < row.earlier_until:
        sealed.append(bytes(row.earlier_secret))
    return tuple(unseal(one, system_id) for one in sealed)


def partners_of(codes: Iterable[str]) -> dict[str, str]:
    """Which partner speaks for which of these agencies: system ids by agency code."""
    rows = PartnerAgency.objects.filter(code__in=list(codes), ended_at=None)
    return dict(rows.values_list("code", "partner__system_id"))


def mailbox_codes(codes: Iterable[str]) -> set[str]:
    """Those of these agencies that have a mailbox here: behind a partner, or with a watched folder."""
    asked = set(codes)
    return set(partners_of(asked)) | asked.intersection(folder_agencies())


def list_partner_agencies() -> list[PartnerAgencyEntry]:
    """All agencies behind partners of this node, by code."""
    return [agency_entry(row) for row in PartnerAgency.objects.filter(ended_at=None).order_by("code")]


def list_calls(system_id: str, actor: Actor, *, most: int = 50) -> list[CallEntry]:
    """The last calls of a partner, the newest first."""
    access.require(actor, "operator")
    rows = PartnerCall.objects.filter(partner__system_id=system_id).order_by("-at", "-id")[:most]
    return [CallEntry(row.at, row.dialect, row.verb, row.address, row.outcome, row.about) for row in rows]


def list_warnings(system_id: str, actor: Actor) -> list[WarningEntry]:
    """What in the partner's messages of the last 30 days needed tolerance, the most frequent first."""
    access.require(actor, "operator")
    codes = PartnerAgency.objects.filter(partner__system_id=system_id).values("code")
    rows = (
        PartnerWarning.objects.filter(sender_code__in=codes, day__gt=clock.today() - timedelta(days=_WARNING_DAYS))
        .values("sender_code", "code")
        .annotate(total=Sum("count"), last=Max("day"), document=Max("last_document_id"))
        .order_by("-total", "sender_code", "code")
    )
    return [WarningEntry(row["sender_code"], row["code"], row["total"], row["last"], row["document"]) for row in rows]


def unknown_partner() -> NotFound:
    return NotFound(
        "documents.unknown-partner",
        tr("Không có hệ thống kết nối này.", "There is no such partner system."),
        field="system_id",
    )


def _rows() -> QuerySet[Partner]:
    standing = PartnerAgency.objects.filter(ended_at=None).order_by("code")
    return Partner.objects.prefetch_related(Prefetch("agencies", queryset=standing))


def partner_entry(row: Partner) -> PartnerEntry:
    form: CodeForm = "qcvn102" if row.code_form == "qcvn102" else "qd20"
    return PartnerEntry(
        id=row.pk,
        system_id=row.system_id,
        name=row.name,
        contact=row.contact,
        code_form=form,
        networks=tuple(row.networks),
        state=row.state,
        state_reason=row.state_reason,
        secret_at=row.secret_at,
        earlier_until=row.earlier_until,
        last_contact_at=row.last_contact_at,
        agencies=tuple(agency_entry(one) for one in row.agencies.all()),
    )


def agency_entry(row: PartnerAgency) -> PartnerAgencyEntry:
    return PartnerAgencyEntry(
        code=row.code,
        parent_code=row.parent_code,
        name=row.name,
        mail=row.mail,
        mobile=row.mobile,
        fax=row.fax,
        own_id=row.own_id,
        registered=row.registered,
    )
