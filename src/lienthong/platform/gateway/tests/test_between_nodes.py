"""The wire between two nodes: what is changed, repeated, swapped, late or forged is found, and nothing is called."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from lienthong.kernel import clock
from lienthong.kernel.ids import new_id
from lienthong.platform.gateway import messages
from lienthong.platform.gateway.adapters import doors
from lienthong.platform.gateway.services import seen
from lienthong.platform.gateway.tests.world import CLIENT, Answer, World, ask
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing

SIGNATURE = messages.SIGNATURE_HEADER


def taken_apart(body: bytes) -> tuple[bytes, bytes]:
    length = messages.LENGTH.unpack_from(body)[0]
    return body[4 : 4 + length], body[4 + length :]


def framed(message: bytes, body: bytes = b"") -> bytes:
    return messages.LENGTH.pack(len(message)) + message + body


def sealed(
    world: World, *, at: datetime | None = None, lines: dict[str, str] | None = None
) -> tuple[bytes, dict[str, str]]:
    """A request as the node H36 would sign it, with other lines where given."""
    with world.at("H36"):
        moment = at or clock.now()
        kid = signing_queries.get_certificate("node").thumbprint
        told = {
            "x-road-client": CLIENT,
            "x-road-id": "id-1",
            "x-road-request-id": str(new_id()),
            "lienthong-version": "1",
            "lienthong-kid": kid,
            "lienthong-from": "H36",
            "lienthong-to": "G01",
            "lienthong-at": moment.isoformat(),
            **{name.replace("_", "-"): value for name, value in (lines or {}).items()},
        }
        pairs = [(name, value) for name, value in told.items() if value]
        message = messages.compose("GET", "/r1/VN/GOV/G01/dan-cu/tra-cuu.v1/a", pairs)
        value = signing.sign_message(message, [], at=moment)
    return framed(message), {SIGNATURE: messages.write_signature(value)}


def refused(world: World, body: bytes, headers: dict[str, str], **more: Any) -> tuple[int, str]:
    """An unsigned problem: status and code."""
    answer = world.provide(body, headers, **more)
    assert answer.value("content-type") == "application/problem+json"
    assert not answer.value(SIGNATURE.lower())
    return answer.status, orjson.loads(answer.body)["code"]


def told(answer: Answer) -> messages.Answer:
    """What the provider's node signed."""
    assert (answer.status, answer.value("content-type")) == (200, messages.MEDIA_TYPE)
    assert messages.read_signature(answer.value(SIGNATURE.lower()))
    return messages.read_answer(taken_apart(answer.body)[0])


def test_a_sealed_request_is_answered(world: World) -> None:
    assert told(world.provide(*sealed(world))).status == 200
    assert len(world.system.seen) == 1


def test_it_is_answered_once(world: World) -> None:
    body, headers = sealed(world)
    world.provide(body, headers)
    assert refused(world, body, headers) == (409, "gateway.replayed")
    assert len(world.system.seen) == 1


def change(body: bytes, old: bytes, new: bytes) -> bytes:
    message, rest = taken_apart(body)
    assert old in message
    return framed(message.replace(old, new), rest)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda body: change(body, b"/tra-cuu.v1/a", b"/tra-cuu.v1/b"),
        lambda body: change(body, b"GET\r\n", b"DELETE\r\n"),
        lambda body: change(body, b"x-road-id:id-1", b"x-road-id:id-2"),
        lambda body: change(body, b"x-road-id:id-1\r\n", b"x-road-id:id-1\r\nx-more:1\r\n"),
        lambda body: body + b"a body that nobody signed",
    ],
)
def test_what_was_changed_is_not_called(world: World, tamper: Callable[[bytes], bytes]) -> None:
    body, headers = sealed(world)
    assert refused(world, tamper(body), headers) == (401, "gateway.bad-signature")
    assert world.system.seen == []


def test_a_body_is_bound_to_its_message(world: World) -> None:
    world.change = lambda body, headers: (body.replace(b"mot trieu", b"hai trieu"), headers)
    answer = world.call(method="POST", body=b"mot trieu")
    assert answer.json["code"] == "gateway.bad-signature"
    assert world.system.seen == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"lienthong_to": "G22"}, (421, "gateway.not-this-node")),
        ({"lienthong_from": "G97"}, (401, "gateway.unknown-sender")),
        ({"lienthong_from": "G22"}, (401, "gateway.foreign-certificate")),
        ({"lienthong_kid": "0" * 64}, (401, "gateway.foreign-certificate")),
        ({"lienthong_kid": "xyz"}, (400, "gateway.malformed")),
        ({"lienthong_version": "2"}, (400, "gateway.malformed")),
        ({"lienthong_at": "hôm qua".encode().decode("latin-1")}, (400, "gateway.malformed")),
        ({"lienthong_at": "2026-01-01T00:00:00"}, (400, "gateway.malformed")),
        ({"x_road_request_id": "1"}, (400, "gateway.malformed")),
        ({"x_road_client": "VN/GOV"}, (400, "gateway.bad-identifier")),
    ],
)
def test_messages_that_claim_the_wrong_thing(world: World, lines: dict[str, str], expected: tuple[int, str]) -> None:
    assert refused(world, *sealed(world, lines=lines)) == expected
    assert world.system.seen == []


