"""Whose word a message is: ours, strangers', and what is tried to pass one thing off as another."""

import base64
import io
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256, sha512

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml import Attachment, SplitAttachment
from lienthong.platform.documents.edxml.tests import samples
from lienthong.platform.documents.edxml.tests.samples import NOW, file_of, from_agency, message, split
from lienthong.platform.signing import services as signing_services

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
HEADER = f"{{{NAMESPACE}}}edXMLEnvelope/{{{NAMESPACE}}}edXMLHeader"


def verdict_of(content: bytes, *, whole=True, **options) -> edxml.Verdict:
    with split(content) as parts:
        return edxml.verify_message(parts, whole=io.BytesIO(content) if whole else None, **options)


# Ours


@pytest.mark.parametrize(("key", "code"), [("node", "H36"), ("seal:H36.101", "H36.101")])
def test_our_message_is_good(at_province, key, code):
    verdict = verdict_of(file_of(key=key), whole=False)
    assert (verdict.code, verdict.signer_code, len(verdict.warnings)) == ("good", code, 0)
    assert verdict.good
    assert f"Khóa {code}" in verdict.sentence.vi
    assert verdict.signature is not None
    assert verdict.signature.signed_at == NOW


def test_a_status_is_signed_and_verified_too(at_province):
    said = replace(samples.status(), sender=samples.SENDER)
    content = edxml.sign_envelope(edxml.write_envelope(said), key="node", at=NOW)
    assert verdict_of(b"".join(edxml.stream_message(content, []))).good


def test_the_parts_of_a_letter_are_verified_without_the_file(at_province):
    with split(file_of()) as parts:
        again = edxml.Split(parts.envelope, parts.attachments)
        assert edxml.verify_message(again, message=edxml.read_envelope(parts.envelope)).good


def test_an_unsigned_message_is_said_to_be_unsigned(at_province):
    verdict = verdict_of(file_of(signed=False))
    assert (verdict.code, verdict.good, verdict.warnings.counts) == ("unsigned", False, {"unsigned": 1})


def test_what_does_not_touch_the_envelope_is_no_harm(at_province):
    content = file_of()
    for changed in (
        b"\xef\xbb\xbf" + content,
        content.replace(b"<edXML:Attachment>", b"\n  <edXML:Attachment>"),
        content.replace(f' xmlns:edXML="{NAMESPACE}"'.encode(), b' xmlns:edXML="%s" a="b"' % NAMESPACE.encode(), 1),
        re.sub(rb"([A-Za-z0-9+/=]{76})", rb"\1\r\n", content),
    ):
        assert verdict_of(changed).good


# Whose certificate


def test_a_certificate_signs_for_its_own_agency_only(at_province):
    def code(key, agency):
        return verdict_of(file_of(from_agency(agency), key=key)).code

    assert code("node", "H36") == "good"
    assert code("node", "H36.101.02") == "good"
    assert code("node", "H37") == "foreign-signer"
    assert code("node", "H361") == "foreign-signer"
    assert code("seal:H36.101", "H36.101") == "good"
    assert code("seal:H36.101", "H36.101.02") == "foreign-signer"
    assert code("seal:H36.101", "H36") == "foreign-signer"
    assert code("officer:an", "H36.101") == "foreign-signer"


def test_a_caller_may_know_better_who_signs_for_whom(at_province):
    content = file_of(from_agency("G22.99"))
    assert verdict_of(content, may_sign=lambda code, kind, sender: (code, sender) == ("H36", "G22.99")).good
    assert verdict_of(file_of(), may_sign=lambda code, kind, sender: False).code == "foreign-signer"


def test_another_authoritys_certificate_is_foreign(at_province, edxml_country):
    with playing(node(), home=edxml_country.abroad):
        content = file_of()
    assert verdict_of(content).code == "foreign-certificate"


def test_a_certificate_and_a_time_that_do_not_hold_are_said(at_province):
    assert verdict_of(file_of(), at=NOW + timedelta(days=3000)).code == "certificate-expired"
    assert verdict_of(file_of(at=NOW + timedelta(days=1))).code == "bad-time"


