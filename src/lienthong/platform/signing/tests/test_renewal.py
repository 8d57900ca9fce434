"""Renewal before the end: a new key beside the old one, then in its place; and whom the authority renews for."""

import threading
from datetime import timedelta

import pytest

from lienthong.kernel import clock, events, jobs, roles
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.events import CertificateRenewed
from lienthong.platform.signing.ports import KeyMaker
from lienthong.platform.signing.rules import certificates, issuing
from lienthong.platform.signing.services import renewal
from lienthong.platform.signing.tests.conftest import be_province, later

CERTIFICATES = "/authority/certificates"
heard: list[CertificateRenewed] = []


def hear(event, event_id):
    heard.append(event)


@pytest.fixture
def ear(authority):
    heard.clear()
    events.listen(CertificateRenewed, hear)
    return heard


def own(key="node"):
    return queries.get_certificate(key)


def lives(key):
    return {one.name: one for one in queries.lifetimes()}[key]


def test_nothing_is_renewed_in_the_first_three_quarters(authority):
    with later(authority, days=365 * 0.74):
        assert services.renew_due() == 0
    assert CERTIFICATES not in authority.asked


def test_a_nodes_key_waits_beside_the_old_one_until_it_is_put_in_use(authority, ear):
    old = own()
    signature = services.sign_message(b"{}", [], at=clock.now())
    with later(authority, days=548):
        services.renew_certificate("node")
        jobs.run_waiting()
        told = heard[0]
        assert (told.key, told.kind, told.replaces, told.waiting) == ("node", "node", old.thumbprint, True)
        assert own() == old
        fresh = queries.find_waiting("node")
        assert fresh is not None
        assert fresh.thumbprint == told.thumbprint
        assert (fresh.name, fresh.agency_code, fresh.kind) == (old.name, old.agency_code, old.kind)
        assert certificates.parse_chain(fresh.pem)[0].public_key() != certificates.parse_chain(old.pem)[0].public_key()
        services.activate_certificate("node")
        assert own() == fresh
        assert queries.find_waiting("node") is None
        # What was signed with the old key is verified as before.
        seen = queries.verify_message(
            b"{}", [], signature, certificate_pem=old.pem, signed_at=clock.now() - timedelta(days=548)
        )
        assert seen.thumbprint == old.thumbprint
        message = services.sign_message(b"new", [], at=clock.now())
        queries.verify_message(b"new", [], message, certificate_pem=fresh.pem, signed_at=clock.now())


def test_the_certificate_of_a_replaced_key_is_kept_and_the_key_is_not(authority):
    old = own()
    with later(authority, days=548):
        services.renew_certificate("node")
        services.activate_certificate("node")
    kept = list((node().home / "keys" / "old").iterdir())
    assert [path.suffix for path in kept] == [".crt"]
    assert certificates.describe(kept[0].read_text()).thumbprint == old.thumbprint


def test_a_key_that_waits_too_long_is_put_in_use_before_the_old_one_ends(authority):
    old = own()
    with later(authority, days=548):
        services.renew_due()
        fresh = queries.find_waiting("node")
        assert fresh is not None
        services.renew_due()
        assert own() == old
    with later(authority, days=660):
        services.renew_due()
        assert own() == fresh


def test_the_key_of_the_connection_is_put_in_use_at_once_and_keeps_its_names(authority, ear):
    with later(authority, days=300):
        assert services.renew_due() == 1
        jobs.run_waiting()
        assert [(told.kind, told.waiting) for told in heard] == [("tls", False)]
        fresh = own("tls")
        assert fresh.thumbprint == heard[0].thumbprint
        assert set(issuing.hosts_of(certificates.parse_chain(fresh.pem)[0])) == {"127.0.0.1", "localhost"}


def test_a_silent_authority_is_asked_again(authority):
    authority.silent.add(CERTIFICATES)
    with later(authority, days=300):
        assert services.renew_due() == 0
        assert lives("tls").level == "warn"
        authority.silent.clear()
        assert services.renew_due() == 1
        assert lives("tls").level == "ok"


