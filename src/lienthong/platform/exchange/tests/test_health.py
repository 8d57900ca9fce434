"""How well the exchange works: why it cannot, for whom letters wait, and what the log's last check found."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.test import Client

from lienthong.kernel import clock, http, roles
from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import services
from lienthong.platform.exchange.models import Checkpoint, DeliveryLine, DirectoryCopy, LogEntry, OutgoingLetter, Stream
from lienthong.platform.exchange.queries.health import check_exchange, measure_exchange
from lienthong.platform.exchange.services.examining import examine_log, examine_log_daily
from lienthong.platform.exchange.tests.country import (
    GROUND,
    LAN,
    PURPOSE,
    SERVICE,
    Desk,
    Homes,
    Note,
    allow,
    at_node,
    sealed_letter,
)
from lienthong.platform.monitoring import queries as monitoring_queries
from lienthong.platform.monitoring import services as monitoring_services
from lienthong.platform.monitoring.types import OperationRecord

pytestmark = pytest.mark.django_db


def levels() -> dict[str, str]:
    return {f"{check.name}:{check.about}".rstrip(":"): check.level for check in check_exchange()}


def post(recipient: str, minutes_ago: int) -> None:
    services.post_letter(Note(subject="a", number=1), recipient=recipient)
    posted = clock.now() - timedelta(minutes=minutes_ago)
    OutgoingLetter.objects.filter(recipient=recipient).update(posted_at=posted)


def test_a_quiet_node_is_well(province: Homes) -> None:
    assert set(levels().values()) == {"ok"}


def test_letters_that_wait_too_long_are_named_by_recipient_with_the_reason(province: Homes) -> None:
    post("G01", 40)
    post("G22", 2)
    DeliveryLine.objects.update_or_create(
        recipient="G01",
        defaults={
            "failures": 3,
            "open_until": clock.now() + timedelta(minutes=1),
            "reason_vi": "Từ chối.",
            "reason_en": "Refused.",
        },
    )
    stuck = [check for check in check_exchange() if check.name == "letters"]
    assert [(check.about, check.level) for check in stuck] == [("G01", "warn")]
    assert "lâu nhất 40 phút (Từ chối)" in stuck[0].sentence.vi
    numbers = {(one.name, one.labels.get("recipient")): one.value for one in measure_exchange()}
    assert numbers["letters_waiting", "G01"] == 1
    assert numbers["letters_waiting", "G22"] == 1
    assert 2399 < numbers["letters_oldest_seconds", "G01"] < 2500
    assert numbers["delivery_line_open", "G01"] == 1


def test_refused_letters_need_a_look(province: Homes) -> None:
    post("G01", 0)
    OutgoingLetter.objects.update(state="refused", receipt=b"x")
    assert levels()["refused-letters"] == "warn"


@pytest.mark.parametrize(("days", "level"), [(0, "ok"), (2, "warn"), (40, "failing")])
def test_the_directory_ages_from_good_to_failing(province: Homes, days: int, level: str) -> None:
    DirectoryCopy.objects.update(expires_at=clock.now() + timedelta(hours=1) - timedelta(days=days))
    assert levels()["directory"] == level


def test_a_node_without_a_directory_is_not_well_and_says_so(db: None) -> None:
    check = next(iter(check_exchange()))
    assert (check.level, check.sentence.en) == ("failing", "The directory of nodes is missing.")
    assert check.hint


def test_every_measure_stands_once(province: Homes, homes: Homes) -> None:
    for sender in ("G22", "G01"):
        body, signature, _ = sealed_letter(homes, Note(subject="a", number=1), sender=sender)
        services.receive_letter(body, signature, {})
    post("G01", 1)
    keys = [(one.name, tuple(sorted(one.labels.items()))) for one in measure_exchange()]
    assert len(keys) == len(set(keys))
    rows = [one for one in measure_exchange() if one.name == "log_rows_total"]
    assert [(one.labels["kind"], one.value) for one in rows] == [("letter", 2)]


def test_checkpoints_that_stopped_are_told(province: Homes, homes: Homes) -> None:
    Stream.objects.create(peer="G22", direction="in", kind="letter", count=1, previous=b"", head=b"")
    Checkpoint.objects.create(
        number=1,
        at=clock.now() - timedelta(hours=2),
        document=b"",
        signature=b"",
        certificate="",
        digest=b"",
        streams=[],
    )
    assert levels()["log-checkpoints"] == "warn"


def test_the_log_is_verified_daily_and_health_tells_what_was_found(province: Homes, homes: Homes) -> None:
    roles.open_roles((*roles.opened(), *import_module("lienthong.platform.monitoring.roles").ROLES))
    examine_log_daily()
    assert monitoring_queries.last_finding("log-verified") is None
    body, signature, _ = sealed_letter(homes, Note(subject="a", number=1))
    services.receive_letter(body, signature, {})
    examine_log_daily()
    first = monitoring_queries.last_finding("log-verified")
    assert first is not None
    found = {check.name: check for check in monitoring_queries.run_checks(fresh=True)}
    assert found["log-verified"].level == "ok"
    LogEntry.objects.update(outcome="x")
    examine_log_daily()
    assert monitoring_queries.last_finding("log-verified") == first
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert not examine_log().intact
    found = {check.name: check for check in monitoring_queries.run_checks(fresh=True)}
    assert found["log-verified"].level == "warn"
    assert "NOT intact" in found["log-verified"].sentence.en


# Questions are recorded for monitoring as letters and calls are


def _bring(homes: Homes, desk: Desk) -> Callable[..., http.Response]:
    def request(_method: str, url: str, *, body: bytes, headers: dict[str, str], **_: Any) -> http.Response:
        with at_node(homes, "G01", desk):
            answer = Client().post("/" + url.split("/", 3)[3], body, content_type="application/json", headers=headers)
            return http.Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)

    return request


def test_a_question_is_recorded_at_both_ends(province: Homes, homes: Homes, desk: Desk, monkeypatch: Any) -> None:
    recorded: list[OperationRecord] = []
    monkeypatch.setattr(http, "request", _bring(homes, desk))
    monkeypatch.setattr(monitoring_services, "record", recorded.extend)
    allow(homes)
    facts: dict[str, Any] = {
        "provider": "G01",
        "purpose": PURPOSE,
        "legal_ground": GROUND,
        "actor": LAN,
        "about": "001",
    }
    with at_node(homes, "H36"):
        services.ask(SERVICE, {"number": "001"}, **facts)
        with pytest.raises(Refused):
            services.ask(SERVICE, {"number": "000"}, **facts)
    told = [(one.side, one.client_member_code, one.service_member_code, one.fault_code) for one in recorded]
    assert told == [
        ("producer", "H36", "G01", ""),
        ("client", "H36", "G01", ""),
        ("producer", "H36", "G01", "test.no-person"),
        ("client", "H36", "G01", "test.no-person"),
    ]
    assert all(one.purpose == PURPOSE and one.kind == "question" and one.response_size for one in recorded)
    # Ids and moments may have any digits.
    texts = [(name, text) for one in recorded for name, text in one._asdict().items() if name != "message_id"]
    assert not [(name, text) for name, text in texts if isinstance(text, str) and "001" in text]
