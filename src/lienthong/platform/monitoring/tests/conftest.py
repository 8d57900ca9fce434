"""A node that watches itself, an operator, and a day of traffic."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client

from lienthong.kernel import clock, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.health import Check, Measure
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.agencies import services as agencies_services
from lienthong.platform.monitoring import services
from lienthong.platform.monitoring.types import OperationRecord, milliseconds

OPERATOR = Actor(
    kind="officer", name="Nguyễn Thị Lan", account_id=7, agency_code="H36", duties=frozenset({"operator"}), level=1
)
OWN: tuple[Role, ...] = import_module("lienthong.platform.monitoring.roles").ROLES

WAITING = Role(
    name="test.waiting",
    title=tr("Chờ", "Waiting"),
    checks=(
        lambda: [
            Check(
                "letters",
                "warn",
                tr("12 thông điệp chờ gửi tới G01.", "12 letters wait for G01."),
                tr("Báo cho bên nhận.", "Tell the recipient."),
                about="G01",
            )
        ],
    ),
    measures=(
        lambda: [
            Measure("letters_waiting", "Letters waiting", 12, {"recipient": "G01"}),
            Measure("letters_oldest_seconds", "Age", 5400, {"recipient": "G01"}),
            Measure("delivery_line_open", "Resting", 1, {"recipient": "G01"}),
        ],
    ),
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        agencies_services.load_demo_agencies()


@pytest.fixture
def _doors() -> Iterator[None]:
    roles.open_roles((*OWN, WAITING))
    yield
    roles.open_roles(())


@pytest.fixture
def operator(_doors: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Lan is signed in as the operator."""

    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = OPERATOR  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)
    return Client()


@pytest.fixture
def traffic(transactional_db: None) -> int:
    """A day of messages of this node (H36) with its peers; gives how many."""
    now = clock.now()
    total = 0
    for hours in range(24):
        with clock.frozen(now - timedelta(hours=hours, minutes=7)):
            records = list(_hour(hours))
            services.record(records)
            total += len(records)
    services.sum_operations()
    return total


def _hour(hours: int) -> Iterator[OperationRecord]:
    start = milliseconds(clock.now())
    for n in range(3 + hours % 5 * 4):
        lost = hours == 5 and n % 2 == 0
        yield OperationRecord(
            side="client", kind="letter", message_id=f"l-{hours}-{n}", client_member_code="H36",
            service_member_code="G22", service_code="dossier-status.v1", request_in_ts=start - 4_000,
            request_out_ts=start - 60, response_in_ts=start - 5, response_out_ts=start, request_size=1_400,
            succeeded=not lost, fault_code="exchange.unreachable" if lost else "",
        )  # fmt: skip
    for n in range(5):
        lost = n == 4 and hours % 3 == 0
        yield OperationRecord(
            side="client", kind="question", message_id=f"q-{hours}-{n}", client_member_code="H36",
            client_subsystem_code="mot-cua", service_member_code="G01", service_subsystem_code="dan-cu",
            service_code="population.person-lookup", request_in_ts=start - 40 - n * 9, response_out_ts=start,
            request_size=400, response_size=900, succeeded=not lost,
            fault_code="catalogue.quota-used" if lost else "", status_code=429 if lost else 200,
        )  # fmt: skip
    yield OperationRecord(
        side="producer", kind="call", message_id=f"c-{hours}", client_member_code="G12", client_subsystem_code="thue",
        service_member_code="H36", service_subsystem_code="ho-so", service_code="dossiers", service_version="v1",
        service_type="OPENAPI3", rest_method="GET", rest_path="/dossiers/*", request_in_ts=start - 2_500,
        response_out_ts=start, request_size=300, response_size=80_000, status_code=200, purpose="QD-2026-17",
    )  # fmt: skip
