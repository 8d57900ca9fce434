"""How signatures look on paper (NĐ 30/2020/NĐ-CP, Phụ lục I): the leader's in blue, the agency's seal in red.

Pure drawing: every function gives PDF path operators for a box with its origin at the bottom left.
"""

import hashlib
import math
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from lienthong.kernel.clock import ZONE
from lienthong.kernel.text import fold
from lienthong.platform.signing.rules.lettering import Typeface
from lienthong.platform.signing.types import Box, PlacedText

Point: TypeAlias = tuple[float, float]

_BLACK = b"0 g\n"
_BLUE = b"0.07 0.16 0.60 RG 0.07 0.16 0.60 rg 1 J 1 j\n"
_RED = b"0.83 0.06 0.12 RG 0.83 0.06 0.12 rg\n"
SEAL_DIAMETER = 102.0  # 36 mm, the size of a commune's seal
_CAPTION = 24.0
_CAPTION_WIDTH = 150.0
_CAPTION_SIZE = 5.6
_SEAL_OVERLAP = 1 / 3
_STRETCH = 1.7
LINE_SIZE = 10.0
_LINE_STEP = 1.25
COPY_LINES = 42.0
COPY_WIDTH, COPY_HEIGHT = 190.0, SEAL_DIAMETER + COPY_LINES
ATTACHMENT_WIDTH, ATTACHMENT_HEIGHT = 210.0, 27.0
CORNER_MARGIN = 28.0

# Lower-case letters as a pen runs through them: baseline 0, top of a small letter 1.
_STROKES: dict[str, tuple[Point, ...]] = {
    "a": ((0.7, 0.9), (0.2, 0.8), (0.1, 0.2), (0.5, 0.05), (0.75, 0.9), (0.75, 0.15), (1.0, 0.05)),
    "b": ((0.5, 1.6), (0.4, 2.2), (0.2, 1.6), (0.2, 0.1), (0.6, 0.1), (0.7, 0.8), (0.9, 0.8)),
    "c": ((0.6, 0.9), (0.15, 0.7), (0.15, 0.15), (0.8, 0.1)),
    "d": ((0.6, 0.9), (0.1, 0.6), (0.3, 0.0), (0.8, 1.2), (0.9, 2.1), (0.8, 0.1), (1.1, 0.05)),
    "e": ((0.5, 0.5), (0.5, 0.95), (0.15, 0.6), (0.3, 0.02), (0.8, 0.15)),
    "g": ((0.7, 0.9), (0.15, 0.7), (0.3, 0.1), (0.75, 0.8), (0.7, -1.0), (0.3, -1.2), (0.9, 0.1)),
    "h": ((0.5, 1.6), (0.4, 2.2), (0.2, 1.4), (0.15, 0.0), (0.5, 0.9), (0.75, 0.6), (0.75, 0.05), (1.0, 0.1)),
    "i": ((0.3, 0.9), (0.3, 0.1), (0.6, 0.1)),
    "k": ((0.5, 1.6), (0.35, 2.2), (0.15, 0.0), (0.5, 0.9), (0.3, 0.5), (0.9, 0.05)),
    "l": ((0.5, 1.5), (0.4, 2.2), (0.2, 1.2), (0.3, 0.05), (0.7, 0.15)),
    "m": ((0.2, 0.9), (0.2, 0.0), (0.5, 0.9), (0.6, 0.0), (0.9, 0.9), (1.0, 0.1), (1.3, 0.1)),
    "n": ((0.2, 0.9), (0.2, 0.0), (0.55, 0.9), (0.7, 0.1), (1.0, 0.1)),
    "o": ((0.5, 0.95), (0.1, 0.5), (0.4, 0.0), (0.75, 0.5), (0.5, 0.95), (1.0, 0.8)),
    "p": ((0.2, 0.9), (0.1, -1.2), (0.3, 0.8), (0.8, 0.8), (0.5, 0.05), (1.0, 0.1)),
    "q": ((0.7, 0.9), (0.15, 0.6), (0.4, 0.05), (0.75, 0.8), (0.7, -1.2), (1.0, 0.1)),
    "r": ((0.3, 1.0), (0.3, 0.8), (0.7, 0.8), (0.6, 0.1), (0.9, 0.1)),
    "s": ((0.4, 1.0), (0.6, 0.4), (0.2, 0.05), (0.8, 0.1)),
    "t": ((0.4, 1.8), (0.35, 0.1), (0.8, 0.15)),
    "u": ((0.15, 0.9), (0.25, 0.05), (0.7, 0.9), (0.75, 0.1), (1.0, 0.1)),
    "v": ((0.15, 0.9), (0.35, 0.0), (0.7, 0.9), (0.9, 0.8)),
    "x": ((0.2, 0.9), (0.7, 0.0), (0.4, 0.5), (0.8, 0.9), (0.9, 0.1)),
    "y": ((0.15, 0.9), (0.35, 0.1), (0.7, 0.9), (0.5, -1.1), (0.2, -1.0), (0.9, 0.1)),
}


