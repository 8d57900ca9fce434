"""Operators' pages: see a year of the working calendar, declare and withdraw days, set office hours."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.errors import Conflict, FieldError, Invalid, NotFound
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.platform.agencies import queries, services
from lienthong.platform.agencies.forms import WEEKDAYS, DayForm, HoursForm, read_day_form, read_hours_form
from lienthong.platform.agencies.types import DeclaredDay, Shift

_KINDS = (
    ("off", tr("Ngày nghỉ", "Day off")),
    ("working", tr("Ngày làm việc bù", "Make-up working day")),
)
_USUAL_HOURS = {
    "morning_opens": "7:00",
    "morning_closes": "11:30",
    "afternoon_opens": "13:30",
    "afternoon_closes": "17:00",
}
_USUAL_WEEKDAYS = ["0", "1", "2", "3", "4"]
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@access.duty("operator")
@require_safe
def show_calendar(request: HttpRequest) -> HttpResponse:
    """A year of the calendar as it holds for the operator's agency, and its office hours."""
    agency_code = access.acting(request).agency_code
    year = _year_asked(request)
    declared = queries.list_calendar_days(year, agency_code)
    own_hours = queries.list_office_hours(agency_code) if agency_code else []
    context = {
        "year": year,
        "years": [year - 1, year, year + 1],
        "days": [_line(day) for day in declared],
        "hours": [_hours_line(shift) for shift in own_hours or queries.list_office_hours()],
        "hours_are_own": bool(own_hours),
    }
    return render(request, "agencies/calendar.html", context)


@access.duty("operator")
@require_http_methods(["GET", "POST"])
def add_day(request: HttpRequest) -> HttpResponse:
    """Declare a day off or a make-up working day."""
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        form = read_day_form(request.POST)
        errors = form.errors or _declare(request, form)
        if not errors and form.day:
            day = show_date(form.day)
            messages.success(request, str(tr(f"Đã khai báo ngày {day}.", f"{day} is declared.")))
            return redirect(f"{reverse('agencies_calendar')}?nam={form.day.year}")
    context = {"typed": request.POST, "errors": errors, "kinds": _KINDS, "scopes": _scopes(request)}
    return render(request, "agencies/calendar_add.html", context, status=422 if errors else 200)


@access.duty("operator")
@require_http_methods(["GET", "POST"])
def withdraw_day(request: HttpRequest, declaration_id: int) -> HttpResponse:
    """Ask, then withdraw a declaration."""
    declared = queries.find_calendar_day(declaration_id)
    if declared is None:
        raise NotFound(
            "agencies.day-unknown", tr("Không còn khai báo ngày này.", "This declaration is no longer in force.")
        )
    if request.method == "POST":
        services.withdraw_calendar_day(declaration_id=declaration_id, actor=access.acting(request))
        day = show_date(declared.day)
        messages.success(request, str(tr(f"Đã gỡ khai báo ngày {day}.", f"The declaration of {day} is withdrawn.")))
        return redirect(f"{reverse('agencies_calendar')}?nam={declared.day.year}")
    return render(request, "agencies/calendar_withdraw.html", {"day": _line(declared), "year": declared.day.year})


@access.duty("operator")
@require_http_methods(["GET", "POST"])
def change_hours(request: HttpRequest) -> HttpResponse:
    """Set office hours from a day on."""
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        form = read_hours_form(request.POST)
        errors = form.errors or _set_hours(request, form)
        if not errors:
            messages.success(request, str(tr("Đã lưu giờ làm việc.", "The office hours are saved.")))
            return redirect("agencies_calendar")
    posted = request.method == "POST"
    context = {
        "typed": request.POST if posted else _USUAL_HOURS,
        "chosen": request.POST.getlist("weekdays") if posted else _USUAL_WEEKDAYS,
        "errors": errors,
        "weekdays": WEEKDAYS,
        "scopes": _scopes(request),
    }
    return render(request, "agencies/calendar_hours.html", context, status=422 if errors else 200)


def _declare(request: HttpRequest, form: DayForm) -> tuple[FieldError, ...]:
    actor = access.acting(request)
    declare = services.declare_day_off if form.kind == "off" else services.declare_working_day
    try:
        declare(
            day=form.day or date.max,
            name=form.name,
            decision=form.decision,
            in_place_of=form.in_place_of,
            agency_code="" if form.for_country else actor.agency_code,
            actor=actor,
        )
    except (Invalid, Conflict) as refusal:
        return tuple(refusal.field_errors)
    return ()


def _set_hours(request: HttpRequest, form: HoursForm) -> tuple[FieldError, ...]:
    actor = access.acting(request)
    try:
        services.set_office_hours(
            shifts=form.shifts,
            valid_from=form.valid_from or date.max,
            decision=form.decision,
            agency_code="" if form.for_country else actor.agency_code,
            actor=actor,
        )
    except Invalid as refusal:
        # The page has no field for all shifts together; the weekdays stand first.
        return tuple(
            replace(error, path="weekdays") if error.path == "shifts" else error for error in refusal.field_errors
        )
    return ()


def _scopes(request: HttpRequest) -> list[tuple[str, Bilingual]]:
    """For whom a declaration may hold: the operator's agency and those below it, or the country."""
    code = access.acting(request).agency_code
    return [
        ("agency", tr(f"Cơ quan {code} và các đơn vị trực thuộc", f"The agency {code} and those below it")),
        ("country", tr("Cả nước (như nút này ghi nhận)", "The country (as this node records it)")),
    ]


def _year_asked(request: HttpRequest) -> int:
    text = request.GET.get("nam", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else clock.today().year
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else clock.today().year


def _line(declared: DeclaredDay) -> dict[str, Any]:
    weekday = dict(WEEKDAYS)[str(declared.day.weekday())]
    working = declared.kind == "working"
    return {
        "id": declared.id,
        "day": show_date(declared.day),
        "weekday": weekday,
        "kind": dict(_KINDS)[declared.kind],
        "colour": "orange" if working else "green",
        "name": declared.name,
        "decision": declared.decision,
        "in_place_of": show_date(declared.in_place_of),
        "scope": declared.agency_code or tr("Cả nước", "The country"),
    }


def _hours_line(shift: Shift) -> tuple[str, str, str]:
    weekdays = ", ".join(str(dict(WEEKDAYS)[str(day)]) for day in sorted(shift.weekdays))
    since = show_date(shift.valid_from) or str(tr("trước nay", "always"))
    until = f" – {show_date(shift.valid_to)}" if shift.valid_to else ""
    return (f"{shift.opens:%H:%M} – {shift.closes:%H:%M}", weekdays, f"{since}{until}")
