"""The holder reaches its own tables."""

from __future__ import annotations

from lienthong.kernel.access import Actor
from lienthong.kernel.profile import node
from lienthong.sources.population import queries, rules, services
from lienthong.sources.population.ports import BirthDesk, PersonRegister
from lienthong.sources.population.types import BirthDeclaration, BirthOutcome, LookSeen, PersonRecord


class LocalRegister(PersonRegister):
    """Looks at the holder itself: on its own ledger."""

    def look_up(self, personal_number: str, *, purpose: str, legal_ground: str, actor: Actor) -> PersonRecord:
        """See the port."""
        return services.open_record(
            personal_number=personal_number, purpose=purpose, legal_ground=legal_ground, actor=actor
        )

    def my_looks(self, *, actor: Actor) -> list[LookSeen]:
        """See the port."""
        rules.require_self(actor)
        return queries.list_looks_at(actor.personal_number)


class LocalBirthDesk(BirthDesk):
    """Births that the holder itself enters: judged at once."""

    def report(self, declaration: BirthDeclaration, *, actor: Actor) -> BirthOutcome:
        """See the port."""
        return services.record_birth(declaration, sender=node().agency_code, actor=actor)
