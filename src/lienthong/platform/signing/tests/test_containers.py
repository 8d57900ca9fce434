"""Proof containers: what ours prove, and every trick by which a container could pretend to prove something."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.ports import TimestampAuthority
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.rules import timestamps
from lienthong.platform.signing.services.timestamps import answer_timestamp
from lienthong.platform.signing.tests.conftest import NOW, Country
from lienthong.platform.signing.types import ContainerVerdict, MessageProof

BODY = '{"letter":{"subject":"Giấy khai sinh"},"parts":[]}'.encode()
HEADER = {"v": 1, "kind": "letter", "id": "01990000-0000-7000-8000-000000000001", "name": "note.v1", "to": "G22"}
TIMED = ("ts-hashchain.xml", "ts-hashchainresult.xml", "META-INF/timestamp.tst", "META-INF/ASiCManifest.xml")


@pytest.fixture
def authority(country: Country) -> Iterator[None]:
    """This process is the province's node, and the demo's time stamp authority answers it without a network."""

    class Stamps:
        def stamp(self, digest: bytes) -> bytes:
            return timestamps.token_of(answer_timestamp(timestamps.ask(digest, 7), home=country.demo))

    before = roles.opened()
    stamping = Role(name="test.stamps", title=tr("Dấu", "Stamps"), ports=((TimestampAuthority, Stamps),))
    roles.open_roles((stamping, *ROLES))
    with playing(node(), home=country.province, agency_code="H36"), clock.frozen(NOW):
        yield
    roles.open_roles(before)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("authority")]


def message(**changes: object) -> bytes:
    return orjson.dumps({**HEADER, "from": "H36", **changes})


def proof(text: bytes | None = None, body: bytes | None = BODY) -> MessageProof:
    told, digest = text or message(), sha256(BODY).digest()
    value = services.sign_message(told, [digest], at=clock.now())
    pem = queries.get_certificate("node").pem
    return MessageProof(told, ((digest, body),), value, pem, clock.now())


def batch_proof(number: int = 3) -> MessageProof:
    digest = sha256(BODY).digest()
    batch = [(message(number=one), [digest]) for one in range(5)]
    signed = services.sign_batch(batch, at=clock.now())
    pem = queries.get_certificate("node").pem
    told = batch[number][0]
    return MessageProof(told, ((digest, BODY),), signed.value, pem, clock.now(), signed.chains[number])


def codes(verdict: ContainerVerdict, level: str) -> set[str]:
    return {one.code.removeprefix("signing.") for one in verdict.findings if one.level == level}


def root_pem(country: Country) -> str:
    return (country.demo / "authority" / "root.crt").read_text("ascii")


def changed(container: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The container with its entries changed, packed as before."""
    with zipfile.ZipFile(io.BytesIO(container)) as held:
        entries = {name: held.read(name) for name in held.namelist()}
    change(entries)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in entries.items():
            made.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda entries: entries.__setitem__(name, content)


