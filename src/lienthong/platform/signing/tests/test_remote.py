"""Remote signing: the hash goes out, the signature comes back; once, in time, for one officer and one document."""

import base64
import json
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lienthong.kernel import clock, files, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.models import RemoteSigningRequest
from lienthong.platform.signing.ports import KeyStore, RemoteSigner
from lienthong.platform.signing.rules import csc
from lienthong.platform.signing.services import levels, phone, remote
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.conftest import be_province, later
from lienthong.platform.signing.tests.papers import BOX

CSC = "/signing/csc/v2"


def officer(username: str, authority) -> Actor:
    made = identity.appoint_officer(
        username=username, name="Nguyễn Thị Lan", agency_code="H36.101", position="Phó Chủ tịch",
        duties={"leader"}, actor=SYSTEM,
    )  # fmt: skip
    services.issue_certificate(
        authority.home, name=f"officer:{username}", kind="officer", agency_code="H36.101",
        common_name="Nguyễn Thị Lan", position="Phó Chủ tịch", into=node().home,
    )  # fmt: skip
    return identity_queries.actor_of(identity_queries.get_account(made.account_id))


@pytest.fixture
def lan(authority, settings):
    return officer("lan.nguyen", authority)


def pem_of(username="lan.nguyen"):
    return queries.get_certificate(f"officer:{username}").pem


def asked(actor, **more):
    return services.prepare_remote(
        papers.plain(), signer_certificate=pem_of(), actor=actor, box=BOX, title="Quyết định 128", **more
    )


def signature_of(digest, key="officer:lan.nguyen"):
    """A device that is given the hash and nothing else."""
    return roles.port(KeyStore).sign_digest(key, digest)


def code_of(act, *given, **named):
    with pytest.raises(Refused) as caught:
        act(*given, **named)
    return caught.value.code


def test_the_hash_goes_out_and_the_signature_comes_back(lan):
    request = asked(lan, about="draft:1")
    assert len(request.digest) == 32
    assert request.document_sha256 == sha256(papers.plain()).hexdigest()
    assert [one.id for one in queries.list_remote_waiting(lan)] == [request.id]
    signed = services.complete_remote(request.id, signature_of(request.digest), actor=lan)
    assert signed.startswith(papers.plain())
    (seen,) = queries.verify_pdf(signed)
    assert (seen.code, seen.signer) == ("good", "Nguyễn Thị Lan")
    assert queries.list_remote_waiting(lan) == []
    kept, _ = queries.get_remote_result(request.id, lan)
    assert files.read(kept) == signed
    row = RemoteSigningRequest.objects.get()
    assert (bytes(row.body), bytes(row.attributes)) == (b"", b"")


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_a_remote_signature_reaches_every_level(lan, level):
    request = asked(lan, level=level)
    signed = services.complete_remote(request.id, signature_of(request.digest), actor=lan)
    assert (signed.level, queries.verify_pdf(signed)[0].level) == (level, level)


def test_der_is_taken_too(lan):
    request = asked(lan)
    from lienthong.platform.signing.rules import signatures

    der = signatures.to_der(signature_of(request.digest))
    assert queries.verify_pdf(services.complete_remote(request.id, der, actor=lan))[0].good


def test_another_signature_is_refused_and_the_request_stays_open(lan, authority):
    request = asked(lan)
    officer("binh.tran", authority)
    for wrong in (
        signature_of(bytes(32)),
        signature_of(request.digest, "officer:binh.tran"),
        b"",
        bytes(64),
        b"\x30" * 70,
    ):
        assert code_of(services.complete_remote, request.id, wrong, actor=lan) == "signing.wrong-signature"
    assert services.complete_remote(request.id, signature_of(request.digest), actor=lan)


def test_a_request_is_used_once(lan):
    request = asked(lan)
    signature = signature_of(request.digest)
    services.complete_remote(request.id, signature, actor=lan)
    assert code_of(services.complete_remote, request.id, signature, actor=lan) == "signing.request-used"


