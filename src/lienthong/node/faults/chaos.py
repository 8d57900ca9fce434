"""Chaos: for a while, one misfortune after another strikes a federation; each is healed, none is announced."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lienthong.node.faults.federation import Federation, Member
from lienthong.node.faults.relay import FAULTS

_CLOCK_OFFSETS = (-3600, 3600)


@dataclass
class Chaos:
    """Draws misfortunes by a seeded chance, so that a run can be repeated; counts what struck."""

    federation: Federation
    seed: int
    struck: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 (repeats a run, protects nothing)
        self._acts: dict[str, Callable[[Member], None]] = {
            "node killed": self._kill_node,
            "database killed": self._kill_database,
            "both killed": self._kill_both,
            "clock wrong": self._shift_clock,
            **{f"network: {fault}": self._disturb(fault) for fault in FAULTS},
        }
        if self.federation.disk is not None:
            self._acts["disk full"] = lambda _member: self._fill_disk(self.federation.members[-1])

    def strike(self, seconds: float) -> None:
        """Misfortunes for about so long, each kind at least once if the time allows; then everything is healed."""
        until = time.monotonic() + seconds
        order: list[str] = []
        while time.monotonic() < until:
            if not order:
                order = list(self._acts)
                self._chance.shuffle(order)
            name = order.pop()
            member = self._chance.choice(self.federation.members)
            self.struck[name] = self.struck.get(name, 0) + 1
            self._acts[name](member)
        self.federation.heal()

    def _pause(self, longest: float) -> None:
        time.sleep(longest * (0.2 + 0.8 * self._chance.random()))

    def _kill_node(self, member: Member) -> None:
        self.federation.kill_node(member)
        self._pause(0.5)
        self.federation.start_node(member)
        self._pause(3)

    def _kill_database(self, member: Member) -> None:
        self.federation.kill_database(member)
        self._pause(1)
        self.federation.heal_database(member)
        self._pause(2)

    def _kill_both(self, member: Member) -> None:
        self.federation.kill_database(member)
        self.federation.kill_node(member)
        self._pause(0.5)
        self.federation.heal_database(member)
        self.federation.start_node(member)
        self._pause(3)

    def _shift_clock(self, member: Member) -> None:
        """A node whose clock is an hour off is turned away, and gets its letters through when it is right again."""
        self.federation.kill_node(member)
        member.environment["LIENTHONG_CLOCK_OFFSET"] = str(self._chance.choice(_CLOCK_OFFSETS))
        self.federation.start_node(member)
        self._pause(4)
        self.federation.kill_node(member)
        del member.environment["LIENTHONG_CLOCK_OFFSET"]
        self.federation.start_node(member)

    def _fill_disk(self, member: Member) -> None:
        """The member on the small disk can store nothing for a while; its database may go down over it."""
        if self.federation.disk is not None:
            self.federation.disk.fill()
            self._pause(4)
            self.federation.disk.make_room()
            self.federation.heal_database(member)

    def _disturb(self, fault: str) -> Callable[[Member], None]:
        def act(member: Member) -> None:
            member.relay.share = self._chance.choice((0.3, 1.0))
            member.relay.fault = fault  # type: ignore[assignment]  # one of FAULTS by construction
            self._pause(2)
            member.relay.fault = ""

        return act
