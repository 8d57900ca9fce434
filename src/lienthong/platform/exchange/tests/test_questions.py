"""Questions: denied by default, signed both ways, written down at both ends."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.db import transaction
from django.test import Client

from lienthong.kernel import clock, http
from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import queries, services, wire
from lienthong.platform.exchange.models import DirectoryCopy, QuestionRecord
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.tests.country import (
    GROUND,
    LAN,
    PURPOSE,
    SERVICE,
    Desk,
    Homes,
    allow,
    at_node,
    headers,
    register_all,
    sealed_question,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(db: None, homes: Homes, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Homes:
    """Questions to G01 are answered in this process by G01, the way HTTP would bring them there."""
    register_all(homes)
    monkeypatch.setattr(http, "request", _bring(homes, desk))
    return homes


def _bring(homes: Homes, desk: Desk) -> Callable[..., http.Response]:
    def request(_method: str, url: str, *, body: bytes, headers: dict[str, str], **_: Any) -> http.Response:
        with at_node(homes, "G01", desk):
            path = "/" + url.split("/", 3)[3]
            answer = Client().post(path, body, content_type="application/json", headers=headers)
            # One database plays both ends here; each end would have its own row of the question.
            return http.Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)

    return request


def ask(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    facts = {"provider": "G01", "purpose": PURPOSE, "legal_ground": GROUND, "actor": LAN, "about": "001", **changes}
    return services.ask(SERVICE, payload, **facts)


def test_a_granted_question_is_answered_and_both_ends_write_it_down(holder: Homes, desk: Desk) -> None:
    allow(holder)
    with at_node(holder, "H36"):
        assert ask({"number": "001"}) == {"name": "Trần Văn Bình", "number": "001"}
    (asked,) = desk.asked
    assert (asked.client, asked.purpose, asked.legal_ground, asked.actor_name) == ("H36", PURPOSE, GROUND, LAN.name)
    with at_node(holder, "G01"):
        (look,) = queries.list_looks("001")
        assert (look.client, look.provider, look.purpose, look.answered) == ("H36", "G01", PURPOSE, True)
        verdict = queries.verify_log()
    assert (verdict.intact, verdict.streams, verdict.rows) == (True, 2, 2)


def test_access_is_denied_by_default(holder: Homes, desk: Desk) -> None:
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        ask({"number": "001"})
    assert (refusal.value.code, refusal.value.field, refusal.value.status) == ("exchange.denied", "client", 403)
    assert desk.asked == []
    with at_node(holder, "G01"):
        assert [look.outcome for look in queries.list_looks("001")] == ["exchange.denied"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "Tò mò"}, "purpose"),
        ({"legal_ground": "Không có"}, "legal_ground"),
    ],
)
def test_a_grant_covers_only_its_purpose_and_ground(holder: Homes, changes: dict[str, str], field: str) -> None:
    allow(holder)
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        ask({}, **changes)
    assert (refusal.value.code, refusal.value.field) == ("exchange.denied", field)


def test_a_grant_that_has_ended_opens_nothing(holder: Homes) -> None:
    allow(holder, valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        ask({})
    assert (refusal.value.code, refusal.value.field) == ("exchange.denied", "valid_to")


def test_a_grant_withdrawn_opens_nothing(holder: Homes) -> None:
    allow(holder)
    with at_node(holder, "G22"):
        services.withdraw_access(client="H36", provider="G01", service=SERVICE, actor=LAN)
    with at_node(holder, "H36"), pytest.raises(Refused, match=r"exchange\.denied"):
        ask({})


def test_the_providers_own_refusal_reaches_the_asker(holder: Homes) -> None:
    allow(holder)
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        ask({"number": "000"})
    assert (refusal.value.code, refusal.value.field, refusal.value.status) == ("test.no-person", "number", 404)
    with at_node(holder, "G01"):
        assert queries.list_looks("001")[0].outcome == "test.no-person"


def test_a_service_that_is_not_there_is_named(holder: Homes) -> None:
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        services.ask("population.unheard", {}, provider="G01", purpose=PURPOSE, legal_ground=GROUND, actor=LAN)
    assert refusal.value.code == "exchange.unknown-service"


def test_a_question_needs_purpose_and_ground(holder: Homes) -> None:
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        ask({}, legal_ground="")
    assert (refusal.value.code, refusal.value.field) == ("exchange.no-purpose", "legal_ground")


def test_a_question_inside_a_transaction_is_a_mistake_of_the_program(holder: Homes) -> None:
    with at_node(holder, "H36"), transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        ask({})


@pytest.mark.parametrize(("reason", "code"), [("timeout", "timeout"), ("NewConnectionError", "unreachable")])
def test_silence_has_one_clear_code_and_is_written_down(
    province: Homes, monkeypatch: pytest.MonkeyPatch, reason: str, code: str
) -> None:
    def silent(*_: object, **__: object) -> http.Response:
        raise http.Unreachable(reason)

    monkeypatch.setattr(http, "request", silent)
    with pytest.raises(Refused) as refusal:
        ask({})
    assert refusal.value.code == f"exchange.{code}"
    assert QuestionRecord.objects.get().outcome == f"exchange.{code}"
    assert queries.verify_log().rows == 1


@pytest.mark.parametrize("fault", ["tampered", "unsigned", "another question", "another node", "html"])
def test_an_answer_that_does_not_verify_is_not_used(
    holder: Homes, desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    honest = _bring(holder, desk)

    def crooked(method: str, url: str, *, headers: dict[str, str], body: bytes = b"", **more: Any) -> http.Response:
        if method == "GET":  # the hub, asked for a newer directory because a certificate is unknown
            raise http.Unreachable("refused")
        answer = honest(method, url, body=body, headers=headers, **more)
        if fault == "tampered":
            return http.Response(200, answer.headers, answer.body.replace(b"001", b"002"))
        if fault == "unsigned":
            return http.Response(200, {}, answer.body)
        if fault == "html":
            return http.Response(502, {}, b"<h1>Bad gateway</h1>")
        header = wire.peek(headers[wire.SIGNATURE_HEADER], "question")
        signer = "G22" if fault == "another node" else "G01"
        with at_node(holder, signer):
            reply = trust.reply_header("answer", header)
            if fault == "another question":
                reply = trust.reply_header("answer", trust.own_header("question", SERVICE, "G01"))
            forged = wire.compose_answer(header, wire.digest(body), clock.now(), {"name": "x"})
            return http.Response(200, {wire.SIGNATURE_HEADER.lower(): trust.sign(forged, reply)}, forged)

    allow(holder)
    monkeypatch.setattr(http, "request", crooked)
    with at_node(holder, "H36"), pytest.raises(Refused) as refusal:
        ask({"number": "001"})
    assert refusal.value.code == "exchange.bad-answer"


def post(body: bytes, signature: str) -> Any:
    return Client(raise_request_exception=False).post(
        f"/exchange/questions/{SERVICE}", body, content_type="application/json", headers=headers(signature)
    )


def test_a_replayed_question_is_refused(holder: Homes, desk: Desk) -> None:
    allow(holder)
    body, signature = sealed_question(holder, {"number": "001"})
    with at_node(holder, "G01", desk):
        assert post(body, signature).status_code == 200
        again = post(body, signature)
    assert (again.status_code, orjson.loads(again.content)["code"]) == (409, "exchange.replayed")
    assert len(desk.asked) == 1


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_question_from_another_time_is_stale(holder: Homes, desk: Desk, minutes: int) -> None:
    allow(holder)
    body, signature = sealed_question(holder, {}, at=clock.now() + timedelta(minutes=minutes))
    with at_node(holder, "G01", desk):
        response = post(body, signature)
    assert (response.status_code, orjson.loads(response.content)["code"]) == (422, "exchange.stale")


def test_a_tampered_question_is_not_answered(holder: Homes, desk: Desk) -> None:
    allow(holder)
    body, signature = sealed_question(holder, {"number": "001"})
    with at_node(holder, "G01", desk):
        response = post(body.replace(b"001", b"002"), signature)
    assert (response.status_code, orjson.loads(response.content)["code"]) == (401, "exchange.bad-signature")
    assert not QuestionRecord.objects.exists()


def test_an_expired_certificate_of_the_provider_has_its_own_code(holder: Homes, desk: Desk) -> None:
    allow(holder)
    later = clock.now() + timedelta(days=3 * 365)
    DirectoryCopy.objects.update(expires_at=later + timedelta(days=1))
    with at_node(holder, "H36"), clock.frozen(later), pytest.raises(Refused) as refusal:
        ask({"number": "001"})
    assert refusal.value.code == "exchange.expired-certificate"
