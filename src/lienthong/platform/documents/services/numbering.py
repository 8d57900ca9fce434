"""Numbers of documents (số văn bản): given in order, one by one, in the caller's transaction, and kept for good.

The register's row is locked from the giving to the end of the transaction: whoever rolls back gives the number back,
and who comes next waits, which is the price of having neither gaps nor doubles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from lienthong.kernel import audit, bulk, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import nfc, show_date, tr
from lienthong.platform.documents import notation, rights
from lienthong.platform.documents.models import Document, Register, RegisterEntry
from lienthong.platform.documents.queries import numbering as rules
from lienthong.platform.documents.queries.entries import number_ref
from lienthong.platform.documents.rules import check_reason
from lienthong.platform.documents.types import Direction, NumberRef

MOST_RESERVED = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new entry goes: its locked register, its number, its suffix."""

    register: Register
    number: int
    suffix: str = ""


def give_number(
    agency_code: str,
    type_code: str,
    *,
    on: date,
    actor: Actor,
    subject: str,
    unit: str = "",
    signer: str = "",
    receivers: str = "",
    keeper: str = "",
    copies: int = 0,
    priority: int = 0,
    secrecy: str = "",
    note: str = "",
    document_id: UUID | None = None,
) -> NumberRef:
    """The next number for an outgoing document of this type and day, in the caller's transaction.

    `unit` stands behind the agency in the notation of a letter (công văn). Raises NotAllowed; Refused
    `documents.type-unknown`, `.type-unnumbered`, `.unit-missing`, `.number-future`, `.number-day-passed`,
    `.register-closed`, `.secrecy-not-held`.
    """
    rights.require_clerk(actor, agency_code)
    outgoing = _Outgoing(agency_code, type_code, on, _notation(agency_code, type_code, on, unit))
    rules.check_secrecy(secrecy)
    with db.atomic():
        entry = outgoing.enter(
            actor,
            subject=nfc(subject),
            signer=nfc(signer),
            receivers=nfc(receivers),
            keeper=nfc(keeper),
            copies=copies,
            priority=priority,
            secrecy=secrecy,
            note=nfc(note),
            document_id=document_id,
        )
        audit.record(actor, "documents.give_number", f"register-entry:{entry.pk}", code=entry.code)
        return number_ref(entry)


def reserve_numbers(
    agency_code: str, type_code: str, *, on: date, count: int, reason: str, actor: Actor, unit: str = ""
) -> Sequence[NumberRef]:
    """Keep the next numbers for documents that are still to be named. Raises as `give_number`, and
    Refused `documents.reserve-count`, `documents.reason-missing`.
    """
    rights.require_clerk(actor, agency_code)
    if not 1 <= count <= MOST_RESERVED:
        raise wrong_count()
    why = check_reason(reason, needed=True)
    outgoing = _Outgoing(agency_code, type_code, on, _notation(agency_code, type_code, on, unit))
    with db.atomic():
        given = [number_ref(outgoing.enter(actor, note=why, reserved=True)) for _ in range(count)]
        audit.record(
            actor, "documents.reserve_numbers", f"register-entry:{given[0].entry_id}", count=count, code=given[0].code
        )
        return given


def use_reserved(
    entry_id: int,
    *,
    actor: Actor,
    subject: str,
    signer: str = "",
    receivers: str = "",
    keeper: str = "",
    copies: int = 0,
    document_id: UUID | None = None,
) -> NumberRef:
    """Name the document that a reserved number was kept for. Raises NotFound, Conflict `documents.not-reserved`."""
    with db.atomic():
        entry = lock_entry(entry_id, actor)
        if not entry.reserved or entry.struck_at is not None or entry.register.direction != "out":
            raise Conflict(
                "documents.not-reserved", tr("Số này không phải số giữ chỗ.", "This number is not reserved.")
            )
        if not subject.strip():
            raise Refused(
                "documents.subject-missing", tr("Hãy ghi trích yếu.", "Say what it is about."), field="subject"
            )
        entry.reserved, entry.indexed_at = False, None
        entry.subject, entry.signer, entry.receivers = nfc(subject), nfc(signer), nfc(receivers)
        entry.keeper, entry.copies, entry.document_id = nfc(keeper), copies, document_id
        entry.save()
        audit.record(actor, "documents.use_reserved", f"register-entry:{entry.pk}", code=entry.code)
        return number_ref(entry)


