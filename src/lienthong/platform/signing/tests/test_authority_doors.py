"""The authority's public doors, by the eyes of openssl and by those of strangers who send nonsense."""

import base64
import subprocess
from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography.x509 import ocsp
from django.test import Client

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Refused
from lienthong.kernel.models import AuditEntry
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules import certificates, issuing
from lienthong.platform.signing.rules import ocsp as ocsp_rules
from lienthong.platform.signing.services.responder import answer_ocsp, current_revocation_list


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False, text=True)


def own():
    return queries.get_certificate("node")


def files(authority):
    folder = authority.home / "authority"
    return folder / "root.crt", folder / "issuing.crt", node().home / "keys" / "node.crt"


@pytest.mark.parametrize("digest", ["-sha1", "-sha256"])
def test_openssl_asks_and_believes(authority, digest):
    root, issuing_file, leaf = files(authority)
    words = (
        "ocsp", "-url", f"{authority.url}/authority/ocsp", "-issuer", issuing_file, digest, "-cert", leaf,
        "-CAfile", root, "-verify_other", issuing_file,
    )  # fmt: skip
    told = openssl(*words)
    assert "Response verify OK" in told.stderr, told.stderr
    assert f"{leaf}: good" in told.stdout
    services.revoke_certificate(own().thumbprint, reason="keyCompromise", actor=SYSTEM)
    told = openssl(*words)
    assert f"{leaf}: revoked" in told.stdout
    assert "Reason: keyCompromise" in told.stdout


def test_openssl_finds_a_stranger_unknown(authority):
    root, issuing_file, _ = files(authority)
    told = openssl(
        "ocsp", "-url", f"{authority.url}/authority/ocsp", "-issuer", issuing_file, "-serial", "0x4711",
        "-CAfile", root, "-verify_other", issuing_file,
    )  # fmt: skip
    assert "0x4711: unknown" in told.stdout


def test_openssl_follows_the_revocation_list(authority, tmp_path):
    root, issuing_file, leaf = files(authority)
    words = (
        "verify", "-crl_check", "-attime", int(clock.now().timestamp()), "-CAfile", root, "-untrusted", issuing_file,
    )  # fmt: skip
    for code in (0, 2):
        (tmp_path / "list").write_bytes(current_revocation_list())
        openssl("crl", "-inform", "DER", "-in", tmp_path / "list", "-out", tmp_path / "list.pem")
        told = openssl(*words, "-CRLfile", tmp_path / "list.pem", leaf)
        assert told.returncode == code, told.stderr
        if code == 0:
            services.revoke_certificate(own().thumbprint, reason="superseded", actor=SYSTEM)
    assert "certificate revoked" in told.stderr


def test_the_revocation_list_is_made_anew_when_half_of_its_life_is_over(authority):
    first = current_revocation_list()
    with clock.frozen(clock.now() + timedelta(hours=11)):
        assert current_revocation_list() == first
    with clock.frozen(clock.now() + timedelta(hours=13)):
        assert current_revocation_list() != first


def test_a_question_may_come_in_the_address(authority):
    leaf, issuer = certificates.parse_chain(own().pem)
    question = ocsp_rules.question(leaf, issuer, b"n" * 16)
    encoded = quote(base64.b64encode(question).decode(), safe="")
    answer = Client().get(f"/authority/ocsp/{encoded}")
    assert answer.headers["Content-Type"] == "application/ocsp-response"
    assert (
        ocsp_rules.read(answer.content, leaf, issuer, nonce=b"n" * 16, at=clock.now(), fresh=timedelta(hours=1)).state
        == "good"
    )


def test_each_answer_repeats_the_nonce_of_its_question(authority):
    leaf, issuer = certificates.parse_chain(own().pem)
    answers = [answer_ocsp(ocsp_rules.question(leaf, issuer, nonce * 16)) for nonce in (b"a", b"b")]
    now, hour = clock.now(), timedelta(hours=1)
    assert ocsp_rules.read(answers[0], leaf, issuer, nonce=b"a" * 16, at=now, fresh=hour).state == "good"
    with pytest.raises(ocsp_rules.BadAnswer):
        ocsp_rules.read(answers[1], leaf, issuer, nonce=b"a" * 16, at=now, fresh=hour)


@pytest.mark.parametrize("question", [b"x", b"0\x03\x02\x01\x00", bytes(1000)])
def test_a_question_that_is_none_is_called_malformed(authority, question):
    answer = ocsp.load_der_ocsp_response(answer_ocsp(question))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    got = Client().post("/authority/ocsp", question, content_type="application/ocsp-request")
    assert (got.status_code, got.content) == (200, answer_ocsp(question))


