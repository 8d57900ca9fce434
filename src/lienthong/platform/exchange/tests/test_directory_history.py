"""The directory's history: issues are linked, forks and roll-backs are found, old readers and sources still served."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from django.test import Client

from lienthong.kernel import clock, http
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.exchange import directory_form, queries, services, wire
from lienthong.platform.exchange.models import DirectoryCopy, Node
from lienthong.platform.exchange.services import nodes as node_services
from lienthong.platform.exchange.tests.country import LAN, Homes, allow, at_node, certificate_of, register_all
from lienthong.platform.signing import services as signing_services

pytestmark = pytest.mark.django_db


def published(version: str = "2") -> tuple[bytes, str]:
    response = Client().get("/exchange/directory", {"version": version})
    assert response.status_code == 200, response.content
    return response.content, response.headers[wire.SIGNATURE_HEADER]


def hold(issue: tuple[bytes, str]) -> None:
    """Be a reader whose copy is this issue."""
    DirectoryCopy.objects.all().delete()
    services.accept_directory(*issue)


def forge(homes: Homes, body: bytes, **changes: object) -> tuple[bytes, str]:
    """What someone with the hub's key could publish beside the hub's own issue."""
    changed = orjson.dumps({**orjson.loads(body), **changes})
    with at_node(homes, "G22"):
        return changed, signing_services.sign_detached(changed, headers={"kind": "directory"})


def test_a_reader_follows_the_chain_over_issues_that_it_missed(province: Homes) -> None:
    first = published()
    for number in range(5):
        allow(province, purpose=f"Mục đích {number}")
    last = published()
    hold(first)
    services.accept_directory(*last)
    assert queries.get_directory_state().serial == directory_form.parse(last[0]).serial
    assert len(queries.get_directory().history) == 7  # three nodes, five grants, without the last


def test_another_directory_under_the_same_serial_is_a_fork(province: Homes) -> None:
    held = published()
    fork = forge(province, held[0], grants=[], issued_at=(clock.now() - timedelta(minutes=1)).isoformat())
    with pytest.raises(Refused, match=r"exchange\.directory-fork"):
        services.accept_directory(*fork)
    services.accept_directory(*held)


@pytest.mark.parametrize("ahead", [1, 3])
def test_a_later_directory_that_does_not_grow_out_of_ours_is_a_fork(province: Homes, ahead: int) -> None:
    held = published()
    for number in range(ahead):
        allow(province, purpose=f"Mục đích {number}")
    real = published()
    other_past = [*orjson.loads(real[0])["history"][:-ahead], *(["ab" * 32] * ahead)]
    fork = forge(province, real[0], history=other_past, previous="cd" * 32)
    hold(held)
    with pytest.raises(Refused, match=r"exchange\.directory-fork"):
        services.accept_directory(*fork)
    assert queries.get_directory_state().serial == directory_form.parse(held[0]).serial
    services.accept_directory(*real)


def test_a_reader_away_for_longer_than_the_history_goes_on(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_form, "HISTORY_LENGTH", 2)
    held = published()
    for number in range(4):
        allow(province, purpose=f"Mục đích {number}")
    last = published()
    assert len(orjson.loads(last[0])["history"]) == 2
    hold(held)
    assert services.accept_directory(*last).serial == directory_form.parse(held[0]).serial + 4


def test_a_reader_of_version_1_still_understands_and_a_reader_of_2_does_not_go_back(province: Homes) -> None:
    old = published("1")
    told = orjson.loads(old[0])
    assert told["version"] == 1
    assert set(told) == {"version", "issuer", "serial", "issued_at", "expires_at", "nodes", "grants"}
    assert all(set(one) == {"agency_code", "name", "base_url", "certificates"} for one in told["nodes"])
    with pytest.raises(Refused) as refusal:
        services.accept_directory(*old)
    assert refusal.value.field == "version"
    hold(old)
    services.accept_directory(*published("2"))


def test_what_a_later_hub_adds_is_passed_over(province: Homes) -> None:
    body, _ = published()
    told = orjson.loads(body)
    nodes = [{**one, "colour": "blue"} for one in told["nodes"]]
    DirectoryCopy.objects.all().delete()
    services.accept_directory(*forge(province, body, nodes=nodes, motto="x"))
    assert queries.node_for("H36").agency_code == "H36"


def test_a_directory_from_the_future_says_whose_clock_is_wrong(province: Homes) -> None:
    allow(province)
    newer = published()
    with clock.frozen(clock.now() - timedelta(minutes=8)), pytest.raises(Refused) as refusal:
        services.accept_directory(*newer)
    assert refusal.value.field == "issued_at"


def test_addresses_and_pulling_stand_in_version_2(db: None, homes: Homes) -> None:
    register_all(homes)
    with at_node(homes, "G22"):
        services.register_node(
            agency_code="H36",
            name="Lâm Đồng",
            base_url="",
            certificate_pem=certificate_of(homes, "H36"),
            actor=LAN,
            pull=True,
            witness="G01",
        )
        services.register_node(
            agency_code="G01",
            name="Bộ Công an",
            base_url="http://127.0.0.1:9",
            exchange_url="https://127.0.0.1:8443/",
            certificate_pem=certificate_of(homes, "G01"),
            actor=LAN,
        )
        puller, police = queries.node_for("H36"), queries.node_for("G01")
    assert (puller.pull, puller.witness, puller.address) == (True, "G01", "")
    assert (police.address, police.base_url) == ("https://127.0.0.1:8443", "http://127.0.0.1:9")
    assert "https://h36.invalid" in published("1")[0].decode()


def test_a_replaced_certificate_stays_good_for_the_time_when_it_was_listed(
    db: None, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_all(homes)
    old = certificate_of(homes, "H36")
    kid = directory_form.thumbprint(old)
    row = Node.objects.get(agency_code="H36")
    before = row.registered_at - timedelta(minutes=1)
    monkeypatch.setattr(node_services, "KEPT_IN_USE", 1)
    newer = newer_certificate(homes)
    with at_node(homes, "G22"):
        services.register_node(
            agency_code="H36", name="Lâm Đồng", base_url="http://127.0.0.1:9", certificate_pem=newer, actor=LAN
        )
        entry = queries.node_for("H36")
    assert entry.certificates == (newer,)
    (kept,) = entry.kept
    assert kept.pem == old
    assert directory_form.listed_certificate(entry, kid, kept.listed_until - timedelta(seconds=0)) == old
    assert directory_form.listed_certificate(entry, kid, kept.listed_until + timedelta(seconds=1)) is None
    assert directory_form.listed_certificate(entry, kid, before) is None
    assert directory_form.listed_certificate(entry, directory_form.thumbprint(newer), clock.now()) == newer


def newer_certificate(homes: Homes) -> str:
    signing_services.issue_certificate(
        homes.base / "demo",
        into=homes.base / "newer",
        name="node",
        kind="node",
        agency_code="H36",
        common_name="Tỉnh Lâm Đồng",
    )
    return (homes.base / "newer" / "keys" / "node.crt").read_text("ascii")


def test_a_revoked_certificate_is_good_only_before_its_revocation(db: None, homes: Homes) -> None:
    register_all(homes)
    old = certificate_of(homes, "H36")
    kid = directory_form.thumbprint(old)
    with at_node(homes, "G22"):
        with pytest.raises(Refused, match=r"exchange\.last-certificate"):
            services.withdraw_certificate(agency_code="H36", thumbprint=kid, actor=LAN)
        services.register_node(
            agency_code="H36",
            name="Lâm Đồng",
            base_url="http://127.0.0.1:9",
            certificate_pem=newer_certificate(homes),
            actor=LAN,
        )
        entry = services.withdraw_certificate(agency_code="H36", thumbprint=kid, actor=LAN)
        assert queries.node_for("H36") == entry
    assert old not in entry.certificates
    assert entry.kept[0].revoked_at is not None
    assert directory_form.listed_certificate(entry, kid, entry.kept[0].revoked_at) == old
    assert directory_form.listed_certificate(entry, kid, clock.now() + timedelta(seconds=1)) is None


def test_a_suspended_node_is_not_listed_until_it_is_taken_back(db: None, homes: Homes) -> None:
    register_all(homes)
    with at_node(homes, "G22"):
        with pytest.raises(Refused, match=r"exchange\.no-reason"):
            services.set_node_state(agency_code="H36", state="suspended", reason=" ", actor=LAN)
        services.set_node_state(agency_code="H36", state="suspended", reason="Khóa bị lộ", actor=LAN)
        assert queries.find_node("H36") is None
        services.set_node_state(agency_code="H36", state="active", reason="", actor=LAN)
        assert queries.find_node("H36") is not None
        with pytest.raises(Refused, match=r"exchange\.unknown-node"):
            services.set_node_state(agency_code="H99", state="left", reason="x", actor=LAN)


def test_when_the_hub_is_silent_another_source_serves(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    held = published()
    allow(province)
    body, signature = published()
    hold(held)
    asked: list[str] = []

    def bring(_method: str, url: str, **_: object) -> http.Response:
        asked.append(url.partition("/exchange/")[0])
        if "mirror" not in url:
            raise http.Unreachable("refused")
        return http.Response(200, {wire.SIGNATURE_HEADER.lower(): signature}, body)

    monkeypatch.setattr(http, "request", bring)
    here = replace(node(), parameters={"exchange": {"directory_sources": ["http://mirror.test/"]}})
    with playing(here):
        assert services.directory_sources() == (node().hub_url, "http://mirror.test")
        state = services.refresh_directory()
    assert asked == [node().hub_url, "http://mirror.test"]
    assert (state.serial, state.trouble) == (directory_form.parse(body).serial, "")


def test_a_fork_at_any_source_is_what_the_operator_reads(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    held = published()
    body, signature = forge(province, held[0], grants=[], issued_at=clock.now().isoformat())
    monkeypatch.setattr(
        http, "request", lambda *_, **__: http.Response(200, {wire.SIGNATURE_HEADER.lower(): signature}, body)
    )
    assert services.refresh_directory().trouble == "exchange.directory-fork"
    assert queries.get_directory_state().serial == directory_form.parse(held[0]).serial


def test_a_member_passes_its_copy_on(province: Homes) -> None:
    hold(published())
    assert published()[0] == bytes(DirectoryCopy.objects.get().body)
    assert Client().get("/exchange/directory").status_code == 503
