"""Time stamps: ours by the eyes of openssl, foreign ones by ours, and those that are not believed."""

import subprocess
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256, sha512

import pytest
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.durable import write
from lienthong.platform.signing.rules import issuing, signatures, timestamps
from lienthong.platform.signing.services.authority import load_issuer, service_pair
from lienthong.platform.signing.services.timestamps import answer_timestamp
from lienthong.platform.signing.tests.conftest import be_province, later

TSA = "/authority/tsa"
CONTENT = "Biên nhận hồ sơ".encode()
DIGEST = sha256(CONTENT).digest()


def openssl(*words, **others):
    told = subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False, **others)
    assert told.returncode == 0, told.stderr
    return told.stdout


def refused(token, digest=DIGEST, at=None):
    with pytest.raises(Refused) as caught:
        queries.verify_timestamp(token, digest, at)
    return caught.value.code


def test_a_stamp_says_when_and_by_whom(authority):
    stamp = queries.verify_timestamp(services.timestamp(DIGEST), DIGEST)
    assert stamp.at == clock.now()
    assert stamp.authority == "Dấu thời gian thử nghiệm Liên thông"
    assert stamp.policy == timestamps.POLICY


def test_each_stamp_has_a_serial_number_of_its_own(authority):
    serials = {queries.verify_timestamp(services.timestamp(DIGEST), DIGEST).serial for _ in range(3)}
    assert len(serials) == 3


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_openssl_accepts_our_stamps(authority, tmp_path, algorithm):
    trust = node().home / "trust"
    (tmp_path / "content").write_bytes(CONTENT)
    openssl("ts", "-query", "-data", tmp_path / "content", f"-{algorithm}", "-cert", "-out", tmp_path / "q")
    (tmp_path / "r").write_bytes(answer_timestamp((tmp_path / "q").read_bytes()))
    checks = ("-CAfile", trust / "demo-root.pem", "-untrusted", trust / "demo-issuing.pem")
    at = ("-attime", int(clock.now().timestamp()))
    assert b"OK" in openssl("ts", "-verify", "-queryfile", tmp_path / "q", "-in", tmp_path / "r", *at, *checks)
    (tmp_path / "token").write_bytes(services.timestamp(DIGEST))
    given = ("-data", tmp_path / "content", "-token_in", "-in", tmp_path / "token")
    assert b"OK" in openssl("ts", "-verify", *given, *at, *checks)


def test_a_reader_that_has_the_certificate_gets_a_stamp_without_it(authority):
    question = timestamps.Question("sha256", DIGEST, None, wants_certificates=False)
    asked = tsp.TimeStampReq.load(timestamps.ask(DIGEST, 7))
    asked["cert_req"] = False
    token = timestamps.token_of(answer_timestamp(asked.dump()))
    assert question.nonce is None
    assert timestamps.signer_of(token) is None
    assert refused(token) == "signing.bad-timestamp"
    pair = service_pair(authority.home / "authority", "tsa")
    write(node().home / "trust" / "timestamps" / "tsa.pem", pair.certificate.public_bytes(Encoding.PEM))
    assert queries.verify_timestamp(token, DIGEST).at == clock.now()


def test_a_stamp_of_other_content_is_refused(authority):
    token = services.timestamp(DIGEST)
    assert refused(token, sha256(b"other").digest()) == "signing.timestamp-of-another"
    assert refused(token, sha512(CONTENT).digest()) == "signing.timestamp-of-another"
    assert refused(token, b"short") == "signing.timestamp-of-another"


def test_no_byte_of_a_stamp_may_change(authority):
    """Each third byte is changed in turn: nothing may come out but the same stamp or a refusal."""
    token = services.timestamp(DIGEST)
    said = queries.verify_timestamp(token, DIGEST)
    for place in range(0, len(token), 3):
        changed = bytearray(token)
        changed[place] ^= 0x21
        with suppress(Refused):
            assert queries.verify_timestamp(bytes(changed), DIGEST) == said


