"""Signatures inside XML: ours by template, strangers' by library, and what is tried to get past them."""

import subprocess
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.algorithms import SignatureConstructionMethod as Method
from signxml.signer import XMLSigner

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules.xades import DS
from lienthong.platform.signing.tests.conftest import NOW

pytestmark = pytest.mark.django_db

BEFORE = b'<a:doc xmlns:a="urn:a" Id="envelope"><a:text>N\xe1\xbb\x99i dung &amp; tr\xc3\xadch y\xe1\xba\xbfu</a:text>'
AFTER = b"<a:end></a:end></a:doc>"
FILES = {"cid:one": b"first file", "cid:two": b"second file"}


def file_digest(address, name):
    return sha256(FILES[address]).digest() if address in FILES and name == "sha256" else None


def signed(files=FILES, key="node", before=BEFORE, after=AFTER):
    digests = [(name, sha256(content).digest()) for name, content in files.items()]
    signature = services.sign_xml_envelope(sha256(before + after).digest(), digests, at=clock.now(), key=key)
    return before + signature + after


def judge(document, **answers):
    (verdict,) = queries.verify_xml_signature(document, **{"file_digest": file_digest, **answers})
    return verdict


def test_what_we_sign_is_good_and_says_who_and_when(at_province):
    verdict = judge(signed())
    assert (verdict.code, verdict.agency_code, verdict.kind, verdict.weak) == ("good", "H36", "node", False)
    assert verdict.good
    assert verdict.covers_document
    assert verdict.signed_at == NOW
    assert {one.uri for one in verdict.covers} == {"#envelope", "cid:one", "cid:two", "#signed-properties"}
    assert "H36" in verdict.sentence.vi


def test_the_template_is_canonical(at_province):
    root = etree.fromstring(signed())
    (info,) = root.iter(f"{{{DS}}}SignedInfo")
    assert etree.tostring(info, method="c14n", exclusive=True) in signed()


def test_an_unsigned_document_has_no_verdict(at_province):
    assert queries.verify_xml_signature(BEFORE + AFTER) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace(b"dung", b"Dung"), "tampered"),
        (lambda text: text.replace(b"<a:end>", b" <a:end>"), "tampered"),
        (lambda text: text.replace(b"SigningTime>2026", b"SigningTime>2025"), "tampered"),
        (lambda text: text.replace(b"</SignatureValue>", b"AA</SignatureValue>"), "malformed"),
        (lambda text: text.replace(b"ecdsa-sha256", b"hmac-sha256"), "wrong-algorithm"),
        (lambda text: text.replace(b"ecdsa-sha256", b"rsa-sha256"), "wrong-algorithm"),
        (lambda text: text.replace(b"<a:end>", b'<a:end Id="envelope">'), "ambiguous"),
        (lambda text: text.replace(b'<a:doc xmlns:a="urn:a" Id="envelope"', b'<a:doc xmlns:a="urn:a"'), "missing-part"),
        (lambda text: text.replace(b"</SignedInfo>", b"</SignedInfo><SignedInfo></SignedInfo>"), "malformed"),
        (lambda text: text.replace(b"X509Data>", b"Other>"), "no-certificate"),
    ],
)
def test_a_changed_document_is_not_good(at_province, change, code):
    assert judge(change(signed())).code == code


def test_a_changed_or_missing_file_is_not_good(at_province):
    document = signed()
    assert judge(document, file_digest=lambda address, name: bytes(32)).code == "tampered"
    assert judge(document, file_digest=lambda address, name: None).code == "missing-part"
    assert judge(document, file_digest=None).code == "missing-part"


def test_a_comment_or_a_changed_line_end_changes_nothing(at_province):
    assert judge(signed().replace(b"<a:end>", b"<!-- seen --><a:end>")).good


def test_a_signed_element_wrapped_in_another_document_does_not_cover_it(at_province):
    wrapped = b"<a:doc xmlns:a='urn:a'><a:text>Other</a:text><x>" + signed() + b"</x></a:doc>"
    verdict = judge(wrapped)
    assert verdict.good
    assert not verdict.covers_document
    assert [one.name for one in verdict.covers if one.part == "element"] == ["doc"]


def test_a_certificate_of_another_authority_is_foreign(at_province, country):
    from lienthong.kernel.profile import node, playing

    with playing(node(), home=country.abroad):
        document = signed()
    verdict = judge(document)
    assert (verdict.code, verdict.intact, verdict.trusted) == ("foreign-certificate", True, False)


def test_an_expired_certificate_is_said(at_province):
    document = signed()
    later = NOW.replace(year=NOW.year + 9)
    assert judge(document, at=later).code == "certificate-expired"


