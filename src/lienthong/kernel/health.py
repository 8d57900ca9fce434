"""Health (tình trạng nút): what a room knows about its own ability to work, as sentences and as numbers.

Rooms name functions in the `checks` and `measures` of their roles, so that nobody has to know the rooms. Both are
called every few seconds: they read what lies ready and never ask another machine.
"""

from dataclasses import dataclass, field
from typing import Literal

from lienthong.kernel.text import Bilingual

Level = Literal["ok", "warn", "failing"]
LEVELS: tuple[Level, ...] = ("ok", "warn", "failing")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at (mục kiểm tra): `failing` means that this node cannot do its work and why.

    `hint` says what to do; `about` names the one of several (a recipient, a key).
    """

    name: str
    level: Level
    sentence: Bilingual
    hint: Bilingual | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number for Prometheus (số đo): `lienthong_letters_waiting{recipient="H36"} 12`."""

    name: str
    description: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)
    kind: Literal["gauge", "counter"] = "gauge"
