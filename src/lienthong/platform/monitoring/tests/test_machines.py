"""What programs read: numbers for Prometheus, records in X-Road's shape, and who may come in."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from lienthong.kernel import clock, roles
from lienthong.kernel.health import Check, Measure
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.monitoring import api, queries, services
from lienthong.platform.monitoring.tests.test_recording import one

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.platform.monitoring.urls_machines")]

OWN: tuple[Role, ...] = import_module("lienthong.platform.monitoring.roles").ROLES
DATA = "/monitoring/operational-data"


def broken() -> Iterator[Check]:
    raise ValueError("a secret")


ROOM = Role(
    name="test.room",
    title=tr("Phòng thử", "Test room"),
    checks=(lambda: [Check("letters", "warn", tr("Chờ.", "Waiting."), about="G01")], broken),
    measures=(
        lambda: [
            Measure("letters_waiting", "Letters waiting", 3, {"recipient": "G01"}),
            Measure("letters_waiting", "Letters waiting", 4, {"recipient": 'H"36\\'}),
            Measure("log_rows_total", "Rows", 9, {"kind": "letter"}, "counter"),
        ],
    ),
)


@pytest.fixture(autouse=True)
def _open() -> None:
    roles.open_roles((*OWN, ROOM))


def scrape(**more: Any) -> dict[str, float]:
    answer = Client().get("/metrics", **more)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {f"{s.name}{json.dumps(s.labels, sort_keys=True)}": s.value for f in families for s in f.samples}


def test_operations_are_counted_by_party_service_and_outcome() -> None:
    services.record([one(n, request_size=100) for n in range(4)])
    services.record([one(9, succeeded=False, fault_code="exchange.denied", service_version="2")])
    found = scrape()
    told = {"client": "H36", "kind": "letter", "provider": "G22", "side": "client"}
    good = {**told, "service": "dossier-status.v1"}
    assert found["lienthong_operations_total" + json.dumps({**good, "fault": ""}, sort_keys=True)] == 4
    denied = {**told, "service": "dossier-status.v1.2", "fault": "exchange.denied"}
    assert found["lienthong_operations_total" + json.dumps(denied, sort_keys=True)] == 1
    size = {**good, "direction": "request"}
    assert found["lienthong_operation_bytes_total" + json.dumps(size, sort_keys=True)] == 400


def test_latency_is_a_histogram_whose_last_class_holds_all() -> None:
    services.record([one(n) for n in range(10)])
    told = {"kind": "letter", "provider": "G22", "service": "dossier-status.v1", "side": "client"}
    found = scrape()
    assert found["lienthong_operation_seconds_count" + json.dumps(told, sort_keys=True)] == 10
    assert found["lienthong_operation_seconds_bucket" + json.dumps({**told, "le": "0.005"}, sort_keys=True)] == 6
    assert found["lienthong_operation_seconds_sum" + json.dumps(told, sort_keys=True)] == pytest.approx(0.045)


def test_the_numbers_of_rooms_and_of_the_process_stand_beside() -> None:
    found = scrape()
    assert found['lienthong_letters_waiting{"recipient": "G01"}'] == 3
    assert found['lienthong_letters_waiting{"recipient": "H\\"36\\\\"}'] == 4
    assert found['lienthong_log_rows_total{"kind": "letter"}'] == 9
    assert found['lienthong_check{"about": "G01", "name": "letters"}'] == 1
    assert found['lienthong_check{"about": "", "name": "database"}'] == 0
    assert found["process_resident_memory_bytes{}"] > 0
    assert found["lienthong_disk_free_bytes{}"] > 0


def test_a_check_that_breaks_is_a_finding_without_its_words() -> None:
    found = [check for check in queries.run_checks(fresh=True) if "broken" in check.name]
    assert [check.level for check in found] == ["warn"]
    assert "ValueError" in found[0].sentence.en
    assert "secret" not in found[0].sentence.en


@pytest.mark.parametrize(
    ("parameters", "more", "status"),
    [
        ({}, {}, 200),
        ({}, {"REMOTE_ADDR": "10.0.0.9"}, 403),
        ({}, {"REMOTE_ADDR": "nonsense"}, 403),
        ({"monitoring": {"networks": ["10.0.0.0/24"]}}, {"REMOTE_ADDR": "10.0.0.9"}, 200),
        ({"monitoring": {"networks": ["10.0.0.0/24"]}}, {}, 403),
        # A proxy nobody told of: everybody outside would look like this machine.
        ({}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ({}, {"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer right"}, 200),
        ({}, {"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer wrong"}, 403),
        ({}, {"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer "}, 403),
        ({}, {"REMOTE_ADDR": "10.0.0.9", "HTTP_AUTHORIZATION": "Bearer đúng"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/metrics", DATA])
def test_only_watchers_come_in(
    parameters: dict[str, Any], more: dict[str, str], status: int, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITORING_TOKEN", "right")
    with playing(node(), parameters=parameters):
        assert Client().get(path, **more).status_code == status  # type: ignore[arg-type]  # WSGI names


def test_without_a_token_an_empty_bearer_is_nobody() -> None:
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.9", HTTP_AUTHORIZATION="Bearer ").status_code == 403


def ask(**query: Any) -> dict[str, Any]:
    answer = Client().get(DATA, query)
    assert answer.status_code == 200
    body: dict[str, Any] = json.loads(answer.content)
    return body


def test_records_come_in_the_names_of_xroad() -> None:
    with clock.frozen(now := clock.now() - timedelta(minutes=1)):
        services.record(
            [one(5, service_type="REST", rest_method="GET", rest_path="/p/*", status_code=200, purpose="x")]
        )
    found = ask()["records"]
    assert found == [
        {
            "monitoringDataTs": int(now.timestamp()),
            "securityServerInternalIp": "127.0.0.1",
            "xRoadVersion": found[0]["xRoadVersion"],
            "securityServerType": "Client",
            "messageId": "id-5",
            "clientXRoadInstance": "VN",
            "clientMemberClass": "GOV",
            "clientMemberCode": "H36",
            "serviceXRoadInstance": "VN",
            "serviceMemberClass": "GOV",
            "serviceMemberCode": "G22",
            "serviceCode": "dossier-status.v1",
            "serviceType": "REST",
            "restMethod": "GET",
            "restPath": "/p/*",
            "requestInTs": 1_763_000_000_000,
            "responseOutTs": 1_763_000_000_005,
            "requestSize": 1000,
            "succeeded": True,
            "statusCode": 200,
        }
    ]


def test_a_collector_that_follows_gets_every_record_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_MOST", 4)
    begin = clock.now().replace(microsecond=0) - timedelta(seconds=120)
    number = 0
    # Seconds with fewer, as many and more records than one answer takes.
    for second, count in enumerate((3, 4, 9, 0, 1, 5)):
        for place in range(count):
            with clock.frozen(begin + timedelta(seconds=second, milliseconds=place * 90)):
                services.record([one(number)])
                number += 1
    seen: list[str] = []
    since = int(begin.timestamp())
    for _ in range(20):
        answer = ask(recordsFrom=since)
        seen += [record["messageId"] for record in answer["records"]]
        if answer["nextRecordsFrom"] >= int(begin.timestamp()) + 100:
            break
        since = answer["nextRecordsFrom"]
    assert seen == [f"id-{n}" for n in range(number)]


def test_the_client_and_the_period_narrow_and_nonsense_is_named() -> None:
    with clock.frozen(clock.now() - timedelta(minutes=1)):
        services.record([one(1), one(2, client_member_code="G01"), one(3, service_member_code="G01")])
    assert [record["messageId"] for record in ask(client="G01")["records"]] == ["id-2", "id-3"]
    assert ask(recordsFrom=0, recordsTo=1)["records"] == []
    for wrong in ("x", "-", "9" * 30):
        answer = Client().get(DATA, {"recordsFrom": wrong}, HTTP_ACCEPT="application/json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "recordsFrom"


def test_answers_are_compressed_for_who_reads_that() -> None:
    answer = Client().get("/metrics", HTTP_ACCEPT_ENCODING="gzip, deflate")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"lienthong_node" in gzip.decompress(answer.content)


def test_without_the_database_a_scrape_still_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    queries.run_checks(fresh=True)  # what was well a moment ago hides nothing
    with monkeypatch.context() as patched:

        def gone(*_: object) -> None:
            raise OperationalError("no server")

        patched.setattr("django.db.backends.utils.CursorWrapper.execute", gone)
        answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert b'lienthong_check{about="",name="database"} 2.0' in answer.content
    assert b"process_resident_memory_bytes" in answer.content
