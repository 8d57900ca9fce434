"""The picture of the network (sơ đồ trao đổi): who calls on the left, who answers on the right, lines between.

Only lengths and words are made here; the template draws them as SVG, and the same numbers stand in a table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lienthong.kernel.text import Bilingual, show_number, tr
from lienthong.platform.monitoring.rules import scale
from lienthong.platform.monitoring.types import Flow

MOST_LINES = 24
"""A picture with more lines says nothing; the table has them all."""

WIDTH = 720
_BOX_WIDTH, _BOX_HEIGHT, _GAP = 210, 46, 14
_THICKEST = 20.0
_NAME_LETTERS = 26

Party = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """A party: its agency code, name and system, and where it stands."""

    x: int
    y: int
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Line:
    """Messages between two parties: its path, how thick, and how it fares."""

    path: str
    width: float
    tone: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the template draws."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    height: int
    left_out: int


def draw(flows: Iterable[Flow], names: Mapping[str, str]) -> Picture:
    """The busiest pairs of parties; all kinds of messages of a pair are one line."""
    pairs: dict[tuple[Party, Party], list[int]] = defaultdict(lambda: [0, 0])
    for flow in flows:
        pair = ((flow.client, flow.client_system), (flow.provider, flow.provider_system))
        pairs[pair][0] += flow.count
        pairs[pair][1] += flow.failed
    busiest = sorted(pairs.items(), key=lambda one: (-one[1][0], one[0]))[:MOST_LINES]
    left = _places(pair[0] for pair, _ in busiest)
    right = _places(pair[1] for pair, _ in busiest)
    widths = scale([number for _, (number, _) in busiest], _THICKEST)
    lines = [
        Line(
            _path(left[client], right[provider]),
            round(width, 1),
            tone_of(number, failed),
            _title(client, provider, number, failed),
        )
        for ((client, provider), (number, failed)), width in zip(busiest, widths, strict=True)
    ]
    boxes = [
        *(_box(0, y, party, names) for party, y in left.items()),
        *(_box(WIDTH - _BOX_WIDTH, y, party, names) for party, y in right.items()),
    ]
    rows = max(len(left), len(right), 1)
    return Picture(tuple(boxes), tuple(lines), rows * (_BOX_HEIGHT + _GAP) + 2, len(pairs) - len(busiest))


def tone_of(number: int, failed: int) -> str:
    """`good`, `fair` from one failure in a hundred, `bad` from one in ten."""
    if failed * 10 >= number and failed:
        return "bad"
    return "fair" if failed * 100 >= number and failed else "good"


def _places(parties: Iterable[Party]) -> dict[Party, int]:
    return {party: place * (_BOX_HEIGHT + _GAP) + 1 for place, party in enumerate(dict.fromkeys(parties))}


def _path(start: int, end: int) -> str:
    y1, y2 = start + _BOX_HEIGHT // 2, end + _BOX_HEIGHT // 2
    x1, x2 = _BOX_WIDTH, WIDTH - _BOX_WIDTH
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _box(x: int, y: int, party: Party, names: Mapping[str, str]) -> Box:
    code, system = party
    name = names.get(code, "")
    short = name if len(name) <= _NAME_LETTERS else name[: _NAME_LETTERS - 1].rstrip() + "…"
    return Box(x, y, f"{code} / {system}" if system else code or "?", "" if name == code else short)


def _title(client: Party, provider: Party, number: int, failed: int) -> Bilingual:
    pair = f"{'/'.join(filter(None, client))} → {'/'.join(filter(None, provider))}"
    told, lost = show_number(number), show_number(failed)
    return tr(f"{pair}: {told} lượt, {lost} lỗi", f"{pair}: {told} messages, {lost} failed")