def test_a_request_expires_and_its_document_goes(lan, authority):
    request = asked(lan)
    signature = signature_of(request.digest)
    with later(authority, minutes=11):
        assert code_of(services.complete_remote, request.id, signature, actor=lan) == "signing.request-expired"
        assert queries.list_remote_waiting(lan) == []
        remote.purge_remote()
        assert not RemoteSigningRequest.objects.exists()


def test_a_request_is_one_officers_alone(lan, authority):
    request = asked(lan)
    other = officer("binh.tran", authority)
    signature = signature_of(request.digest)
    assert code_of(services.complete_remote, request.id, signature, actor=other) == "signing.no-request"
    assert code_of(queries.get_remote, request.id, other) == "signing.no-request"
    assert code_of(queries.get_remote_document, request.id, other) == "signing.no-request"
    assert code_of(services.complete_remote, uuid4(), signature, actor=lan) == "signing.no-request"


def test_certificates_that_may_not_sign_are_refused_before_anything_is_kept(lan, country):
    abroad = (country.abroad / "keys" / "officer_nguyen.thi.lan.crt").read_text()
    for pem, code in (
        (abroad, "signing.foreign-certificate"),
        (queries.get_certificate("node").pem, "signing.wrong-kind"),
        ("nothing", "signing.malformed-certificate"),
    ):
        named = {"signer_certificate": pem, "actor": lan, "box": BOX}
        assert code_of(services.prepare_remote, papers.plain(), **named) == code
    assert not RemoteSigningRequest.objects.exists()


def test_what_a_crash_left_between_signature_and_document_is_finished(lan, authority, monkeypatch):
    request = asked(lan)

    def crash(*_given, **_named):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(levels, "complete", crash)
        with pytest.raises(RuntimeError):
            services.complete_remote(request.id, signature_of(request.digest), actor=lan)
    with later(authority, minutes=30):
        remote.purge_remote()
        kept, _ = queries.get_remote_result(request.id, lan)
        assert queries.verify_pdf(files.read(kept))[0].good


# The phone, by CSC


@pytest.fixture
def with_phone(authority, lan):
    with be_province(authority) as _:
        parameters = {**node().parameters, "signing": {"csc_url": f"{authority.url}{CSC}"}}
    from lienthong.kernel.profile import playing

    with playing(node(), parameters=parameters):
        yield lan


def test_the_client_signs_by_csc_over_http(with_phone, authority):
    request = asked(with_phone)
    consent = phone.give_consent(request.digest, actor=with_phone)
    signed = services.sign_remotely(request.id, activation=consent, actor=with_phone)
    assert queries.verify_pdf(signed)[0].good
    assert authority.asked[-3:] == [f"{CSC}/credentials/list", f"{CSC}/credentials/info", f"{CSC}/signatures/signHash"]
    chain = roles.port(RemoteSigner).chain_of(with_phone)
    assert len(chain) == 2


def test_without_consent_to_just_this_hash_the_phone_does_not_sign(with_phone, authority):
    request = asked(with_phone)
    consent = phone.give_consent(bytes(32), actor=with_phone)
    others = phone.give_consent(request.digest, actor=officer("binh.tran", authority))
    for activation in (consent, others, "", "x"):
        assert (
            code_of(services.sign_remotely, request.id, activation=activation, actor=with_phone)
            == "signing.remote-refused"
        )
    assert queries.list_remote_waiting(with_phone)


def test_a_silent_service_is_told(with_phone, authority):
    request = asked(with_phone)
    authority.silent.add(f"{CSC}/signatures/signHash")
    consent = phone.give_consent(request.digest, actor=with_phone)
    assert code_of(services.sign_remotely, request.id, activation=consent, actor=with_phone) == "signing.remote-silent"


def call(method, body, token=None):
    headers = {"Authorization": f"Bearer {phone.service_token() if token is None else token}"}
    return Client().post(f"{CSC}/{method}", json.dumps(body), content_type="application/json", headers=headers)


