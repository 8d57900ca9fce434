"""Status of certificates: what the authority says, what happens when it is silent, and what is never believed."""

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.models import CertificateStanding, RevocationList
from lienthong.platform.signing.rules import certificates, issuing, standing
from lienthong.platform.signing.rules import ocsp as ocsp_rules
from lienthong.platform.signing.services.authority import ensure_demo_authority, load_issuer, service_pair
from lienthong.platform.signing.services.responder import answer_ocsp, current_revocation_list
from lienthong.platform.signing.tests.conftest import be_province, later

OCSP, CRL = "/authority/ocsp", "/authority/crl"


def own():
    return queries.get_certificate("node")


def look():
    """Ask as the background does, and see what the next message would be judged by."""
    services.refresh_standings()
    queries.forget_standings()
    return queries.certificate_status(own().pem)


def revoke(reason="keyCompromise"):
    return services.revoke_certificate(own().thumbprint, reason=reason, actor=SYSTEM)


def refused(pem=None, **others):
    queries.forget_standings()
    with pytest.raises(Refused) as caught:
        queries.check_certificate(pem or own().pem, **others)
    return caught.value.code


def test_the_authority_vouches_for_a_certificate(authority):
    before = queries.certificate_status(own().pem)
    assert (before.state, before.checked_at) == ("unknown", None)
    status = look()
    assert (status.state, status.source, status.checked_at) == ("good", "ocsp", clock.now())
    assert status.next_update > clock.now()
    assert queries.check_certificate(own().pem, kind="node").agency_code == "H36"


def test_the_answer_is_kept_for_proofs(authority):
    look()
    kept = ocsp.load_der_ocsp_response(queries.ocsp_response_der(own().thumbprint) or b"")
    assert kept.serial_number == certificates.parse_chain(own().pem)[0].serial_number
    assert queries.ocsp_response_der("0" * 64) is None


def test_looking_at_a_message_never_asks_the_network(authority):
    for _ in range(3):
        queries.check_certificate(own().pem)
    assert authority.asked == []


def test_a_certificate_that_was_met_is_asked_about_next(authority):
    stranger = services.issue_certificate(
        authority.home, name="node", kind="node", agency_code="G01", common_name="Nút", into=authority.home / "g01"
    )
    queries.check_certificate(stranger.pem)
    look()
    assert queries.certificate_status(stranger.pem).state == "good"


def test_a_revoked_certificate_is_refused_in_mid_flight(authority):
    look()
    with later(authority, hours=1):
        revoke()
    with later(authority, hours=2):
        status = look()
        assert (status.state, status.source) == ("revoked", "ocsp")
        assert status.revoked_at == clock.now() - timedelta(hours=1)
        assert refused() == "signing.certificate-revoked"


def test_a_revoked_certificate_is_refused_whatever_the_policy_on_silence(authority):
    revoke()
    for policy in ("soft", "hard"):
        with be_province(authority, ocsp=policy):
            look()
            assert refused() == "signing.certificate-revoked"


def test_what_was_proved_before_the_revocation_stays_good(authority):
    message, attachments = b"{}", [sha256(b"x").digest()]
    signed_at = clock.now()
    signature = services.sign_message(message, attachments, at=signed_at)
    token = services.timestamp(sha256(signature).digest())
    with later(authority, hours=1):
        revoke()
        look()
        proved = queries.verify_timestamp(token, sha256(signature).digest()).at
        found = {"certificate_pem": own().pem, "signed_at": signed_at}
        assert queries.verify_message(message, attachments, signature, proved_at=proved, **found) == own()
        for moment in (None, clock.now()):
            with pytest.raises(Refused, match=r"signing\.certificate-revoked"):
                queries.verify_message(message, attachments, signature, proved_at=moment, **found)
        # The signer's own word proves nothing: whoever stole the key writes any time he likes.
        with pytest.raises(Refused, match=r"signing\.certificate-revoked"):
            queries.verify_message(message, attachments, signature, at=signed_at, **found)


def test_a_certificate_that_ended_since_was_good_when_it_signed(authority):
    message, signed_at = b"{}", clock.now()
    signature = services.sign_message(message, [], at=signed_at)
    pem = own().pem
    with later(authority, days=800):
        found = {"certificate_pem": pem, "signed_at": signed_at}
        assert queries.verify_message(message, [], signature, at=signed_at, proved_at=signed_at, **found).pem == pem
        with pytest.raises(Refused, match=r"signing\.certificate-expired"):
            queries.verify_message(message, [], signature, **found)


def test_a_silent_responder_does_not_stop_a_soft_node(authority):
    authority.silent |= {OCSP, CRL}
    assert look().state == "unknown"
    assert queries.check_certificate(own().pem) == own()
    with later(authority, days=30):
        assert look().state == "unknown"
        assert queries.check_certificate(own().pem) == own()