def test_a_time_that_is_not_yet_is_a_bad_time(at_province):
    digests = [(name, sha256(content).digest()) for name, content in FILES.items()]
    late = NOW.replace(year=NOW.year + 1)
    signature = services.sign_xml_envelope(sha256(BEFORE + AFTER).digest(), digests, at=late)
    assert judge(BEFORE + signature + AFTER).code == "bad-time"


@pytest.mark.parametrize(
    "names", [("cid:a", "cid:a"), ('cid:"',), ("cid:a b",), ("",), ("cid:<a>",)], ids=["twice", *"qsel"]
)
def test_names_that_do_not_fit_are_refused(at_province, names):
    with pytest.raises(Refused) as refusal:
        services.sign_xml_envelope(bytes(32), [(name, bytes(32)) for name in names], at=NOW)
    assert refusal.value.code == "signing.header"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no xml",
        b"<a>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
        b"<a>" + b"x" * (4 * 2**20) + b"</a>",
        b"<a>" * 100_000,
    ],
    ids=["empty", "text", "open", "entities", "entities16", "large", "deep"],
)
def test_what_is_no_safe_xml_is_refused(at_province, document):
    with pytest.raises(Refused) as refusal:
        queries.verify_xml_signature(document)
    assert refusal.value.code == "signing.not-xml"


def test_too_many_signatures_are_refused(at_province):
    with pytest.raises(Refused) as refusal:
        queries.verify_xml_signature(b"<a>" + f'<Signature xmlns="{DS}"/>'.encode() * 21 + b"</a>")
    assert refusal.value.code == "signing.too-many-signatures"


# Strangers' signatures


class _OldSigner(XMLSigner):
    """Signs as systems of ten years ago do."""

    def check_deprecated_methods(self):
        """Let it."""


@pytest.fixture(scope="module")
def stranger():
    """A partner with an RSA key, whose certificate is of no profile of ours."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Hệ thống cũ")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW.replace(year=NOW.year - 1))
        .not_valid_after(NOW.replace(year=NOW.year + 1))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(Encoding.PEM).decode("ascii")


def foreign(stranger, signature=SignatureMethod.RSA_SHA256, digest=DigestAlgorithm.SHA256, form=None):
    key, pem = stranger
    signer = _OldSigner(
        method=Method.enveloped,
        signature_algorithm=signature,
        digest_algorithm=digest,
        c14n_algorithm=form or CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    root = etree.fromstring('<x:doc xmlns:x="urn:x" xmlns:unused="urn:u"><x:text a="1">Nội dung</x:text></x:doc>')
    return etree.tostring(signer.sign(root, key=key, cert=pem))


@pytest.mark.parametrize(
    "form", [CanonicalizationMethod.CANONICAL_XML_1_0, CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0]
)
@pytest.mark.parametrize(
    ("signature", "digest", "weak"),
    [
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1, True),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1, True),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256, False),
        (SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512, False),
    ],
)
def test_a_whole_document_signed_by_a_library_is_read(at_province, stranger, form, signature, digest, weak):
    document = foreign(stranger, signature, digest, form)
    verdict = judge(document)
    assert (verdict.intact, verdict.weak, verdict.covers_document) == (True, weak, True)
    assert (verdict.code, verdict.signer, verdict.signed_at) == ("foreign-certificate", "Hệ thống cũ", None)
    assert judge(document.replace(b'a="1"', b'a="2"')).code == "tampered"


def test_two_signatures_are_both_judged(at_province):
    inner = signed()
    assert [one.good for one in queries.verify_xml_signature(inner, file_digest=file_digest)] == [True]
    again = inner.replace(b"<a:end>", inner[len(BEFORE) : -len(AFTER)] + b"<a:end>")
    assert {one.code for one in queries.verify_xml_signature(again, file_digest=file_digest)} == {"ambiguous"}


# Programs that nobody here wrote


@pytest.mark.outsiders("xmlsec1")
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in-another-element"])
def test_xmlsec1_accepts_our_signature_and_sees_a_change(at_province, country, tmp_path, outside_tool, inside):
    document = signed()
    if inside:
        document = b'<b:root xmlns:b="urn:b" xmlns:a="urn:other">' + document + b"</b:root>"
    (tmp_path / "signed.xml").write_bytes(document)
    words = [outside_tool("xmlsec1"), "--verify"]
    for name, option in (("root", "--trusted-pem"), ("issuing", "--untrusted-pem")):
        words += [option, str(country.demo / "authority" / f"{name}.crt")]
    for address, content in FILES.items():
        (tmp_path / address[4:]).write_bytes(content)
        words += [f"--url-map:{address}", address[4:]]
    words += ["--verification-gmt-time", f"{NOW:%Y-%m-%d} 03:00:00"]
    words += ["--id-attr:Id", "urn:a:doc", "--id-attr:Id", "SignedProperties", "signed.xml"]
    accepted = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert accepted.returncode == 0, accepted.stderr
    (tmp_path / "one").write_bytes(b"another file")
    assert subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode != 0