def edit(name: str, before: bytes, after: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        assert before in entries[name]
        entries[name] = entries[name].replace(before, after, 1)

    return change


# What ours prove


def test_a_container_begins_as_asic_demands():
    made = services.make_container(proof())
    with zipfile.ZipFile(io.BytesIO(made)) as held:
        first = held.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert held.namelist()[1:3] == ["message.xml", "attachment1"]
    assert made[30:68] == b"mimetypeapplication/vnd.etsi.asic-e+zip"[:38]


def test_a_message_is_proven_by_its_container_alone(country):
    verdict = queries.verify_container(services.make_container(proof(), stamp=True))
    assert verdict.good, verdict.findings
    assert verdict.signer is not None
    assert (verdict.signer.agency_code, verdict.signed_at, verdict.timestamped_at) == ("H36", NOW, NOW)
    assert codes(verdict, "note") == {"own-roots", "status-unknown"}
    told = " ".join(one.sentence.vi for one in verdict.findings)
    assert "H36 → G22" in told
    assert sha256(BODY).hexdigest() in {one.sha256 for one in verdict.entries}


def test_a_reader_who_names_roots_judges_by_them(country):
    made = services.make_container(proof(), stamp=True)
    verdict = queries.verify_container(made, trusted_roots=[root_pem(country)])
    assert verdict.good
    assert "own-roots" not in codes(verdict, "note")
    foreign = (country.abroad / "authority" / "root.crt").read_text("ascii")
    verdict = queries.verify_container(made, trusted_roots=[foreign])
    assert (verdict.good, codes(verdict, "bad")) == (False, {"foreign-certificate", "foreign-timestamp"})
    assert queries.verify_container_here(made).good


def test_a_letter_of_a_batch_is_proven_alone(country):
    verdict = queries.verify_container(services.make_container(batch_proof(), stamp=True))
    assert verdict.good, verdict.findings
    assert "batch" in codes(verdict, "good")


def test_one_time_stamp_serves_many_containers(country):
    made = services.make_containers([proof(message(number=number)) for number in range(3)], stamp=True)
    with_tokens = set()
    for one in made:
        assert queries.verify_container(one).timestamped_at == NOW
        with zipfile.ZipFile(io.BytesIO(one)) as held:
            with_tokens.add(held.read("META-INF/timestamp.tst"))
    assert len(with_tokens) == 1


def test_a_body_that_is_not_kept_is_said_to_be_missing():
    made = services.make_container(proof(body=None), stamp=True)
    verdict = queries.verify_container(made)
    assert verdict.good
    assert "digest-only" in codes(verdict, "note")
    assert queries.verify_container(made, given={"attachment1": BODY}).good
    wrong = queries.verify_container(made, given={"attachment1": b"other"})
    assert (wrong.good, codes(wrong, "bad")) == (False, {"wrong-digest"})


def test_without_a_time_stamp_the_time_is_the_signers_word():
    made = services.make_container(proof())
    verdict = queries.verify_container(made)
    assert verdict.good
    assert "own-time" in codes(verdict, "note")
    with clock.frozen(NOW + timedelta(days=2000)):
        late = queries.verify_container(made)
        stamped = queries.verify_container(services.make_container(replace(proof(), signed_at=clock.now())))
    assert codes(late, "bad") == {"unproven-time"}
    assert not stamped.good


def test_a_time_stamp_keeps_a_signature_good_after_the_certificate_has_expired():
    made = services.make_container(proof(), stamp=True)
    with clock.frozen(NOW + timedelta(days=2000)):
        assert queries.verify_container(made).good


# Programs that nobody here wrote


def unpack(container: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(container)) as held:
        held.extractall(folder)
    return folder


@pytest.mark.outsiders("xmlsec1")
@pytest.mark.parametrize("make", [proof, batch_proof], ids=["single", "batch"])
def test_xmlsec1_accepts_our_signature_and_sees_a_change(make, country, tmp_path, outside_tool):
    folder = unpack(services.make_container(make(), stamp=True), tmp_path)
    (tmp_path / "root.pem").write_text(root_pem(country))
    (tmp_path / "issuing.pem").write_bytes((country.demo / "authority" / "issuing.crt").read_bytes())
    words = [outside_tool("xmlsec1"), "--verify", "--trusted-pem", "root.pem", "--untrusted-pem", "issuing.pem"]
    words += ["--verification-gmt-time", f"{NOW:%Y-%m-%d} 03:00:00"]
    words += ["--id-attr:Id", "SignedProperties", "META-INF/signatures.xml"]
    accepted = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert accepted.returncode == 0, accepted.stderr
    signed = "sig-hashchainresult.xml" if make is batch_proof else "attachment1"
    (folder / signed).write_bytes((folder / signed).read_bytes() + b" ")
    assert subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode != 0


@pytest.mark.outsiders("openssl")
def test_openssl_accepts_the_time_stamp(country, tmp_path, outside_tool):
    folder = unpack(services.make_container(proof(), stamp=True), tmp_path)
    (tmp_path / "root.pem").write_text(root_pem(country))
    words = [outside_tool("openssl"), "ts", "-verify", "-data", "ts-hashchainresult.xml", "-token_in"]
    words += ["-in", "META-INF/timestamp.tst", "-CAfile", "root.pem", "-attime", str(int(NOW.timestamp()))]
    words += ["-untrusted", str(country.demo / "authority" / "issuing.crt")]
    accepted = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert accepted.returncode == 0, accepted.stderr + accepted.stdout


# Tricks


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put("attachment1", BODY + b" "), "wrong-digest"),
        (put("message.xml", b"{}"), "wrong-digest"),
        (lambda entries: entries.pop("attachment1"), "missing-file"),
        (lambda entries: entries.pop("message.xml"), "missing-file"),
        (lambda entries: entries.pop("META-INF/signatures.xml"), "missing-file"),
        (put("attachment2", b"not signed"), "unused-file"),
        (put("META-INF/other.xml", b"<a/>"), "unused-file"),
        (put("META-INF/timestamp.tst", b"0" * 50), "bad-timestamp"),
        (edit("ts-hashchainresult.xml", b"STEP0", b"STEP1"), "malformed-chain"),
        (edit("ts-hashchain.xml", b"/META-INF/signatures.xml", b"/message.xml"), "wrong-digest"),
        (lambda entries: entries.pop("ts-hashchain.xml"), "missing-file"),
        (put("META-INF/log-proof.json", b"{}"), "bad-container"),
        (put("META-INF/signatures.xml", b"<a"), "malformed"),
    ],
)
def test_a_changed_container_is_found(change, code):
    verdict = queries.verify_container(changed(services.make_container(proof(), stamp=True), change))
    assert not verdict.good
    assert code in codes(verdict, "bad"), verdict.findings