# Tricks


def evil(content: bytes) -> bytes:
    """The message as somebody else would like it to be."""
    return content.replace("rà soát".encode(), "bán đất".encode())


def envelope_of(content: bytes) -> bytes:
    return content[content.index(b"<edXML:edXMLEnvelope") : content.index(b"<edXML:AttachmentEncoded>")]


def signature_of(content: bytes) -> bytes:
    return content[content.index(b"<Signature") : content.index(b"</Signature>") + len(b"</Signature>")]


def wrap_inside_object(content: bytes) -> bytes:
    """The signed envelope moves into the signature, and another one stands in its place without an Id."""
    unsigned = envelope_of(content).replace(signature_of(content), b"")
    fake = evil(unsigned).replace(b' Id="envelope"', b"")
    carrying = signature_of(content).replace(b"</Signature>", b"<Object>" + unsigned + b"</Object></Signature>")
    return content.replace(
        envelope_of(content), fake.replace(b"</edXML:edXMLHeader>", carrying + b"</edXML:edXMLHeader>")
    )


def hide_as_other_name(content: bytes) -> bytes:
    """As before, with the signed one under a name that nobody looks for."""
    unsigned = envelope_of(content).replace(signature_of(content), b"")
    fake = evil(unsigned).replace(b' Id="envelope"', b"")
    carrying = (
        signature_of(content)
        + b'<x Id="envelope">'
        + unsigned[unsigned.index(b">") + 1 :]
        .replace(b"</edXML:edXMLEnvelope>", b"</x>")
        .replace(b"edXML:edXMLHeader>", b"edXML:h>")
        .replace(b"edXML:MessageHeader>", b"edXML:m>")
        .replace(b"edXML:TraceHeaderList>", b"edXML:t>")
        .replace(b"edXML:edXMLBody>", b"edXML:b>")
        .replace(b"edXML:edXMLManifest", b"edXML:n")
    )
    return content.replace(
        envelope_of(content), fake.replace(b"</edXML:edXMLHeader>", carrying + b"</edXML:edXMLHeader>")
    )


@pytest.mark.parametrize(
    ("trick", "code"),
    [
        (evil, "tampered"),
        (lambda c: c.replace(b"<edXML:OrganId>G22.99", b"<edXML:OrganId>G22.98"), "tampered"),
        (lambda c: c.replace(b"</edXML:To>", b"</edXML:To><edXML:Extra>1</edXML:Extra>"), "tampered"),
        (hide_as_other_name, "tampered"),
        (lambda c: c.replace(b"<edXML:From>", b'<edXML:From Id="envelope">'), "ambiguous"),
        (lambda c: c.replace(b"<edXML:Attachment>", b'<edXML:Attachment Id="envelope">'), "ambiguous"),
        (lambda c: c.replace(b"<edXML:Attachment>", b'<edXML:Attachment xml:id="signature">'), "ambiguous"),
        (lambda c: c.replace(b'#signature">', b'#signature" Id="signed-properties">'), "ambiguous"),
        (lambda c: c.replace(signature_of(c), signature_of(c) * 2), "several-signatures"),
        (lambda c: c.replace(b' Id="envelope"', b' Id="other"'), "missing-part"),
        (lambda c: c.replace(b"<X509Certificate>", b"<X509Cert>").replace(b"</X509Certificate>", b"</X509Cert>"),
         "no-certificate"),
        (lambda c: c.replace(b"ecdsa-sha256", b"ecdsa-sha1"), "tampered"),
        (lambda c: c.replace(b"ecdsa-sha256", b"hmac-sha256"), "wrong-algorithm"),
        (lambda c: c.replace(b"#enveloped-signature", b"#base64"), "tampered"),
    ],
)  # fmt: skip
def test_tricks_with_the_envelope_are_seen(at_province, trick, code):
    content = file_of()
    changed = trick(content)
    assert changed != content
    assert verdict_of(changed).code == code


def test_an_envelope_wrapped_into_the_signature_is_refused(at_province):
    with pytest.raises(Refused) as refusal:
        verdict_of(wrap_inside_object(file_of()))
    assert refusal.value.code == "edxml.misplaced"