def test_the_phone_speaks_csc(lan):
    told = Client().post(f"{CSC}/info").json()
    assert (told["specs"], "signatures/signHash" in told["methods"]) == (csc.SPECS, True)
    assert call("credentials/list", {"userID": "lan.nguyen"}).json() == {"credentialIDs": ["officer:lan.nguyen"]}
    assert call("credentials/list", {"userID": "nobody"}).json() == {"credentialIDs": []}
    told = call("credentials/info", {"credentialID": "officer:lan.nguyen"}).json()
    assert (told["key"]["curve"], told["cert"]["status"], len(told["cert"]["certificates"])) == (
        csc.P256_OID,
        "valid",
        2,
    )
    digest = sha256(b"x").digest()
    body = csc.sign_hash_body("officer:lan.nguyen", digest, phone.give_consent(digest, actor=lan))
    assert base64.b64decode(call("signatures/signHash", body).json()["signatures"][0])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"hashes": []}, "invalid_request"),
        ({"hashes": ["AAAA", "AAAA"]}, "invalid_request"),
        ({"hashes": ["AAAA"]}, "invalid_request"),
        ({"hashes": ["%%"]}, "invalid_request"),
        ({"signAlgo": "1.2.840.113549.1.1.11"}, "invalid_request"),
        ({"credentialID": "node"}, "invalid_request"),
        ({"credentialID": "officer:nobody"}, "invalid_request"),
        ({"SAD": "x"}, "access_denied"),
    ],
)
def test_what_the_phone_refuses(lan, change, error):
    digest = bytes(32)
    body = csc.sign_hash_body("officer:lan.nguyen", digest, phone.give_consent(digest, actor=lan))
    answer = call("signatures/signHash", {**body, **change})
    assert (answer.status_code >= 400, answer.json()["error"]) == (True, error)


def test_the_phone_knows_its_client(lan):
    for token in ("", "x", "x:y"):
        answer = call("credentials/list", {"userID": "lan.nguyen"}, token)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    broken = Client().post(f"{CSC}/signatures/signHash", "[", content_type="application/json")
    assert broken.status_code == 401


# Pages


@pytest.fixture
def browser(lan, client):
    client.force_login(get_user_model().objects.get(username="lan.nguyen"))
    return client


def test_an_officer_signs_by_pasting_and_strangers_see_nothing(lan, browser):
    request = asked(lan, return_to="/van-phong/1/")
    page = browser.get("/ky-so/tu-xa/").content.decode()
    assert "Quyết định 128" in page
    address = f"/ky-so/tu-xa/{request.id}/"
    page = browser.get(address).content.decode()
    assert base64.b64encode(request.digest).decode() in page
    refused = browser.post(address, {"signature": "???"})
    assert (refused.status_code, "Hãy dán chữ ký dạng base64" in refused.content.decode()) == (422, True)
    done = browser.post(address, {"signature": base64.b64encode(signature_of(request.digest)).decode()})
    assert (done.status_code, done.headers["Location"]) == (302, "/van-phong/1/")
    assert "Văn bản đã được ký." in browser.get(address).content.decode()
    assert browser.get(f"{address}tep.pdf").content.startswith(papers.plain())
    assert Client().get(address).status_code == 302


def test_an_address_elsewhere_is_no_way_back(lan):
    for path in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere"):
        request = asked(lan, return_to=path)
        assert queries.get_remote_result(request.id, lan)[1] == ""


def test_the_phones_page_signs_at_one_press(with_phone, browser):
    request = asked(with_phone)
    address = f"/ky-so/tu-xa/{request.id}/dien-thoai/"
    assert "Ký văn bản này?" in browser.get(address).content.decode()
    services.publish_pins(["officer:lan.nguyen"], "135246", actor=SYSTEM)
    refused = browser.post(address, {"pin": "975310"})
    assert (refused.status_code, "Còn 4 lần thử" in refused.content.decode()) == (422, True)
    assert browser.post(address, {"pin": "135246"}).status_code == 302
    assert "đã được ký hoặc đã hết hạn" in browser.get(address).content.decode()
    assert queries.get_remote_result(request.id, with_phone)[0]


def test_too_many_waiting_are_refused(lan, monkeypatch):
    monkeypatch.setattr(remote, "_MAX_WAITING", 1)
    asked(lan)
    assert code_of(asked, lan) == "signing.too-many-waiting"
    assert clock.now() + timedelta(minutes=10) >= queries.list_remote_waiting(lan)[0].expires_at
