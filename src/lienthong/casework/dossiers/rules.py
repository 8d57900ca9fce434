"""Pure decisions about dossiers: codes, pauses, completeness, punctuality, who belongs. Time is passed in."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, Literal, Protocol

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold, nfc, read_text, tr

CODE_PATTERN: Final = "{agency}-{day:%y%m%d}-{number:04d}"
"""TT 01/2018 Điều 19 with codes of QĐ 20/2020; TT 03/2025 may order another one, so a profile can set it."""
REFERENCE_PATTERN: Final = "{agency}-{day:%y%m%d}-{number:06d}"

Punctuality = Literal["early", "on_time", "late"]
_NUMBERED = re.compile(r"^([0-9]{1,2})\. ")


class PausableCalendar(Protocol):
    """The part of the agencies' Calendar that pauses need."""

    def shift_by_pause(
        self, due: datetime, paused_at: datetime, resumed_at: datetime, *, calendar_days: bool = False
    ) -> datetime: ...


class NamedPart(Protocol):
    """A component of a procedure: its code and whether it must be there."""

    @property
    def code(self) -> str: ...

    @property
    def required(self) -> bool: ...


def make_code(agency_code: str, day: date, number: int, pattern: str = CODE_PATTERN) -> str:
    """Dossier code (mã hồ sơ): `H36.101.01-261121-0001`.

    Raises ValueError when the pattern lacks one of the three parts (two dossiers could get the same code).
    """
    names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
    if names != {"agency", "day", "number"}:
        raise ValueError(f"a code pattern needs {{agency}}, {{day}} and {{number}}, this one has {sorted(names)}")
    if number < 1:
        raise ValueError("numbers start at 1")
    return pattern.format(agency=agency_code, day=day, number=number)


def due_after_pause(
    due_at: datetime | None,
    *,
    paused_at: datetime,
    resumed_at: datetime,
    calendar: PausableCalendar,
    calendar_days: bool,
) -> datetime | None:
    """The return date after a pause (statuses 5 and 6): later by the time the clock stood, never earlier."""
    if due_at is None:
        return None
    return max(due_at, calendar.shift_by_pause(due_at, paused_at, resumed_at, calendar_days=calendar_days))


def punctuality(due_at: datetime | None, finished_at: datetime) -> Punctuality:
    """Before time (trước hạn), on time (đúng hạn) or late (quá hạn); without a time limit nothing is late.

    Before time means on an earlier day; the last day counts as on time.
    """
    if due_at is None:
        return "on_time"
    if finished_at > due_at:
        return "late"
    return "early" if finished_at.date() < due_at.astimezone(finished_at.tzinfo).date() else "on_time"


def missing_components(components: Sequence[NamedPart], handed_in: Iterable[str]) -> tuple[str, ...]:
    """Codes of required components (thành phần hồ sơ) that no paper stands for."""
    there = set(handed_in)
    return tuple(part.code for part in components if part.required and part.code not in there)


def is_unit_of(agency_code: str, house: str) -> bool:
    """Is the agency the house itself or, for a commune, one of its units? `H36.101.01` belongs to `H36.101`.

    Communes and departments are no units of the province `H36`: they decide for themselves.
    """
    if not house or not agency_code:
        return False
    return agency_code == house or ("." in house and agency_code.startswith(house + "."))


def search_text(*parts: str) -> str:
    """What officers search in: folded, so that accents and capitals do not matter."""
    return fold(nfc(" ".join(part for part in parts if part)))


def clean_text(text: str, *, field: str, at_most: int = 2000) -> str:
    """A reason or note as stored: NFC, trimmed.

    Raises Refused `dossiers.text-missing`, `.text-broken` or `.text-too-long`.
    """
    kept = read_text(text.replace("\0", ""), lines=True)
    if kept is None:
        raise Refused(
            "dossiers.text-broken",
            tr(
                "Nội dung có ký tự bị lỗi. Hãy xóa và gõ lại.",
                "The text has broken characters. Delete it and type it again.",
            ),
            field=field,
        )
    if not kept:
        raise Refused("dossiers.text-missing", tr("Hãy ghi rõ nội dung.", "Please write it out."), field=field)
    if len(kept) > at_most:
        raise Refused(
            "dossiers.text-too-long",
            tr(f"Nội dung dài quá {at_most} ký tự.", f"The text is longer than {at_most} characters."),
            field=field,
        )
    return kept


def write_request(reason: str, papers: Sequence[str]) -> str:
    """The words of a supplement request (form 02), as the story tells them: why, then the papers by number.

    >>> write_request("Ảnh mờ.", ["Giấy chứng sinh", "Thẻ căn cước"])
    'Ảnh mờ.\\n1. Giấy chứng sinh\\n2. Thẻ căn cước'
    """
    return "\n".join([reason, *(f"{number}. {paper}" for number, paper in enumerate(papers, start=1))])


def read_request(words: str) -> tuple[str, tuple[str, ...]]:
    """Why, and the papers: what `write_request` wrote, even where the reason has numbered lines itself.

    >>> read_request("Thiếu:\\n1. vì mờ\\n1. Giấy chứng sinh\\n2. Thẻ căn cước")
    ('Thiếu:\\n1. vì mờ', ('Giấy chứng sinh', 'Thẻ căn cước'))
    >>> read_request("Không có danh sách")
    ('Không có danh sách', ())
    """
    lines = words.split("\n")
    last = _NUMBERED.match(lines[-1])
    count = min(int(last[1]), len(lines) - 1) if last else 0
    listed = [_NUMBERED.sub("", line) for line in lines[len(lines) - count :]]
    return "\n".join(lines[: len(lines) - count]), tuple(listed)