def test_a_dead_responder_is_waited_for_once_a_round(authority):
    authority.silent |= {OCSP, CRL}
    services.refresh_standings()
    assert CertificateStanding.objects.count() == 2
    assert sorted(authority.asked) == [CRL, OCSP]


def test_an_answer_ages(authority):
    look()
    authority.silent |= {OCSP, CRL}
    with later(authority, hours=11):
        assert look().state == "good"
    with later(authority, hours=13):
        status = look()
        assert (status.state, status.source) == ("stale", "cache")
        assert queries.check_certificate(own().pem) == own()


def test_a_hard_node_stops_only_after_its_limit(authority):
    with be_province(authority, ocsp="hard", hard_hours=48):
        look()
        authority.silent |= {OCSP, CRL}
        with later(authority, hours=47):
            look()
            assert queries.check_certificate(own().pem) == own()
        with later(authority, hours=49):
            look()
            assert refused() == "signing.certificate-unchecked"
            authority.silent.clear()
            with later(authority, minutes=2):
                look()
                assert queries.check_certificate(own().pem) == own()


def test_a_hard_node_counts_from_the_first_meeting_when_no_answer_ever_came(authority):
    authority.silent |= {OCSP, CRL}
    with be_province(authority, ocsp="hard", hard_hours=48):
        look()
        assert queries.check_certificate(own().pem) == own()
        with later(authority, hours=49):
            assert refused() == "signing.certificate-unchecked"


def test_a_certificate_that_the_authority_does_not_know_is_refused_by_a_hard_node(authority):
    serial = certificates.parse_chain(own().pem)[0].serial_number
    (authority.home / "authority" / "issued" / f"{serial:x}.crt").unlink()
    assert look().state == "unknown"
    assert queries.check_certificate(own().pem) == own()
    with be_province(authority, ocsp="hard"):
        assert refused() == "signing.certificate-unknown"


def test_the_revocation_list_speaks_when_the_responder_is_silent(authority):
    authority.silent.add(OCSP)
    status = look()
    assert (status.state, status.source) == ("good", "crl")
    with later(authority, hours=1):
        revoke("superseded")
    with later(authority, hours=2, minutes=1):
        status = look()
        assert (status.state, status.source) == ("revoked", "crl")
        assert refused() == "signing.certificate-revoked"
    row = CertificateStanding.objects.get(thumbprint=own().thumbprint)
    assert row.reason == "superseded"


def test_a_revocation_list_that_goes_back_is_not_taken(authority):
    authority.silent.add(OCSP)
    authority.canned[CRL] = current_revocation_list(home=authority.home)
    with later(authority, hours=1):
        revoke()
        del authority.canned[CRL]
        look()
        newest = RevocationList.objects.get().number
        first = issuing.new_revocation_list(
            load_issuer(authority.home / "authority"), [], number=1, now=clock.now(), life=timedelta(days=9)
        )
    CertificateStanding.objects.update(state="unknown", revoked_at=None, answered_at=None, tried_at=None)
    authority.canned[CRL] = first
    with later(authority, hours=3):
        assert look().state == "revoked"
        assert RevocationList.objects.get().number == newest == 2


def test_a_forged_revocation_list_is_not_taken(authority, tmp_path):
    foreign = load_issuer(ensure_demo_authority(tmp_path / "abroad"))
    ours = load_issuer(authority.home / "authority")
    forged = issuing.Issuer(foreign.key, ours.certificate)
    authority.silent.add(OCSP)
    authority.canned[CRL] = issuing.new_revocation_list(forged, [], number=9, now=clock.now(), life=timedelta(days=1))
    assert look().state == "unknown"
    assert not RevocationList.objects.exists()


def test_revocation_is_for_good(authority):
    revoke()
    look()
    serial = certificates.parse_chain(own().pem)[0].serial_number
    (authority.home / "authority" / "revoked" / f"{serial:x}.json").unlink()
    with later(authority, days=1):
        assert look().state == "revoked"


def test_an_old_answer_played_back_is_not_believed(authority):
    leaf, issuer = certificates.parse_chain(own().pem)
    recorded = answer_ocsp(ocsp_rules.question(leaf, issuer, b"n" * 16), home=authority.home)
    revoke()
    authority.canned[OCSP] = recorded
    authority.silent.add(CRL)
    assert look().state == "unknown"
    assert CertificateStanding.objects.get(thumbprint=own().thumbprint).trouble == "nonce of another question"


def test_an_answer_older_than_the_one_held_is_not_believed(authority):
    with later(authority, hours=2):
        look()
    authority.silent.add(CRL)
    CertificateStanding.objects.update(tried_at=None)
    authority.moment = clock.now() + timedelta(hours=1)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        look()
    assert CertificateStanding.objects.get(thumbprint=own().thumbprint).trouble == "older than the one held"


