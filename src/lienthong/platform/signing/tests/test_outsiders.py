"""Programs that nobody here wrote agree with what is signed: Poppler's pdfsig, OpenSSL, xmlsec1."""

import hashlib
import re
import subprocess
from hashlib import sha256

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel import clock, roles
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.ports import KeyStore, TrustStore
from lienthong.platform.signing.rules.pades import reading
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL
from lienthong.platform.signing.types import CertificateKind, PdfLevel, SigningOrder

LEVELS: tuple[PdfLevel, ...] = ("B-B", "B-T", "B-LT", "B-LTA")


@pytest.fixture
def office(authority):
    from lienthong.kernel.profile import node

    levels.forget_silence()
    kinds: tuple[tuple[str, CertificateKind], ...] = ((LEADER, "officer"), (SEAL, "seal"))
    for name, kind in kinds:
        services.issue_certificate(
            authority.home, name=name, kind=kind, agency_code="H36.101", common_name="Nguyen Thi Lan", into=node().home
        )
    return authority


@pytest.fixture
def roots(office, tmp_path):
    anchors = roles.port(TrustStore).anchors()
    path = tmp_path / "roots.pem"
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in anchors.roots))
    return path


def run(*words, **more):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, **more)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.outsiders("pdfsig")
@pytest.mark.parametrize("level", LEVELS)
def test_pdfsig_finds_every_signature_good(office, outside_tool, tmp_path, level):
    path = tmp_path / "paper.pdf"
    path.write_bytes(
        services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX, reason="Thử", level=level)
    )
    # Without a database of roots it says nothing of trust; the signatures themselves it checks. Time stamps over the
    # whole document it lists only (OpenSSL checks them below).
    code, told = run(outside_tool("pdfsig"), "-nocert", path)
    assert code == 0, told
    assert told.count("Signature is Valid.") == 2, told
    assert told.count("Signature Type: ETSI.CAdES.detached") == 2
    assert ("DauThoiGian" in told) == (level == "B-LTA")
    assert told.count("  - Total document signed") == (0 if level == "B-LT" else 1)


@pytest.mark.outsiders("pdfsig")
def test_pdfsig_sees_what_we_see_of_a_changed_byte(office, outside_tool, tmp_path):
    path = tmp_path / "paper.pdf"
    signed = services.sign_pdf(papers.plain().replace(b"/Title", b"/TitlE", 1), signer=LEADER, box=BOX)
    path.write_bytes(signed.replace(b"/TitlE", b"/TitlF", 1))
    _, told = run(outside_tool("pdfsig"), "-nocert", path)
    assert "Digest Mismatch" in told
    assert queries.judge_pdf(path.read_bytes()).code == "tampered"


def ranges_of(pdf):
    found = re.search(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+)", pdf)
    assert found
    return [int(one) for one in found.groups()]


def envelope_of(pdf):
    _, first, second, _ = ranges_of(pdf)
    return bytes(cms.ContentInfo.load(bytes.fromhex(pdf[first + 1 : second - 1].decode())).dump())


@pytest.mark.outsiders("openssl")
def test_openssl_verifies_the_envelope_in_the_pdf(office, outside_tool, roots, tmp_path):
    signed = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, level="B-T")
    start, first, second, rest = ranges_of(signed)
    (tmp_path / "content").write_bytes(signed[start:first] + signed[second : second + rest])
    (tmp_path / "cms").write_bytes(envelope_of(signed))
    words = ("cms", "-verify", "-inform", "DER", "-binary", "-in", tmp_path / "cms", "-content", tmp_path / "content")
    trust = ("-CAfile", roots, "-purpose", "any", "-out", tmp_path / "out")
    code, told = run(outside_tool("openssl"), *words, *trust)
    assert code == 0, told
    (tmp_path / "content").write_bytes(b"x" + (tmp_path / "content").read_bytes())
    assert run(outside_tool("openssl"), *words, *trust)[0] != 0


@pytest.mark.outsiders("openssl")
def test_openssl_verifies_the_time_stamps_in_the_pdf(office, outside_tool, roots, tmp_path):
    signed = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, level="B-LTA")
    signature, over_all = reading.read(bytes(signed)).found
    for place, (token, imprint) in enumerate(
        ((signature.token, signature.imprint), (over_all.token, over_all.imprint))
    ):
        path = tmp_path / f"token-{place}"
        path.write_bytes(token)
        words = ("ts", "-verify", "-digest", imprint.hex(), "-in", path, "-token_in", "-CAfile", roots)
        code, told = run(outside_tool("openssl"), *words)
        assert (code, "Verification: OK" in told) == (0, True), told
        wrong = ("ts", "-verify", "-digest", bytes(32).hex(), "-in", path, "-token_in", "-CAfile", roots)
        assert run(outside_tool("openssl"), *wrong)[0] != 0


