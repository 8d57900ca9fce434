"""The directory: issued by the hub, fetched over HTTP, believed only with the hub's signature."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from lienthong.kernel import clock, http
from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import queries, services, wire
from lienthong.platform.exchange.models import DirectoryCopy
from lienthong.platform.exchange.services import directory as directory_services
from lienthong.platform.exchange.tests.country import (
    LAN,
    Homes,
    Note,
    allow,
    at_node,
    certificate_of,
    register_all,
)
from lienthong.platform.signing import services as signing_services

pytestmark = pytest.mark.django_db


def published() -> tuple[bytes, str]:
    response = Client().get("/exchange/directory?version=2")
    assert response.status_code == 200
    return response.content, response.headers[wire.SIGNATURE_HEADER]


def test_the_hub_publishes_nodes_and_grants_under_its_signature(db: None, homes: Homes) -> None:
    register_all(homes)
    allow(homes)
    body, signature = published()
    told = orjson.loads(body)
    assert [node["agency_code"] for node in told["nodes"]] == ["G01", "G22", "H36"]
    assert told["grants"][0]["client"] == "H36"
    DirectoryCopy.objects.all().delete()
    with at_node(homes, "H36"):
        services.accept_directory(body, signature)
        assert queries.node_for("H36.101.01").agency_code == "H36"
        assert [node.agency_code for node in queries.list_nodes()] == ["G01", "G22", "H36"]
        assert queries.get_directory_state().state == "good"


def test_a_reader_that_has_this_serial_gets_304(db: None, homes: Homes) -> None:
    register_all(homes)
    tag = Client().get("/exchange/directory").headers["ETag"]
    assert Client().get("/exchange/directory", headers={"If-None-Match": tag}).status_code == 304


def test_without_a_directory_the_hub_says_so(db: None) -> None:
    assert Client().get("/exchange/directory").status_code == 503


def test_a_tampered_directory_is_refused(db: None, homes: Homes) -> None:
    register_all(homes)
    body, signature = published()
    with at_node(homes, "H36"), pytest.raises(Refused, match=r"signing\.wrong-signature"):
        services.accept_directory(body.replace(b"127.0.0.1", b"127.0.0.6"), signature)


def test_a_directory_issued_by_another_node_is_refused(db: None, homes: Homes) -> None:
    register_all(homes)
    body, _ = published()
    with at_node(homes, "G01"):
        forged = body.replace(b'"issuer":"G22"', b'"issuer":"G01"')
        signature = signing_services.sign_detached(forged, headers={"kind": "directory"})
    with at_node(homes, "H36"), pytest.raises(Refused, match=r"exchange\.bad-directory"):
        services.accept_directory(forged, signature)


def test_a_directory_of_a_foreign_authority_is_refused(db: None, homes: Homes) -> None:
    register_all(homes)
    body, _ = published()
    told = orjson.loads(body)
    abroad = (homes.abroad / "keys" / "node.crt").read_text("ascii")
    told["nodes"] = [{**node, "certificates": [abroad]} for node in told["nodes"]]
    forged = orjson.dumps(told)
    with at_node(homes, "G22", home=homes.abroad):
        signature = signing_services.sign_detached(forged, headers={"kind": "directory"})
    with at_node(homes, "H36"), pytest.raises(Refused, match=r"signing\.foreign-certificate"):
        services.accept_directory(forged, signature)


def test_another_message_of_the_hub_is_no_directory(db: None, homes: Homes) -> None:
    register_all(homes)
    body, _ = published()
    with at_node(homes, "G22"):
        signature = signing_services.sign_detached(body, headers={"kind": "letter"})
    with at_node(homes, "H36"), pytest.raises(Refused, match=r"exchange\.bad-directory"):
        services.accept_directory(body, signature)


def test_an_older_directory_does_not_replace_a_newer(db: None, homes: Homes) -> None:
    register_all(homes)
    old = published()
    allow(homes)
    with at_node(homes, "H36"), pytest.raises(Refused) as refusal:
        services.accept_directory(*old)
    assert refusal.value.field == "serial"


def test_an_expired_directory_is_used_in_grace_and_then_no_more(province: Homes) -> None:
    now = clock.now()
    with clock.frozen(now + timedelta(hours=30)):
        assert queries.get_directory_state().state == "grace"
        services.post_letter(Note(subject="a", number=1), recipient="G22")
    with clock.frozen(now + timedelta(hours=100)):
        assert queries.get_directory_state().state == "expired"
        with pytest.raises(Refused, match=r"exchange\.directory-expired"):
            services.post_letter(Note(subject="a", number=1), recipient="G22")


def test_an_expired_directory_from_the_network_is_refused(province: Homes) -> None:
    body, signature = published()
    with clock.frozen(clock.now() + timedelta(hours=30)), pytest.raises(Refused) as refusal:
        services.accept_directory(body, signature)
    assert refusal.value.field == "expires_at"


def test_a_hub_that_cannot_be_reached_leaves_the_last_good_copy(
    province: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> http.Response:
        raise http.Unreachable("refused")

    monkeypatch.setattr(http, "request", silent)
    state = services.refresh_directory()
    assert (state.state, state.trouble) == ("good", "exchange.unreachable refused")


def test_a_node_fetches_what_the_hub_publishes(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    body, signature = published()
    held = queries.get_directory_state().serial
    asked: list[dict[str, str]] = []

    def bring(_method: str, url: str, *, headers: dict[str, str], timeout: float, peer: bool) -> http.Response:
        assert url.endswith("/exchange/directory?version=2")
        assert peer
        asked.append(headers)
        if headers.get("If-None-Match") == f'"{held}"':
            return http.Response(304, {}, b"")
        return http.Response(200, {wire.SIGNATURE_HEADER.lower(): signature}, body)

    monkeypatch.setattr(http, "request", bring)
    DirectoryCopy.objects.all().delete()
    assert services.refresh_directory().serial == held
    assert services.refresh_directory().state == "good"
    assert asked == [{}, {"If-None-Match": f'"{held}"'}]


def test_an_unknown_certificate_makes_the_node_ask_the_hub_but_not_too_often(
    province: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(directory_services, "refresh_directory", lambda: asked.append(1))
    monkeypatch.setitem(directory_services._last_asked, "at", -100.0)
    assert directory_services.ask_hub_again()
    assert not directory_services.ask_hub_again()
    assert len(asked) == 1


def test_only_the_nodes_own_certificate_can_be_registered(db: None, homes: Homes) -> None:
    facts: dict[str, Any] = {"agency_code": "H36", "name": "Lâm Đồng", "base_url": "http://127.0.0.1:9", "actor": LAN}
    with at_node(homes, "G22"):
        with pytest.raises(Refused, match=r"exchange\.foreign-certificate"):
            services.register_node(**facts, certificate_pem=certificate_of(homes, "G01"))
        abroad = (homes.abroad / "keys" / "node.crt").read_text("ascii")
        with pytest.raises(Refused, match=r"signing\.foreign-certificate"):
            services.register_node(**facts, certificate_pem=abroad)
        with pytest.raises(Refused, match=r"signing\.malformed-certificate"):
            services.register_node(**facts, certificate_pem="nonsense")


def test_an_address_that_is_no_address_is_not_published(db: None, homes: Homes) -> None:
    with at_node(homes, "G22"), pytest.raises(Refused, match=r"exchange\.bad-directory"):
        services.register_node(
            agency_code="H36", name="x", base_url="file:///etc", certificate_pem=certificate_of(homes, "H36"), actor=LAN
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": " "}, "purpose"),
        ({"legal_ground": ""}, "legal_ground"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
    ],
)
def test_a_grant_names_purpose_ground_and_sound_dates(
    db: None, homes: Homes, changes: dict[str, object], field: str
) -> None:
    register_all(homes)
    with pytest.raises(Refused) as refusal:
        allow(homes, **changes)
    assert refusal.value.field == field


def test_the_hub_issues_anew_in_time(db: None, homes: Homes) -> None:
    register_all(homes)
    with at_node(homes, "G22"):
        serial = queries.get_directory_state().serial
        assert services.refresh_directory().serial == serial
        with clock.frozen(clock.now() + timedelta(hours=13)):
            assert services.refresh_directory().serial == serial + 1
