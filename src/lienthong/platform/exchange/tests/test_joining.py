"""Joining: applications are taken with suspicion, compared by telephone and decided; changes come by letter."""

import base64
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.test import Client

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed, Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange import directory_form, joining_form, queries, services
from lienthong.platform.exchange.letters import NodeChanged
from lienthong.platform.exchange.models import Application, OutgoingLetter
from lienthong.platform.exchange.services import changing
from lienthong.platform.exchange.services import joining as joining_services
from lienthong.platform.exchange.tests.country import LAN, Homes, at_node, certificate_of, register_all
from lienthong.platform.exchange.types import NewNode
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

pytestmark = pytest.mark.django_db

PATH = "/exchange/applications"


@pytest.fixture(autouse=True)
def _authority(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_AUTHORITY", str(homes.base / "demo"))
    cache.clear()


@pytest.fixture
def newcomer(db: None, homes: Homes, tmp_path: Path) -> Path:
    """The home of H02, which nobody knows yet; the hub and its directory are there."""
    register_all(homes)
    return tmp_path / "H02"


def new_node(homes: Homes, home: Path, **changes: Any) -> NewNode:
    with at_node(homes, "H02", home=home):
        ask = signing_services.request_certificate
        facts: dict[str, Any] = {
            "agency_code": "H02",
            "name": tr("Tỉnh Mới", "New Province"),
            "contact_name": "Văn thư",
            "contact_phone": "0200000000",
            "contact_email": "",
            "base_url": "http://127.0.0.1:9",
            "exchange_url": "https://lienthong.example:8443",
            "pull": False,
            "witness": "",
            "node_request": ask("node", agency_code="H02", common_name="Nút H02"),
            "tls_request": ask("tls", agency_code="H02", common_name="Nút H02", hosts=("lienthong.example",)),
        }
    return NewNode(**{**facts, **changes})


def apply(homes: Homes, body: bytes) -> Any:
    with at_node(homes, "G22"):
        return Client().post(PATH, body, content_type="application/json")


def test_a_node_applies_is_compared_approved_and_listed(newcomer: Path, homes: Homes) -> None:
    body = joining_form.compose(new_node(homes, newcomer))
    answer = apply(homes, body)
    assert answer.status_code == 201
    told = answer.json()
    assert told["fingerprint"] == joining_form.fingerprint(joining_form.digest_of(body))
    with at_node(homes, "G22"):
        status = Client().get(f"{PATH}/{told['token']}")
        assert status.json() == {"state": "waiting", "agency_code": "H02", "reason": ""}
        typed = told["fingerprint"].replace(" ", "-")
        services.approve_application(token=told["token"], typed=typed, actor=LAN)
        approved = Client().get(f"{PATH}/{told['token']}").json()
        entry = queries.node_for("H02.1")
    assert (approved["state"], approved["hub_code"]) == ("approved", "G22")
    assert entry.certificates == (approved["node_certificate"],)
    assert entry.tls_certificates == (approved["tls_certificate"],)
    assert entry.address == "https://lienthong.example:8443"
    with at_node(homes, "H02", home=newcomer):
        assert signing_services.install_roots(approved["trusted"]) == 2
        certificate = signing_services.install_certificate("node", approved["node_certificate"])
        signing_services.install_certificate("tls", approved["tls_certificate"])
        assert certificate.agency_code == "H02"
        assert signing_services.sign_bytes(b"x", key="node").thumbprint == certificate.thumbprint


def test_the_same_application_again_is_the_same(newcomer: Path, homes: Homes) -> None:
    body = joining_form.compose(new_node(homes, newcomer))
    assert apply(homes, body).json()["token"] == apply(homes, body).json()["token"]
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agency_code": "H2"}, "agency_code"),
        ({"agency_code": "'; DROP"}, "agency_code"),
        ({"name": {"vi": " ", "en": "x"}}, "name.vi"),
        ({"name": {"vi": "a\u202eb", "en": "x"}}, "name.vi"),
        ({"contact": {"name": "x", "phone": ""}}, "contact.phone"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"base_url": "http://user@x"}, "base_url"),
        ({"base_url": "", "exchange_url": ""}, "base_url"),
        ({"requests": {"node": "x"}}, "requests.node"),
        ({"pull": "yes"}, "pull"),
        ({"version": 2}, "version"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_bad_application_is_refused_at_its_field_and_nothing_is_kept(
    newcomer: Path, homes: Homes, changes: dict[str, Any], field: str
) -> None:
    told = orjson.loads(joining_form.compose(new_node(homes, newcomer)))
    answer = apply(homes, orjson.dumps({**told, **changes}))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert not Application.objects.exists()


def test_requests_must_be_for_this_agency_and_this_host(newcomer: Path, homes: Homes) -> None:
    body = joining_form.compose(new_node(homes, newcomer, agency_code="H03"))
    assert apply(homes, body).json()["errors"][0]["code"] == "exchange.foreign-request"
    body = joining_form.compose(new_node(homes, newcomer, exchange_url="https://other.example"))
    assert apply(homes, body).json()["errors"][0]["code"] == "exchange.other-host"


def test_a_request_whose_key_did_not_sign_it_is_refused(newcomer: Path, homes: Homes) -> None:
    new = new_node(homes, newcomer)
    lines = new.node_request.strip().split("\n")
    der = bytearray(base64.b64decode("".join(lines[1:-1])))
    der[60] ^= 1
    text = base64.encodebytes(bytes(der)).decode()
    broken = f"{lines[0]}\n{text}{lines[-1]}\n"
    told = orjson.loads(joining_form.compose(new))
    told["requests"]["node"] = broken
    answer = apply(homes, orjson.dumps(told))
    assert (answer.status_code, answer.json()["code"]) == (422, "signing.bad-request")
    assert not Application.objects.exists()


def test_too_large_too_many_and_without_length(newcomer: Path, homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert apply(homes, b" " * (joining_form.MAX_BYTES + 1)).status_code == 413
    for _ in range(25):
        answer = apply(homes, b"{}")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"
    cache.clear()
    monkeypatch.setattr("lienthong.platform.exchange.services.joining.MOST_WAITING", 0)
    assert apply(homes, joining_form.compose(new_node(homes, newcomer))).status_code == 429
    with at_node(homes, "G22"):
        chunked = Client().generic("POST", PATH, b"", HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert chunked.status_code == 411


def test_wrong_digits_do_not_approve(newcomer: Path, homes: Homes) -> None:
    token = apply(homes, joining_form.compose(new_node(homes, newcomer))).json()["token"]
    with at_node(homes, "G22"):
        for typed in ("", "12345", "1" * 25, "\u0661" * 25):
            with pytest.raises(Refused, match=r"exchange\.other-fingerprint"):
                services.approve_application(token=token, typed=typed, actor=LAN)
        assert queries.get_application(token).state == "waiting"
        assert queries.find_node("H02") is None


def test_only_an_operator_decides(newcomer: Path, homes: Homes) -> None:
    told = apply(homes, joining_form.compose(new_node(homes, newcomer))).json()
    clerk = Actor(kind="officer", name="Văn thư", account_id=8, agency_code="G22", duties=frozenset({"clerk"}))
    with at_node(homes, "G22"):
        with pytest.raises(NotAllowed):
            services.approve_application(token=told["token"], typed=told["fingerprint"], actor=clerk)
        with pytest.raises(NotAllowed):
            services.refuse_application(token=told["token"], reason="x", actor=clerk)


def test_a_refusal_has_a_reason_and_is_final(newcomer: Path, homes: Homes) -> None:
    told = apply(homes, joining_form.compose(new_node(homes, newcomer))).json()
    with at_node(homes, "G22"):
        with pytest.raises(Refused, match=r"exchange\.no-reason"):
            services.refuse_application(token=told["token"], reason=" ", actor=LAN)
        services.refuse_application(token=told["token"], reason="Chưa có công văn", actor=LAN)
        assert Client().get(f"{PATH}/{told['token']}").json()["reason"] == "Chưa có công văn"
        with pytest.raises(Conflict, match=r"exchange\.already-decided"):
            services.approve_application(token=told["token"], typed=told["fingerprint"], actor=LAN)
        assert Client().get(f"{PATH}/unknown").status_code == 404


def test_certificates_of_the_states_authority_are_checked_against_the_requests(
    newcomer: Path, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_node(homes, newcomer, tls_request="", exchange_url="")
    told = apply(homes, joining_form.compose(new)).json()
    monkeypatch.setattr("lienthong.platform.exchange.services.joining.AUTHORITY_ROLE", "none")
    with at_node(homes, "G22"):
        facts: dict[str, Any] = {"token": told["token"], "typed": told["fingerprint"], "actor": LAN}
        with pytest.raises(Refused, match=r"exchange\.no-certificate"):
            services.approve_application(**facts)
        with pytest.raises(Refused, match=r"exchange\.foreign-certificate"):
            services.approve_application(**facts, node_certificate=certificate_of(homes, "H36"))
        other_key = new_node(homes, newcomer.parent / "other").node_request
        other = signing_services.issue_from_request(other_key, kind="node", agency_code="H02", common_name="H02")
        with pytest.raises(Refused, match=r"exchange\.other-key"):
            services.approve_application(**facts, node_certificate=other.pem)
        with pytest.raises(Refused, match=r"signing\.malformed-certificate"):
            services.approve_application(**facts, node_certificate="nonsense")
        good = signing_services.issue_from_request(new.node_request, kind="node", agency_code="H02", common_name="H02")
        services.approve_application(**facts, node_certificate=good.pem)
        assert queries.node_for("H02").certificates == (good.pem,)


def test_contacts_are_forgotten_after_a_while(newcomer: Path, homes: Homes) -> None:
    told = apply(homes, joining_form.compose(new_node(homes, newcomer))).json()
    with at_node(homes, "G22"):
        services.refuse_application(token=told["token"], reason="x", actor=LAN)
        assert services.forget_contacts() == 0
        with clock.frozen(clock.now() + joining_services.CONTACT_KEPT * 2):
            assert services.forget_contacts() == 1
        assert queries.get_application(told["token"]).contact_phone == ""


def test_trust_is_published_for_comparing(newcomer: Path, homes: Homes) -> None:
    with at_node(homes, "G22"):
        told = Client().get("/exchange/trust").json()
        assert told["trust_fingerprint"] == queries.describe_trust()[1]
    assert signing_queries.trust_fingerprint(reversed(told["trusted"])) == signing_queries.trust_fingerprint(
        told["trusted"]
    )


# Changes


def change_of(homes: Homes, code: str, **changes: Any) -> NodeChanged:
    facts: dict[str, Any] = {
        "base_url": "http://127.0.0.1:9",
        "exchange_url": "",
        "pull": False,
        "witness": "",
        "certificates": (certificate_of(homes, code),),
        "tls_certificates": (),
    }
    return NodeChanged(**{**facts, **changes})


def test_a_node_tells_of_another_address_once(province: Homes) -> None:
    with at_node(province, "H36"):
        assert services.announce_changes()
        assert not services.announce_changes()
        letter = OutgoingLetter.objects.get(name=NodeChanged.NAME)
        assert letter.recipient == "G22"
        change = changing.describe_me()
    with at_node(province, "G22"):
        entry = services.change_node("H36", change, actor=LAN)
        assert queries.node_for("H36") == entry
    with at_node(province, "H36"):
        assert not changing.differs(entry, change)
        OutgoingLetter.objects.all().delete()
        assert not services.announce_changes()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"base_url": "javascript:x"}, "exchange.bad-address", "base_url"),
        ({"exchange_url": "https://a b"}, "exchange.bad-address", "exchange_url"),
        ({"base_url": ""}, "exchange.bad-address", "base_url"),
    ],
)
def test_a_change_to_nonsense_is_refused(province: Homes, changes: dict[str, Any], code: str, field: str) -> None:
    before = queries.node_for("H36")
    with at_node(province, "G22"), pytest.raises(Refused) as refusal:
        services.change_node("H36", change_of(province, "H36", **changes), actor=LAN)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert queries.node_for("H36") == before


