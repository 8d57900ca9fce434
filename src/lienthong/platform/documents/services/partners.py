"""Telling about partner systems: register, rotate the secret, suspend; which agencies they speak for."""

import ipaddress
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta

from lienthong.kernel import access, audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, read_text, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents.models import Partner, PartnerAgency
from lienthong.platform.documents.partner_types import CodeForm, PartnerAgencyEntry, PartnerEntry
from lienthong.platform.documents.queries import partners as queries
from lienthong.platform.documents.sealing import seal
from lienthong.platform.exchange import queries as exchange_queries

_SYSTEM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{2,63}")
_SECRET_BYTES = 32
_OVERLAP = timedelta(hours=24)
_MOST_AGENCIES = 500


def register_partner(
    *,
    system_id: str,
    name: str,
    agencies: Iterable[str],
    networks: Iterable[str] = (),
    contact: str = "",
    code_form: CodeForm = "qd20",
    actor: Actor,
) -> tuple[PartnerEntry, str]:
    """Enter a system that may call; gives its secret, which is shown this once.

    Raises Refused `documents.bad-system-id`, `.bad-field`, `.bad-network`, `.no-agency`, `.agency-elsewhere`,
    `agencies.*`; Conflict `documents.partner-known`, `.agency-taken`.
    """
    access.require(actor, "operator")
    if not _SYSTEM_ID.fullmatch(system_id):
        raise _bad_system_id()
    told = {"name": _text(name, "name", 300), "contact": _text(contact, "contact", 300, required=False)}
    given, secret = _agencies(agencies), secrets.token_urlsafe(_SECRET_BYTES)
    with db.atomic():
        db.advisory_lock("documents.partners")
        if Partner.objects.filter(system_id=system_id).exists():
            raise Conflict(
                "documents.partner-known",
                tr("Mã hệ thống này đã được đăng ký.", "A system with this id is registered already."),
                field="system_id",
            )
        row = Partner.objects.create(
            system_id=system_id,
            **told,
            code_form=_code_form(code_form),
            networks=_networks(networks),
            secret=seal(secret, system_id),
            secret_at=clock.now(),
            created_at=clock.now(),
        )
        _set_agencies(row, given)
        audit.record(actor, "documents.register-partner", f"partner:{system_id}", agencies=" ".join(given))
    return _entry(system_id), secret


def change_partner(
    *,
    system_id: str,
    name: str,
    agencies: Iterable[str],
    networks: Iterable[str],
    contact: str,
    code_form: CodeForm,
    actor: Actor,
) -> PartnerEntry:
    """Other words, networks or agencies; agencies that the system registered below a lost one end with it."""
    access.require(actor, "operator")
    told = {"name": _text(name, "name", 300), "contact": _text(contact, "contact", 300, required=False)}
    given = _agencies(agencies)
    with db.atomic():
        db.advisory_lock("documents.partners")
        row = _locked(system_id)
        row.name, row.contact = told["name"], told["contact"]
        row.code_form, row.networks = _code_form(code_form), _networks(networks)
        row.save(update_fields=["name", "contact", "code_form", "networks"])
        _set_agencies(row, given)
        audit.record(actor, "documents.change-partner", f"partner:{system_id}", agencies=" ".join(given))
    return _entry(system_id)


def rotate_secret(*, system_id: str, at_once: bool = False, actor: Actor) -> tuple[PartnerEntry, str]:
    """A new secret; the present one stays good for a day, unless it must end `at_once` because somebody learnt it."""
    access.require(actor, "operator")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with db.atomic():
        row = _locked(system_id)
        row.earlier_secret = None if at_once else row.secret
        row.earlier_until = None if at_once else clock.now() + _OVERLAP
        row.secret, row.secret_at = seal(secret, system_id), clock.now()
        row.save(update_fields=["secret", "secret_at", "earlier_secret", "earlier_until"])
        audit.record(actor, "documents.rotate-partner-secret", f"partner:{system_id}", at_once=at_once)
    return _entry(system_id), secret


def suspend_partner(*, system_id: str, reason: str, actor: Actor) -> PartnerEntry:
    """No call is taken until it is resumed; what comes for its agencies goes on waiting in the mailbox."""
    return _set_state(system_id, "suspended", _text(reason, "reason", 500), actor)


