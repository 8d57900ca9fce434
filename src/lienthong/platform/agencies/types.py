"""Types of agencies: what the room hands to others about state bodies and administrative units."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from lienthong.kernel.clock import ZONE
from lienthong.kernel.text import Bilingual, tr

Level = Literal["province", "district", "commune"]
Relation = Literal["whole", "part", "kept"]
DayKind = Literal["off", "working"]


class AgencyKind(StrEnum):
    """Kind of agency (loại cơ quan)."""

    MINISTRY = "ministry"
    MINISTERIAL = "ministerial"
    GOVERNMENT = "government"
    PROVINCE = "province"
    COMMUNE = "commune"
    ONE_STOP = "one_stop"
    OFFICE = "office"

    @property
    def label(self) -> Bilingual:
        """The kind in words."""
        return _AGENCY_KINDS[self]


_AGENCY_KINDS = {
    AgencyKind.MINISTRY: tr("Bộ", "Ministry"),
    AgencyKind.MINISTERIAL: tr("Cơ quan ngang bộ", "Ministry-level agency"),
    AgencyKind.GOVERNMENT: tr("Cơ quan thuộc Chính phủ", "Agency of the Government"),
    AgencyKind.PROVINCE: tr("Ủy ban nhân dân cấp tỉnh", "Provincial People's Committee"),
    AgencyKind.COMMUNE: tr("Ủy ban nhân dân cấp xã", "Communal People's Committee"),
    AgencyKind.ONE_STOP: tr("Trung tâm Phục vụ hành chính công", "Public administration service centre"),
    AgencyKind.OFFICE: tr("Cơ quan, đơn vị trực thuộc", "Subordinate office"),
}


class UnitKind(StrEnum):
    """Type of administrative unit (loại đơn vị hành chính); dated, since a commune may become a ward."""

    PROVINCE = "province"
    CITY = "city"
    URBAN_DISTRICT = "urban_district"
    RURAL_DISTRICT = "rural_district"
    TOWN = "town"
    PROVINCIAL_CITY = "provincial_city"
    WARD = "ward"
    COMMUNE = "commune"
    TOWNSHIP = "township"
    SPECIAL_ZONE = "special_zone"

    @property
    def prefix(self) -> str:
        """The Vietnamese word before the name: ``Phường`` in ``Phường Cam Ly - Đà Lạt``."""
        return _UNIT_KINDS[self].vi

    @property
    def label(self) -> Bilingual:
        """The type in words."""
        return _UNIT_KINDS[self]


_UNIT_KINDS = {
    UnitKind.PROVINCE: tr("Tỉnh", "Province"),
    UnitKind.CITY: tr("Thành phố", "City under central authority"),
    UnitKind.URBAN_DISTRICT: tr("Quận", "Urban district"),
    UnitKind.RURAL_DISTRICT: tr("Huyện", "Rural district"),
    UnitKind.TOWN: tr("Thị xã", "Town"),
    UnitKind.PROVINCIAL_CITY: tr("Thành phố", "City of a province"),
    UnitKind.WARD: tr("Phường", "Ward"),
    UnitKind.COMMUNE: tr("Xã", "Commune"),
    UnitKind.TOWNSHIP: tr("Thị trấn", "Township"),
    UnitKind.SPECIAL_ZONE: tr("Đặc khu", "Special zone"),
}


@dataclass(frozen=True, slots=True)
class AgencyRef:
    """Agency (cơ quan nhà nước) as it was on the day asked for.

    ``code`` is the code of QĐ 20/2020/QĐ-TTg (``H36.101``), ``qcvn102_code`` its older form ("" where that form
    cannot hold it); ``gso_code`` is the statistics code of its territory ("" for ministries). Valid from
    ``valid_from`` (None: before our records) until before ``valid_to`` (None: still there).
    ``successor_code`` answers for most of its work once it is gone.
    """

    code: str
    name: str
    kind: AgencyKind
    parent_code: str
    gso_code: str
    qcvn102_code: str
    valid_from: date | None
    valid_to: date | None
    successor_code: str = ""
    note: str = ""

    @property
    def level(self) -> int:
        """How deep in the tree: 1 for ``H36``, 2 for ``H36.101``."""
        return self.code.count(".") + 1

    def is_valid(self, on: date) -> bool:
        """Did the agency exist on this day?"""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class UnitRef:
    """Administrative unit (đơn vị hành chính) as it was on the day asked for.

    ``code`` is the statistics code (2 digits province, 3 district, 5 commune). A code alone names nobody: 15 was
    Yên Bái until 30/6/2025 and is Lào Cai since 1/7/2025, so keep it together with a date. The unit had this name,
    type and place from ``valid_from`` (None: before our records) until before ``valid_to`` (None: still has).
    """

    code: str
    level: Level
    kind: UnitKind
    name: str
    province_code: str
    province_name: str
    parent_code: str
    parent_name: str
    valid_from: date | None
    valid_to: date | None

    @property
    def full_name(self) -> str:
        """Type and name: ``Phường Xuân Hương - Đà Lạt``."""
        return f"{self.kind.prefix} {self.name}"

    @property
    def address(self) -> str:
        """Type and name with the district (while there were any) and the province, as on papers."""
        above = (self.parent_name, self.province_name) if self.parent_code else ()
        return ", ".join(dict.fromkeys(name for name in (self.full_name, *above) if name))


@dataclass(frozen=True, slots=True)
class Succession:
    """Succession (kế thừa đơn vị hành chính): one old unit, one new unit, and how much of the old went there.

    ``kept`` means the unit itself goes on; ``main`` marks the one to ask first when a unit was split.
    """

    old: UnitRef
    new: UnitRef
    relation: Relation
    main: bool
    effective_date: date
    decision: str


@dataclass(frozen=True, slots=True)
class UnitResolution:
    """Who bore a code or name, who stands there now (main successor first), which agency answers (kế thừa).

    ``split``: the old unit went to several, so the place itself must be asked for. ``answers`` is the committee
    of the main successor, or of its province where the commune's own is not listed.
    """

    was: UnitRef
    is_current: bool
    now: tuple[UnitRef, ...]
    split: bool
    decision: str
    answers: AgencyRef | None


@dataclass(frozen=True, slots=True)
class AgencyResolution:
    """What an agency code or name meant (as ``was``) and which agency answers for it now; None: nobody."""

    was: AgencyRef
    is_current: bool
    answers: AgencyRef | None


@dataclass(frozen=True, slots=True)
class Found:
    """All that a code or name, old or new, may mean."""

    agencies: tuple[AgencyResolution, ...]
    units: tuple[UnitResolution, ...]


@dataclass(frozen=True, slots=True)
class DeclaredDay:
    """Declared day (ngày nghỉ, ngày làm việc bù) with the decision behind it; national when no agency is named."""

    id: int
    day: date
    kind: DayKind
    name: Bilingual
    decision: str
    in_place_of: date | None
    agency_code: str


@dataclass(frozen=True, slots=True)
class Shift:
    """Shift (ca làm việc): office hours of some weekdays (0 is Monday) over a stretch of days.

    ``rank`` is 0 for national hours and grows with the depth of the agency: the deepest declaration wins.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time
    valid_from: date | None = None
    valid_to: date | None = None
    rank: int = 0

    def holds(self, day: date) -> bool:
        """Is this shift in force on the day (whatever its weekday)?"""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