SIGNATURES = "META-INF/signatures.xml"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"ecdsa-sha256", b"ecdsa-sha1", "wrong-algorithm"),
        (b"more#ecdsa-sha256", b"more#hmac-sha256", "wrong-algorithm"),
        (b'URI="attachment1"', b'URI="https://example.org/attachment1"', "malformed"),
        (b'URI="attachment1"', b'URI="../attachment1"', "malformed"),
        (b'URI="attachment1"', b'URI="//attachment1"', "malformed"),
        (b'URI="attachment1"', b'URI="message.xml"', "malformed"),
        (b'URI="#sp"', b'URI="#signature"', "malformed"),
        (b"<xades:SigningTime>2026", b"<xades:SigningTime>2025", "wrong-signature"),
        (b'<?xml version="1.0" encoding="UTF-8"?>', b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:b">]>', "malformed"),
        (b"<ds:SignatureValue", b"<!-- x --><ds:SignatureValue", "malformed"),
        (b'Target="#signature"', b'Target="#other"', "malformed"),
    ],
)  # fmt: skip
def test_a_changed_signature_is_found(before, after, code):
    made = changed(services.make_container(proof()), edit(SIGNATURES, before, after))
    verdict = queries.verify_container(made)
    assert not verdict.good
    assert code in codes(verdict, "bad"), verdict.findings


def test_signature_wrapping_is_found():
    """The signed properties are moved aside and others, with the same Id or another, are put in their place."""

    def wrap(twin: bytes) -> Callable[[dict[str, bytes]], None]:
        def change(entries: dict[str, bytes]) -> None:
            document = entries[SIGNATURES]
            found = re.search(rb"<xades:SignedProperties.*?</xades:SignedProperties>", document, re.DOTALL)
            assert found
            forged = found.group().replace(b"SigningTime>2026", b"SigningTime>2025").replace(b'Id="sp"', twin)
            aside = b"<ds:Object>" + found.group() + b"</ds:Object>"
            document = document.replace(found.group(), forged).replace(b"</ds:Signature>", aside + b"</ds:Signature>")
            entries[SIGNATURES] = document

        return change

    for twin in (b'Id="sp"', b'Id="other"'):
        verdict = queries.verify_container(changed(services.make_container(proof()), wrap(twin)))
        assert (verdict.good, codes(verdict, "bad")) == (False, {"malformed"})


def test_a_second_signature_is_not_read():
    def change(entries: dict[str, bytes]) -> None:
        document = entries[SIGNATURES]
        start, end = document.index(b"<ds:Signature "), document.index(b"</asic:")
        entries[SIGNATURES] = document[:end] + document[start:end] + document[end:]

    assert codes(queries.verify_container(changed(services.make_container(proof()), change)), "bad") == {"malformed"}