def seal_box(leader: Box) -> Box:
    """Where the seal goes: over the left third of the leader's signature, caption below and to the left."""
    right = leader.left + leader.width * _SEAL_OVERLAP
    middle = (leader.bottom + leader.top) / 2
    width = max(SEAL_DIAMETER, _CAPTION_WIDTH)
    return Box(
        left=right - width,
        bottom=middle - SEAL_DIAMETER / 2 - _CAPTION,
        right=right,
        top=middle + SEAL_DIAMETER / 2,
    )


@lru_cache(maxsize=256)
def draw_handwriting(name: str, width: float, height: float) -> bytes:
    """A signature as by pen (chữ ký): the given name in one run and a flourish, always the same for a name."""
    chance = random.Random(hashlib.sha256(fold(name).encode()).digest())  # noqa: S311 (a drawing, not a secret)
    trail = _fit(_smooth(_pen_trail(fold(name).split(), chance)), width, height)
    nib = min(1.6, max(0.3, height / 50))
    parts = [_BLUE]
    for (x0, y0), (x1, y1) in pairwise(trail):
        # Ink is thin on the way up and thick on the way down, as from a nib.
        down = max(0.0, y0 - y1) / (math.hypot(x1 - x0, y1 - y0) or 1.0)
        parts.append(f"{nib * (0.8 + 1.1 * down):.2f} w {x0:.2f} {y0:.2f} m {x1:.2f} {y1:.2f} l S\n".encode("ascii"))
    return b"".join(parts)


def _pen_trail(words: Sequence[str], chance: random.Random) -> list[Point]:
    """Points that the pen passes: the family's initial, the given name, a stroke back beneath them."""
    run = (words[0][0] + words[-1]) if len(words) > 1 else "".join(words) or "x"
    trail: list[Point] = [(-0.9, 0.6), (-0.5, 1.5)]
    x = 0.0
    for place, letter in enumerate(run):
        scale = (2.3, 1.7)[place] if place < 2 else 1.1 - 0.05 * min(place, 6)
        stroke = _STROKES.get(letter, _STROKES["n"])
        for dx, dy in stroke:
            wobble = chance.uniform(-0.06, 0.06)
            trail.append((x + (dx + wobble) * scale, (dy - wobble) * scale))
        x += stroke[-1][0] * scale
    sweep = chance.uniform(1.6, 2.4)
    trail += [
        (x + 1.2, 0.9),
        (x + sweep, 1.5),
        (x + sweep + 0.3, 0.4),
        (x * 0.5, -0.9 - chance.uniform(0, 0.4)),
        (-0.4, -0.5),
        (x * 0.4, -0.35),
        (x + sweep + 1.2, -0.1 + chance.uniform(0, 0.5)),
    ]
    return [(px + 0.32 * py, py) for px, py in trail]


def _smooth(points: Sequence[Point], steps: int = 9) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    padded = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append((_catmull_rom(p0[0], p1[0], p2[0], p3[0], t), _catmull_rom(p0[1], p1[1], p2[1], p3[1], t)))
    return [*curve, points[-1]]


