"""Words on a page of a PDF and where they stand: enough of a content stream to find a signer's printed name.

Reads what word processors write: simple and composite fonts with their maps to Unicode, plain matrices. Turned text,
pictures of text and fonts without maps give nothing; nothing here is a proof of what a page shows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, StreamObject

from lienthong.platform.signing.rules.pades.entries import entry, items

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
Operand: TypeAlias = float | bytes | str | list[float | bytes]

_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MAX_CONTENT = 4 * 2**20
_MAX_TOKENS = 400_000
_MAX_DEPTH = 4
_MAX_RANGE = 4096
_TOKEN = re.compile(
    rb"%[^\r\n]*|<<|>>|<[0-9A-Fa-f\s]*>|\[|\]|/[^\s<>\[\]()/%{}]*|[+-]?(?:\d+\.?\d*|\.\d+)|[A-Za-z'\"*0-9]+|\("
)
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_INLINE_IMAGE_END = re.compile(rb"[\s]EI[\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text: its left and right end, its baseline and its size in points of the page."""

    left: float
    right: float
    baseline: float
    size: float
    text: str


@dataclass(slots=True)
class Font:
    """How a font's codes become letters, and how wide they are (thousandths of the size)."""

    letters: dict[int, str] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    default_width: float = 500.0
    bytes_a_code: int = 1

    def codes(self, text: bytes) -> Iterator[int]:
        step = self.bytes_a_code
        return (int.from_bytes(text[at : at + step], "big") for at in range(0, len(text) - step + 1, step))


@dataclass(slots=True)
class _State:
    """What the operators of text change."""

    matrix: Matrix = _SAME
    font: Font = field(default_factory=Font)
    size: float = 1.0
    leading: float = 0.0
    letter_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    rise: float = 0.0


def pieces(page: DictionaryObject, resources: DictionaryObject) -> list[Piece]:
    """All pieces of text of a page in the order of the stream."""
    reader = _Reader()
    reader.read(_content(entry(page, "/Contents")), resources, _SAME, 0)
    return reader.found


def _content(contents: Any) -> bytes:
    parts, size = [], 0
    for stream in items(contents) or [contents]:
        if isinstance(stream, StreamObject) and size < _MAX_CONTENT:
            parts.append(stream.data)
            size += len(stream.data)
    return b"\n".join(parts)[:_MAX_CONTENT]


def tokens(content: bytes) -> Iterator[Operand | tuple[str]]:
    """Operands as they are, operators as one-tuples of their name."""
    at = 0
    array: list[float | bytes] | None = None
    for _ in range(_MAX_TOKENS):
        found = _TOKEN.search(content, at)
        if found is None:
            return
        word, at = found.group(), found.end()
        if word == b"[":
            array = []
        elif word == b"]":
            yield array or []
            array = None
        elif word == b"ID":
            end = _INLINE_IMAGE_END.search(content, at)
            at = end.end() if end else len(content)
        else:
            operand, at = _operand(content, word, at)
            if operand is None:
                if word[:1] not in b"%<>":
                    yield (word.decode("latin-1"),)
            elif array is None:
                yield operand
            elif isinstance(operand, float | bytes):
                array.append(operand)


def _operand(content: bytes, word: bytes, at: int) -> tuple[Operand | None, int]:
    """The operand that begins with this word, and where it ends; None for operators and brackets."""
    if word == b"(":
        return _literal(content, at)
    if word.startswith(b"<") and word != b"<<":
        digits = re.sub(rb"\s", b"", word[1:-1])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), at
    if word[:1] == b"/":
        return word.decode("latin-1"), at
    return (float(word), at) if _NUMBER.fullmatch(word) else (None, at)


def _literal(content: bytes, at: int) -> tuple[bytes, int]:
    """A string in brackets, from just after the first."""
    out, depth = bytearray(), 1
    while at < len(content):
        sign = content[at : at + 1]
        at += 1
        if sign == b"\\":
            escaped = re.match(rb"[0-7]{1,3}|\r\n|.", content[at : at + 3], re.DOTALL)
            if escaped is None:
                break
            word = escaped.group()
            at += len(word)
            if word[:1].isdigit() and word[:1] < b"8":
                out.append(int(word, 8) & 0xFF)
            elif word not in (b"\n", b"\r", b"\r\n"):
                out += _ESCAPES.get(word, word)
            continue
        depth += (sign == b"(") - (sign == b")")
        if depth == 0:
            break
        out += sign
    return bytes(out), at


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