def resume_partner(*, system_id: str, actor: Actor) -> PartnerEntry:
    """Calls are taken again."""
    return _set_state(system_id, "active", "", actor)


def register_agency(
    partner: PartnerEntry,
    *,
    code: str,
    parent_code: str,
    name: str,
    mail: str = "",
    mobile: str = "",
    fax: str = "",
    own_id: str = "",
) -> PartnerAgencyEntry:
    """The system names an agency below one of its own, or anew what it said of it before.

    Raises NotAllowed `documents.not-your-agency`, Conflict `documents.agency-taken`, Refused `documents.bad-field`,
    `agencies.*`.
    """
    normal, parent = read_code(code, "code"), read_code(parent_code, "pcode")
    if not partner.speaks_for(parent) or not normal.startswith(f"{parent}."):
        raise not_your_agency(normal)
    facts = {
        "parent_code": parent,
        "name": _text(name, "name", 300),
        "mail": _text(mail, "mail", 250, required=False),
        "mobile": _text(mobile, "mobile", 40, required=False),
        "fax": _text(fax, "fax", 40, required=False),
        "own_id": _text(own_id, "id", 64, required=False),
    }
    with db.atomic():
        db.advisory_lock("documents.partners")
        _require_here([normal])
        row = PartnerAgency.objects.filter(code=normal, ended_at=None).first()
        if row is not None and row.partner_id != partner.id:
            raise agency_taken(normal)
        if row is None:
            row = PartnerAgency(partner_id=partner.id, code=normal, registered=True, created_at=clock.now())
        for field, value in facts.items():
            setattr(row, field, value)
        row.save()
        audit.record(actor_for(partner), "documents.register-agency", f"agency:{normal}", partner=partner.system_id)
    return queries.agency_entry(row)


def delete_agency(partner: PartnerEntry, *, code: str) -> None:
    """The system takes back an agency that it registered, with those below; what lies in their mailboxes stays.

    Raises NotFound `documents.unknown-agency`, NotAllowed `documents.not-your-agency` for one the operator gave.
    """
    normal = read_code(code, "AgencyCode")
    with db.atomic():
        db.advisory_lock("documents.partners")
        row = PartnerAgency.objects.filter(partner_id=partner.id, code=normal, ended_at=None).first()
        if row is None:
            raise NotFound(
                "documents.unknown-agency",
                tr(f"Không có cơ quan {normal} trong hệ thống này.", f"This system has no agency {normal}."),
                field="AgencyCode",
            )
        if not row.registered:
            raise not_your_agency(normal)
        rows = PartnerAgency.objects.filter(partner_id=partner.id, registered=True, ended_at=None)
        rows.filter(code__startswith=f"{normal}.").update(ended_at=clock.now())
        rows.filter(code=normal).update(ended_at=clock.now())
        audit.record(actor_for(partner), "documents.delete-agency", f"agency:{normal}", partner=partner.system_id)


def actor_for(partner: PartnerEntry, agency_code: str = "") -> Actor:
    """The partner as the acting one: its system, at one of its agencies."""
    return Actor("node", f"partner:{partner.system_id}", agency_code=agency_code or "".join(partner.codes[:1]))


def read_code(text: str, field: str) -> str:
    """An agency code in either form as QĐ 20/2020 writes it. Raises Refused `agencies.*` with the field."""
    try:
        typed = (read_text(text) or "").upper()
        return (
            agencies_queries.from_qcvn102(typed)
            if agencies_queries.is_qcvn102(typed)
            else agencies_queries.check_code(typed)
        )
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, field=field) from None


def not_your_agency(code: str) -> NotAllowed:
    return NotAllowed(
        "documents.not-your-agency",
        tr(f"Hệ thống này không đại diện cho cơ quan {code}.", f"This system does not speak for the agency {code}."),
        field="agency_code",
    )


def agency_taken(code: str) -> Conflict:
    return Conflict(
        "documents.agency-taken",
        tr(f"Cơ quan {code} đã thuộc một hệ thống khác.", f"The agency {code} is behind another system."),
        field="agencies",
    )