def test_attachments_are_those_that_were_signed(at_province):
    two = replace(
        message(), attachments=(Attachment("cid:tep-1", "cong-van.pdf"), Attachment("cid:tep-2", "phu-luc.pdf"))
    )
    content = file_of(two)
    one = content[content.index(b"<edXML:Attachment>") : content.index(b"</edXML:Attachment>") + 19]
    listed = content[content.index(b"<edXML:Reference>") : content.index(b"</edXML:Reference>") + 18]

    def code(changed: bytes) -> str:
        assert changed != content
        return verdict_of(changed).code

    other = base64.b64encode(samples.zipped(samples.PDF + b" ").read())
    mine = base64.b64encode(samples.zipped().read())
    assert code(content.replace(mine, other, 1)) == "tampered"
    assert code(content.replace(one, b"")) == "attachment-missing"
    assert code(content.replace(one, one * 2)) == "attachment-twice"
    assert code(content.replace(one, one + one.replace(b"cid:tep-1", b"cid:tep-3"))) == "attachment-unlisted"
    assert code(content.replace(one, one.replace(b"cid:tep-1", b"cid:tep-3"))) == "attachment-unlisted"
    assert code(content.replace(listed, b"")) == "attachment-unlisted"
    assert code(content.replace(one, one.replace(b"<edXML:ContentId>cid:tep-1</edXML:ContentId>", b""))) == (
        "attachment-unlisted"
    )


def test_a_signature_over_the_envelope_alone_does_not_cover_a_file(at_province):
    envelope = edxml.write_envelope(message())
    signature = signing_services.sign_xml_envelope(sha256(envelope).digest(), (), at=NOW)
    signed = envelope.replace(b"</edXML:edXMLHeader>", signature + b"</edXML:edXMLHeader>")
    content = b"".join(edxml.stream_message(signed, [(message().attachments[0], samples.zipped())]))
    assert verdict_of(content).code == "attachment-not-covered"


def test_a_signature_over_something_else_does_not_cover_the_envelope(at_province):
    part = f'<edXML:Note xmlns:edXML="{NAMESPACE}" Id="note">x</edXML:Note>'.encode()
    digests = [("cid:tep-1", sha256(samples.zipped().read()).digest())]
    signature = signing_services.sign_xml_envelope(sha256(part).digest(), digests, at=NOW, element_id="note")
    envelope = edxml.write_envelope(message())
    signed = envelope.replace(b"</edXML:edXMLHeader>", part + signature + b"</edXML:edXMLHeader>")
    content = b"".join(edxml.stream_message(signed, [(message().attachments[0], samples.zipped())]))
    assert verdict_of(content).code == "not-covered"


# Strangers: one signature over the whole file


class _OldSigner(XMLSigner):
    """Signs as systems of ten years ago do."""

    def check_deprecated_methods(self):
        """Let it."""


@pytest.fixture(scope="module")
def old_key(edxml_country):
    """An RSA key whose certificate the country's authority issued, in no profile of ours."""
    folder = edxml_country.demo / "authority"
    issuer = x509.load_pem_x509_certificate((folder / "issuing.crt").read_bytes())
    issuing, authority = load_pem_private_key((folder / "issuing.key").read_bytes(), None), issuer.public_key()
    assert isinstance(issuing, ec.EllipticCurvePrivateKey)
    assert isinstance(authority, ec.EllipticCurvePublicKey)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Hệ thống cũ")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=300))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("cu.example.vn")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)
        .sign(issuing, hashes.SHA256())
    )
    chain = [certificate.public_bytes(Encoding.PEM).decode(), issuer.public_bytes(Encoding.PEM).decode()]
    return key, chain, certificate.fingerprint(hashes.SHA256()).hex()