class _Reader:
    """Follows the operators that move the pen and show text."""

    def __init__(self) -> None:
        self.found: list[Piece] = []
        self._fonts: dict[int, Font] = {}
        self._text = self._line = _SAME
        self._state = _State()
        self._resources: DictionaryObject = DictionaryObject()
        self._depth = 0

    def read(self, content: bytes, resources: DictionaryObject, matrix: Matrix, depth: int) -> None:
        before = (self._resources, self._state, self._depth)
        self._resources, self._state, self._depth = resources, _State(matrix=matrix), depth
        kept: list[_State] = []
        operands: list[Operand] = []
        for token in tokens(content):
            if not isinstance(token, tuple):
                operands.append(token)
                continue
            name = token[0]
            if name == "q":
                kept.append(_copy(self._state))
            elif name == "Q" and kept:
                self._state = kept.pop()
            elif name in _OPERATORS:
                with suppress(
                    IndexError, TypeError, ValueError, KeyError, AttributeError
                ):  # a broken one moves nothing
                    _OPERATORS[name](self, operands)
            operands = []
        self._resources, self._state, self._depth = before

    def cm(self, given: Sequence[Any]) -> None:
        self._state.matrix = _times(_matrix(given), self._state.matrix)

    def begin(self, _given: Sequence[Any]) -> None:
        self._text = self._line = _SAME

    def tf(self, given: Sequence[Any]) -> None:
        self._state.font, self._state.size = self._font(str(given[-2])), float(given[-1])

    def td(self, given: Sequence[Any]) -> None:
        self._line = _times((1, 0, 0, 1, float(given[-2]), float(given[-1])), self._line)
        self._text = self._line

    def leading_td(self, given: Sequence[Any]) -> None:
        self._state.leading = -float(given[-1])
        self.td(given)

    def tm(self, given: Sequence[Any]) -> None:
        self._text = self._line = _matrix(given)

    def next_line(self, _given: Sequence[Any]) -> None:
        self.td((0.0, -self._state.leading))

    def show(self, given: Sequence[Any]) -> None:
        self._show([given[-1]])

    def show_many(self, given: Sequence[Any]) -> None:
        self._show(given[-1])

    def line_show(self, given: Sequence[Any]) -> None:
        self.next_line(given)
        self._show([given[-1]])

    def form(self, given: Sequence[Any]) -> None:
        thing = self._resources["/XObject"][str(given[-1])]
        if self._depth >= _MAX_DEPTH or not isinstance(thing, StreamObject) or entry(thing, "/Subtype") != "/Form":
            return
        own = _matrix([float(one) for one in items(entry(thing, "/Matrix")) or _SAME])
        line, text = self._line, self._text
        inner = entry(thing, "/Resources", self._resources)
        self.read(thing.data[:_MAX_CONTENT], inner, _times(own, self._state.matrix), self._depth + 1)
        self._line, self._text = line, text

    def set_number(self, name: str) -> Callable[[Sequence[Any]], None]:
        return lambda given: setattr(self._state, name, float(given[-1]))

    def _show(self, parts: Sequence[Any]) -> None:
        state = self._state
        font, letters = state.font, []
        start = _times(self._text, state.matrix)
        for part in parts:
            if isinstance(part, float):
                self._forward(-part / 1000 * state.size * state.stretch)
                if part < -180:
                    letters.append(" ")
                continue
            for code in font.codes(part):
                letter = font.letters.get(code, "")
                width = font.widths.get(code, font.default_width) / 1000 * state.size + state.letter_space
                letters.append(letter)
                self._forward((width + (state.word_space if letter == " " else 0.0)) * state.stretch)
        end = _times(self._text, state.matrix)
        size = state.size * (start[3] ** 2 + start[2] ** 2) ** 0.5
        text = "".join(letters)
        if text.strip() and len(self.found) < _MAX_TOKENS:
            baseline = start[5] + state.rise * start[3]
            self.found.append(Piece(min(start[4], end[4]), max(start[4], end[4]), baseline, size, text))

    def _forward(self, by: float) -> None:
        self._text = _times((1, 0, 0, 1, by, 0), self._text)

    def _font(self, name: str) -> Font:
        described = self._resources["/Font"][name]
        if id(described) not in self._fonts:
            self._fonts[id(described)] = read_font(described)
        return self._fonts[id(described)]