def test_a_stamp_outlives_its_authoritys_certificate(authority):
    token = services.timestamp(DIGEST)
    with later(authority, days=6 * 365):
        assert queries.verify_timestamp(token, DIGEST).at == clock.now() - timedelta(days=6 * 365)


def test_a_stamp_of_tomorrow_is_refused(authority):
    authority.moment = clock.now() + timedelta(hours=1)
    token = services.timestamp(DIGEST)
    assert refused(token) == "signing.bad-timestamp"
    assert refused(token, at=clock.now()) == "signing.bad-timestamp"


def signed_by(pair, chain, at=None):
    question = timestamps.Question("sha256", DIGEST, None, wants_certificates=True)
    return timestamps.stamp(
        question,
        serial=1,
        at=at or clock.now(),
        chain=chain,
        sign=lambda payload: pair.key.sign(payload, signatures.SHA256),
    )


def test_a_subject_that_is_no_time_stamp_authority_is_refused(authority):
    issuer = load_issuer(authority.home / "authority")
    key = ec.generate_private_key(ec.SECP256R1())
    name = issuing.subject("H36", "Nút")
    where = issuing.Addresses("http://a", "http://b")
    leaf = issuing.new_leaf(key.public_key(), name, "node", issuer, now=clock.now(), addresses=where)
    token = signed_by(issuing.Issuer(key, leaf), (leaf, issuer.certificate))
    assert refused(token) == "signing.bad-timestamp"


def test_a_stamp_outside_the_certificates_life_is_refused(authority):
    folder = authority.home / "authority"
    pair, issuer = service_pair(folder, "tsa"), load_issuer(folder)
    early = signed_by(pair, (pair.certificate, issuer.certificate), at=clock.now() - timedelta(days=1))
    assert refused(early) == "signing.foreign-timestamp"


def test_a_stamp_that_names_a_certificate_of_another_is_refused(authority):
    folder = authority.home / "authority"
    pair, issuer = service_pair(folder, "tsa"), load_issuer(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    thief = issuing.Issuer(key, pair.certificate)
    assert refused(signed_by(thief, (pair.certificate, issuer.certificate))) == "signing.bad-timestamp"


@pytest.mark.parametrize("token", [b"", b"x", b"0\x80", bytes(100_000)])
def test_what_is_no_stamp_is_refused(authority, token):
    assert refused(token) == "signing.bad-timestamp"


def test_a_signature_of_another_kind_is_no_stamp(authority):
    pair = service_pair(authority.home / "authority", "tsa")
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [],
            "encap_content_info": {"content_type": "data", "content": b"x"},
            "signer_infos": [],
        }
    )
    token = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    assert isinstance(pair.certificate, x509.Certificate)
    assert refused(token) == "signing.bad-timestamp"


def ask(**changes):
    asked = tsp.TimeStampReq.load(timestamps.ask(DIGEST, 7))
    for name, value in changes.items():
        asked[name] = value
    return asked.dump()


