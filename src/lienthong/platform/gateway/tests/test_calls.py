"""Calls through both hops: what arrives, what comes back, what stands in both logs."""

import base64
import io
from dataclasses import replace
from hashlib import sha256, sha512
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection

from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.catalogue import services as catalogue
from lienthong.platform.catalogue.types import AccessRequest, Permission, ServiceRef, Terms
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.gateway.adapters import doors
from lienthong.platform.gateway.services import ledger
from lienthong.platform.gateway.services.places import Places
from lienthong.platform.gateway.tests.world import CLIENT, OPERATOR, SERVICE, World, ask

REF = ServiceRef("G01", "dan-cu", "tra-cuu", 1)


def records(columns: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM exchange_callrecord ORDER BY id")
        return list(cursor.fetchall())


def fault(answer: Any) -> tuple[int, str]:
    assert answer.value("x-road-error") == answer.json["type"]
    return answer.status, answer.json["type"]


def test_a_call_arrives_and_its_answer_comes_back(world: World) -> None:
    answer = world.call(
        SERVICE + "/nguoi/1",
        method="PUT",
        query="a=b%20c",
        body=b'{"x": 1}',
        headers={
            "Content-Type": "application/json",
            "X-Road-UserId": "VN001",
            "X-Road-Id": "id-1",
            "If-None-Match": "*",
        },
    )
    assert (answer.status, answer.body) == (200, world.system.body)
    seen = world.system.last
    assert (seen.method, seen.target, seen.body) == ("PUT", "/api/nguoi/1?a=b%20c", b'{"x": 1}')
    assert seen.headers["x-road-client"] == CLIENT
    assert seen.headers["x-road-userid"] == "VN001"
    assert seen.headers["if-none-match"] == "*"
    assert seen.headers["lienthong-purpose"] == "%C4%90%C4%83ng k%C3%BD khai sinh"
    assert answer.value("x-road-client") == CLIENT
    assert answer.value("x-road-id") == "id-1"
    assert answer.value("x-road-service") == "VN/GOV/G01/dan-cu/tra-cuu.v1"
    assert answer.value("x-road-error") == ""


@pytest.mark.parametrize("method", ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"])
def test_every_method_goes_through(world: World, method: str) -> None:
    answer = world.call(method=method)
    assert (answer.status, world.system.last.method) == (200, method)
    assert answer.body == (b"" if method == "HEAD" else world.system.body)


def test_a_service_without_a_path_is_called_at_its_address(world: World) -> None:
    world.call(SERVICE)
    assert world.system.last.target == "/api"
    world.call(SERVICE + "/")
    assert world.system.last.target == "/api/"


def test_what_the_service_says_passes_as_it_is(world: World) -> None:
    world.system.status, world.system.body = 503, b'{"loi": "bao tri"}'
    world.system.headers = {
        "Content-Type": "application/problem+json",
        "ETag": '"7"',
        "X-Road-Id": "forged",
        "Server": "x",
    }
    answer = world.call(headers={"X-Road-Id": "id-1"})
    assert (answer.status, answer.body) == (503, b'{"loi": "bao tri"}')
    assert [value for name, value in answer.headers if name == "x-road-id"] == ["id-1"]
    assert (answer.value("etag"), answer.value("x-road-error"), answer.value("server")) == ('"7"', "", "")


def test_redirects_are_answers(world: World) -> None:
    world.system.status, world.system.headers = 302, {"Location": "http://127.0.0.1:1/"}
    answer = world.call()
    assert (answer.status, answer.value("location"), len(world.system.seen)) == (302, "http://127.0.0.1:1/", 1)


def test_headers_of_one_hop_stay_there(world: World) -> None:
    world.call(
        headers={
            "Connection": "keep-alive, X-Private",
            "X-Private": "1",
            "User-Agent": "curl",
            "Host": "elsewhere",
            "Te": "trailers",
            "X-Road-Request-Hash": "forged",
            "Lienthong-From": "G99",
            "Lienthong-Key": "lt_secret",
            "Authorization": "Bearer of-the-service",
            "Cookie": "a=b",
        }
    )
    headers = world.system.last.headers
    assert not {"x-private", "user-agent", "te", "x-road-request-hash", "lienthong-from", "lienthong-key"} & set(
        headers
    )
    assert headers["host"] == world.system.url.partition("//")[2].partition("/")[0]
    assert (headers["authorization"], headers["cookie"]) == ("Bearer of-the-service", "a=b")


def test_our_own_key_does_not_travel(world: World) -> None:
    world.call(headers={"Authorization": "Bearer lt_abc"})
    assert "authorization" not in world.system.last.headers


def test_a_header_cannot_begin_another(world: World) -> None:
    answer = world.call(headers={"X-Note": "a\r\nX-Road-Client: VN/GOV/G22/other"})
    assert fault(answer) == (400, "client.bad_request")
    assert world.system.seen == []


def test_the_last_client_counts(world: World) -> None:
    assert world.call(headers={"X-Road-Client": f"VN/GOV/H36/khac, {CLIENT}"}).status == 200


def test_both_forms_of_agency_codes(world: World) -> None:
    answer = world.call(
        "/r1/VN/GOV/000.00.00.G01/dan-cu/tra-cuu.v1/a", headers={"X-Road-Client": "VN/GOV/000.00.00.H36/mot-cua"}
    )
    assert answer.status == 200
    assert answer.value("x-road-client") == "VN/GOV/000.00.00.H36/mot-cua"
    assert answer.value("x-road-service") == "VN/GOV/000.00.00.G01/dan-cu/tra-cuu.v1"
    assert records("client, service")[0] == (CLIENT, "VN/GOV/G01/dan-cu/tra-cuu.v1")


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/r1/VN/GOV/G01", {}, (400, "client.bad_request")),
        ("/r1/VN/GOV/G01/dan-cu/tra cuu/a", {}, (400, "client.bad_request")),
        (SERVICE + "/a", {"X-Road-Client": ""}, (400, "client.bad_request")),
        (SERVICE + "/a", {"X-Road-Client": "VN/GOV/H36"}, (400, "client.bad_request")),
        (SERVICE + "/a/../b", {}, (400, "client.bad_request")),
        (SERVICE + "/a/%2e%2e/b", {}, (400, "client.bad_request")),
        ("/r1/EE/GOV/G01/dan-cu/tra-cuu.v1/a", {}, (500, "server.clientproxy.unknown_member")),
        ("/r1/VN/COM/G01/dan-cu/tra-cuu.v1/a", {}, (500, "server.clientproxy.unknown_member")),
        ("/r1/VN/GOV/G97/dan-cu/tra-cuu.v1/a", {}, (500, "server.clientproxy.unknown_member")),
        (SERVICE + "/a", {"X-Road-Client": "VN/GOV/H36/khac"}, (500, "server.clientproxy.unknown_member")),
        (SERVICE + "/a", {"X-Road-Client": "VN/GOV/G01/dan-cu"}, (500, "server.clientproxy.unknown_member")),
        ("/r1/VN/GOV/G01/dan-cu/khac.v1/a", {}, (500, "server.serverproxy.unknown_service")),
        ("/r1/VN/GOV/G01/dan-cu/tra-cuu.v9/a", {}, (500, "server.serverproxy.unknown_service")),
    ],
)
def test_calls_that_go_nowhere(world: World, path: str, headers: dict[str, str], expected: tuple[int, str]) -> None:
    assert fault(world.call(path, headers=headers)) == expected
    assert world.system.seen == []
    assert world.wire == []