def _matrix(given: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in given[-6:])
    return (a, b, c, d, e, f)


def _copy(state: _State) -> _State:
    return _State(
        state.matrix,
        state.font,
        state.size,
        state.leading,
        state.letter_space,
        state.word_space,
        state.stretch,
        state.rise,
    )


_OPERATORS: dict[str, Callable[[_Reader, Sequence[Any]], None]] = {
    "cm": _Reader.cm,
    "BT": _Reader.begin,
    "Tf": _Reader.tf,
    "Td": _Reader.td,
    "TD": _Reader.leading_td,
    "Tm": _Reader.tm,
    "T*": _Reader.next_line,
    "Tj": _Reader.show,
    "TJ": _Reader.show_many,
    "'": _Reader.line_show,
    '"': _Reader.line_show,
    "Do": _Reader.form,
    "TL": lambda reader, given: reader.set_number("leading")(given),
    "Tc": lambda reader, given: reader.set_number("letter_space")(given),
    "Tw": lambda reader, given: reader.set_number("word_space")(given),
    "Ts": lambda reader, given: reader.set_number("rise")(given),
    "Tz": lambda reader, given: reader.set_number("stretch")([float(given[-1]) / 100]),
}


# Fonts


def read_font(described: DictionaryObject) -> Font:
    """A font's letters and widths, as far as it tells them."""
    font = Font()
    if entry(described, "/Subtype") == "/Type0":
        font.bytes_a_code, font.default_width = 2, 1000.0
        _composite_widths(font, items(entry(described, "/DescendantFonts"))[0])
    else:
        font.letters = {code: bytes([code]).decode("cp1252", errors="ignore") for code in range(32, 256)}
        first = int(entry(described, "/FirstChar", 0))
        for place, width in enumerate(items(entry(described, "/Widths"))[:256]):
            font.widths[first + place] = float(width)
    to_unicode = entry(described, "/ToUnicode")
    if isinstance(to_unicode, StreamObject):
        font.letters.update(read_map(to_unicode.data[:_MAX_CONTENT]))
    return font


def _composite_widths(font: Font, inner: DictionaryObject) -> None:
    font.default_width = float(entry(inner, "/DW", 1000))
    told = items(entry(inner, "/W"))
    at = 0
    while at + 1 < len(told):
        first = int(told[at])
        if isinstance(told[at + 1], ArrayObject):
            for place, width in enumerate(told[at + 1]):
                font.widths[first + place] = float(width)
            at += 2
        elif at + 2 < len(told):
            for code in range(first, min(int(told[at + 1]), first + _MAX_RANGE) + 1):
                font.widths[code] = float(told[at + 2])
            at += 3
        else:
            break


def read_map(content: bytes) -> dict[int, str]:
    """A map to Unicode (ToUnicode CMap): what `bfchar` and `bfrange` say."""
    letters: dict[int, str] = {}
    operands: list[Any] = []
    for token in tokens(content):
        if not isinstance(token, tuple):
            operands.append(token)
            continue
        if token[0] == "endbfchar":
            for code, text in zip(operands[0::2], operands[1::2], strict=False):
                letters[_number(code)] = _letters(text)
        elif token[0] == "endbfrange":
            for first, last, text in zip(operands[0::3], operands[1::3], operands[2::3], strict=False):
                _add_range(letters, _number(first), _number(last), text)
        operands = []
    return letters


def _add_range(letters: dict[int, str], first: int, last: int, text: Any) -> None:
    for place in range(min(last - first, _MAX_RANGE) + 1):
        if isinstance(text, list):
            if place < len(text):
                letters[first + place] = _letters(text[place])
        else:
            start = _letters(text)
            letters[first + place] = start[:-1] + chr(min(ord(start[-1]) + place, 0x10FFFF)) if start else ""


def _number(code: Any) -> int:
    return int.from_bytes(code, "big") if isinstance(code, bytes) else int(code)


def _letters(text: Any) -> str:
    return text.decode("utf-16-be", errors="ignore") if isinstance(text, bytes) else ""
