"""Text of a PDF: what its pages show by text operators, in the order of the file, by the fonts' ToUnicode maps.

Not a layout engine: words are apart where the page moves or a gap is wide. Every loop has a limit, and a broken file
gives what was read before it broke.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

MOST_PAGES: Final = 300
MOST_STREAM: Final = 8 * 2**20
MOST_SECONDS: Final = 10.0
_MOST_TOKENS: Final = 2_000_000
_MOST_DEPTH: Final = 4
_WIDE_GAP: Final = 180

_TOKEN = re.compile(
    rb"(?P<space>[\x00\t\n\x0c\r ]+|%[^\r\n]*)"
    rb"|(?P<dict><<|>>)"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>"
    rb"|(?P<open>\()"
    rb"|(?P<mark>[\[\]{}])"
    rb"|/(?P<name>[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)"
    rb"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|$)"
    rb"|(?P<word>[^\x00\t\n\x0c\r ()<>\[\]{}/%]+)"
)
_BF_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_BF_CHAR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")
_BF_RANGE = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]*)>|\[([^\]]*)\])")
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(content: bytes, limit: int) -> str:
    """The text of the pages, cut at a limit; "" for what is no readable PDF."""
    out = _Out(limit, time.monotonic() + MOST_SECONDS)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            return ""
        for page in _pages(reader.root["/Pages"]):
            _show_page(page, out)
            out.gap()
            if out.is_full:
                break
    # A file made by anybody breaks a parser in any way; the search goes on without the rest of it.
    except Exception:  # noqa: BLE001
        return out.text
    return out.text


@dataclass(slots=True)
class _Out:
    limit: int
    until: float
    parts: list[str] = field(default_factory=list)
    size: int = 0
    tokens: int = 0

    def add(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.size += len(text)

    def gap(self) -> None:
        if self.parts and self.parts[-1] != " ":
            self.parts.append(" ")

    @property
    def is_full(self) -> bool:
        return self.size >= self.limit or self.tokens >= _MOST_TOKENS or time.monotonic() > self.until

    @property
    def text(self) -> str:
        return "".join(self.parts)[: self.limit]


@dataclass(frozen=True, slots=True)
class _Font:
    """How a font's codes are read: bytes to a code, and what each stands for."""

    width: int
    letters: Mapping[int, str]
    is_simple: bool

    def read(self, shown: bytes) -> str:
        codes = (int.from_bytes(shown[at : at + self.width], "big") for at in range(0, len(shown), self.width))
        if self.is_simple:
            return "".join(self.letters.get(code) or bytes([code]).decode("cp1252", "ignore") for code in codes)
        return "".join(self.letters.get(code, "") for code in codes)


_PLAIN = _Font(1, {}, is_simple=True)


def _pages(root: Any) -> Iterator[Any]:
    """Pages in order; a tree that bites its tail or is endless is cut."""
    waiting, seen = [root], 0
    while waiting and seen < MOST_PAGES * 4:
        node = waiting.pop().get_object()
        seen += 1
        if "/Kids" in node:
            waiting += list(node["/Kids"])[: MOST_PAGES * 2][::-1]
        else:
            yield node


def _show_page(page: Any, out: _Out) -> None:
    contents = page.get("/Contents")
    if contents is None:
        return
    contents = contents.get_object()
    streams = contents if isinstance(contents, generic.ArrayObject) else [contents]
    code = b"\n".join(stream.get_object().data[:MOST_STREAM] for stream in list(streams)[:200])
    _run(code[:MOST_STREAM], _inherited(page, "/Resources"), out, 0)


def _inherited(page: Any, key: str) -> Any:
    for _ in range(20):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            break
        page = page["/Parent"]
    return {}


def _run(code: bytes, resources: Any, out: _Out, depth: int) -> None:
    fonts: dict[str, _Font] = {}
    font, operands = _PLAIN, []
    for kind, value in _tokens(code):
        out.tokens += 1
        if out.tokens % 500 == 0 and out.is_full:
            return
        if kind != "word":
            operands.append((kind, value))
            if len(operands) > 5000:
                operands.clear()
            continue
        if value == b"Tf" and operands and operands[0][0] == "name":
            font = _font(operands[0][1].decode("latin-1"), resources, fonts)
        elif value in (b"Tj", b"'", b'"', b"TJ"):
            if value in (b"'", b'"'):
                out.gap()
            _show(operands, font, out)
        elif value in (b"Td", b"TD", b"T*", b"Tm", b"ET"):
            _move(value, operands, out)
        elif value == b"Do" and depth < _MOST_DEPTH and operands and operands[-1][0] == "name":
            _form(operands[-1][1].decode("latin-1"), resources, out, depth)
        operands.clear()


