"""A reader reaches the register at its holder: questions for looks, letters for births."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import bilingual, tr
from lienthong.platform.exchange import services as exchange
from lienthong.sources.population import queries, rules, services
from lienthong.sources.population.ports import BirthDesk, PersonRegister
from lienthong.sources.population.purposes import LOOKUP_SERVICE, MY_LOOKS_SERVICE, PURPOSES
from lienthong.sources.population.types import BirthDeclaration, BirthOutcome, LookSeen, PersonRecord

T = TypeVar("T")


class RemoteRegister(PersonRegister):
    """Looks by question: refused here already when the purpose can't allow it, so that nobody is asked in vain."""

    def look_up(self, personal_number: str, *, purpose: str, legal_ground: str, actor: Actor) -> PersonRecord:
        """See the port."""
        number = rules.parse_number(personal_number).text
        rules.allowed_purpose(purpose, legal_ground, personal_number=number, asker=actor, at_holder=False)
        try:
            answer = exchange.ask(
                LOOKUP_SERVICE,
                {"personal_number": number, "asker_number": actor.personal_number},
                provider=queries.holder_code(),
                purpose=purpose,
                legal_ground=legal_ground,
                actor=actor,
                about=number,
            )
        except Refused as refusal:
            if refusal.code == "population.person-unknown":
                raise NotFound(refusal.code, refusal.message, field="personal_number") from None
            raise
        return _read(PersonRecord.from_answer, answer)

    def my_looks(self, *, actor: Actor) -> list[LookSeen]:
        """See the port."""
        own = PURPOSES["own-record"]
        rules.require_self(actor)
        answer = exchange.ask(
            MY_LOOKS_SERVICE,
            {"asker_number": actor.personal_number},
            provider=queries.holder_code(),
            purpose=own.code,
            legal_ground=own.legal_ground,
            actor=actor,
            about=actor.personal_number,
        )
        return _read(lambda told: [_as_look(look) for look in told["looks"]], answer)


def _as_look(look: dict[str, Any]) -> LookSeen:
    return LookSeen(
        at=datetime.fromisoformat(look["at"]),
        agency_code=str(look["agency_code"]),
        agency_name=str(look["agency_name"]),
        purpose=str(look["purpose"]),
        purpose_title=bilingual(look["purpose_title"]),
        legal_ground=str(look["legal_ground"]),
        outcome=str(look["outcome"]),
        fields=tuple(str(name) for name in look["fields"]),
    )


def _read(reader: Callable[[dict[str, Any]], T], answer: dict[str, Any]) -> T:
    try:
        return reader(answer)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            "population.bad-answer",
            tr("Cơ sở dữ liệu dân cư trả lời sai cấu trúc.", "The population register's answer is malformed."),
            status=502,
        ) from error


class RemoteBirthDesk(BirthDesk):
    """Births by letter: the answer comes later."""

    def report(self, declaration: BirthDeclaration, *, actor: Actor) -> BirthOutcome:
        """See the port."""
        return services.report_birth(declaration, holder=queries.holder_code(), actor=actor)
