"""What the doors about registers and the search carry; `types` hands it on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Direction = Literal["in", "out"]
"""Incoming or outgoing (văn bản đến, văn bản đi)."""


@dataclass(frozen=True, slots=True)
class RegisterRef:
    """A register of an agency, a year and a series of numbers (sổ đăng ký văn bản)."""

    id: int
    agency_code: str
    direction: Direction
    year: int
    name: str
    series: str
    last_number: int
    last_on: date | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntryRef:
    """A line of a register (dòng trong sổ). `number` with `suffix` is the number of arrival, or of the document."""

    id: int
    register_id: int
    direction: Direction
    agency_code: str
    number: int
    suffix: str
    registered_on: date
    code: str
    type_code: str
    type_name: str
    author: str
    document_date: date | None
    subject: str
    signer: str
    receivers: str
    keeper: str
    copies: int
    priority: int
    secrecy: str
    note: str
    scan_sha256: str
    scan_name: str
    reserved: bool
    struck_at: datetime | None
    struck_reason: str
    imported: bool
    document_id: UUID | None
    arrival_id: UUID | None


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """Which lines of a register: of days, of a type, struck out or reserved or still to be sent."""

    since: date | None = None
    until: date | None = None
    type_code: str = ""
    state: Literal["", "struck", "reserved", "unsent"] = ""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A document that came on paper or by another way, as the clerk writes it into the register (văn bản giấy đến)."""

    code: str
    author: str
    document_date: date
    subject: str
    type_code: str = ""
    signer: str = ""
    receivers: str = ""
    priority: int = 0
    secrecy: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Where to look: direction, type, author's code, days, signer's name."""

    direction: Literal["", "in", "out"] = ""
    type_code: str = ""
    author_code: str = ""
    since: date | None = None
    until: date | None = None
    signer: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document that was found (kết quả tìm kiếm): `title` and `excerpt` in pieces, (text, is it a word sought?)."""

    document_id: UUID | None
    arrival_id: UUID | None
    entry_id: int | None
    direction: Direction
    code: str
    author: str
    day: date
    type_name: str
    signer: str
    title: tuple[tuple[str, bool], ...]
    excerpt: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of what was found. `total` is exact up to a limit, then `more` is set; `following`: the next page or 0."""

    hits: tuple[SearchHit, ...]
    total: int
    more: bool
    following: int
