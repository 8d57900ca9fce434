"""What population hands to other rooms: frozen facts about people, purposes, looks and the demo's people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from lienthong.kernel.text import Bilingual, tr

Sex = Literal["male", "female"]
PersonStatus = Literal["alive", "dead", "missing"]
ParentRole = Literal["mother", "father"]

VIETNAMESE: Final = "Việt Nam"

SEX_LABELS: Final[dict[str, Bilingual]] = {"male": tr("Nam", "Male"), "female": tr("Nữ", "Female")}
STATUS_LABELS: Final[dict[str, Bilingual]] = {
    "alive": tr("Còn sống", "Alive"),
    "dead": tr("Đã chết", "Dead"),
    "missing": tr("Mất tích", "Missing"),
}


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """Personal number (số định danh cá nhân), taken apart.

    12 digits: 3 of the province (or country) of birth registration, 1 of century and sex, 2 of the year of
    birth, 6 random; no check digit.
    """

    text: str
    registration_code: str
    birth_year: int
    sex: Sex
    serial: str

    @property
    def prefix(self) -> str:
        """The six digits that follow from the birth: one block of a million numbers."""
        return self.text[:6]


@dataclass(frozen=True, slots=True)
class Residence:
    """Permanent residence (nơi thường trú): commune by its GSO code (5 digits), then house, street or hamlet."""

    commune_gso: str
    commune_name: str
    province_name: str
    detail: str

    @property
    def text(self) -> str:
        """The address on one line, smallest part first, as Vietnamese addresses are written."""
        return ", ".join(part for part in (self.detail, self.commune_name, self.province_name) if part)


@dataclass(frozen=True, slots=True)
class Relative:
    """A parent or spouse (cha, mẹ, vợ, chồng) as the register names them; ``number`` is empty when unknown."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Person record (thông tin công dân) as far as the purpose of the look allows.

    ``fields`` names what the purpose opened; every other fact is None or empty because it was not asked for,
    not because the register lacks it.
    """

    personal_number: str
    fields: frozenset[str]
    name: str = ""
    birth_date: date | None = None
    sex: Sex | None = None
    ethnicity: str = ""
    nationality: str = ""
    residence: Residence | None = None
    birth_place: str = ""
    hometown: str = ""
    mother: Relative | None = None
    father: Relative | None = None
    spouse: Relative | None = None
    status: PersonStatus | None = None

    def as_answer(self) -> dict[str, Any]:
        """The record as JSON for the answer of a question: only the fields that the purpose opened."""
        answer: dict[str, Any] = {"personal_number": self.personal_number, "fields": sorted(self.fields)}
        for name in sorted(self.fields):
            value = getattr(self, name)
            if isinstance(value, date):
                value = value.isoformat()
            elif isinstance(value, Residence | Relative):
                value = {key: getattr(value, key) for key in value.__dataclass_fields__}
            answer[name] = value
        return answer

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> PersonRecord:
        """The record out of an answer; raises KeyError, TypeError or ValueError when it is malformed."""
        fields = frozenset(answer["fields"]) & PERSON_FIELDS
        found: dict[str, Any] = {name: answer[name] for name in fields}
        if found.get("birth_date"):
            found["birth_date"] = date.fromisoformat(found["birth_date"])
        if found.get("residence"):
            found["residence"] = Residence(**found["residence"])
        for role in ("mother", "father", "spouse"):
            if found.get(role):
                found[role] = Relative(**found[role])
        return cls(personal_number=str(answer["personal_number"]), fields=fields, **found)


PERSON_FIELDS: Final = frozenset(PersonRecord.__dataclass_fields__) - {"personal_number", "fields"}


@dataclass(frozen=True, slots=True)
class Purpose:
    """Purpose of a look (mục đích khai thác): what it is for and which fields it opens.

    ``only_self``: only the person may look, at themselves. ``only_holder``: only officers of the holder.
    """

    code: str
    title: Bilingual
    fields: frozenset[str]
    legal_ground: str
    only_self: bool = False
    only_holder: bool = False


@dataclass(frozen=True, slots=True)
class LookSeen:
    """A look at a person (lượt khai thác thông tin): who, when, what for, on which legal ground.

    ``outcome`` is ``answered``, ``unknown`` (no such person) or ``denied``; ``fields`` names what was shown.
    """

    at: datetime
    agency_code: str
    agency_name: str
    purpose: str
    purpose_title: Bilingual
    legal_ground: str
    outcome: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """One identity version (phiên bản thông tin) of a person: what held from a day until before another."""

    valid_from: date
    valid_to: date | None
    record: PersonRecord
    source: str
    basis: str


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person with all identity versions, newest first, and everybody who looked."""

    current: PersonRecord
    versions: tuple[IdentityRow, ...]
    looks: tuple[LookSeen, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person on the holder's list of search results: enough to choose the right one, no more."""

    personal_number: str
    name: str
    birth_date: date
    sex: Sex
    commune_name: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """The child (người được khai sinh) as declared at birth registration."""

    name: str
    birth_date: date
    sex: Sex
    ethnicity: str
    nationality: str = VIETNAMESE
    birth_place: str = ""
    hometown: str = ""


@dataclass(frozen=True, slots=True)
class ParentFacts:
    """A parent (cha, mẹ) as declared: the number, and the name as the second fact that guards against typing errors."""

    personal_number: str
    name: str


@dataclass(frozen=True, slots=True)
class BirthDeclaration:
    """Birth declaration (nội dung đăng ký khai sinh): what a commune entered, under an id that is used once."""

    request_id: UUID
    child: ChildFacts
    mother: ParentFacts | None
    father: ParentFacts | None
    registered_at_commune_gso: str
    registration_date: date

    @property
    def parents(self) -> tuple[tuple[ParentRole, ParentFacts], ...]:
        """The parents that were declared."""
        declared: tuple[tuple[ParentRole, ParentFacts | None], ...] = (
            ("mother", self.mother),
            ("father", self.father),
        )
        return tuple((role, parent) for role, parent in declared if parent is not None)


@dataclass(frozen=True, slots=True)
class BirthOutcome:
    """What became of a birth that was reported (kết quả đăng ký khai sinh): pending, issued or refused."""

    request_id: UUID
    state: Literal["pending", "issued", "refused"]
    personal_number: str = ""
    refusal_code: str = ""
    reason: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A synthetic person (người mô phỏng) of the demo country; nobody real.

    ``level`` is that of the e-identity account the person would have; ``key`` is set for the named people of the
    story only (``mother``, ``father`` …) and ``about`` says who they are there.
    """

    personal_number: str
    name: str
    birth_date: date
    sex: Sex
    ethnicity: str
    residence: Residence
    birth_place: str
    hometown: str
    mother: Relative | None = None
    father: Relative | None = None
    spouse: Relative | None = None
    status: PersonStatus = "alive"
    death_date: date | None = None
    level: int = 2
    key: str = ""
    about: Bilingual | None = None


def is_sex(value: str) -> Sex:
    """``value`` as a sex; raises ValueError for anything but ``male`` and ``female``."""
    if value not in SEX_LABELS:
        raise ValueError(f"not a sex: {value!r}")
    return cast("Sex", value)
