"""The one shape of every benchmark's result."""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one run, the baseline measured beside them, their ratios, the goals, and whether all are met."""

    name: str
    figures: dict[str, Any]
    baseline: dict[str, Any]
    ratios: dict[str, float]
    goals: dict[str, Any]
    met: bool
    profile: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_text(self) -> str:
        lines = [self.name]
        for title, table in (
            ("ours", self.figures),
            ("baseline", self.baseline),
            ("ratio", self.ratios),
            ("goal", self.goals),
        ):
            lines.extend(f"  {title:<9} {key:<42} {_show(value)}" for key, value in table.items())
        if self.goals:
            lines.append(f"  goal {'met' if self.met else 'NOT met'}")
        return "\n".join([*lines, self.profile]).rstrip()


def _show(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
