"""Pure decisions of the document office: how a text becomes a paper, what changed in it, who may be on time."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold, nfc, read_text, tr

MAX_BODY: Final = 200_000
MAX_RECEIVERS: Final = 5_000
LETTER: Final = "CV"
"""A letter (công văn) has no name of type; its subject stands below the number as “V/v …”."""

_ARTICLE = re.compile(r"^(Điều \d+[a-zđ]?[.:])\s*(.*)$")
_HEADING = re.compile(r"^(?:[IVXL]+\.|Chương [IVXL\d]+|Phần [IVXL\d]+|Mục \d+)\s*\S.*$")


def clean_text(text: str, *, field: str, at_most: int = 2000, needed: bool = True, lines: bool = True) -> str:
    """What a person typed as stored: NFC, trimmed.

    Raises Refused `office.text-missing`, `.text-broken`, `.text-too-long`.
    """
    kept = read_text(text.replace("\0", ""), lines=lines)
    if kept is None:
        raise Refused(
            "office.text-broken",
            tr("Nội dung có ký tự bị lỗi. Hãy xóa và gõ lại.", "The text has broken characters. Type it again."),
            field=field,
        )
    if needed and not kept:
        raise Refused("office.text-missing", tr("Hãy ghi rõ nội dung này.", "Please fill this in."), field=field)
    if len(kept) > at_most:
        raise Refused(
            "office.text-too-long",
            tr("Nội dung dài quá {n} ký tự.", "The text is longer than {n} characters.").format(n=at_most),
            field=field,
        )
    return kept


def search_text(*parts: str) -> str:
    """What lists are searched in: folded, so that accents and capitals do not matter."""
    return fold(nfc(" ".join(part for part in parts if part)))


# --- a text as a paper ---------------------------------------------------------------------------------------------


def lay_out(body: str) -> list[dict[str, Any]]:
    """The parts of a document written as plain text: a line is a paragraph; what stands at its beginning says more.

    `Căn cứ …` is a legal basis (italics), `QUYẾT ĐỊNH:` stands in the middle, `Điều 1.` and `I.` are bold, lines of
    `| … | … |` are a table.

    >>> [part["kind"] for part in lay_out("Căn cứ Luật;\\nQUYẾT ĐỊNH:\\nĐiều 1. Cử ông A.\\nI. NỘI DUNG\\n| a | b |")]
    ['basis', 'middle', 'article', 'heading', 'table']
    """
    parts: list[dict[str, Any]] = []
    for line in (one.strip() for one in body.splitlines()):
        if not line:
            continue
        if line.startswith("|"):
            _add_row(parts, line)
        elif line.startswith(("Căn cứ ", "Theo đề nghị của ")):
            parts.append({"kind": "basis", "text": line})
        elif line.endswith(":") and line.isupper() and len(line) < 60:
            parts.append({"kind": "middle", "text": line})
        elif found := _ARTICLE.match(line):
            parts.append({"kind": "article", "lead": found[1], "text": found[2]})
        elif _HEADING.match(line):
            parts.append({"kind": "heading", "text": line})
        else:
            parts.append({"kind": "paragraph", "text": line})
    return parts


def _add_row(parts: list[dict[str, Any]], line: str) -> None:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if parts and parts[-1]["kind"] == "table":
        rows = parts[-1]["rows"]
        width = len(rows[0])
        rows.append((cells + [""] * width)[:width])
    else:
        parts.append({"kind": "table", "rows": [cells]})


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs that comments count, from 1."""
    return [line.strip() for line in text.splitlines() if line.strip()]


# --- what changed --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text in a comparison of two versions: kept, removed or added."""

    kind: Literal["same", "gone", "new"]
    text: str


def compare(old: str, new: str) -> list[list[Change]]:
    """What changed between two texts, paragraph by paragraph and within them word by word.

    >>> [[(c.kind, c.text) for c in line] for line in compare("Giao ông A", "Giao bà A")]
    [[('same', 'Giao '), ('gone', 'ông'), ('new', 'bà'), ('same', ' A')]]
    """
    before, after = paragraphs_of(old), paragraphs_of(new)
    lines: list[list[Change]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [[Change("same", line)] for line in before[i1:i2]]
        elif tag == "replace" and i2 - i1 == j2 - j1:
            lines += [_words(a, b) for a, b in zip(before[i1:i2], after[j1:j2], strict=True)]
        else:
            lines += [[Change("gone", line)] for line in before[i1:i2]]
            lines += [[Change("new", line)] for line in after[j1:j2]]
    return lines


def _words(old: str, new: str) -> list[Change]:
    a, b = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(a[i1:i2])))
            continue
        if i1 != i2:
            changes.append(Change("gone", "".join(a[i1:i2])))
        if j1 != j2:
            changes.append(Change("new", "".join(b[j1:j2])))
    return changes


# --- recipients ----------------------------------------------------------------------------------------------------


def clean_receivers(codes: Iterable[str], *, own: str) -> tuple[str, ...]:
    """Agency codes once each, in order, without the sender itself. Raises Refused `office.too-many-receivers`."""
    kept = tuple(dict.fromkeys(code.strip() for code in codes if code.strip() and code.strip() != own))
    if len(kept) > MAX_RECEIVERS:
        raise Refused(
            "office.too-many-receivers",
            tr("Một văn bản gửi tới nhiều nhất {n} nơi nhận.", "At most {n} recipients.").format(n=MAX_RECEIVERS),
            field="receivers",
        )
    return kept


def list_places(names: Sequence[str], more: Sequence[str], at_most: int = 8) -> list[str]:
    """What stands under “Nơi nhận”: every name, or how many there are when the paper would be full of them.

    >>> list_places(["Sở A", "Sở B"], ["Như trên"])
    ['Như trên', 'Sở A', 'Sở B']
    >>> list_places([f"Xã {n}" for n in range(40)], [])
    ['40 cơ quan theo danh sách gửi trên Trục liên thông văn bản']
    """
    if len(names) > at_most:
        return [*more, f"{len(names)} cơ quan theo danh sách gửi trên Trục liên thông văn bản"]
    return [*more, *(name for name in names if name not in more)]


# --- time ----------------------------------------------------------------------------------------------------------


def is_late(due_on: date | None, finished_on: date | None, today: date) -> bool:
    """Late: the day is over and nothing was finished, or it was finished after it."""
    return due_on is not None and (finished_on or today) > due_on


def archive_before(closed_on: date | None) -> date | None:
    """The last day to hand a closed work file to the archive: one year after the work ended (Luật Lưu trữ)."""
    if closed_on is None:
        return None
    try:
        return closed_on.replace(year=closed_on.year + 1)
    except ValueError:
        return closed_on.replace(year=closed_on.year + 1, day=28)


# --- names ---------------------------------------------------------------------------------------------------------


def file_name(type_code: str, subject: str) -> str:
    """A file's name that any system bears: `qd-thanh-lap-to-cong-tac`.

    >>> file_name("QĐ", "Thành lập Tổ công tác, năm 2026")
    'qd-thanh-lap-to-cong-tac-nam-2026'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", fold(f"{type_code} {subject}")).strip("-")
    return plain[:80].strip("-") or "van-ban"