def _set_agencies(row: Partner, given: dict[str, str]) -> None:
    """The agencies that the operator gives; the rest of the given ones ends, and what was registered below them."""
    _require_here(given)
    others = PartnerAgency.objects.filter(code__in=given, ended_at=None).exclude(partner=row)
    if taken := others.values_list("code", flat=True).first():
        raise agency_taken(taken)
    standing = row.agencies.filter(ended_at=None)
    now = clock.now()
    standing.filter(registered=False).exclude(code__in=given).update(ended_at=now)
    standing.filter(registered=True, code__in=given).update(registered=False)
    known = set(standing.values_list("code", flat=True))
    for code, name in given.items():
        if code not in known:
            PartnerAgency.objects.create(partner=row, code=code, name=name, created_at=now)
    for code in standing.filter(registered=True).values_list("code", flat=True):
        if not any(code.startswith(f"{one}.") for one in given):
            standing.filter(code=code).update(ended_at=now)


def _agencies(typed: Iterable[str]) -> dict[str, str]:
    """Codes and names of agencies that exist."""
    found = {}
    for text in dict.fromkeys(one.strip() for one in typed if one.strip()):
        agency = agencies_queries.get_agency(read_code(text, "agencies"))
        found[agency.code] = agency.name[:300]
    if not found or len(found) > _MOST_AGENCIES:
        raise Refused(
            "documents.no-agency",
            tr("Hãy ghi ít nhất một cơ quan.", "Name at least one agency.")
            if not found
            else tr(f"Tối đa {_MOST_AGENCIES} cơ quan.", f"At most {_MOST_AGENCIES} agencies."),
            field="agencies",
        )
    return found


def _require_here(codes: Iterable[str]) -> None:
    """Documents for these agencies must come to this node: no other one may answer for them."""
    for code, holder in exchange_queries.nodes_for(codes).items():
        if holder != node().agency_code:
            raise Refused(
                "documents.agency-elsewhere",
                tr(
                    f"Văn bản gửi {code} đi đến nút {holder}; hệ thống của cơ quan này phải kết nối ở đó.",
                    f"Documents for {code} go to the node {holder}; its system must connect there.",
                ),
                field="agencies",
            )


def _networks(typed: Iterable[str]) -> list[str]:
    found = []
    for text in (one.strip() for one in typed):
        try:
            found.extend([str(ipaddress.ip_network(text, strict=False))] if text else [])
        except ValueError:
            raise Refused(
                "documents.bad-network",
                tr(
                    f"“{text[:60]}” không phải là mạng như 10.1.0.0/16.",
                    f"“{text[:60]}” is no network like 10.1.0.0/16.",
                ),
                field="networks",
            ) from None
    return list(dict.fromkeys(found))


def _text(value: str, field: str, most: int, *, required: bool = True) -> str:
    read = read_text(value)
    if read is None or len(read) > most or (required and not read):
        wrong: Bilingual = tr("Hãy điền ô này.", "Fill this in.")
        if read is None:
            wrong = tr("Có ký tự không đọc được.", "There are unreadable characters.")
        elif read:
            wrong = tr(f"Tối đa {most} ký tự.", f"At most {most} characters.")
        raise Refused("documents.bad-field", wrong, field=field)
    return read


def _code_form(value: str) -> CodeForm:
    return "qcvn102" if value == "qcvn102" else "qd20"


def _set_state(system_id: str, state: str, reason: str, actor: Actor) -> PartnerEntry:
    access.require(actor, "operator")
    with db.atomic():
        row = _locked(system_id)
        row.state, row.state_reason = state, reason
        row.save(update_fields=["state", "state_reason"])
        audit.record(actor, f"documents.partner-{state}", f"partner:{system_id}")
    return _entry(system_id)


def _locked(system_id: str) -> Partner:
    row = Partner.objects.select_for_update().filter(system_id=system_id).first()
    if row is None:
        raise queries.unknown_partner()
    return row


def _entry(system_id: str) -> PartnerEntry:
    found = queries.find_partner(system_id)
    if found is None:
        raise queries.unknown_partner()
    return found


def _bad_system_id() -> Refused:
    return Refused(
        "documents.bad-system-id",
        tr(
            "Mã hệ thống gồm 3–64 chữ không dấu, chữ số, “:”, “.”, “_”, “-”, ví dụ VN:GOV:H56:qlvb.",
            "A system id has 3–64 letters without accents, digits, “:”, “.”, “_”, “-”, like VN:GOV:H56:qlvb.",
        ),
        field="system_id",
    )
