"""Registers of an agency (sổ đăng ký văn bản): how it numbers, paper documents, the end of the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, FieldError, Invalid, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import read_text, tr
from lienthong.platform.documents import notation, rights
from lienthong.platform.documents.models import NumberingRule, Register, RegisterEntry
from lienthong.platform.documents.queries import numbering as numbering_queries
from lienthong.platform.documents.queries.entries import number_ref
from lienthong.platform.documents.rules import check_reason
from lienthong.platform.documents.services import numbering
from lienthong.platform.documents.types import NumberRef, PaperFacts

INCOMING = "Sổ văn bản đến"


def set_numbering_rule(
    agency_code: str,
    *,
    from_year: int,
    by_type: bool,
    own_types: Sequence[str] = (),
    abbreviation: str = "",
    backdating: str = "refuse",
    actor: Actor,
) -> None:
    """Choose how the agency numbers its documents from a year on.

    Series cannot change within a year that has numbers; abbreviation and backdating can. Raises NotAllowed; Refused
    `documents.abbreviation-malformed`, `.type-unknown`, `.rule-year`; Conflict `documents.rule-in-use`.
    """
    rights.require_clerk(actor, agency_code)
    this_year = clock.today().year
    if not this_year <= from_year <= this_year + 1:
        raise Refused(
            "documents.rule-year",
            tr("Chỉ đặt được cho năm nay hoặc năm sau.", "Only for this year or the next."),
            field="from_year",
        )
    if backdating not in ("refuse", "suffix"):
        raise Refused("documents.rule-backdating", tr("Hãy chọn một cách.", "Choose one."), field="backdating")
    short = notation.read_abbreviation(abbreviation, "abbreviation")
    own = [numbering_queries.get_type(code).code for code in dict.fromkeys(own_types)]
    with db.atomic():
        db.advisory_lock(f"documents.numbering:{agency_code}")
        before = numbering_queries.rule_of(agency_code, from_year)
        changes_series = (before.by_type, sorted(before.own_types)) != (by_type, sorted(own))
        used = Register.objects.filter(
            agency_code=agency_code, direction="out", year=from_year, last_number__gt=0
        ).exists()
        if changes_series and used:
            raise Conflict(
                "documents.rule-in-use",
                tr(
                    "Sổ năm {year} đã có số; cách chia sổ chỉ đổi được từ đầu năm sau.",
                    "The registers of {year} have numbers; they can be divided anew from the next year on.",
                ).format(year=from_year),
                field="from_year",
            )
        NumberingRule.objects.update_or_create(
            agency_code=agency_code,
            from_year=from_year,
            defaults={"by_type": by_type, "own_types": own, "abbreviation": short, "backdating": backdating},
        )
        audit.record(actor, "documents.set_numbering_rule", f"agency:{agency_code}", year=from_year, by_type=by_type)


def register_paper(
    agency_code: str, facts: PaperFacts, *, actor: Actor, scan: FileRef | None = None, number: str = ""
) -> NumberRef:
    """Give a document that came on paper its number of arrival, with its scan; `number`: a reserved one.

    Raises NotAllowed; Invalid with everything that is missing; Conflict `documents.paper-registered`, `.not-reserved`.
    """
    rights.require_clerk(actor, agency_code)
    told = _check_paper(facts)
    with db.atomic():
        place = incoming_place(agency_code, number=number)
        _refuse_twice(place.register, told)
        entry = enter_arrival(
            place,
            actor,
            scan_sha256=scan.sha256 if scan else "",
            scan_name=scan.name if scan else "",
            **told,
        )
        audit.record(actor, "documents.register_paper", f"register-entry:{entry.pk}", number=entry.number)
        return number_ref(entry)


def incoming_place(agency_code: str, *, number: str = "") -> numbering.Place | RegisterEntry:
    """The next number of arrival of today, or the reserved entry that the clerk names.

    Raises Conflict `documents.not-reserved`.
    """
    today = clock.today()
    register = numbering.lock_register(agency_code, "in", "", today, INCOMING)
    if not number.strip():
        return numbering.next_number(register, today, "refuse")
    wanted = number.strip().lstrip("0")
    row = register.entries.filter(number=int(wanted), reserved=True).first() if wanted.isdecimal() else None
    if row is None:
        raise Conflict(
            "documents.not-reserved",
            tr(
                "Số này không phải số giữ chỗ trong sổ đến; để trống để lấy số tiếp theo.",
                "This number is not reserved in the register; leave it empty for the next one.",
            ),
            field="number",
        )
    return row


def enter_arrival(place: numbering.Place | RegisterEntry, actor: Actor, **facts: Any) -> RegisterEntry:
    """Write an arrival where `incoming_place` said."""
    if isinstance(place, numbering.Place):
        return numbering.write_entry(place, on=clock.today(), actor=actor, **facts)
    for name, value in facts.items():
        setattr(place, name, value)
    place.reserved, place.indexed_at, place.actor = False, None, actor.label
    place.save()
    return place


def enter_arrivals(agency_code: str, actor: Actor, facts: Sequence[Mapping[str, Any]]) -> list[RegisterEntry]:
    """Write arrivals under the next numbers of today, in their order."""
    today = clock.today()
    register = numbering.lock_register(agency_code, "in", "", today, INCOMING)
    places = numbering.next_numbers(register, today, len(facts))
    return numbering.write_entries(places, on=today, actor=actor, facts=facts)


def reserve_arrival_numbers(agency_code: str, *, count: int, reason: str, actor: Actor) -> Sequence[NumberRef]:
    """Keep numbers of arrival for documents that are still on their way to the desk. Raises as `reserve_numbers`."""
    rights.require_clerk(actor, agency_code)
    if not 1 <= count <= numbering.MOST_RESERVED:
        raise numbering.wrong_count()
    why = check_reason(reason, needed=True)
    today = clock.today()
    with db.atomic():
        register = numbering.lock_register(agency_code, "in", "", today, INCOMING)
        given = []
        for _ in range(count):
            place = numbering.next_number(register, today, "refuse")
            given.append(number_ref(numbering.write_entry(place, on=today, actor=actor, note=why, reserved=True)))
        audit.record(actor, "documents.reserve_numbers", f"register:{register.pk}", count=count)
        return given


def close_old_registers() -> int:
    """Close the registers of past years; gives how many. Called by the background thread, safe to repeat."""
    with db.atomic():
        open_ = Register.objects.select_for_update(skip_locked=True).filter(
            closed_at__isnull=True, year__lt=clock.today().year
        )
        closed = list(open_[:1000])
        for register in closed:
            audit.record(SYSTEM, "documents.close_register", f"register:{register.pk}", last=register.last_number)
        Register.objects.filter(pk__in=[register.pk for register in closed]).update(closed_at=clock.now())
        return len(closed)


def note_delivery(entry_id: int, *, receivers: str, note: str, actor: Actor) -> None:
    """Write down who got a registered document, and a note. Raises NotFound, NotAllowed."""
    with db.atomic():
        entry = numbering.lock_entry(entry_id, actor)
        entry.receivers = (read_text(receivers) or "")[:2000]
        entry.note = (read_text(note) or "")[:1000]
        entry.save(update_fields=["receivers", "note"])
        audit.record(actor, "documents.note_delivery", f"register-entry:{entry.pk}")


def _check_paper(facts: PaperFacts) -> dict[str, Any]:
    errors: list[FieldError] = []

    def told(name: str, value: str, limit: int, missing: Any = None) -> str:
        text = read_text(value)
        if text is None or len(text) > limit:
            sentence = tr("Chữ không đọc được hoặc quá dài.", "The text is broken or too long.")
            errors.append(FieldError(name, sentence, "documents.text"))
            return ""
        if missing is not None and not text:
            errors.append(FieldError(name, missing, f"documents.{name}-missing"))
        return text

    found: dict[str, Any] = {
        "code": told("code", facts.code, 120, tr("Hãy ghi số, ký hiệu.", "Give its number and notation.")),
        "author": told("author", facts.author, 500, tr("Hãy ghi cơ quan ban hành.", "Say who issued it.")),
        "subject": told("subject", facts.subject, 2000, tr("Hãy ghi trích yếu.", "Say what it is about.")),
        "signer": told("signer", facts.signer, 250),
        "receivers": told("receivers", facts.receivers, 2000),
        "note": told("note", facts.note, 1000),
        "document_date": facts.document_date,
        "priority": facts.priority,
        "secrecy": facts.secrecy,
        "type_code": facts.type_code,
    }
    type_ = numbering_queries.find_type(facts.type_code)
    found["type_name"] = type_.name if type_ else ""
    if facts.type_code and type_ is None:
        errors.append(FieldError("type_code", tr("Không có loại này.", "No such type."), "documents.type-unknown"))
    if facts.document_date > clock.today():
        sentence = tr("Ngày văn bản chưa đến.", "The document's day is still to come.")
        errors.append(FieldError("document_date", sentence, "documents.day-future"))
    if facts.priority not in (0, 1, 2, 3):
        errors.append(FieldError("priority", tr("Độ khẩn từ 0 đến 3.", "From 0 to 3."), "documents.priority"))
    try:
        numbering_queries.check_secrecy(facts.secrecy)
    except Refused as refusal:
        errors += refusal.field_errors
    if errors:
        raise Invalid(errors)
    return found


def _refuse_twice(register: Register, told: dict[str, Any]) -> None:
    """The same paper twice is most often a clerk's second click; a second copy says so in its note."""
    row = register.entries.filter(
        code=told["code"], author=told["author"], document_date=told["document_date"], struck_at__isnull=True
    ).first()
    if row is not None and row.note == told["note"]:
        raise Conflict(
            "documents.paper-registered",
            tr(
                "Văn bản này đã có số đến {number}. Nếu là bản khác, hãy ghi rõ ở ghi chú.",
                "This document has the number of arrival {number}. If it is another copy, say so in the note.",
            ).format(number=notation.show_number(row.number, row.suffix)),
            field="code",
        )


def entry_of_arrival(arrival_id: UUID) -> RegisterEntry | None:
    """The entry that registers an arrival, if there is one."""
    return RegisterEntry.objects.select_related("register").filter(arrival_id=arrival_id).first()