def test_an_answer_that_was_lost_brings_no_second_certificate(authority):
    """The authority issued, the answer never came: the next request is of the same key and gets the same."""
    with later(authority, days=300):
        first = renewal._ask_authority(renewal._request_like("tls", own("tls")), "tls", own("tls"))
        services.renew_due()
        assert own("tls").pem == first
    assert len([one for one in queries.list_issued() if one.kind == "tls"]) == 2


def test_a_move_cut_in_the_middle_is_finished_by_whoever_reads_next(authority):
    with later(authority, days=548):
        services.renew_certificate("node")
        keys = node().home / "keys"
        fresh = queries.find_waiting("node")
        assert fresh is not None
        (keys / "next" / "node.crt").replace(keys / "node.crt")
        roles.open_roles(roles.opened())
        assert own().thumbprint == fresh.thumbprint
        message = services.sign_message(b"x", [], at=clock.now())
        queries.verify_message(b"x", [], message, certificate_pem=fresh.pem, signed_at=clock.now())
        assert not (keys / "next" / "node.key").exists()


def test_signing_goes_on_while_the_key_is_replaced(authority):
    """Each signature made meanwhile is good under the certificate that it names."""
    home, made, wrong, stop = node().home, [], [], threading.Event()

    def work() -> None:
        while not stop.is_set():
            signed = services.sign_bytes(b"x", key="node")
            made.append(signed)

    known = {own().thumbprint: own().pem}
    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(5):
            pem = services.request_certificate("node", agency_code="H36", common_name="Nút H36")
            issued = services.issue_from_request(pem, kind="node", agency_code="H36", common_name="Nút H36")
            known[issued.thumbprint] = issued.pem
            services.install_certificate("node", issued.pem)
    finally:
        stop.set()
        worker.join()
    for signed in made:
        try:
            queries.verify_bytes(b"x", signed, certificate_pem=known[signed.thumbprint])
        except Refused as refusal:
            wrong.append(refusal.code)
    assert made
    assert wrong == []
    assert home == node().home


def renew(body, signature):
    return renewal.renew_from_request(body.encode(), signature)


def request_and_signature(key="node", by="node", **changes):
    request = renewal._request_like(key, own(key))
    headers = {"kind": "certificate-renewal", "at": clock.now().isoformat(), "renews": own(key).thumbprint, **changes}
    return request, services.sign_detached(request.encode(), key=by, headers=headers)


def refused(body, signature):
    with pytest.raises(Refused) as caught:
        renew(body, signature)
    return caught.value.code


def test_the_node_renews_its_connection_too_and_nothing_else(authority):
    assert renew(*request_and_signature("tls", by="node")).kind == "tls"
    services.issue_certificate(
        authority.home, name="seal:H36", kind="seal", agency_code="H36", common_name="Con dấu", into=node().home
    )
    assert refused(*request_and_signature("seal:H36", by="node")) == "signing.not-issued"
    assert refused(*request_and_signature("node", by="tls")) == "signing.not-issued"
    assert renew(*request_and_signature("seal:H36", by="seal:H36")).kind == "seal"


def test_nobody_renews_for_another_agency(authority, tmp_path):
    services.issue_certificate(
        authority.home, name="node", kind="node", agency_code="G01", common_name="Nút", into=tmp_path / "g01"
    )
    request, _ = request_and_signature("tls")
    headers = {"kind": "certificate-renewal", "at": clock.now().isoformat(), "renews": own("tls").thumbprint}
    with playing(node(), home=tmp_path / "g01"):
        signature = services.sign_detached(request.encode(), headers=headers)
    assert refused(request, signature) == "signing.not-issued"


