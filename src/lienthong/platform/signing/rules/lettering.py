# ruff: noqa: N802 (fontTools names the methods of a pen)
"""Lettering: Vietnamese text as outlines of a typeface, ready for a PDF content stream.

Outlines need no font resource in the file, look the same everywhere and can be turned around a seal.
"""

import math
from functools import cache
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr

_BUILT = Path(__file__).resolve().parents[3] / "kernel" / "web" / "static" / "built" / "fonts"
_SYSTEM = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
_WANTED = ("Tinos-Bold.ttf", "Tinos-Regular.ttf")
_PROOF = "ẬỗữĐđ"  # a face without these letters cannot write Vietnamese


class Typeface:
    """A TrueType face: widths and outlines, in points at a given size.

    A letter's outline is taken from the face once, in the face's own units, and put in its place by a matrix; so a
    seal costs little, and equal letters pack well.
    """

    def __init__(self, path: Path) -> None:
        font = TTFont(path, lazy=True)
        self._glyphs = font.getGlyphSet()
        self._letters: dict[int, str] = font.getBestCmap()
        self._unit: float = 1.0 / font["head"].unitsPerEm
        self._drawn: dict[str, tuple[float, bytes]] = {}

    def writes(self, text: str) -> bool:
        return all(ord(letter) in self._letters for letter in text)

    def width(self, text: str, size: float) -> float:
        return sum(self._letter(letter)[0] for letter in nfc(text)) * self._unit * size

    def line(self, text: str, size: float, x: float, y: float) -> bytes:
        """Path of a straight line of text that begins at (x, y)."""
        parts = []
        for letter in nfc(text):
            parts.append(self._outline(letter, size, x, y, 0.0))
            x += self.width(letter, size)
        return b"".join(parts)

    def arc(self, text: str, size: float, centre: tuple[float, float], radius: float, *, below: bool = False) -> bytes:
        """Path of text along a circle, its middle at the top (or, `below`, at the bottom, still readable)."""
        turn = 1.0 if below else -1.0
        angle = math.pi / 2 * (-1 if below else 1) - turn * self.width(text, size) / radius / 2
        parts = []
        for letter in nfc(text):
            step = self.width(letter, size) / radius
            middle = angle + turn * step / 2
            x, y = centre[0] + radius * math.cos(middle), centre[1] + radius * math.sin(middle)
            lean = middle + turn * math.pi / 2
            half = self.width(letter, size) / 2
            parts.append(self._outline(letter, size, x - half * math.cos(lean), y - half * math.sin(lean), lean))
            angle += turn * step
        return b"".join(parts)

    def _letter(self, letter: str) -> tuple[float, bytes]:
        """Width and outline of a letter in the face's units."""
        if letter not in self._drawn:
            glyph = self._glyphs[self._letters.get(ord(letter)) or self._letters.get(ord("?"), ".notdef")]
            pen = _PdfPen(self._glyphs)
            glyph.draw(pen)
            self._drawn[letter] = (float(glyph.width), bytes(pen.path))
        return self._drawn[letter]

    def _outline(self, letter: str, size: float, x: float, y: float, angle: float) -> bytes:
        path = self._letter(letter)[1]
        if not path:
            return b""
        scale = size * self._unit
        cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
        matrix = f"q {cos:.6f} {sin:.6f} {-sin:.6f} {cos:.6f} {x:.2f} {y:.2f} cm\n".encode("ascii")
        return b"".join((matrix, path, b"f Q\n"))


class _PdfPen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Draws outlines with the path operators of PDF."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.path = bytearray()

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        numbers = " ".join(f"{x:g} {y:g}" for x, y in points)
        self.path += f"{numbers} {operator}\n".encode("ascii")

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self._add("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self._add("l", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:
        self._add("c", *points)

    def _closePath(self) -> None:
        self.path += b"h\n"


@cache
def typeface() -> Typeface:
    """The typeface of official documents (Times New Roman's metric twin), built with the web assets.

    Falls back to a face of the system that can write Vietnamese. Raises Refused `signing.no-typeface`.
    """
    built = [_BUILT / name for name in _WANTED] + sorted(_BUILT.glob("*.ttf"))
    for path in built:
        if path.exists():
            return Typeface(path)
    for folder in _SYSTEM:
        for path in sorted(folder.rglob("*.ttf"), key=_fitness):
            face = Typeface(path)
            if face.writes(_PROOF):
                return face
    raise Refused(
        "signing.no-typeface",
        tr(
            "Không có phông chữ để vẽ con dấu. Hãy dựng tài nguyên giao diện (thư mục {folder}).",
            "There is no typeface to draw seals with. Build the web assets (folder {folder}).",
        ).format(folder=_BUILT),
        status=500,
    )


def _fitness(path: Path) -> tuple[bool, bool, bool, str]:
    name = path.stem.lower()
    return "serif" not in name, "bold" not in name, "italic" in name or "condensed" in name, name