def test_a_node_cannot_bring_the_certificate_of_another(province: Homes) -> None:
    theirs = (certificate_of(province, "G01"),)
    with at_node(province, "G22"):
        with pytest.raises(Refused) as refusal:
            services.change_node("H36", change_of(province, "H36", certificates=theirs), actor=LAN)
        assert refusal.value.field == "certificates.0"
        services.set_node_state(agency_code="H36", state="suspended", reason="x", actor=LAN)
        with pytest.raises(NotAllowed, match=r"exchange\.not-listed"):
            services.change_node("H36", change_of(province, "H36"), actor=LAN)


def test_a_renewed_key_is_used_only_once_the_directory_lists_it(province: Homes, tmp_path: Path) -> None:
    home = tmp_path / "H36"
    signing_services.issue_certificate(
        province.base / "demo", into=home, name="node", kind="node", agency_code="H36", common_name="Nút H36"
    )
    with at_node(province, "H36", home=home):
        old = signing_queries.get_certificate("node")
        request = signing_services.request_certificate("node", agency_code="H36", common_name="Nút H36")
        fresh = signing_services.issue_from_request(request, kind="node", agency_code="H36", common_name="Nút H36")
        signing_services.install_certificate("node", fresh.pem, activate=False)
        assert not services.activate_listed()
        change = changing.describe_me()
        assert [directory_form.thumbprint(pem) for pem in change.certificates] == [fresh.thumbprint, old.thumbprint]
    with at_node(province, "G22"):
        services.change_node("H36", change, actor=LAN)
    with at_node(province, "H36", home=home):
        assert not services.activate_listed()
        with clock.frozen(clock.now() + changing._SETTLE * 2):
            assert services.activate_listed()
        assert signing_queries.get_certificate("node").thumbprint == fresh.thumbprint
