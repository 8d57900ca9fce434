"""What the portal's services give to its pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures.types import Form, Page, Procedure

KEEP_DRAFTS = timedelta(days=30)
"""How long a draft lies untouched before it is thrown away."""

Source = Literal["register", "account"]


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that the state filled in (thông tin điền sẵn): the value, where it came from and when."""

    value: Any
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft on a list: enough to go on with it."""

    id: UUID
    procedure_code: str
    name: Bilingual
    updated_at: datetime

    @property
    def kept_until(self) -> datetime:
        return self.updated_at + KEEP_DRAFTS


@dataclass(frozen=True, slots=True)
class DraftRef:
    """A draft with the procedure and form under which it was begun, and the pages its answers call for."""

    id: UUID
    account_id: int
    procedure: Procedure
    form: Form
    answers: Mapping[str, Any]
    known: Mapping[str, Known]
    pages: tuple[Page, ...]
    page: str
    updated_at: datetime
    filed: bool = False

    @property
    def kept_until(self) -> datetime:
        return self.updated_at + KEEP_DRAFTS

    def page_of(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.key == key), None)

    def page_with(self, path: str) -> str:
        """Key of the page that asks this question; "" when none does."""
        return next((page.key for page in self.pages for one in page.fields if one.path == path), "")

    def after(self, key: str) -> str:
        """Key of the next page; "" when the check page comes next."""
        place = self.number_of(key)
        return self.pages[place].key if place < len(self.pages) else ""

    def before(self, key: str) -> str:
        """Key of the page before; "" on the first."""
        place = self.number_of(key) - 2
        return self.pages[place].key if place >= 0 else ""

    def number_of(self, key: str) -> int:
        """Place of a page counted from 1; 0 for a page that is not asked."""
        return next((number for number, page in enumerate(self.pages, start=1) if page.key == key), 0)


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What saving a page gave: the draft as it now is, what must be corrected, what the state filled in just now."""

    draft: DraftRef
    errors: tuple[FieldError, ...] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceivingPlace:
    """A commune or province where a dossier can be filed online (nơi nhận hồ sơ), and its agency."""

    gso_code: str
    agency_code: str
    name: str
    province: str

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.province}" if self.province else self.name