#: What state offices keep where nothing else is declared: 7:00–11:30 and 13:30–17:00, Monday to Friday.
USUAL_SHIFTS = (
    Shift(frozenset(range(5)), time(7, 0), time(11, 30)),
    Shift(frozenset(range(5)), time(13, 30), time(17, 0)),
)
#: The 15:00 rule: a paper promised "in the day" but received after 15:00 is due on the next working day.
SAME_DAY_CUTOFF = time(15, 0)
#: More days in a row without work than any declared calendar can hold.
_LONGEST_CLOSURE = 400


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working calendar (lịch làm việc) of an agency: pure answers about days, hours and return dates.

    Sources: Bộ luật Dân sự 2015 Điều 147–148 (a term counts from the day after; a last day off moves on), Bộ luật
    Lao động 2019 Điều 111–112 (days off), the yearly notice that swaps days. Moments are aware; answers are in
    Vietnam's zone. ``days_off`` and ``working_days`` are the declared exceptions to Monday–Friday.
    """

    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    shifts: tuple[Shift, ...] = USUAL_SHIFTS
    agency_code: str = ""

    def is_working(self, day: date) -> bool:
        """Is this a working day (ngày làm việc)? A declared working day beats a day off."""
        if day in self.working_days:
            return True
        return day not in self.days_off and day.weekday() < 5

    def hours_on(self, day: date) -> tuple[tuple[time, time], ...]:
        """The open hours of a day, in order; none on a day off. A make-up day keeps Monday's hours.

        A counter may open on a Saturday that is no working day: papers are taken in, but terms do not count it.
        """
        in_force = [shift for shift in self.shifts if shift.holds(day)]
        rank = max((shift.rank for shift in in_force), default=0)
        in_force = [shift for shift in in_force if shift.rank == rank]
        if day in self.days_off and day not in self.working_days:
            return ()
        weekday = day.weekday()
        if self.is_working(day) and (weekday > 4 or not any(weekday in shift.weekdays for shift in in_force)):
            weekday = 0
        chosen = [shift for shift in in_force if weekday in shift.weekdays]
        if not chosen and self.is_working(day):
            chosen = list(USUAL_SHIFTS)
        return tuple(sorted((shift.opens, shift.closes) for shift in chosen))

    def is_open(self, moment: datetime) -> bool:
        """Are the doors open at this moment?"""
        local = _local(moment)
        return any(opens <= local.time() < closes for opens, closes in self.hours_on(local.date()))

    def closing(self, day: date) -> datetime:
        """The end of office hours of a working day."""
        hours = self.hours_on(day)
        if not hours:
            raise ValueError(f"{day} has no office hours")
        return _at(day, hours[-1][1])

    def next_working_day(self, day: date) -> date:
        """This day if it is a working day, else the first one after it."""
        for step in range(_LONGEST_CLOSURE):
            if self.is_working(candidate := day + timedelta(days=step)):
                return candidate
        raise ValueError(f"no working day within {_LONGEST_CLOSURE} days after {day}")

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself within working hours, else the next start of a shift on a working day."""
        local = _local(moment)
        day = local.date()
        for _ in range(_LONGEST_CLOSURE):
            day = self.next_working_day(day)
            for opens, closes in self.hours_on(day):
                if local < _at(day, closes):
                    return max(local, _at(day, opens))
            day += timedelta(days=1)
        raise ValueError(f"no opening within {_LONGEST_CLOSURE} days after {moment}")

    def reception_day(self, moment: datetime) -> date:
        """The day on which a paper counts as received: today before closing time, else the next working day."""
        local = _local(moment)
        hours = self.hours_on(local.date())
        if hours and local.time() < hours[-1][1]:
            return local.date()
        return self.next_working_day(local.date() + timedelta(days=1))

    def add_working_days(self, moment: datetime, amount: int) -> datetime:
        """The end of a term of working days (ngày làm việc), counted from the day after reception."""
        _no_negative(amount)
        day = self.reception_day(moment)
        for _ in range(amount):
            day = self.next_working_day(day + timedelta(days=1))
        return self.closing(self.next_working_day(day))

    def add_days(self, moment: datetime, amount: int) -> datetime:
        """The end of a term of calendar days (ngày); a last day off moves to the next working day."""
        _no_negative(amount)
        return self.closing(self.next_working_day(self.reception_day(moment) + timedelta(days=amount)))

    def add_hours(self, moment: datetime, amount: int) -> datetime:
        """The end of a term of working hours (giờ làm việc), counted from the moment or the next opening."""
        _no_negative(amount)
        return self._add_working_time(moment, timedelta(hours=amount))

    def same_day(self, moment: datetime, cutoff: time = SAME_DAY_CUTOFF) -> datetime:
        """The end of a term "in the day" (trong ngày); after the cutoff it is the next working day."""
        local = _local(moment)
        day = self.reception_day(local)
        if day == local.date() and local.time() > cutoff:
            day += timedelta(days=1)
        return self.closing(self.next_working_day(day))

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working hours between two moments; 0 when they are in the wrong order."""
        return self._working_time(_local(start), _local(end)) // timedelta(minutes=1)

    def shift_by_pause(
        self, due: datetime, paused_at: datetime, resumed_at: datetime, *, calendar_days: bool = False
    ) -> datetime:
        """The return moment after the clock stood still (tạm dừng tính thời hạn), never on a day off.

        Working terms move by the working time of the pause, terms in calendar days by its days.
        """
        if resumed_at <= paused_at:
            return due
        if calendar_days:
            days = (_local(resumed_at).date() - _local(paused_at).date()).days
            moved = _local(due) + timedelta(days=days)
            day = self.next_working_day(moved.date())
            return self.closing(day) if days else _local(due)
        stood_still = self._working_time(_local(paused_at), _local(resumed_at))
        return self._add_working_time(due, stood_still) if stood_still else _local(due)

    def _working_time(self, start: datetime, end: datetime) -> timedelta:
        total = timedelta()
        day = start.date()
        while day <= end.date():
            if self.is_working(day):
                for opens, closes in self.hours_on(day):
                    total += max(timedelta(), min(end, _at(day, closes)) - max(start, _at(day, opens)))
            day += timedelta(days=1)
        return total

    def _add_working_time(self, moment: datetime, amount: timedelta) -> datetime:
        at = self.next_opening(moment)
        while True:
            closes = next(end for _, end in self.hours_on(at.date()) if at.time() < end)
            left = _at(at.date(), closes) - at
            if amount <= left:
                return at + amount
            amount -= left
            at = self.next_opening(_at(at.date(), closes))


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a calendar needs aware moments")
    return moment.astimezone(ZONE)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=ZONE)


def _no_negative(amount: int) -> None:
    if amount < 0:
        raise ValueError(f"a term cannot be negative: {amount}")