def test_another_certificate_in_the_place_of_the_signers_is_found(country):
    made = services.make_container(proof())
    other = (country.province / "keys").glob("*.crt")
    pems = [path.read_text("ascii") for path in other if "node" not in path.name]
    der = "".join(pems[0].split("-----")[2].split()).encode()
    change = re.compile(rb"(<ds:X509Certificate>)[^<]+")

    def swap(entries: dict[str, bytes]) -> None:
        entries[SIGNATURES] = change.sub(rb"\g<1>" + der, entries[SIGNATURES], count=1)

    verdict = queries.verify_container(changed(made, swap))
    assert (verdict.good, codes(verdict, "bad")) == (False, {"wrong-signature"})


def test_a_message_of_another_sender_than_the_signer_is_found():
    verdict = queries.verify_container(services.make_container(proof(message(**{"from": "G01"}))))
    assert codes(verdict, "bad") == {"other-sender"}


def test_an_officers_key_signs_no_message():
    digest = sha256(BODY).digest()
    key = "officer:nguyen.thi.lan"
    value = services.sign_message(message(), [digest], at=clock.now(), key=key)
    signed = MessageProof(message(), ((digest, BODY),), value, queries.get_certificate(key).pem, clock.now())
    assert codes(queries.verify_container(services.make_container(signed)), "bad") == {"wrong-kind"}


@pytest.mark.parametrize(
    ("name", "before", "after", "code"),
    [
        ("sig-hashchainresult.xml", b"<ns2:DigestValue>", b"<ns2:DigestValue> ", "wrong-digest"),
        ("sig-hashchain.xml", b"/attachment1", b"/attachment2", "missing-file"),
        ("sig-hashchain.xml", b"<hashValue>", b'<stepRef URI="#STEP0"/><hashValue>', "malformed-chain"),
        ("sig-hashchain.xml", b'URI="#STEP', b'URI="http://example.org/a.xml#STEP', "malformed-chain"),
        ("sig-hashchain.xml", b"</hashChain>", b'<hashStep id="STEP99"/></hashChain>', "malformed-chain"),
        ("sig-hashchain.xml", b"xmlenc#sha256", b"xmlenc#sha1", "malformed-chain"),
    ],
)
def test_a_changed_chain_of_a_batch_is_found(name, before, after, code):
    verdict = queries.verify_container(changed(services.make_container(batch_proof()), edit(name, before, after)))
    assert not verdict.good
    assert code in codes(verdict, "bad"), verdict.findings


def test_a_file_that_the_chain_does_not_use_is_found():
    def change(entries: dict[str, bytes]) -> None:
        chain = entries["sig-hashchain.xml"]
        entries["sig-hashchain.xml"] = re.sub(
            rb'<dataRef URI="/attachment1">(.*?)</dataRef>', rb"<hashValue>\1</hashValue>", chain
        )

    verdict = queries.verify_container(changed(services.make_container(batch_proof()), change))
    assert codes(verdict, "bad") == {"unused-file"}


@pytest.mark.parametrize("at", range(0, 4000, 97))
def test_no_changed_byte_passes_as_another_message(at):
    """Whatever single byte is changed, the verdict is bad, or every file that is signed is what it was."""
    made = services.make_container(proof())
    place = at % len(made)
    broken = made[:place] + bytes([made[place] ^ 0x10]) + made[place + 1 :]
    verdict = queries.verify_container(broken)
    if verdict.good:
        digests = {one.name: one.sha256 for one in verdict.entries}
        assert digests["attachment1"] == sha256(BODY).hexdigest()
        assert digests["message.xml"] == sha256(message()).hexdigest()


def test_a_large_attachment_is_read_in_pieces():
    body = bytes(range(256)) * 4096 * 8
    digest = sha256(body).digest()
    value = services.sign_message(message(), [digest], at=clock.now())
    held = MessageProof(message(), ((digest, body),), value, queries.get_certificate("node").pem, clock.now())
    made = services.make_container(held)
    assert queries.verify_container(io.BytesIO(made)).good