class TestAnswers:
    """Answers that others could make, judged one by one."""

    @pytest.fixture(autouse=True)
    def _known(self, authority):
        self.home = authority.home
        self.leaf, self.issuer = certificates.parse_chain(own().pem)
        self.pair = service_pair(authority.home / "authority", "ocsp")

    def read(self, der, nonce=b"n" * 16):
        return ocsp_rules.read(der, self.leaf, self.issuer, nonce=nonce, at=clock.now(), fresh=timedelta(hours=12))

    def bad(self, der, nonce=b"n" * 16):
        with pytest.raises(ocsp_rules.BadAnswer) as caught:
            self.read(der, nonce)
        return caught.value.reason

    def made(self, pair=None, *, leaf=None, at=None, life=timedelta(hours=1), nonce=b"n" * 16, algorithm=None):
        pair, at = pair or self.pair, at or clock.now()
        builder = ocsp.OCSPResponseBuilder().add_response(
            leaf or self.leaf, self.issuer, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD, at, at + life, None, None
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, pair.certificate)
        builder = builder.certificates([pair.certificate])
        if nonce:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.sign(pair.key, algorithm or hashes.SHA256()).public_bytes(Encoding.DER)

    def test_one_by_the_delegated_responder(self):
        assert self.read(self.made()).state == "good"

    def test_one_by_the_issuer_itself(self):
        assert self.read(self.made(load_issuer(self.home / "authority"))).state == "good"

    def test_one_by_a_responder_that_names_itself_by_its_name(self):
        builder = ocsp.OCSPResponseBuilder().add_response(
            self.leaf, self.issuer, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, clock.now(), None, None, None
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, self.pair.certificate)
        der = builder.certificates([self.pair.certificate]).sign(self.pair.key, hashes.SHA384())
        assert self.read(der.public_bytes(Encoding.DER)).state == "good"

    def test_one_by_a_subject_without_the_right(self):
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = load_issuer(self.home / "authority")
        name = issuing.subject("H36", "Nút")
        leaf = issuing.new_leaf(
            key.public_key(), name, "node", issuer, now=clock.now(), addresses=issuing.Addresses("http://o", "http://c")
        )
        assert self.bad(self.made(issuing.Issuer(key, leaf))) == "responder without the right"

    def test_one_by_a_responder_of_another_authority(self, tmp_path):
        foreign = service_pair(ensure_demo_authority(tmp_path / "abroad"), "ocsp")
        assert self.bad(self.made(foreign)) == "responder not of this authority"

    def test_one_by_a_responder_whose_time_is_over(self):
        der = self.made()
        with clock.frozen(clock.now() + timedelta(days=200)):
            assert self.bad(der) == "responder expired"

    def test_one_whose_signature_was_changed(self):
        changed = bytearray(self.made())
        at = bytes(changed).index(self.pair.certificate.public_bytes(Encoding.DER)) - 40
        changed[at] ^= 1
        assert self.bad(bytes(changed)) == "wrong signature"

    def test_one_about_another_certificate(self):
        other = certificates.parse_chain(queries.get_certificate("tls").pem)[0]
        assert self.bad(self.made(leaf=other)) == "about another certificate"

    def test_one_of_yesterday_and_one_of_tomorrow(self):
        assert self.bad(self.made(at=clock.now() - timedelta(days=1))) == "outdated"
        long = timedelta(days=30)
        assert self.bad(self.made(at=clock.now() - timedelta(days=1), life=long, nonce=b"")) == "old and without nonce"
        assert self.read(self.made(at=clock.now() - timedelta(hours=1), life=long, nonce=b"")).state == "good"
        with clock.frozen(clock.now() - timedelta(minutes=9)):
            assert self.bad(self.made(at=clock.now() + timedelta(minutes=9))) == "from the future"

    def test_one_with_another_nonce(self):
        assert self.bad(self.made(nonce=b"m" * 16)) == "nonce of another question"

    def test_no_byte_of_an_answer_may_change(self):
        answer = self.made()
        said = self.read(answer)
        for place in range(0, len(answer), 2):
            changed = bytearray(answer)
            changed[place] ^= 0x21
            with suppress(ocsp_rules.BadAnswer):
                assert self.read(bytes(changed)) == said

    @pytest.mark.parametrize("der", [b"", b"x", b"0\x03\n\x01\x06", b"0\x80"])
    def test_what_is_no_answer(self, der):
        assert self.bad(der) in ("malformed", "unauthorized")


def test_the_policy_is_read_from_the_profile():
    assert standing.policy({}).mode == "soft"
    rule = standing.policy({"ocsp": "hard", "fresh_hours": 2, "hard_hours": 1, "check_minutes": 600})
    assert (rule.fresh, rule.hard, rule.check) == (timedelta(hours=2),) * 3
    with pytest.raises(ValueError, match="must be"):
        standing.policy({"ocsp": "always"})


def test_a_node_that_does_not_ask_asks_nobody(authority):
    with be_province(authority, ocsp="off"):
        assert services.refresh_standings() is False
        queries.check_certificate(own().pem)
    assert authority.asked == []
    assert node().parameters["trust"]["ocsp"] == "soft"