def signed_whole(old_key, *, algorithm=SignatureMethod.RSA_SHA1, digest=DigestAlgorithm.SHA1, exclusive=False) -> bytes:
    """A file as the .NET and Java kits sign it: `URI=""`, enveloped, the signature in the header."""
    form = (
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
        if exclusive
        else CanonicalizationMethod.CANONICAL_XML_1_0
    )
    signer = _OldSigner(signature_algorithm=algorithm, digest_algorithm=digest, c14n_algorithm=form)
    root = etree.fromstring(
        file_of(signed=False).replace(b"<edXML:edXML ", b'<edXML:edXML xmlns:x="urn:x" b="2" a="1" ')
    )
    (header,) = root.findall(HEADER)
    place = etree.SubElement(header, "{http://www.w3.org/2000/09/xmldsig#}Signature", Id="placeholder")
    place.tail = "\n"
    signed = signer.sign(root, key=old_key[0], cert=old_key[1], reference_uri=None)
    return etree.tostring(signed, xml_declaration=True, encoding="utf-8")


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize(
    ("algorithm", "digest", "warning"),
    [
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1, "rsa-sha1"),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1, "sha1"),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256, ""),
    ],
)
def test_a_signature_over_the_whole_file_is_read(at_province, old_key, algorithm, digest, warning, exclusive):
    content = signed_whole(old_key, algorithm=algorithm, digest=digest, exclusive=exclusive)
    registered = {old_key[2]: "H36.101"}
    verdict = verdict_of(content, agency_of=lambda thumbprint: registered.get(thumbprint, ""))
    assert (verdict.code, verdict.signer_code) == ("good", "H36.101")
    assert [code for code, _ in verdict.warnings] == ([warning] if warning else [])
    assert verdict_of(content).code == "foreign-signer"
    assert verdict_of(content, agency_of=lambda thumbprint: "H37").code == "foreign-signer"
    assert verdict_of(content, whole=False).code == "whole-file-missing"
    assert verdict_of(evil(content)).code == "tampered"
    assert verdict_of(content.replace(b"UEsDB", b"UEsDC", 1)).code == "tampered"
    assert verdict_of(content.replace(b'a="1"', b'a="3"')).code == "tampered"
    assert b"\n<" in content
    other_ends = content.replace(b"\n<", b"\r\n<")
    assert verdict_of(other_ends, agency_of=lambda thumbprint: "H36.101").good


def test_a_second_signature_elsewhere_makes_a_whole_file_unclear(at_province, old_key):
    content = signed_whole(old_key)
    second = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></edXML:edXML>'
    verdict = verdict_of(content.replace(b"</edXML:edXML>", second), agency_of=lambda thumbprint: "H36.101")
    assert verdict.code == "ambiguous"


# Programs that nobody here wrote


@pytest.mark.outsiders("xmlsec1")
def test_xmlsec1_accepts_our_message_and_sees_a_change(at_province, edxml_country, tmp_path, outside_tool):
    (tmp_path / "message.xml").write_bytes(file_of())
    (tmp_path / "tep-1.zip").write_bytes(samples.zipped().read())
    words = [outside_tool("xmlsec1"), "--verify", "--url-map:cid:tep-1", "tep-1.zip"]
    for name, option in (("root", "--trusted-pem"), ("issuing", "--untrusted-pem")):
        words += [option, str(edxml_country.demo / "authority" / f"{name}.crt")]
    words += ["--verification-gmt-time", f"{NOW:%Y-%m-%d} 03:00:00"]
    words += ["--id-attr:Id", f"{NAMESPACE}:edXMLEnvelope", "--id-attr:Id", "SignedProperties", "message.xml"]

    def accepted() -> bool:
        return subprocess.run(words, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert accepted()
    (tmp_path / "tep-1.zip").write_bytes(samples.zipped(samples.PDF + b" ").read())
    assert not accepted()
    (tmp_path / "tep-1.zip").write_bytes(samples.zipped().read())
    (tmp_path / "message.xml").write_bytes(evil(file_of()))
    assert not accepted()


def test_files_with_other_hashes_are_digested(at_province):
    with split(file_of()) as parts:
        (one,) = parts.attachments
        assert isinstance(one, SplitAttachment)
        content = one.content.stream.read()
        assert one.content.digest("sha512").hex() == sha512(content).hexdigest()
        assert one.content.digest("sha256") == sha256(content).digest()
