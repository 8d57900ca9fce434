"""Telling the story: step by step against a running country, with patience, and every step timed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.error import URLError

from lienthong.node.story.browser import PageProblem
from lienthong.node.story.tale import Step

PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.05

Meanwhile = Callable[[Step, int], None]


class StoryStopped(Exception):
    """A step did not come to its end; the sentence says which and what the page said."""


@dataclass(frozen=True, slots=True)
class Told:
    """One step as it went: where, what, how long (seconds), how often it had to be tried."""

    node: str
    title: str
    seconds: float
    tries: int


@dataclass
class Teller:
    """Tells steps one after another.

    `meanwhile` may do mischief in the middle of a step (kill a node), `repair` mends it before the next try.
    """

    say: Callable[[Told], object]
    patience: float = PATIENCE_SECONDS
    meanwhile: Meanwhile | None = None
    repair: Callable[[], object] | None = None
    told: list[Told] = field(default_factory=list)

    def tell(self, steps: list[Step]) -> None:
        for number, step in enumerate(steps):
            self._one(step, number)

    def _one(self, step: Step, number: int) -> None:
        started, tries, problem = time.monotonic(), 0, ""
        while not (tries and _is_done(step)):
            if time.monotonic() - started > self.patience:
                raise StoryStopped(f"{step.node}: {step.title} – {problem or 'it was done, but nothing came of it'}")
            if tries == 0 and self.meanwhile is not None:
                self.meanwhile(step, number)
            if tries == 0 or problem:
                problem = _try(step)
            tries += 1
            if self.repair is not None:
                self.repair()
            time.sleep(_PAUSE_SECONDS)
        told = Told(step.node, step.title, time.monotonic() - started, tries)
        self.told.append(told)
        self.say(told)


def _is_done(step: Step) -> bool:
    try:
        return step.done()
    except (PageProblem, URLError, OSError, IndexError):
        return False


def _try(step: Step) -> str:
    """Do the deed; gives what went wrong, or nothing."""
    try:
        step.act()
    except (PageProblem, URLError, OSError, IndexError) as error:
        return str(error) or type(error).__name__
    return ""