def strike_number(entry_id: int, reason: str, actor: Actor) -> None:
    """Strike a number out: it stays in the register with the reason and is never given again.

    Raises NotFound; Conflict `documents.number-struck`, `documents.number-used`; Refused `documents.reason-missing`.
    """
    with db.atomic():
        entry = lock_entry(entry_id, actor)
        why = check_reason(reason, needed=True)
        if entry.struck_at is not None:
            raise Conflict("documents.number-struck", tr("Số này đã hủy.", "This number is struck out already."))
        if entry.document_id is not None or entry.arrival_id is not None:
            raise Conflict(
                "documents.number-used",
                tr(
                    "Văn bản mang số này đã gửi hoặc đã tiếp nhận; hãy thu hồi thay vì hủy số.",
                    "The document with this number has left or arrived; recall it instead.",
                ),
            )
        entry.struck_at, entry.struck_reason, entry.reserved = clock.now(), why, False
        entry.indexed_at = None
        entry.save(update_fields=["struck_at", "struck_reason", "reserved", "indexed_at"])
        audit.record(actor, "documents.strike_number", f"register-entry:{entry.pk}", code=entry.code)


def bind_entries(documents: Sequence[Document]) -> int:
    """Tie documents that left to the entries that gave their numbers; gives how many have one that was still free."""
    wanted = {(one.agency_code, one.promulgated_on.year, one.code): one for one in documents}
    free = (
        RegisterEntry.objects.select_for_update(of=("self",))
        .select_related("register")
        .filter(
            register__direction="out",
            register__agency_code__in={key[0] for key in wanted},
            register__year__in={key[1] for key in wanted},
            code__in={key[2] for key in wanted},
            document__isnull=True,
            struck_at__isnull=True,
        )
        .order_by("pk")
    )
    bound = []
    with db.atomic():
        for entry in free:
            document = wanted.pop((entry.register.agency_code, entry.register.year, entry.code), None)
            if document is None:
                continue
            entry.document, entry.reserved, entry.indexed_at = document, False, None
            entry.subject = entry.subject or document.subject
            entry.signer = entry.signer or document.signer_name
            bound.append(entry)
        RegisterEntry.objects.bulk_update(bound, ("document", "reserved", "subject", "signer", "indexed_at"))
    return len(bound)


def wrong_count() -> Refused:
    return Refused(
        "documents.reserve-count",
        tr("Mỗi lần giữ được từ 1 đến {n} số.", "Between 1 and {n} numbers at a time.").format(n=MOST_RESERVED),
        field="count",
    )


# --- for the other services of this room ------------------------------------------------------------------------


def lock_register(agency_code: str, direction: Direction, series: str, on: date, name: str) -> Register:
    """The register of the day's year, locked; made when it is the year's first number.

    Raises Refused `documents.number-future`, `documents.register-closed`.
    """
    today = clock.today()
    if on > today:
        raise Refused(
            "documents.number-future",
            tr("Không lấy số cho ngày chưa đến.", "No number is given for a day to come."),
            field="on",
        )
    if on.year < today.year:
        raise _closed(on.year)
    keys = {"agency_code": agency_code, "direction": direction, "year": on.year, "series": series}
    Register.objects.bulk_create([Register(**keys, name=name)], ignore_conflicts=True)
    register = Register.objects.select_for_update().get(**keys)
    if register.closed_at is not None:
        raise _closed(on.year)
    return register


