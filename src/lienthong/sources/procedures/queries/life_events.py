"""Groups of life events (nhóm sự kiện) of the portal: a fixed list, read once."""

from pathlib import Path

import yaml

from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures.types import LifeEvent

_FILE = Path(__file__).parent.parent / "life_events.yaml"


def _read() -> dict[str, LifeEvent]:
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        one["key"]: LifeEvent(one["key"], audience, Bilingual(one["vi"], one["en"]))
        for audience, group in written.items()
        for one in group
    }


LIFE_EVENTS: dict[str, LifeEvent] = _read()
"""By key, in the portal's order."""
