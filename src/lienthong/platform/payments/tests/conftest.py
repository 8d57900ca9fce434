"""A node that has a payment platform, a payer, and an order."""

from collections.abc import Iterator
from typing import Any

import pytest

from lienthong.kernel import events, profile, roles
from lienthong.kernel.access import SYSTEM
from lienthong.platform.agencies import services as agencies_services
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity_services
from lienthong.platform.payments import services
from lienthong.platform.payments.events import OrderSettled
from lienthong.platform.payments.roles import ROLES
from lienthong.platform.payments.types import OrderRef

SECRET = "a-secret-for-tests"
PARTNER = "G22"
NUMBER = "068185000001"
REFERENCE = "H36.101.01-261121-0001-1"

heard: list[OrderSettled] = []


def on_settled(event: OrderSettled, event_id: Any) -> None:
    heard.append(event)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        agencies_services.load_demo_agencies()


@pytest.fixture(autouse=True)
def payment_node() -> Iterator[profile.Node]:
    """The roles open, the secret known, an ear for OrderSettled."""
    heard.clear()
    roles.open_roles(ROLES)
    events.listen(OrderSettled, on_settled)
    parameters = {"payments": {"secret": SECRET, "partner_code": PARTNER, "beneficiary_account": "0001"}}
    with profile.playing(profile.node(), parameters=parameters) as node:
        yield node


@pytest.fixture
def lan(db):
    """The payer, as the acting person."""
    account = identity_services.open_person_account(
        personal_number=NUMBER, name="Nguyễn Thị Lan", level=2, actor=SYSTEM
    )
    return identity_queries.actor_of(account)


def open_order(**changes) -> OrderRef:
    facts: dict[str, Any] = {
        "reference": REFERENCE,
        "amount": 8000,
        "payer_name": "Nguyễn Thị Lan",
        "payer_number": NUMBER,
        "subject": "Lệ phí cấp bản sao trích lục",
        "agency_code": "H36.101",
        "dossier_code": "H36.101.01-261121-0001",
        "procedure_code": "2.000635",
        "procedure_name": "Cấp bản sao trích lục hộ tịch",
        "return_path": "/ho-so/H36.101.01-261121-0001/",
    }
    return services.open_order(**{**facts, **changes})


@pytest.fixture
def order(db) -> OrderRef:
    return open_order()
