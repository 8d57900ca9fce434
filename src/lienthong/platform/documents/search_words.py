"""Words of the search over documents (từ khóa tìm kiếm): how texts become lexemes and questions, and excerpts. Pure.

Lexemes are plain: lower case, no accents, letters and digits only. Those that begin with `@` are marks of a whole
document: who holds it (`@H36`), in which direction (`@in:H36`), its quarter, type, author, and signer's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from lienthong.kernel.text import fold
from lienthong.platform.documents.types import Direction, SearchFilters

VECTOR_SQL: Final = (
    "setweight(to_tsvector('simple', {title}), 'A') || setweight(to_tsvector('simple', {facts}), 'B')"
    " || setweight(to_tsvector('simple', {body}), 'D') || array_to_tsvector({marks})"
)
"""A search line's words in SQL; the places are texts that `plain` made and an array of marks."""

MOST_WORDS: Final = 12
MOST_TEXT: Final = 200

_OTHER = re.compile(r"[\W_]+")
_NO_CODE = re.compile(r"[^0-9A-Za-z.]+")
_QUOTED = re.compile(r'["“”]([^"“”]*)["“”]')

Pieces = tuple[tuple[str, bool], ...]


def plain(text: str) -> str:
    """A text as its bare words: `Số 09/UBND-VX` → `so 09 ubnd vx`."""
    return _OTHER.sub(" ", fold(text)).strip()


def marks(
    *, held: Iterable[tuple[Direction, str]], day: date, type_code: str, author_code: str, signer: str
) -> list[str]:
    """The marks of a document that these agencies hold in these directions."""
    found = {f"@{quarter_of(day)}"}
    for direction, agency in held:
        found |= {f"@{agency}", f"@{direction}:{agency}"}
    if type_code:
        found.add(f"@t:{plain(type_code)}")
    if author_code:
        found.add(f"@f:{author_code}")
    found |= {f"@s:{word}" for word in plain(signer).split()}
    return sorted(found)


def quarter_of(day: date) -> str:
    return f"q{day.year}-{(day.month + 2) // 3}"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the index: `terms` are ranked and marked in the text, `marks` only narrow it."""

    terms: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...]

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for term in self.terms for word in term)

    def ranked_sql(self) -> str:
        """The terms as a tsquery."""
        return " & ".join("(" + " <-> ".join(_quoted(word) for word in term) + ")" for term in self.terms)

    def sql(self, quarters: Sequence[str] = ()) -> str:
        """The whole question as a tsquery, for these quarters only if any are named."""
        parts = [self.ranked_sql()] if self.terms else []
        parts += [_quoted(mark) for mark in self.marks]
        if quarters:
            parts.append("(" + " | ".join(_quoted(f"@{one}") for one in quarters) + ")")
        return " & ".join(parts)


def read_question(agency_code: str, text: str, filters: SearchFilters) -> Question:
    """What somebody typed: words that must all be there, and "several words" that must stand together."""
    typed = text[:MOST_TEXT]
    terms = [tuple(plain(found).split()) for found in _QUOTED.findall(typed)]
    terms += [(word,) for word in plain(_QUOTED.sub(" ", typed)).split()]
    kept = tuple(dict.fromkeys(term[:MOST_WORDS] for term in terms if term))[:MOST_WORDS]
    narrowing = [f"@{filters.direction}:{agency_code}" if filters.direction else f"@{agency_code}"]
    if filters.type_code:
        narrowing.append(f"@t:{plain(filters.type_code)}")
    if filters.author_code:
        narrowing.append(f"@f:{_NO_CODE.sub('', filters.author_code)[:64]}")
    narrowing += [f"@s:{word}" for word in plain(filters.signer[:MOST_TEXT]).split()[:MOST_WORDS]]
    return Question(kept, tuple(narrowing))


def windows(newest: date, oldest: date) -> list[list[str]]:
    """The quarters between two days, newest first, in groups that grow: one, two, four, eight …"""
    quarters = []
    year, quarter = newest.year, (newest.month + 2) // 3
    while (year, quarter) >= (oldest.year, (oldest.month + 2) // 3):
        quarters.append(f"q{year}-{quarter}")
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    groups, size = [], 1
    while quarters:
        groups.append(quarters[:size])
        quarters, size = quarters[size:], size * 2
    return groups


def highlight(text: str, words: frozenset[str]) -> Pieces:
    """The text in pieces, each with whether it is a word that was sought."""
    pieces: list[tuple[str, bool]] = []
    for start, end, word in _words_of(text):
        is_sought = word in words
        gap = pieces[-1:] and pieces[-1][1] == is_sought
        chunk = text[start:end]
        pieces.append((pieces.pop()[0] + chunk, is_sought) if gap else (chunk, is_sought))
    return tuple(pieces)


def excerpt(body: str, words: frozenset[str], width: int = 240) -> Pieces:
    """The part of a long text that holds most of the words sought; nothing where it holds none."""
    places = [(start, word) for start, _, word in _words_of(body) if word in words]
    if not places:
        return ()
    best = max(range(len(places)), key=lambda first: _worth(places, first, width))
    start = max(0, places[best][0] - 60)
    if start and (space := body.find(" ", start)) != -1:
        start = min(space + 1, places[best][0])
    end = min(len(body), start + width)
    if end < len(body) and (space := body.rfind(" ", start, end)) > places[best][0]:
        end = space
    shown = highlight(" ".join(body[start:end].split()), words)
    return ((("… ", False),) if start else ()) + shown + (((" …", False),) if end < len(body) else ())


def _worth(places: list[tuple[int, str]], first: int, width: int) -> int:
    start = places[first][0]
    return len({word for place, word in places[first : first + 40] if place < start + width - 60})


def _words_of(text: str) -> Iterable[tuple[int, int, str]]:
    """The text cut into words and what stands between them, with each one's plain form ("" between)."""
    at = 0
    for gap in _OTHER.finditer(text):
        if gap.start() > at:
            yield at, gap.start(), _fold_word(text[at : gap.start()])
        yield gap.start(), gap.end(), ""
        at = gap.end()
    if at < len(text):
        yield at, len(text), _fold_word(text[at:])


@cache
def _letter(letter: str) -> str:
    return fold(letter)


def _fold_word(word: str) -> str:
    return "".join(map(_letter, word))


def _quoted(lexeme: str) -> str:
    """A lexeme as a tsquery writes it; inside quotes nothing but quote and backslash means anything."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
