"""An authority that issued a signer's certificate was revoked itself: what it vouched for is no longer believed."""

from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lienthong.kernel import clock
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.api.forms import SignatureOut
from lienthong.platform.signing.durable import write
from lienthong.platform.signing.models import CertificateStanding
from lienthong.platform.signing.rules import certificates, issuing
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.conftest import be_province, later
from lienthong.platform.signing.tests.papers import BOX
from lienthong.platform.signing.types import IssuedCertificate

KEY, LIST, LIFE = "officer:xa", "/other/root.crl", timedelta(days=4000)


class Abroad:
    """Another authority: root, issuing authority below it that names a list, and an officer's key."""

    def __init__(self, authority) -> None:
        self.authority, now = authority, clock.now()
        addresses = issuing.Addresses(f"{authority.url}/other/ocsp", f"{authority.url}{LIST}")
        self.root = issuing.new_authority("Gốc khác", now, LIFE, None)
        self.issuer = issuing.new_authority("Tổ chức cấp khác", now, LIFE, self.root, addresses=addresses)
        self.tell()
        key = ec.generate_private_key(ec.SECP256R1())
        name = issuing.subject("H36.101", "Nguyễn Thị Lan", "Phó Chủ tịch")
        # Of the officer's own certificate nobody says anything: only the issuer's word is at stake.
        leaf = issuing.new_leaf(key.public_key(), name, "officer", self.issuer, now=now, addresses=addresses)
        folder = node().home / "keys"
        pem = certificates.to_pem(leaf) + certificates.to_pem(self.issuer.certificate)
        write(folder / "officer_xa.crt", pem.encode())
        write(
            folder / "officer_xa.key",
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            private=True,
        )
        services.install_roots([certificates.to_pem(self.root.certificate)])

    def tell(self, *revoked: IssuedCertificate, number: int = 1) -> None:
        """The root's list as it is now."""
        self.authority.canned[LIST] = issuing.new_revocation_list(
            self.root, revoked, number=number, now=clock.now(), life=timedelta(days=30)
        )

    def revoke(self, reason="keyCompromise") -> None:
        """The root revokes the issuing authority, now; the node hears of it."""
        one, now = self.issuer.certificate, clock.now()
        self.tell(
            IssuedCertificate(
                certificates.thumbprint(one), f"{one.serial_number:x}", "tls", "", "", now, now, "", now, reason
            ),
            number=2,
        )
        self.hear()

    def hear(self) -> None:
        services.refresh_standings()
        queries.forget_standings()


@pytest.fixture
def abroad(authority):
    levels.forget_silence()
    return Abroad(authority)


def paper(level="B-B"):
    return services.sign_pdf(papers.plain(), signer=KEY, box=BOX, level=level)


def test_a_signature_falls_with_the_authority_that_vouched_for_it(authority, abroad):
    signed = paper()
    (before,) = queries.verify_pdf(signed)
    assert (before.code, before.issuer_status) == ("good", None)
    abroad.hear()
    assert CertificateStanding.objects.filter(pk=certificates.thumbprint(abroad.issuer.certificate)).exists()
    with later(authority, hours=2):
        abroad.revoke()
        (seen,) = queries.verify_pdf(signed)
        assert (seen.code, seen.good, seen.trusted, seen.intact) == ("issuer-revoked", False, False, True)
        assert "Tổ chức cấp chứng thư số cho Nguyễn Thị Lan" in seen.sentence.vi
        assert "was revoked" in seen.sentence.en
        told = SignatureOut.of_pdf(seen)
        assert told.issuer_revocation is not None
        assert (told.code, told.issuer_revocation.state, told.issuer_revocation.reason) == (
            "issuer-revoked", "revoked", "keyCompromise",
        )  # fmt: skip
        assert queries.judge_pdf(signed).code == "issuer-revoked"


def test_what_a_time_stamp_proves_to_be_older_stays_good(authority, abroad):
    signed = paper("B-T")
    queries.verify_pdf(signed)
    with later(authority, hours=2):
        abroad.revoke()
        assert [one.code for one in queries.verify_pdf(signed)] == ["good"]


def test_an_authority_that_closed_in_order_spoils_nothing_signed_before(authority, abroad):
    signed = paper()
    queries.verify_pdf(signed)
    with later(authority, hours=2):
        abroad.revoke("cessationOfOperation")
        assert [one.code for one in queries.verify_pdf(signed)] == ["good"]
        with later(authority, hours=1):
            assert [one.code for one in queries.verify_pdf(paper())] == ["issuer-revoked"]


def test_an_answer_that_the_document_keeps_is_read_where_nobody_was_told(authority, abroad):
    signed = paper()
    with later(authority, hours=2):
        abroad.revoke()
        CertificateStanding.objects.all().delete()
        queries.forget_standings()
        from lienthong.platform.signing.rules.pades import proofs, writing

        writer = writing.open_writer(signed)
        kept = proofs.Proofs((abroad.issuer.certificate,), (), (authority.canned[LIST],))
        writing.add_proofs(writer, kept)
        (seen,) = queries.verify_pdf(writing.written(writer))
        assert seen.code == "issuer-revoked"


def test_data_in_xml_falls_with_it_too(authority, abroad):
    element = b'<b xmlns="urn:a" Id="envelope"><c>x</c></b>'
    signature = services.sign_xml_envelope(sha256(element).digest(), at=clock.now(), key=KEY)
    document = element.replace(b"</b>", signature + b"</b>")
    assert [one.code for one in queries.verify_xml_signature(document)] == ["good"]
    moment = clock.now()
    with later(authority, hours=2):
        abroad.revoke()
        (seen,) = queries.verify_xml_signature(document)
        assert (seen.code, seen.trusted) == ("issuer-revoked", False)
        assert "Tổ chức cấp chứng thư số cho" in seen.sentence.vi
        assert [one.code for one in queries.verify_xml_signature(document, proved_at=moment)] == ["good"]


def test_a_node_that_asks_nobody_does_not_know(authority, abroad):
    signed = paper()
    queries.verify_pdf(signed)
    with later(authority, hours=2):
        abroad.revoke()
        with be_province(authority, ocsp="off"):
            assert [one.code for one in queries.verify_pdf(signed)] == ["good"]


def test_strangers_issuers_are_not_asked_about(authority, abroad):
    stranger = issuing.new_authority("Lạ", clock.now(), LIFE, None)
    addresses = issuing.Addresses("http://127.0.0.1:9/ocsp", "http://127.0.0.1:9/crl")
    below = issuing.new_authority("Dưới lạ", clock.now(), LIFE, stranger, addresses=addresses)
    services.watch_certificates([certificates.to_pem(below.certificate)])
    assert not CertificateStanding.objects.filter(pk=certificates.thumbprint(below.certificate)).exists()
