"""The rooms of the house, read off the folders: every `<floor>/<room>/apps.py` is installed on every node."""

from pathlib import Path

FLOORS = ("platform", "sources", "casework", "oversight", "channels")

_HOUSE = Path(__file__).resolve().parents[1]


def installed() -> list[str]:
    """Dotted names of all rooms, lower floors first."""
    return [
        f"lienthong.{floor}.{app.parent.name}" for floor in FLOORS for app in sorted((_HOUSE / floor).glob("*/apps.py"))
    ]