def _catmull_rom(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def _fit(points: Iterable[Point], width: float, height: float, margin: float = 2.0) -> list[Point]:
    """The points moved and scaled to fill a box, keeping their shape but for some widening."""
    points = list(points)
    left, bottom = min(x for x, _ in points), min(y for _, y in points)
    wide, high = max(x for x, _ in points) - left, max(y for _, y in points) - bottom
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    # A short name is written more widely rather than leaving the box half empty.
    stretch = min((width - 2 * margin) / wide, _STRETCH * scale)
    x0, y0 = (width - wide * stretch) / 2, (height - high * scale) / 2
    return [(x0 + (x - left) * stretch, y0 + (y - bottom) * scale) for x, y in points]


def draw_seal(face: Typeface, *, agency: str, mark: str, signed_at: datetime, width: float, height: float) -> bytes:
    """An agency's seal (dấu) with the agency's name and the time of signing (ISO 8601) below it.

    `mark` stands at the foot of the ring: what kind of seal it is. Sizes are points.
    """
    caption = (f"Ký bởi: {agency}", f"Thời gian ký: {show_iso(signed_at)}")
    return _ring(face, agency, mark, width, height) + b"".join(_caption(face, caption, width))


@lru_cache(maxsize=256)
def _ring(face: Typeface, agency: str, mark: str, width: float, height: float) -> bytes:
    """The round part, which is always the same for an agency."""
    radius = max(10.0, min(SEAL_DIAMETER, width, height - _CAPTION) / 2 - 1)
    centre = (width - radius - 1, height - radius - 1)
    size = radius * 0.155
    name = agency.upper()
    # A long name is written smaller rather than running into the mark at the foot.
    size = min(size, size * (radius * 0.80 * math.radians(262)) / max(1.0, face.width(name, size)))
    return b"".join(
        (
            _RED,
            _circle(centre, radius, radius * 0.045),
            _circle(centre, radius * 0.93, radius * 0.015),
            _circle(centre, radius * 0.66, radius * 0.02),
            _star(centre, radius * 0.46),
            face.arc(name, size, centre, radius * 0.745),
            face.arc(mark.upper(), radius * 0.115, centre, radius * 0.84, below=True),
        )
    )


def show_iso(moment: datetime) -> str:
    """The time of signing as the decree wants it: day, hour, minute, second and Vietnam's zone by ISO 8601."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def draw_lines(face: Typeface, lines: Sequence[str], width: float, height: float) -> bytes:
    """Lines of text in black, upright, at most 10 points: what the decree wants on attachments and copies."""
    size, parts = LINE_SIZE, [_BLACK]
    widest = max((face.width(line, size) for line in lines), default=0.0)
    size = min(size, size * (width - 2) / max(1.0, widest), height / (len(lines) * _LINE_STEP))
    baseline = height - size
    for line in lines:
        parts.append(face.line(line, size, 1.0, baseline))
        baseline -= size * _LINE_STEP
    return b"".join(parts)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle that holds all of them."""
    found = list(boxes)
    return Box(
        min(one.left for one in found),
        min(one.bottom for one in found),
        max(one.right for one in found),
        max(one.top for one in found),
    )


def draw_texts(face: Typeface, texts: Sequence[PlacedText], box: Box) -> bytes:
    """Short texts in black, each centred at its own place of the page, its foot a quarter up."""
    parts = [_BLACK]
    for one in texts:
        size = min(one.size, one.size * one.box.width / max(1.0, face.width(one.text, one.size)))
        x = one.box.left - box.left + (one.box.width - face.width(one.text, size)) / 2
        parts.append(face.line(one.text, size, x, one.box.bottom - box.bottom + one.box.height / 4))
    return b"".join(parts)


def draw_copy_mark(
    face: Typeface, *, agency: str, mark: str, form: str, signed_at: datetime, width: float, height: float
) -> bytes:
    """The mark of a certified copy (sao y, sao lục, trích sao): the seal in red, the form, agency and time below."""
    lines = (form, f"Cơ quan sao: {agency}", f"Thời gian ký: {show_iso(signed_at)}")
    text = draw_lines(face, lines, width, COPY_LINES)
    ring = _ring(face, agency, mark, width, height - COPY_LINES + _CAPTION)
    return b"".join((b"q 1 0 0 1 0 ", f"{COPY_LINES - _CAPTION:.2f}".encode("ascii"), b" cm\n", ring, b"Q\n", text))


def top_right(page_width: float, page_height: float, width: float, height: float) -> Box:
    """The corner of the first page that the decree gives to marks on attachments and copies."""
    width = min(width, page_width - 2 * CORNER_MARGIN)
    right, top = page_width - CORNER_MARGIN, page_height - CORNER_MARGIN / 2
    return Box(left=right - width, bottom=top - height, right=right, top=top)


def _caption(face: Typeface, lines: Sequence[str], width: float) -> Iterable[bytes]:
    baseline = _CAPTION - 2 * _CAPTION_SIZE
    for line in lines:
        size = min(_CAPTION_SIZE, _CAPTION_SIZE * (width - 2) / face.width(line, _CAPTION_SIZE))
        yield face.line(line, size, 1.0, baseline)
        baseline -= _CAPTION_SIZE * 1.25


def _circle(centre: Point, radius: float, line: float) -> bytes:
    x, y = centre
    k = 0.5522847498 * radius
    curves = (
        (x + radius, y + k, x + k, y + radius, x, y + radius),
        (x - k, y + radius, x - radius, y + k, x - radius, y),
        (x - radius, y - k, x - k, y - radius, x, y - radius),
        (x + k, y - radius, x + radius, y - k, x + radius, y),
    )
    path = "".join(" ".join(f"{value:.2f}" for value in curve) + " c\n" for curve in curves)
    return f"{line:.2f} w {x + radius:.2f} {y:.2f} m\n{path}s\n".encode("ascii")


def _star(centre: Point, radius: float) -> bytes:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.pi / 2 + corner * math.pi / 5
        points.append(f"{centre[0] + reach * math.cos(angle):.2f} {centre[1] + reach * math.sin(angle):.2f}")
    return f"{points[0]} m {' l '.join(points[1:])} l h f\n".encode("ascii")
