"""Fact files (danh mục dùng chung): reads ``facts/*.tsv`` into rows ready for the tables. No database here."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from lienthong.kernel.text import nfc
from lienthong.platform.agencies.rules import search_text, to_qcvn102
from lienthong.platform.agencies.types import AgencyKind, Level, Relation, UnitKind

FOLDER = Path(__file__).parent / "facts"

#: First day of the 34 provinces and of two-level local government.
MERGER_DAY = date(2025, 7, 1)
_PROVINCES = "NQ 202/2025/QH15"
_COMMUNES = "NQ 1654–1687/NQ-UBTVQH15"
_DISTRICTS = "Luật 72/2025/QH15"
_HUE_DAY = date(2025, 1, 1)

#: Longest words first, since "Thành phố" and "Thị xã" begin like others end.
_DISTRICT_KINDS = {
    "Thành phố": UnitKind.PROVINCIAL_CITY,
    "Quận": UnitKind.URBAN_DISTRICT,
    "Huyện": UnitKind.RURAL_DISTRICT,
    "Thị xã": UnitKind.TOWN,
}
_COMMUNE_KINDS = {
    "Phường": UnitKind.WARD,
    "Thị trấn": UnitKind.TOWNSHIP,
    "Đặc khu": UnitKind.SPECIAL_ZONE,
    "Xã": UnitKind.COMMUNE,
}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit by code and days."""

    level: Level
    code: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class FormRow:
    """Name, type and place of a unit; the unit is named by its code and first day."""

    unit_code: str
    unit_from: date | None
    kind: UnitKind
    name: str
    parent_code: str
    province_code: str
    valid_from: date | None
    valid_to: date | None
    decision: str
    place: str = ""

    @property
    def name_text(self) -> str:
        """The name alone, as words for searching."""
        return search_text(self.name)

    @property
    def search_text(self) -> str:
        """Type, name and place, as words for searching."""
        return search_text(self.kind.prefix, self.name, self.place)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Old unit to new unit; each named by its code and first day."""

    old_code: str
    old_from: date | None
    new_code: str
    new_from: date | None
    relation: Relation
    main: bool
    decision: str


@dataclass(frozen=True, slots=True)
class Units:
    """All rows about administrative units."""

    units: tuple[UnitRow, ...]
    forms: tuple[FormRow, ...]
    changes: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency in its latest form."""

    code: str
    qcvn102_code: str
    name: str
    kind: AgencyKind
    gso_code: str
    valid_to: date | None
    note: str


@dataclass(frozen=True, slots=True)
class FormerRow:
    """What the code of an agency meant before a day."""

    code: str
    name: str
    kind: AgencyKind
    gso_code: str
    valid_to: date
    decision: str


@dataclass(frozen=True, slots=True)
class AgencyChangeRow:
    """Who took over from a closed agency."""

    old: str
    new: str
    main: bool
    matters: str
    effective_date: date
    decision: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A national exception to the working week."""

    day: date
    kind: str
    name_vi: str
    name_en: str
    in_place_of: date | None
    decision: str


@dataclass(frozen=True, slots=True)
class HoursRow:
    """A national shift."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time
    decision: str


@dataclass(frozen=True, slots=True)
class DemoCommune:
    """A commune of the demo: the number in its agency code and its statistics code."""

    number: str
    gso_code: str


def digest() -> str:
    """SHA-256 over all fact files: equal digests mean equal facts."""
    total = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.tsv")):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def agencies() -> list[AgencyRow]:
    """The level-1 agencies."""
    return [
        AgencyRow(
            code=row["code"],
            qcvn102_code=to_qcvn102(row["code"]),
            name=row["name"],
            kind=AgencyKind(row["kind"]),
            gso_code=row["gso_code"],
            valid_to=_day(row["valid_to"]),
            note=row["note"],
        )
        for row in _rows("agencies")
    ]


def former_forms() -> list[FormerRow]:
    """Earlier meanings of agency codes."""
    return [
        FormerRow(
            code=row["code"],
            name=row["name"],
            kind=AgencyKind(row["kind"]),
            gso_code=row["gso_code"],
            valid_to=date.fromisoformat(row["valid_to"]),
            decision=row["decision"],
        )
        for row in _rows("former_forms")
    ]


def agency_changes() -> list[AgencyChangeRow]:
    """Successors of closed agencies."""
    return [
        AgencyChangeRow(
            old=row["old"],
            new=row["new"],
            main=row["main"] == "yes",
            matters=row["matters"],
            effective_date=date.fromisoformat(row["effective_date"]),
            decision=row["decision"],
        )
        for row in _rows("agency_changes")
    ]