def begin(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """The provider's process began at that moment, and has seen no call yet."""
    with clock.frozen(at):
        monkeypatch.setattr(seen, "_here", seen.Seen())


@pytest.mark.parametrize("minutes", [-6, 6])
def test_clocks_may_differ_a_little(world: World, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    begin(monkeypatch, clock.now() - timedelta(hours=1))
    late = sealed(world, at=clock.now() + timedelta(minutes=minutes))
    assert refused(world, *late) == (422, "gateway.stale")
    soon = sealed(world, at=clock.now() + timedelta(minutes=minutes * 0.6))
    assert told(world.provide(*soon)).status == 200


def test_calls_signed_before_the_provider_began_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot know whether they were answered already; calls signed since, or by a clock that is ahead, are taken."""
    began = clock.now() - timedelta(minutes=2)
    begin(monkeypatch, began)
    before = sealed(world, at=began - timedelta(minutes=1.6))
    assert refused(world, *before) == (422, "gateway.stale")
    assert world.system.seen == []
    for at in (began + timedelta(seconds=1), clock.now() + timedelta(minutes=3.6)):
        assert told(world.provide(*sealed(world, at=at))).status == 200


def test_a_node_speaks_for_its_own_systems_only(world: World) -> None:
    answer = told(world.provide(*sealed(world, lines={"x_road_client": "VN/GOV/G22/cong"})))
    assert (answer.status, answer.code) == (403, "gateway.foreign-client")
    assert world.system.seen == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x00",
        b"\xff\xff\xff\xff" + b"x" * 100,
        framed(b"GET"),
        framed(b"GET\r\n/\r\n"),
        framed(b"\r\n\r\n\r\n"),
    ],
)
def test_what_is_no_message_is_refused(world: World, body: bytes) -> None:
    _, headers = sealed(world)
    assert refused(world, body, headers) == (400, "gateway.malformed")
    assert refused(world, body, {}) == (400, "gateway.malformed")
    assert refused(world, body, {SIGNATURE: "A" * 86}) == (400, "gateway.malformed")


def test_only_post_is_taken(world: World) -> None:
    with world.at("G01"):
        assert ask(doors.calls, "/exchange/calls").status == 405


# The way back


def answering(tamper: Callable[[bytes], bytes]) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    return lambda status, headers, body: (status, headers, tamper(body))


@pytest.mark.parametrize(
    "tamper",
    [
        lambda body: body.replace(b"Tran Van Binh", b"Tran Van Bing"),
        lambda body: change(body, b"200\r\nOK", b"404\r\nOK"),
        lambda body: change(body, b"lienthong-to:H36", b"lienthong-to:G22"),
        lambda body: change(body, b"x-road-request-hash:", b"x-road-request-hash:A"),
        lambda body: body[:-1],
        lambda body: body + b"x",
        lambda _body: b"",
        lambda _body: b"<h1>Welcome to nginx!</h1>",
    ],
)
def test_a_changed_answer_reaches_nobody(world: World, tamper: Callable[[bytes], bytes]) -> None:
    world.change_answer = answering(tamper)
    answer = world.call()
    assert (answer.status, answer.json["type"]) == (500, "server.clientproxy.invalid_response")
    assert b"Tran Van" not in answer.body


def test_an_answer_to_another_call_is_none_to_this(world: World) -> None:
    kept: list[tuple[int, dict[str, str], bytes]] = []

    def keep(status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        kept.append((status, headers, body))
        return kept[0]

    world.change_answer = keep
    assert world.call().status == 200
    assert world.call().json["type"] == "server.clientproxy.invalid_response"


def test_an_unsigned_answer_is_none(world: World) -> None:
    world.change_answer = lambda _status, _headers, body: (200, {"content-type": messages.MEDIA_TYPE}, body)
    assert world.call().json["type"] == "server.clientproxy.invalid_response"
    world.change_answer = lambda _status, _headers, _body: (502, {}, b"Bad gateway")
    assert world.call().json["code"] == "gateway.bad-answer"


def test_a_problem_of_the_provider_is_told_as_such(world: World) -> None:
    problem = orjson.dumps({"code": "gateway.stale", "title": "Quá cũ", "title_en": "Too old"})
    world.change_answer = lambda _status, _headers, _body: (422, {}, problem)
    told_so = world.call().json
    assert (told_so["code"], told_so["title"], told_so["message"]) == ("gateway.stale", "Quá cũ", "Too old")
    assert told_so["type"] == "server.serverproxy.invalid_request"