def test_a_stranger_on_the_network_is_not_admitted(world: World) -> None:
    assert fault(world.call(address="192.0.2.9")) == (500, "server.clientproxy.access_denied")
    assert world.wire == []


def test_an_address_told_by_nobody_of_ours_counts_for_nothing(world: World) -> None:
    answer = world.call(
        address="192.0.2.9", headers={"X-Forwarded-For": "10.1.1.1", "X-Client-Certificate-Sha256": "ab"}
    )
    assert fault(answer)[1] == "server.clientproxy.access_denied"
    world.parameters = {**world.parameters, "proxies": 1}
    assert world.call(address="127.0.0.1", headers={"X-Forwarded-For": "10.1.1.1"}).status == 200


def test_a_fault_in_the_older_words_and_in_xml(world: World) -> None:
    world.parameters = {"gateway": {"fault_codes": "7.7"}}
    assert fault(world.call("/r1/VN/GOV/G01/dan-cu/khac.v1/a"))[1] == "Server.ServerProxy.UnknownService"
    answer = world.call(headers={"X-Road-Client": "", "Accept": "text/xml"})
    assert answer.value("content-type").startswith("application/xml")
    assert b"<error><type>Client.BadRequest</type><message>" in answer.body


def test_a_fault_says_who_and_what_to_do(world: World) -> None:
    told = world.call("/r1/VN/GOV/G01/dan-cu/khac.v1/a", headers={"Traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}).json
    assert (told["code"], told["stage"], told["party"]) == ("catalogue.unknown-service", "serverproxy", "H36")
    assert told["trace"] == "a" * 32
    assert told["message"] == told["title_en"]
    assert told["hint"]
    assert told["detail"]


def test_without_an_agreement_in_force_nothing_goes(world: World) -> None:
    agreement = catalogue_queries.list_agreements()[0]
    with world.at("G01"):
        catalogue.suspend_agreement(agreement_id=agreement.id, side="provider", reason="Kiểm tra", actor=OPERATOR)
    answer = world.call()
    assert fault(answer) == (500, "server.serverproxy.access_denied")
    assert answer.json["code"] == "catalogue.suspended"
    assert world.system.seen == []


def test_the_provider_decides_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller's node that lets everything pass is still turned away, under signature, and both ends write it down."""
    real = catalogue_queries.decide

    def blind(request: AccessRequest) -> Permission:
        monkeypatch.setattr(catalogue_queries, "decide", real)
        return replace(real(request), purpose_id=UUID("01890000-0000-7000-8000-0000000000ff"))

    monkeypatch.setattr(catalogue_queries, "decide", blind)
    answer = world.call()
    assert fault(answer) == (500, "server.serverproxy.access_denied")
    assert (answer.json["code"], answer.json["party"]) == ("catalogue.no-purpose", "G01")
    assert records("direction, outcome") == [("in", "catalogue.no-purpose"), ("out", "catalogue.no-purpose")]


def test_both_ends_can_prove_the_call(world: World) -> None:
    body = b'{"x": 1}'
    answer = world.call(method="POST", body=body, headers={"X-Road-Id": "id-7", "X-Road-Issue": "HS-1"})
    columns = "direction, peer, query_id, client, service, method, status, outcome, purpose, legal_ground, issue"
    (given, taken) = records(columns)
    assert (given[:2], taken[:2]) == (("in", "H36"), ("out", "G01"))
    assert given[2:] == taken[2:]
    assert given[2:6] == ("id-7", CLIENT, "VN/GOV/G01/dan-cu/tra-cuu.v1", "POST")
    assert given[6:] == (200, "answered", "Đăng ký khai sinh", "Luật Hộ tịch 2014", "HS-1")
    both = records("request_message, request_signature, request_digest, request_body, answer_message, answer_digest")
    assert [bytes(one) for one in both[0]] == [bytes(one) for one in both[1]]
    message, signature, digest, kept, told, answer_digest = (bytes(one) for one in both[0])
    assert message.startswith(
        b"POST\r\n/r1/VN/GOV/G01/dan-cu/tra-cuu.v1/nguoi/1\r\nx-road-client:VN/GOV/H36/mot-cua\r\n"
    )
    assert (len(signature), digest, kept) == (64, sha256(body).digest(), body)
    assert answer_digest == sha256(world.system.body).digest()
    # X-Road's formula over exactly the signed bytes.
    hashed = base64.b64encode(sha512(sha512(message).digest() + sha512(body).digest()).digest())
    assert b"x-road-request-hash:" + hashed in told
    assert answer.value("x-road-request-hash").encode() == hashed
    for code in ("G01", "H36"):
        with world.at(code):
            assert exchange_queries.verify_log().intact


def test_a_service_may_keep_digests_only(world: World) -> None:
    with world.at("G01"):
        catalogue.describe_service(
            service=REF, title="Tra cứu", base_url=world.system.url, terms=Terms(digest_only=True), actor=OPERATOR
        )
    world.call(method="POST", body=b"secret")
    assert records("request_body, answer_body, request_digest") == [(None, None, sha256(b"secret").digest())] * 2


def test_only_agreed_fields_leave_the_provider(world: World) -> None:
    _agree_on_fields(world)
    assert world.call().json == {"ho_ten": "Tran Van Binh", "dia_chi": {"tinh": "B"}}
    world.system.headers, world.system.body = {"Content-Type": "text/plain"}, b"Tran Van Binh 001"
    answer = world.call()
    assert (answer.json["code"], answer.json["type"]) == ("gateway.not-filterable", "server.serverproxy.service_failed")
    world.system.status = 404
    assert world.call().status == 404


def _agree_on_fields(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE catalogue_purpose SET fields = '["ho_ten", "dia_chi.tinh"]'""")
    catalogue_queries.forget_index()


def test_a_used_quota_says_when_to_come_again(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_purpose SET daily_quota = 2")
    catalogue_queries.forget_index()
    answers = [world.call() for _ in range(2)]
    assert answers[0].status == 200
    answer = world.call()
    assert fault(answer) == (429, "server.serverproxy.quota_exceeded")
    assert int(answer.value("retry-after")) >= 1


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("timeout", (504, "server.clientproxy.network_error")),
        ("refused", (500, "server.clientproxy.network_error")),
        ("TLS: certificate verify failed", (500, "server.clientproxy.ssl_authentication_failed")),
    ],
)
def test_a_node_that_cannot_be_reached(world: World, reason: str, expected: tuple[int, str]) -> None:
    world.unreachable = reason
    assert fault(world.call()) == expected
    assert [row[0] for row in records("direction")] == ["out"]
    assert records("outcome, status")[0][1] is None


def test_a_system_that_cannot_be_reached(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.at("G01"):
        catalogue.describe_service(
            service=REF, title="Tra cứu", base_url="http://127.0.0.1:1/api", terms=Terms(), actor=OPERATOR
        )
    answer = world.call()
    assert fault(answer) == (500, "server.serverproxy.network_error")
    assert (answer.json["code"], answer.json["party"]) == ("gateway.provider-unreachable", "G01")
    assert [row[0] for row in records("outcome")] == ["gateway.provider-unreachable"] * 2


def test_inner_addresses_are_closed_unless_listed(world: World) -> None:
    world.parameters = {"gateway": {"networks": ["10.0.0.0/8"]}}
    answer = world.call()
    assert fault(answer) == (500, "server.serverproxy.service_failed")
    assert answer.json["code"] == "gateway.address-not-permitted"
    assert world.system.seen == []


def test_a_call_that_cannot_be_logged_is_not_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, broken = ledger.write, {"in"}

    def write(line: ledger.Line) -> None:
        if line.entry and line.entry.direction in broken:
            raise DatabaseError("disk full")
        real(line)

    monkeypatch.setattr(ledger, "write", write)
    answer = world.call()
    assert fault(answer) == (500, "server.serverproxy.logging_failed")
    assert answer.body.find(b"Tran Van Binh") < 0
    broken.clear()
    broken.add("out")
    answer = world.call()
    assert fault(answer) == (500, "server.clientproxy.logging_failed")
    assert answer.body.find(b"Tran Van Binh") < 0


def test_a_body_over_the_limit_is_refused_before_it_is_taken(world: World) -> None:
    world.parameters = {"gateway": {"networks": ["127.0.0.0/8"], "max_body_mb": 1}}
    answer = world.call(method="POST", body=b"x" * (2**20 + 1))
    assert fault(answer) == (413, "client.bad_request")
    answer = world.call(
        method="POST", body=b"", environ={"CONTENT_LENGTH": "500", "wsgi.input": io.BytesIO(b"x" * 100)}
    )
    assert (answer.status, answer.json["code"]) == (400, "gateway.cut")
    assert world.wire == []


def test_a_large_body_goes_by_disk_and_comes_back_whole(world: World) -> None:
    body = bytes(range(256)) * 8192
    world.system.body = body[::-1]
    answer = world.call(method="POST", body=body)
    assert world.system.last.body == body
    assert answer.body == body[::-1]
    assert records("request_body, answer_body") == [(None, None)] * 2


def test_a_full_service_leaves_places_for_others() -> None:
    places = Places("gateway.busy")
    with places.taken("a", 3, 2), places.taken("a", 3, 2):
        with pytest.raises(Refused) as caught, places.taken("a", 3, 2):
            pass
        assert (caught.value.code, caught.value.status) == ("gateway.busy", 503)
        with places.taken("b", 3, 2), pytest.raises(Refused), places.taken("c", 3, 2):
            pass
    with places.taken("a", 1, 1):
        pass


def test_a_node_calls_itself_too(world: World) -> None:
    with world.at("G01"):
        catalogue.set_access(system=REF.system, networks=["10.0.0.0/8"], certificates=[], actor=OPERATOR)
        wish = catalogue.PurposeWish("Đối soát", "Luật Căn cước 2023", 10)
        asked = catalogue.request_agreement(client=REF.system, service=REF, purposes=[wish], actor=OPERATOR)
        if catalogue_queries.get_agreement(asked.id).state == "requested":
            catalogue.answer_agreement(agreement_id=asked.id, accepted=True, actor=OPERATOR)
    with world.at("G01"):
        answer = ask(doors.facade, SERVICE + "/a", headers={"X-Road-Client": "VN/GOV/G01/dan-cu"})
    assert answer.status == 200
    assert records("direction, peer") == [("in", "G01"), ("out", "G01")]