def test_a_question_about_another_authority_is_not_answered(authority, tmp_path):
    abroad = services.issue_certificate(
        tmp_path / "abroad", name="node", kind="node", agency_code="H36", common_name="Nút"
    )
    leaf, issuer = certificates.parse_chain(abroad.pem)
    answer = ocsp.load_der_ocsp_response(answer_ocsp(ocsp_rules.question(leaf, issuer, b"n" * 16)))
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("path", ["ocsp", "tsa", "certificates"])
def test_sizes_and_types_are_looked_at_first(authority, path):
    types = {"ocsp": "application/ocsp-request", "tsa": "application/timestamp-query"}
    media_type = types.get(path, "application/pkcs10")
    client = Client()
    assert client.post(f"/authority/{path}", b"x", content_type="text/plain").status_code == 415
    assert client.post(f"/authority/{path}", bytes(20_000), content_type=media_type).status_code == 413
    assert client.put(f"/authority/{path}", b"x", content_type=media_type).status_code == 405


def test_the_register_tells_what_was_issued_and_revoked(authority):
    services.revoke_certificate(own().thumbprint.upper(), reason="cessationOfOperation", actor=SYSTEM)
    found = {one.thumbprint: one for one in queries.list_issued()}
    mine = found[own().thumbprint]
    assert (mine.kind, mine.agency_code, mine.reason) == ("node", "H36", "cessationOfOperation")
    assert mine.revoked_at == clock.now()
    assert found[queries.get_certificate("tls").thumbprint].revoked_at is None
    entry = AuditEntry.objects.get(action="signing.revoke-certificate")
    assert entry.subject == f"certificate:{own().thumbprint}"


@pytest.mark.parametrize(
    ("thumbprint", "reason", "code"),
    [("0" * 64, "superseded", "signing.not-issued"), ("", "for fun", "signing.bad-reason")],
)
def test_what_cannot_be_revoked(authority, thumbprint, reason, code):
    with pytest.raises(Refused) as caught:
        services.revoke_certificate(thumbprint or own().thumbprint, reason=reason, actor=SYSTEM)
    assert caught.value.code == code
    assert not AuditEntry.objects.filter(action="signing.revoke-certificate").exists()


def test_a_certificate_is_revoked_once(authority):
    services.revoke_certificate(own().thumbprint, reason="superseded", actor=SYSTEM)
    with pytest.raises(Refused, match=r"signing\.already-revoked"):
        services.revoke_certificate(own().thumbprint, reason="keyCompromise", actor=SYSTEM)
    assert queries.list_issued()[0].reason in ("", "superseded")


def test_a_request_by_openssl_is_served(authority, tmp_path):
    """A stranger's tools make key and request; who it is says the operator, not the request."""
    made = openssl(
        "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", tmp_path / "key",
        "-subj", "/CN=Whoever/organizationIdentifier=GOVVN-G22",
        "-addext", "subjectAltName=DNS:nut.example,IP:10.0.0.1",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    issued = services.issue_from_request(
        made.stdout, kind="tls", agency_code="H01", common_name="Nút H01", home=authority.home
    )
    leaf = certificates.parse_chain(issued.pem)[0]
    assert (issued.kind, issued.agency_code, issued.name) == ("tls", "H01", "Nút H01")
    assert set(issuing.hosts_of(leaf)) == {"nut.example", "10.0.0.1"}
    assert queries.check_certificate(issued.pem, kind="tls").thumbprint == issued.thumbprint
    again = services.issue_from_request(made.stdout, kind="tls", agency_code="H01", common_name="Nút H01")
    assert again.thumbprint == issued.thumbprint


def test_requests_that_are_not_served(authority, tmp_path):
    rsa = openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", "-subj", "/CN=x").stdout
    good = services.request_certificate("node", agency_code="H36", common_name="Nút")
    body = base64.b64decode("".join(good.splitlines()[1:-1]))
    changed = base64.b64encode(body.replace(b"GOVVN-H36", b"GOVVN-H37")).decode()
    forged = f"-----BEGIN CERTIFICATE REQUEST-----\n{changed}\n-----END CERTIFICATE REQUEST-----\n"
    for pem, code in (
        (rsa, "signing.wrong-algorithm"),
        (forged, "signing.bad-request"),
        ("", "signing.bad-request"),
        ("é", "signing.bad-request"),
        (good + "x" * 20_000, "signing.bad-request"),
    ):
        with pytest.raises(Refused) as caught:
            services.issue_from_request(pem, kind="node", agency_code="H36", common_name="Nút")
        assert caught.value.code == code


def test_a_certificate_names_its_authoritys_doors(authority):
    leaf = certificates.parse_chain(own().pem)[0]
    assert ocsp_rules.addresses(leaf) == (f"{authority.url}/authority/ocsp",)
    told = openssl("x509", "-in", node().home / "keys" / "tls.crt", "-noout", "-text").stdout
    for text in (
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "IP Address:127.0.0.1, DNS:localhost",
        f"URI:{authority.url}/authority/crl",
    ):
        assert text in told
