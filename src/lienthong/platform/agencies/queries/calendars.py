"""Questions about the working calendar."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from lienthong.platform.agencies import models
from lienthong.platform.agencies.rules import ancestors, normal_code
from lienthong.platform.agencies.types import Calendar, DeclaredDay, Shift


def get_calendar(agency_code: str | None = None) -> Calendar:
    """The working calendar of an agency: the country's, overlaid by each agency above it and by its own."""
    line = ancestors(normal_code(agency_code)) if agency_code else ()
    here = Q(agency__isnull=True) | Q(agency__in=line)
    days = models.CalendarDay.objects.filter(here, withdrawn_at__isnull=True)
    return _calendar(line, days.values_list("day", "kind", "agency"), models.OfficeHours.objects.filter(here))


def get_calendars(agency_codes: Iterable[str]) -> dict[str, Calendar]:
    """The working calendars of many agencies, by code, in two round trips."""
    lines = {code: ancestors(normal_code(code)) for code in set(agency_codes)}
    here = Q(agency__isnull=True) | Q(agency__in={one for line in lines.values() for one in line})
    days = models.CalendarDay.objects.filter(here, withdrawn_at__isnull=True)
    declared = list(days.values_list("day", "kind", "agency"))
    hours = list(models.OfficeHours.objects.filter(here))
    return {code: _calendar(line, declared, hours) for code, line in lines.items()}


def _calendar(
    line: Sequence[str], declared: Iterable[tuple[date, str, str | None]], hours: Iterable[models.OfficeHours]
) -> Calendar:
    ranks = {"": 0} | {code: depth for depth, code in enumerate(line, start=1)}
    kinds: dict[date, tuple[int, str]] = {}
    for day, kind, agency in declared:
        if (agency or "") in ranks:
            kinds[day] = max(kinds.get(day, (-1, "")), (ranks[agency or ""], kind))
    return Calendar(
        days_off=frozenset(day for day, (_, kind) in kinds.items() if kind == "off"),
        working_days=frozenset(day for day, (_, kind) in kinds.items() if kind == "working"),
        shifts=tuple(_shift(row, ranks[row.agency_id or ""]) for row in hours if (row.agency_id or "") in ranks),
        agency_code=line[-1] if line else "",
    )


def list_calendar_days(year: int, agency_code: str = "") -> list[DeclaredDay]:
    """The declarations in force of a year: the country's and, if an agency is named, those on its line."""
    line = ancestors(normal_code(agency_code)) if agency_code else ()
    rows = models.CalendarDay.objects.filter(
        Q(agency__isnull=True) | Q(agency__in=line), day__year=year, withdrawn_at__isnull=True
    )
    return [row.declared() for row in rows.order_by("day", "agency")]


def find_calendar_day(declaration_id: int) -> DeclaredDay | None:
    """A declaration in force by its number."""
    row = models.CalendarDay.objects.filter(pk=declaration_id, withdrawn_at__isnull=True).first()
    return row.declared() if row else None


def list_office_hours(agency_code: str = "") -> list[Shift]:
    """The shifts declared for the agency itself (or for the country), newest first."""
    code = normal_code(agency_code) if agency_code else None
    shifts = [_shift(row, 0) for row in models.OfficeHours.objects.filter(agency=code)]
    return sorted(shifts, key=lambda shift: (-(shift.valid_from or date.min).toordinal(), shift.opens))


def _shift(row: models.OfficeHours, rank: int) -> Shift:
    return Shift(frozenset(row.weekdays), row.opens, row.closes, row.valid_from, row.valid_to, rank)
