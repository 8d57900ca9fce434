"""Change the working calendar: days off, make-up working days, office hours; the acting person is named."""

from collections.abc import Iterable
from datetime import date, time

from django.db.models import Q

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor, require
from lienthong.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, nfc, read_text, show_date, tr
from lienthong.platform.agencies import models
from lienthong.platform.agencies.rules import normal_code
from lienthong.platform.agencies.types import DayKind, DeclaredDay

_MOST_TEXT = 200
_BROKEN = tr("Có ký tự bị lỗi. Hãy xóa và gõ lại.", "It has broken characters. Delete it and type it again.")
_MISSING = {
    "name_vi": tr("Hãy ghi tên ngày bằng tiếng Việt.", "Enter the name of the day in Vietnamese."),
    "name_en": tr("Hãy ghi tên ngày bằng tiếng Anh.", "Enter the name of the day in English."),
    "decision": tr("Hãy ghi số văn bản làm căn cứ.", "Enter the decision it rests on."),
}


def declare_day_off(
    *, day: date, name: Bilingual, decision: str, actor: Actor, agency_code: str = "", in_place_of: date | None = None
) -> DeclaredDay:
    """Declare a day off (ngày nghỉ) for the country or, with ``agency_code``, for an agency and those below it.

    ``in_place_of`` is the working Saturday the day is swapped with.

    Raises:
        NotAllowed: the actor is no operator, or not of this agency.
        Invalid: name or decision missing.
        Conflict: ``agencies.day-declared``; the day has a declaration already.
    """
    return _declare("off", day, name, decision, actor, agency_code, in_place_of)


def declare_working_day(
    *, day: date, name: Bilingual, decision: str, actor: Actor, agency_code: str = "", in_place_of: date | None = None
) -> DeclaredDay:
    """Declare a make-up working day (ngày làm việc bù); otherwise as `declare_day_off`."""
    return _declare("working", day, name, decision, actor, agency_code, in_place_of)


def withdraw_calendar_day(*, declaration_id: int, actor: Actor) -> None:
    """Withdraw a declaration; the row stays for those who ask why an earlier return date was reckoned so.

    Raises:
        NotFound: no declaration in force has this number.
        NotAllowed: the actor is no operator, or not of this agency.
    """
    with db.atomic():
        row = (
            models.CalendarDay.objects.select_for_update().filter(pk=declaration_id, withdrawn_at__isnull=True).first()
        )
        if row is None:
            raise NotFound(
                "agencies.day-unknown", tr("Không còn khai báo ngày này.", "This declaration is no longer in force.")
            )
        _may(actor, row.agency_id or "")
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        audit.record(actor, "agencies.withdraw-day", f"calendar-day:{row.pk}", day=row.day, agency=row.agency_id)


def set_office_hours(
    *,
    shifts: Iterable[tuple[Iterable[int], time, time]],
    valid_from: date,
    decision: str,
    actor: Actor,
    agency_code: str = "",
) -> None:
    """Set all office hours (giờ làm việc) from a day on: (weekdays, opens, closes) per shift, 0 is Monday.

    Hours in force before end on that day; later declarations from that day on are replaced.

    Raises:
        NotAllowed: the actor is no operator, or not of this agency.
        Invalid: a shift that does not run forward, shifts that overlap, weekdays out of 0–6, no decision.
    """
    code = _may(actor, agency_code)
    rows = [(sorted(set(weekdays)), opens, closes) for weekdays, opens, closes in shifts]
    if errors := [*_shift_errors(rows), *_text_errors(decision=decision)]:
        raise Invalid(errors)
    with db.atomic():
        db.advisory_lock("agencies.office_hours")
        standing = models.OfficeHours.objects.filter(agency_id=code or None)
        standing.filter(valid_from__gte=valid_from).delete()
        standing.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
        models.OfficeHours.objects.bulk_create(
            models.OfficeHours(
                agency_id=code or None,
                weekdays=weekdays,
                opens=opens,
                closes=closes,
                valid_from=valid_from,
                decision=nfc(decision).strip(),
            )
            for weekdays, opens, closes in rows
        )
        audit.record(
            actor, "agencies.set-hours", f"office-hours:{code or 'national'}", valid_from=valid_from, shifts=len(rows)
        )


def _declare(
    kind: DayKind,
    day: date,
    name: Bilingual,
    decision: str,
    actor: Actor,
    agency_code: str,
    in_place_of: date | None,
) -> DeclaredDay:
    code = _may(actor, agency_code)
    if errors := _text_errors(name_vi=name.vi, name_en=name.en, decision=decision):
        raise Invalid(errors)
    with db.atomic():
        db.advisory_lock(f"agencies.calendar:{day}")
        if models.CalendarDay.objects.filter(agency_id=code or None, day=day, withdrawn_at__isnull=True).exists():
            raise Conflict(
                "agencies.day-declared",
                tr(
                    f"Ngày {show_date(day)} đã được khai báo; hãy gỡ khai báo cũ trước.",
                    f"{show_date(day)} is declared already; withdraw that declaration first.",
                ),
                field="day",
            )
        row = models.CalendarDay.objects.create(
            agency_id=code or None,
            day=day,
            kind=kind,
            name_vi=nfc(name.vi).strip(),
            name_en=nfc(name.en).strip(),
            in_place_of=in_place_of,
            decision=nfc(decision).strip(),
        )
        audit.record(actor, f"agencies.declare-{kind}", f"calendar-day:{row.pk}", day=day, agency=code)
    return row.declared()


def _may(actor: Actor, agency_code: str) -> str:
    """The agency's code in its form of today, once the actor may change its calendar.

    The country's calendar as this node holds it is kept by an operator of the node's own agency.
    """
    if not agency_code:
        require(actor, "operator", agency_code=node().agency_code)
        return ""
    code = normal_code(agency_code.strip())
    require(actor, "operator", agency_code=code)
    if not models.Agency.objects.filter(code=code).exists():
        raise Refused(
            "agencies.unknown",
            tr(f"Không có cơ quan mang mã {code}.", f"No agency has the code {code}."),
            field="agency_code",
        )
    return code


def _text_errors(**texts: str) -> list[FieldError]:
    errors = []
    for field, text in texts.items():
        if read_text(text) is None:
            errors.append(FieldError(field, _BROKEN, "broken-text"))
        elif not text.strip():
            errors.append(FieldError(field, _MISSING[field], "required"))
        elif len(text) > _MOST_TEXT:
            errors.append(
                FieldError(
                    field, tr(f"Nhiều nhất {_MOST_TEXT} ký tự.", f"{_MOST_TEXT} characters at most."), "too-long"
                )
            )
    return errors


def _shift_errors(rows: list[tuple[list[int], time, time]]) -> list[FieldError]:
    wrong = tr(
        "Giờ làm việc phải có ngày trong tuần, mở cửa trước khi đóng cửa và các ca không chồng nhau.",
        "Office hours need weekdays, must open before they close, and shifts must not overlap.",
    )
    sound = bool(rows) and all(
        weekdays and set(weekdays) <= set(range(7)) and opens < closes for weekdays, opens, closes in rows
    )
    apart = all(
        not set(one[0]) & set(other[0]) or one[2] <= other[1] or other[2] <= one[1]
        for place, one in enumerate(rows)
        for other in rows[:place]
    )
    return [] if sound and apart else [FieldError("shifts", wrong, "agencies.hours-wrong")]