def test_a_revoked_certificate_renews_nothing(authority):
    request, signature = request_and_signature()
    services.revoke_certificate(own().thumbprint, reason="keyCompromise", actor=SYSTEM)
    assert refused(request, signature) == "signing.unknown-certificate"


def test_an_ended_certificate_renews_nothing(authority):
    with later(authority, days=731):
        assert refused(*request_and_signature()) == "signing.certificate-expired"


def test_a_certificate_of_another_authority_renews_nothing(authority, tmp_path):
    with playing(node(), home=tmp_path / "abroad"):
        services.issue_certificate(
            tmp_path / "abroad", name="node", kind="node", agency_code="H36", common_name="Nút H36"
        )
        request, signature = request_and_signature()
    assert refused(request, signature) == "signing.unknown-certificate"


def test_an_old_request_is_not_taken_again(authority):
    request, signature = request_and_signature()
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert refused(request, signature) == "signing.stale-request"
    assert refused(*request_and_signature(at="yesterday")) == "signing.stale-request"
    assert refused(*request_and_signature(at="2026-11-22T08:00:00")) == "signing.stale-request"
    assert refused(*request_and_signature(kind="letter")) == "signing.stale-request"


def test_another_request_under_the_signature_is_not_taken(authority):
    request, signature = request_and_signature()
    other = services.request_certificate("tls", agency_code="H36", common_name="Nút H36")
    assert refused(other, signature) == "signing.wrong-signature"
    assert refused("nonsense", signature) == "signing.bad-request"
    assert refused(request, "") == "signing.malformed"


def test_a_renewal_with_the_old_key_is_refused(authority):
    """Were the key to stay, a thief of it would stay with it."""
    keys = node().home / "keys"
    (keys / "next").mkdir(exist_ok=True)
    (keys / "next" / "node.key").write_bytes((keys / "node.key").read_bytes())
    assert refused(*request_and_signature()) == "signing.same-key"


def test_the_request_says_nothing_about_who_it_is(authority):
    maker = roles.port(KeyMaker)
    request = services.request_certificate("node", agency_code="G22", common_name="Nút trung tâm")
    headers = {"kind": "certificate-renewal", "at": clock.now().isoformat(), "renews": own().thumbprint}
    renewed = renew(request, services.sign_detached(request.encode(), headers=headers))
    assert (renewed.agency_code, renewed.name) == ("H36", "Nút H36")
    assert maker.next_chain("node") is None


def test_a_certificate_for_another_key_is_not_installed(authority):
    services.request_certificate("node", agency_code="H36", common_name="Nút H36")
    with pytest.raises(Refused, match=r"signing\.other-key"):
        services.install_certificate("node", own().pem)
    with pytest.raises(Refused, match=r"signing\.wrong-kind"):
        services.install_certificate("node", own("tls").pem)
    with pytest.raises(Refused, match=r"signing\.unknown-key"):
        services.install_certificate("tls", own("tls").pem)


def test_a_node_without_an_authority_says_so(authority):
    with be_province(authority) as province, playing(province, demo=False), later(authority, days=548):
        with pytest.raises(Refused, match=r"signing\.no-authority"):
            services.renew_certificate("node")
        assert services.renew_due() == 0


@pytest.mark.parametrize(
    ("days", "level"), [(0, "ok"), (547, "ok"), (548, "warn"), (656, "warn"), (658, "critical"), (731, "critical")]
)
def test_every_lifetime_is_watched(authority, days, level):
    with later(authority, days=days):
        life = lives("node")
        assert (life.level, life.kind) == (level, "node")
        assert 0 <= life.share <= 1


def test_lifetimes_name_what_the_node_lives_by_the_nearest_end_first(authority):
    with later(authority, days=548):
        services.renew_certificate("node")
        found = queries.lifetimes()
        assert {one.kind for one in found} == {"node", "tls", "root", "issuing"}
        assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
        assert lives("node").level == "ok"
        assert lives("node (+)").share < 0.01
        assert lives("tls").sentence.en.startswith("Expired on")
