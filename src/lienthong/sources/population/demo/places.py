"""Where the synthetic people live: real communes, read from ``places.tsv``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from lienthong.sources.population.registration_codes import CODE_OF_PROVINCE, FORMER_PROVINCES

MERGER_DAY: Final = date(2025, 7, 1)
_FILE = Path(__file__).with_name("places.tsv")


@dataclass(frozen=True, slots=True)
class Place:
    """A commune of today, and the code of birth registration of the province it belonged to before."""

    gso_code: str
    commune: str
    province: str
    registration_code: str
    weight: int

    def code_on(self, birth_date: date) -> str:
        """The code for a birth registered here: since the mergers that of the province whose name survived."""
        return self.registration_code if birth_date < MERGER_DAY else _code_by_name()[self.province]

    @property
    def is_ward(self) -> bool:
        """Streets and house numbers, or hamlets?"""
        return self.commune.startswith("Phường")


@cache
def all_places() -> tuple[Place, ...]:
    """Every place of the file, in its order."""
    lines = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return tuple(Place(gso, commune, province, code, int(weight)) for gso, commune, province, code, weight in rows)


@cache
def _code_by_name() -> dict[str, str]:
    short = {FORMER_PROVINCES[code]: code for code in CODE_OF_PROVINCE.values()} | {"Huế": "046"}
    provinces = {place.province for place in all_places()}
    return {name: short[name.removeprefix("Tỉnh ").removeprefix("Thành phố ")] for name in provinces}


def place_of(gso_code: str) -> Place:
    """One place; raises KeyError when the file has none of that code."""
    for place in all_places():
        if place.gso_code == gso_code:
            return place
    raise KeyError(gso_code)
