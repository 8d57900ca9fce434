"""The synthetic population: households of couples, children and grandparents, drawn from a seed.

The same seed gives the same people everywhere. Ages are counted from a fixed day, not from today, so that a demo
prepared next year shows the same country.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from lienthong.sources.population.demo import names
from lienthong.sources.population.demo.family import DEPARTED, NAMED_PEOPLE
from lienthong.sources.population.demo.places import Place, all_places
from lienthong.sources.population.rules import SERIALS_PER_PREFIX, make_number, number_prefix
from lienthong.sources.population.types import DemoPerson, Relative, Residence, Sex

SEED: Final = 20261121
COUNT: Final = 20_000
DAY: Final = date(2026, 6, 30)

_STREETS: Final = (
    "Hoa Mai", "Thông Xanh", "Mimosa", "Bình Minh", "Suối Trong", "Đồi Chè", "Hoa Ban", "Trà Xanh", "Sông Xanh",
    "Nắng Mai", "Hòa Bình", "Thống Nhất", "Đoàn Kết", "Tân Lập", "Phú Mỹ", "An Lạc", "Hoa Sim", "Cẩm Tú",
)  # fmt: skip
_SHARE_MOVED: Final = 0.12
_SHARE_WITH_GRANDPARENTS: Final = 0.28
_SHARE_SINGLE: Final = 0.15
_CHILDREN: Final = (0, 1, 1, 2, 2, 2, 2, 3)


def make_people(count: int = COUNT, seed: int = SEED) -> Iterator[DemoPerson]:
    """``count`` synthetic people: the named ones first, then household after household."""
    known = [*NAMED_PEOPLE, DEPARTED][:count]
    yield from known
    yield from _Country(seed, {person.personal_number for person in known}).people(count - len(known))


class _Country:
    """One drawing of the population; remembers the numbers that are taken."""

    def __init__(self, seed: int, taken: set[str]) -> None:
        self._rng = Random(seed)  # noqa: S311 (synthetic people must come out the same every time)
        self._taken = set(taken)
        self._places = all_places()
        self._scale = tuple(accumulate(place.weight for place in self._places))

    def people(self, count: int) -> Iterator[DemoPerson]:
        """So many people; the last household is cut short if need be."""
        left = count
        while left > 0:
            household = self._household()[:left]
            left -= len(household)
            yield from household

    def _household(self) -> list[DemoPerson]:
        rng = self._rng
        place = rng.choices(self._places, cum_weights=self._scale)[0]
        home = Residence(place.gso_code, place.commune, place.province, self._address(place))
        people = names.draw_people(rng, place.registration_code)
        if rng.random() < _SHARE_SINGLE:
            sex: Sex = "male" if rng.random() < 0.5 else "female"
            born = self._born(rng.randint(1940, 2006))
            return [self._person(names.draw_surname(rng, people), people, sex, born, place, home)]
        husband, wife = self._couple(rng.randint(1958, 2001), place, home, people)
        elders: list[DemoPerson] = []
        if rng.random() < _SHARE_WITH_GRANDPARENTS:
            elders, husband = self._grandparents(husband, place, home)
        return [husband, wife, *self._children(husband, wife, place, home), *elders]

    def _couple(self, husband_born: int, place: Place, home: Residence, people: str) -> tuple[DemoPerson, DemoPerson]:
        rng = self._rng
        hers = people if rng.random() < 0.9 else names.draw_people(rng, place.registration_code)
        his_day = self._born(husband_born)
        her_day = self._born(min(2004, husband_born + rng.choice((-2, 0, 0, 1, 2, 2, 3, 4, 5, 7))))
        husband = self._person(names.draw_surname(rng, people), people, "male", his_day, place, home)
        wife = self._person(names.draw_surname(rng, hers), hers, "female", her_day, place, home)
        return replace(husband, spouse=_as_relative(wife)), replace(wife, spouse=_as_relative(husband))

    def _children(self, husband: DemoPerson, wife: DemoPerson, place: Place, home: Residence) -> list[DemoPerson]:
        rng = self._rng
        children = []
        day = wife.birth_date + timedelta(days=365 * 20 + rng.randrange(365 * 9))
        last_day = min(DAY, wife.birth_date + timedelta(days=365 * 43))
        for _ in range(rng.choice(_CHILDREN)):
            # Those born before 2002 have left home: they are somebody else's household.
            if day > last_day or day.year < 2002:
                break
            sex: Sex = "male" if rng.random() < 0.52 else "female"
            child = self._person(_surname_of(husband), husband.ethnicity, sex, day, place, home, moved=False)
            children.append(
                replace(child, mother=_as_relative(wife), father=_as_relative(husband), hometown=husband.hometown)
            )
            day += timedelta(days=500 + rng.randrange(1500))
        return children

    def _grandparents(self, husband: DemoPerson, place: Place, home: Residence) -> tuple[list[DemoPerson], DemoPerson]:
        rng = self._rng
        born = max(1925, husband.birth_date.year - rng.randint(22, 34))
        people, surname = husband.ethnicity, _surname_of(husband)
        grandfather = self._person(surname, people, "male", self._born(born), place, home)
        her_day = self._born(min(born + rng.randint(-1, 5), husband.birth_date.year - 18))
        grandmother = self._person(names.draw_surname(rng, people), people, "female", her_day, place, home)
        if rng.random() < 0.3 + (1955 - born) / 60:
            widowed = husband.birth_date + timedelta(days=rng.randrange((DAY - husband.birth_date).days))
            grandfather = replace(grandfather, status="dead", death_date=widowed)
        grandfather = replace(grandfather, spouse=_as_relative(grandmother))
        grandmother = replace(grandmother, spouse=_as_relative(grandfather))
        son = replace(husband, mother=_as_relative(grandmother), father=_as_relative(grandfather))
        return [grandfather, grandmother], son

    def _person(
        self, surname: str, people: str, sex: Sex, born: date, place: Place, home: Residence, *, moved: bool = True
    ) -> DemoPerson:
        rng = self._rng
        origin = rng.choice(self._places) if moved and rng.random() < _SHARE_MOVED else place
        return DemoPerson(
            personal_number=self._number(origin.code_on(born), sex, born.year),
            name=names.draw_name(rng, surname=surname, ethnicity=people, sex=sex, birth_year=born.year),
            birth_date=born,
            sex=sex,
            ethnicity=people,
            residence=home,
            birth_place=f"{origin.commune}, {origin.province}",
            hometown=f"{origin.commune}, {origin.province}",
        )

    def _number(self, registration_code: str, sex: Sex, year: int) -> str:
        prefix = number_prefix(registration_code, sex, year)
        while True:
            number = make_number(prefix, self._rng.randrange(SERIALS_PER_PREFIX))
            if number not in self._taken:
                self._taken.add(number)
                return number

    def _born(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self._rng.randrange(365))

    def _address(self, place: Place) -> str:
        rng = self._rng
        if place.is_ward:
            return f"{rng.randint(1, 240)} đường {rng.choice(_STREETS)}, tổ dân phố {rng.randint(1, 24)}"
        return f"Thôn {rng.randint(1, 12)}"


def _surname_of(person: DemoPerson) -> str:
    return "" if person.ethnicity in ("Cơ Ho", "Mạ") else person.name.split()[0]


def _as_relative(person: DemoPerson) -> Relative:
    return Relative(person.personal_number, person.name)