def _show(operands: list[tuple[str, Any]], font: _Font, out: _Out) -> None:
    for kind, value in operands:
        if kind == "text":
            out.add(font.read(value))
        elif kind == "number" and value < -_WIDE_GAP:
            out.gap()


def _move(operator: bytes, operands: list[tuple[str, Any]], out: _Out) -> None:
    """A word ends where the pen goes elsewhere; a Td along the line by less than a point is kerning."""
    numbers = [value for kind, value in operands if kind == "number"]
    if operator == b"Td" and len(numbers) == 2 and numbers[1] == 0 and abs(numbers[0]) < 1:
        return
    out.gap()


def _form(name: str, resources: Any, out: _Out, depth: int) -> None:
    form = (resources.get("/XObject") or {}).get("/" + name)
    form = form.get_object() if form is not None else None
    if form is not None and form.get("/Subtype") == "/Form":
        out.gap()
        _run(form.data[:MOST_STREAM], form.get("/Resources") or resources, out, depth + 1)


def _font(name: str, resources: Any, known: dict[str, _Font]) -> _Font:
    if name not in known:
        fonts = resources.get("/Font") or {}
        found = fonts.get("/" + name)
        known[name] = _read_font(found.get_object()) if found is not None else _PLAIN
    return known[name]


def _read_font(font: Any) -> _Font:
    is_simple = font.get("/Subtype") != "/Type0"
    cmap = font.get("/ToUnicode")
    if cmap is None or not hasattr(cmap.get_object(), "data"):
        return _PLAIN if is_simple else _Font(2, {}, is_simple=False)
    width, letters = _read_cmap(cmap.get_object().data[:MOST_STREAM])
    return _Font(1 if is_simple else width, letters, is_simple)


def _read_cmap(code: bytes) -> tuple[int, dict[int, str]]:
    letters: dict[int, str] = {}
    width = 2
    for block in _BF_BLOCK.finditer(code):
        if block[1] == b"bfchar":
            for source, target in _BF_CHAR.findall(block[2]):
                width = max(1, len(bytes.fromhex(source.decode())))
                letters[int(source, 16)] = _utf16(target)
            continue
        for source, last, first, several in _BF_RANGE.findall(block[2]):
            width = max(1, len(bytes.fromhex(source.decode())))
            letters |= _range(int(source, 16), int(last, 16), first, several)
        if len(letters) > 70_000:
            break
    return width, letters


def _range(source: int, last: int, first: bytes, several: bytes) -> dict[int, str]:
    last = min(last, source + 0xFFFF)
    if several:
        return {source + step: _utf16(one) for step, one in enumerate(_HEX.findall(several)) if source + step <= last}
    start = _utf16(first)
    if not start:
        return {}
    head, tail = start[:-1], ord(start[-1])
    return {code: head + chr(min(tail + code - source, 0x10FFFF)) for code in range(source, last + 1)}


def _utf16(hexed: bytes) -> str:
    return bytes.fromhex(hexed.decode()).decode("utf-16-be", "ignore")


def _tokens(code: bytes) -> Iterator[tuple[str, Any]]:
    at, size = 0, len(code)
    while at < size:
        found = _TOKEN.match(code, at)
        if found is None:
            at += 1
            continue
        at, kind = found.end(), found.lastgroup
        if kind == "open":
            text, at = _literal(code, at)
            yield "text", text
        elif kind == "hex":
            digits = b"".join(found["hex"].split())
            yield "text", bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        elif kind == "number":
            yield "number", float(found["number"])
        elif kind == "name":
            yield "name", found["name"]
        elif kind == "word":
            yield "word", found["word"]
            if found["word"] == b"ID":
                at = _after_image(code, at)


def _literal(code: bytes, at: int) -> tuple[bytes, int]:
    out, depth = bytearray(), 1
    while at < len(code):
        letter = code[at : at + 1]
        at += 1
        if letter == b"\\":
            more, at = _escape(code, at)
            out += more
            continue
        depth += (letter == b"(") - (letter == b")")
        if not depth:
            break
        out += letter
    return bytes(out), at


def _escape(code: bytes, at: int) -> tuple[bytes, int]:
    letter = code[at : at + 1]
    if letter.isdigit():
        digits = re.match(rb"[0-7]{1,3}", code[at : at + 3])
        if digits:
            return bytes([int(digits[0], 8) & 255]), at + len(digits[0])
    if letter in (b"\r", b"\n"):
        return b"", at + (2 if code[at : at + 2] == b"\r\n" else 1)
    return _ESCAPES.get(letter, letter), at + 1


def _after_image(code: bytes, at: int) -> int:
    """Behind the bytes of a picture that stands in the page itself."""
    found = re.compile(rb"\sEI(?=[\s\x00]|$)").search(code, at)
    return found.end() if found else len(code)