@pytest.mark.parametrize(
    ("request_der", "failure"),
    [
        (b"", "bad_data_format"),
        (b"nonsense", "bad_data_format"),
        (ask(version=2), "bad_request"),
        (ask(req_policy="1.2.3.4"), "unaccepted_policy"),
        (
            ask(message_imprint={"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}),
            "bad_alg",
        ),
        (
            ask(message_imprint={"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(20)}),
            "bad_data_format",
        ),
        (
            ask(extensions=[{"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\x05\x00"}]),
            "unaccepted_extensions",
        ),
    ],
)
def test_the_authority_says_why_it_gives_no_stamp(authority, request_der, failure):
    answer = answer_timestamp(request_der)
    status = tsp.PKIStatusInfo.load(core.Sequence.load(answer)[0].dump())
    assert (status["status"].native, status["fail_info"].native) == ("rejection", {failure})
    with pytest.raises(Refused, match=r"signing\.no-timestamp"):
        timestamps.token_of(answer)


@pytest.fixture
def foreign(tmp_path):
    """A time stamp authority of somebody else: RSA, openssl."""
    home = tmp_path / "foreign"
    home.mkdir()
    (home / "serial").write_text("01")
    (home / "settings").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n"
        "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n"
        "[stamps]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        f"[tsa]\ndefault_tsa=t\n[t]\nserial={home / 'serial'}\ndefault_policy=1.2.3.4\n"
        "digests=sha256,sha512\nsigner_digest=sha512\n"
    )
    settings = ("-config", home / "settings")
    new_key = ("-newkey", "rsa:2048", "-nodes")
    openssl(
        "req", "-x509", *new_key, "-keyout", home / "ca.key", "-out", home / "ca.crt", "-subj", "/CN=Foreign root",
        "-days", 99, "-extensions", "ca", *settings,
    )  # fmt: skip
    openssl("req", *new_key, "-keyout", home / "t.key", "-out", home / "t.csr", "-subj", "/CN=Foreign TSA", *settings)
    openssl(
        "x509", "-req", "-in", home / "t.csr", "-CA", home / "ca.crt", "-CAkey", home / "ca.key", "-CAcreateserial",
        "-out", home / "t.crt", "-extfile", home / "settings", "-extensions", "stamps", "-days", 9,
    )  # fmt: skip
    return home


def stamp_abroad(foreign, question=None):
    (foreign / "q").write_bytes(question or timestamps.ask(DIGEST, 7))
    keys = ("-signer", foreign / "t.crt", "-inkey", foreign / "t.key", "-config", foreign / "settings")
    openssl("ts", "-reply", "-queryfile", foreign / "q", *keys, "-out", foreign / "r")
    return (foreign / "r").read_bytes()


def test_a_foreign_authority_is_believed_once_its_root_is_kept_for_that(authority, foreign):
    token = timestamps.token_of(stamp_abroad(foreign))
    # openssl takes the machine's clock.
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert refused(token) == "signing.foreign-timestamp"
        write(node().home / "trust" / "timestamps" / "abroad.pem", (foreign / "ca.crt").read_bytes())
        stamp = queries.verify_timestamp(token, DIGEST)
    assert (stamp.authority, stamp.policy) == ("Foreign TSA", "1.2.3.4")
    # And for nothing else: it vouches for no node.
    with pytest.raises(Refused, match=r"signing\.foreign-certificate"):
        queries.check_certificate((foreign / "t.crt").read_text())


def test_authorities_are_tried_in_turn(authority, foreign):
    dead = "http://127.0.0.1:9/tsa"
    with be_province(authority, tsa_url=[dead, f"{authority.url}{TSA}"]):
        assert queries.verify_timestamp(services.timestamp(DIGEST), DIGEST).at == clock.now()
    authority.canned["/replay"] = stamp_abroad(foreign)
    with be_province(authority, tsa_url=[f"{authority.url}/replay", f"{authority.url}{TSA}"]):
        stamp = queries.verify_timestamp(services.timestamp(DIGEST), DIGEST)
    assert stamp.authority != "Foreign TSA"


def test_a_stamp_given_to_another_question_is_not_taken(authority):
    authority.canned[TSA] = answer_timestamp(timestamps.ask(DIGEST, 7))
    with pytest.raises(Refused, match=r"signing\.no-timestamp") as caught:
        services.timestamp(DIGEST)
    assert caught.value.status == 503


@pytest.mark.parametrize("url", [[], "", "http://127.0.0.1:9/tsa", ["http://user:secret@127.0.0.1/"]])
def test_without_an_authority_there_is_no_stamp(authority, url):
    authority.silent.add(TSA)
    with be_province(authority, tsa_url=url), pytest.raises(Refused, match=r"signing\.no-timestamp"):
        services.timestamp(DIGEST)