def calendar_days() -> list[DayRow]:
    """National days off and make-up working days."""
    return [
        DayRow(
            day=date.fromisoformat(row["day"]),
            kind=row["kind"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            in_place_of=_day(row["in_place_of"]),
            decision=row["decision"],
        )
        for row in _rows("calendar_days")
    ]


def office_hours() -> list[HoursRow]:
    """National office hours."""
    return [
        HoursRow(
            weekdays=tuple(int(number) for number in row["weekdays"].split()),
            opens=time.fromisoformat(row["opens"]),
            closes=time.fromisoformat(row["closes"]),
            decision=row["decision"],
        )
        for row in _rows("office_hours")
    ]


def demo_communes() -> list[DemoCommune]:
    """The communes that take part in the demo."""
    return [DemoCommune(row["number"], row["gso_code"]) for row in _rows("demo_communes")]


def administrative_units() -> Units:
    """Provinces, districts and communes of both worlds, and what became of each."""
    parts = (_provinces(), _districts(), _communes())
    return Units(
        units=tuple(row for part in parts for row in part.units),
        forms=tuple(row for part in parts for row in part.forms),
        changes=tuple(row for part in parts for row in part.changes),
    )


def _provinces() -> Units:
    before, since = list(_rows("provinces_until_2025-06-30")), list(_rows("provinces_since_2025-07-01"))
    kept = {row["code"] for row in since if row["members"] == row["code"]}
    units, forms, changes = [], [], []
    for row in before:
        code, ends = row["code"], None if row["code"] in kept else MERGER_DAY
        units.append(UnitRow("province", code, None, ends))
        begins = _HUE_DAY if code == "46" else None
        forms.append(_province_form(row, None, begins, ends, "NQ 175/2024/QH15" if begins else ""))
    forms.append(FormRow("46", None, UnitKind.PROVINCE, "Thừa Thiên Huế", "", "46", None, _HUE_DAY, ""))
    for row in since:
        code, first = row["code"], None if row["code"] in kept else MERGER_DAY
        if first:
            units.append(UnitRow("province", code, first, None))
            forms.append(_province_form(row, first, first, None, _PROVINCES))
        relation: Relation = "whole" if first else "kept"
        changes += [ChangeRow(old, None, code, first, relation, True, _PROVINCES) for old in row["members"].split()]
    return Units(tuple(units), tuple(forms), tuple(changes))


def _province_form(
    row: dict[str, str], unit_from: date | None, begins: date | None, ends: date | None, decision: str
) -> FormRow:
    code = row["code"]
    return FormRow(code, unit_from, UnitKind(row["kind"]), row["name"], "", code, begins, ends, decision)


def _districts() -> Units:
    names = _province_names("provinces_until_2025-06-30")
    units, forms, changes = [], [], []
    for row in _rows("districts_until_2025-06-30"):
        code, province = row["code"], row["province"]
        kind, name = _split_name(row["name"], _DISTRICT_KINDS)
        units.append(UnitRow("district", code, None, MERGER_DAY))
        forms.append(FormRow(code, None, kind, name, province, province, None, MERGER_DAY, "", names[province]))
        if row["successor"]:
            changes.append(ChangeRow(code, None, row["successor"], MERGER_DAY, "whole", True, _DISTRICTS))
    return Units(tuple(units), tuple(forms), tuple(changes))


def _communes() -> Units:
    districts = {row["code"]: row for row in _rows("districts_until_2025-06-30")}
    names = _province_names("provinces_until_2025-06-30")
    pairs = list(_commune_pairs())
    kept = _kept_codes(pairs)
    units, forms = [], []
    for row in _rows("communes_until_2025-06-30"):
        code, district = row["code"], districts[row["district"]]
        province = district["province"]
        place = f"{district['name']} {names[province]}"
        kind, name = _split_name(row["name"], _COMMUNE_KINDS)
        units.append(UnitRow("commune", code, None, None if code in kept else MERGER_DAY))
        forms.append(FormRow(code, None, kind, name, district["code"], province, None, MERGER_DAY, "", place))
    names = _province_names("provinces_since_2025-07-01")
    for row in _rows("communes_since_2025-07-01"):
        code, province = row["code"], row["province"]
        first = None if code in kept else MERGER_DAY
        if first:
            units.append(UnitRow("commune", code, first, None))
        kind, name = _split_name(row["name"], _COMMUNE_KINDS)
        forms.append(FormRow(code, first, kind, name, province, province, MERGER_DAY, None, _COMMUNES, names[province]))
    changes = [
        ChangeRow(old, None, new, None, "kept", True, _COMMUNES)
        if new in kept
        else ChangeRow(old, None, new, MERGER_DAY, "part" if "~" in mark else "whole", mark != "~", _COMMUNES)
        for new, old, mark in pairs
    ]
    return Units(tuple(units), tuple(forms), tuple(changes))


def _province_names(file: str) -> dict[str, str]:
    return {row["code"]: row["name"] for row in _rows(file)}


def _commune_pairs() -> Iterator[tuple[str, str, str]]:
    """(new code, old code, mark) of every row of the map; marks: "" whole, "~" part, "~!" main part."""
    for row in _rows("commune_changes_2025-07-01"):
        for old in row["olds"].split():
            yield row["new"], old[:5], old[5:]


def _kept_codes(pairs: list[tuple[str, str, str]]) -> set[str]:
    """Communes that went on alone and whole under their own code, perhaps with another name or type."""
    parts = Counter(new for new, _, _ in pairs)
    return {new for new, old, mark in pairs if new == old and not mark and parts[new] == 1}


def _split_name(full_name: str, kinds: dict[str, UnitKind]) -> tuple[UnitKind, str]:
    for prefix, kind in kinds.items():
        if full_name.startswith(prefix + " "):
            return kind, full_name[len(prefix) + 1 :]
    raise ValueError(f"no type of unit at the front of {full_name!r}")


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a fact file: tab-separated, comments by #, one line of column names; short rows are padded."""
    text = nfc((FOLDER / f"{name}.tsv").read_text(encoding="utf-8"))
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    columns = lines[0]
    return tuple(dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True)) for cells in lines[1:])