def next_number(register: Register, on: date, backdating: str) -> Place:
    """The number of a new entry of this day, in a locked register. Raises Refused `documents.number-day-passed`."""
    if register.last_on is None or on >= register.last_on:
        register.last_number += 1
        register.last_on = on
        register.save(update_fields=["last_number", "last_on"])
        return Place(register, register.last_number)
    before = register.entries.filter(registered_on__lte=on).order_by("-registered_on", "-number", "-suffix").first()
    if backdating != "suffix" or before is None:
        raise Refused(
            "documents.number-day-passed",
            tr(
                "Sổ đã có số của ngày {day}; ngày của văn bản không được trước ngày đó.",
                "The register has a number of {day} already; a document cannot be dated before it.",
            ).format(day=show_date(register.last_on)),
            field="on",
        )
    used = set(register.entries.filter(number=before.number).values_list("suffix", flat=True))
    return Place(register, before.number, notation.next_suffix(used))


def next_numbers(register: Register, on: date, count: int) -> list[Place]:
    """So many numbers in a row, in a locked register. Raises Refused `documents.number-day-passed`."""
    first = next_number(register, on, "refuse").number
    if count > 1:
        register.last_number += count - 1
        register.save(update_fields=["last_number"])
    return [Place(register, number) for number in range(first, first + count)]


def write_entries(
    places: Sequence[Place], *, on: date, actor: Actor, facts: Sequence[Mapping[str, Any]]
) -> list[RegisterEntry]:
    """As `write_entry`, for many."""
    rows = [
        RegisterEntry(
            register=place.register,
            number=place.number,
            suffix=place.suffix,
            registered_on=on,
            actor=actor.label,
            created_at=clock.now(),
            **one,
        )
        for place, one in zip(places, facts, strict=True)
    ]
    bulk.take_keys(rows)
    bulk.insert(rows)
    return rows


def write_entry(place: Place, *, on: date, actor: Actor, **facts: Any) -> RegisterEntry:
    """The entry itself."""
    return write_entries([place], on=on, actor=actor, facts=[facts])[0]


def lock_entry(entry_id: int, actor: Actor) -> RegisterEntry:
    """The entry, locked, for a clerk of its agency. Raises NotFound `documents.entry-unknown`, NotAllowed."""
    entry = RegisterEntry.objects.select_for_update(of=("self",)).select_related("register").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("documents.entry-unknown", tr("Không có dòng này trong sổ.", "There is no such entry."))
    rights.require_clerk(actor, entry.register.agency_code)
    return entry


def _notation(agency_code: str, type_code: str, on: date, unit: str) -> str:
    type_ = rules.get_type(type_code, on)
    short = notation.read_abbreviation(unit, "unit")
    return notation.notation_of(type_, rules.abbreviation_of(agency_code, on.year), short)


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """What an entry of the outgoing register says by itself, whatever the document: type, notation, day."""

    agency_code: str
    type_code: str
    on: date
    notation: str

    def enter(self, actor: Actor, **facts: Any) -> RegisterEntry:
        """The next number of the series, written down."""
        type_, rule = rules.get_type(self.type_code, self.on), rules.rule_of(self.agency_code, self.on.year)
        series, name = rules.series_of(rule, type_)
        register = lock_register(self.agency_code, "out", series, self.on, name)
        place = next_number(register, self.on, rule.backdating)
        return write_entry(
            place,
            on=self.on,
            actor=actor,
            code=notation.code_of(place.number, place.suffix, self.notation),
            type_code=self.type_code,
            type_name=type_.name,
            author=rules.agency_name(self.agency_code, self.on),
            document_date=self.on,
            **facts,
        )


def _closed(year: int) -> Refused:
    return Refused(
        "documents.register-closed",
        tr(
            "Sổ năm {year} đã khóa; văn bản lấy số ở sổ năm nay.",
            "The register of {year} is closed; numbers come from this year's.",
        ).format(year=year),
        field="on",
        status=409,
    )