@pytest.mark.outsiders("openssl")
def test_openssl_reads_the_kept_answers(office, outside_tool, roots, tmp_path):
    signed = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, level="B-LT")
    found = reading.read(bytes(signed))
    assert found.ocsps
    for place, answer in enumerate(found.ocsps):
        path = tmp_path / f"ocsp-{place}"
        path.write_bytes(answer)
        code, told = run(outside_tool("openssl"), "ocsp", "-respin", path, "-text", "-noverify")
        assert code == 0, told
        assert "Cert Status: good" in told


@pytest.mark.outsiders("openssl")
def test_a_hash_signed_by_openssl_alone_comes_back(office, outside_tool, tmp_path):
    """The device is OpenSSL with a key of its own: it sees the hash and nothing else."""
    from lienthong.kernel.access import SYSTEM

    key, request = tmp_path / "card.key", tmp_path / "card.csr"
    openssl = outside_tool("openssl")
    made = run(
        openssl, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
        "-out", request, "-subj", "/CN=card",
    )  # fmt: skip
    assert made[0] == 0, made
    certificate = services.issue_from_request(
        request.read_text(), kind="officer", agency_code="H36.101", common_name="Nguyen Thi Lan", home=office.home
    )
    asked = services.prepare_remote(papers.plain(), signer_certificate=certificate.pem, actor=SYSTEM, box=BOX)
    (tmp_path / "hash").write_bytes(asked.digest)
    signed = run(
        openssl, "pkeyutl", "-sign", "-inkey", key, "-in", tmp_path / "hash", "-out", tmp_path / "signature",
        "-pkeyopt", "digest:sha256",
    )  # fmt: skip
    assert signed[0] == 0, signed
    done = services.complete_remote(asked.id, (tmp_path / "signature").read_bytes(), actor=SYSTEM)
    assert queries.verify_pdf(done)[0].good


@pytest.mark.outsiders("pdfsig")
@pytest.mark.parametrize("level", ["B-B", "B-LTA"])
def test_pdfsig_accepts_what_was_signed_in_a_batch_and_remotely(office, outside_tool, tmp_path, level):
    from lienthong.kernel.access import SYSTEM

    orders = [SigningOrder(papers.plain(), BOX)] * 3
    made = [one.pdf for one in services.sign_pdfs(orders, signer=LEADER, level=level)]
    pem = queries.get_certificate(LEADER).pem
    asked = services.prepare_remote(papers.plain(), signer_certificate=pem, actor=SYSTEM, box=BOX, level=level)
    signature = roles.port(KeyStore).sign_digest(LEADER, asked.digest)
    made.append(services.complete_remote(asked.id, signature, actor=SYSTEM))
    for place, pdf in enumerate(made):
        assert pdf is not None
        path = tmp_path / f"{place}.pdf"
        path.write_bytes(pdf)
        code, told = run(outside_tool("pdfsig"), "-nocert", path)
        assert (code, told.count("Signature is Valid.")) == (0, 1), told
        assert ("DauThoiGian" in told) == (level == "B-LTA")


@pytest.mark.outsiders("xmlsec1")
@pytest.mark.parametrize("level", ["B-B", "B-T"])
def test_xmlsec1_verifies_what_is_signed_in_xml(office, outside_tool, roots, tmp_path, level):
    element = b'<b xmlns="urn:a" Id="envelope"><c>x</c></b>'
    signature = services.sign_xml_envelope(sha256(element).digest(), at=clock.now(), key=SEAL, level=level)
    assert (b"SignatureTimeStamp" in signature) == (level == "B-T")
    path = tmp_path / "a.xml"
    path.write_bytes(b'<a xmlns="urn:a"><b Id="envelope"><c>x</c>' + signature + b"</b></a>")
    issuers = tmp_path / "issuers.pem"
    held = roles.port(TrustStore).anchors().intermediates
    issuers.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in held))
    words = (
        "--verify", "--id-attr:Id", "b", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        "--trusted-pem", roots, "--untrusted-pem", issuers, path,
    )  # fmt: skip
    code, told = run(outside_tool("xmlsec1"), *words)
    assert code == 0, told
    path.write_bytes(path.read_bytes().replace(b"<c>x", b"<c>y"))
    assert run(outside_tool("xmlsec1"), *words)[0] != 0


def test_the_imprint_is_of_the_signatures_value(office):
    signed = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX, level="B-T")
    (found,) = reading.read(bytes(signed)).found
    value = cms.ContentInfo.load(envelope_of(signed))["content"]["signer_infos"][0]["signature"].native
    assert found.imprint == hashlib.sha256(value).digest()
