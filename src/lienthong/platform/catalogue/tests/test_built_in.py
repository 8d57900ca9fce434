"""What the program itself answers stands in the catalogue, and agreements on it open questions between nodes."""

from typing import Any

import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.models import DayCount
from lienthong.platform.catalogue.tests.trio import BA, CLIENT, LAN, WISH, Trio, offer, publish
from lienthong.platform.catalogue.types import ServiceRef
from lienthong.platform.exchange.queries import AccessDecision

BUILT_IN = ServiceRef("G01", "lienthong", "population.person-lookup", 1)
DENIED = NotAllowed("exchange.denied", tr("Không có quyền.", "No grant."))


def answering(*names: str) -> None:
    """This node also answers these questions."""

    def answer(payload: dict[str, Any], question: object) -> dict[str, Any]:
        return {}

    role = Role(name="test.answers", title=tr("Thử", "Test"), questions=tuple((name, answer) for name in names))
    roles.open_roles((*roles.opened(), role))


def ask(purpose: str = WISH.title, ground: str = WISH.legal_ground, client: str = "H36") -> None:
    roles.port(AccessDecision).decide_question(
        client=client,
        provider="G01",
        service=BUILT_IN.code,
        purpose=purpose,
        legal_ground=ground,
        day=clock.today(),
        denied=DENIED,
    )


def code_of(**facts: str) -> str:
    with pytest.raises(Refused) as caught:
        ask(**facts)
    return caught.value.code


def test_questions_of_a_nodes_roles_are_listed_and_archived_with_them(trio: Trio) -> None:
    with trio.at("G01"):
        answering("population.person-lookup", "exchange.self-test")
        assert services.list_built_in() == 1
        assert services.list_built_in() == 0
    trio.carry()
    publish(trio)
    with trio.at("H36"):
        (listed,) = queries.list_services(kind="built-in")
        assert (listed.service.ref, listed.service.state) == (BUILT_IN, "published")
    with trio.at("G01"):
        assert services.list_built_in() == 1
        assert queries.get_service(BUILT_IN).state == "archived"


def test_an_agreement_opens_a_question_by_its_words_and_counts_it(
    trio: Trio, django_capture_on_commit_callbacks: Any
) -> None:
    offer(trio)
    with trio.at("G01"):
        answering(BUILT_IN.code)
        services.list_built_in()
        assert code_of() == "exchange.denied"
    trio.carry()
    publish(trio)
    with trio.at("H36"):
        made = services.request_agreement(client=CLIENT, service=BUILT_IN, purposes=[WISH], actor=LAN)
    trio.carry()
    with trio.at("G01"):
        assert code_of() == "exchange.denied"
        word = services.PurposeWord(accepted=True, daily_quota=2)
        services.answer_agreement(agreement_id=made.id, accepted=True, purposes={made.purposes[0].id: word}, actor=BA)
        with django_capture_on_commit_callbacks(execute=True):
            ask("  đăng ký KHAI SINH ")
        assert code_of(purpose="Việc khác") == "catalogue.no-purpose"
        assert code_of(ground="Luật khác") == "catalogue.no-purpose"
        assert code_of(client="G22") == "exchange.denied"
        services.suspend_agreement(agreement_id=made.id, side="provider", reason="Nghỉ", actor=BA)
        assert code_of() == "catalogue.suspended"
        services.resume_agreement(agreement_id=made.id, side="provider", actor=BA)
        with django_capture_on_commit_callbacks(execute=True):
            ask()
        assert code_of() == "catalogue.quota-used"
        assert DayCount.objects.get().calls == 2
