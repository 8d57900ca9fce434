"""Ports: what a reader and the holder do differently behind the same door."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lienthong.kernel.access import Actor
    from lienthong.sources.population.types import BirthDeclaration, BirthOutcome, LookSeen, PersonRecord


class PersonRegister(ABC):
    """The population register as this node reaches it: its own tables, or questions to the holder."""

    @abstractmethod
    def look_up(self, personal_number: str, *, purpose: str, legal_ground: str, actor: Actor) -> PersonRecord:
        """The person as far as the purpose allows; raises NotFound, NotAllowed, or Refused when unreachable."""

    @abstractmethod
    def my_looks(self, *, actor: Actor) -> list[LookSeen]:
        """Who looked at the actor's own record, newest first."""


class BirthDesk(ABC):
    """Where births are reported: straight into the register, or by letter to its holder."""

    @abstractmethod
    def report(self, declaration: BirthDeclaration, *, actor: Actor) -> BirthOutcome:
        """Report once per ``request_id``; runs in the caller's transaction."""
