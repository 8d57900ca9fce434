"""Time stamps on XML signatures (XAdES-T): written, read, believed only if they are about this signature."""

from hashlib import sha256

import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.profile import node
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.api.forms import SignatureOut
from lienthong.platform.signing.ports import TimestampAuthority
from lienthong.platform.signing.rules import xades_envelope
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.tests.conftest import later

ELEMENT = b'<b xmlns="urn:a" Id="envelope"><c>x</c></b>'
SEAL = "seal:H36.101"
STAMPED = b"<xades:EncapsulatedTimeStamp>"


@pytest.fixture
def sealing(authority):
    levels.forget_silence()
    services.issue_certificate(
        authority.home, name=SEAL, kind="seal", agency_code="H36.101", common_name="UBND", into=node().home
    )
    return authority


def document(level="B-T"):
    signature = services.sign_xml_envelope(sha256(ELEMENT).digest(), at=clock.now(), key=SEAL, level=level)
    return ELEMENT.replace(b"</b>", signature + b"</b>")


def judge(content):
    (seen,) = queries.verify_xml_signature(content)
    return seen


def test_a_time_stamp_is_written_and_proves_the_time(sealing):
    seen = judge(document())
    assert (seen.code, len(seen.timestamps)) == ("good", 1)
    assert seen.timestamps[0].good
    assert seen.proved_at is not None
    assert abs((seen.proved_at - clock.now()).total_seconds()) < 5
    assert "dấu thời gian chứng minh" in seen.sentence.vi
    told = SignatureOut.of_xml(seen)
    assert (told.proved_at, told.timestamps[0].good) == (seen.proved_at, True)
    assert STAMPED not in document("B-B")
    assert judge(document("B-B")).proved_at is None


def test_a_silent_authority_costs_the_level_and_not_the_signature(sealing):
    sealing.silent.add("/authority/tsa")
    content = document()
    seen = judge(content)
    assert (STAMPED in content, seen.code, seen.proved_at) == (False, "good", None)


def test_what_a_stamp_proves_outlives_theft_and_expiry(sealing):
    stamped, plain = document(), document("B-B")
    with later(sealing, hours=2):
        thumbprint = queries.get_certificate(SEAL).thumbprint
        services.revoke_certificate(thumbprint, reason="keyCompromise", actor=SYSTEM)
        judge(plain)
        services.refresh_standings()
        queries.forget_standings()
        assert judge(plain).code == "certificate-revoked"
        assert judge(stamped).code == "good"


def test_a_stamp_of_another_signature_proves_nothing(sealing):
    other, mine = document(), document()

    def token(content):
        return content.split(STAMPED)[1].split(b"<")[0]

    seen = judge(mine.replace(token(mine), token(other)))
    assert (seen.code, seen.proved_at, [one.good for one in seen.timestamps]) == ("good", None, [False])


@pytest.mark.parametrize("put", [b"AAAA", b"???", b""])
def test_a_stamp_that_cannot_be_read_proves_nothing(sealing, put):
    mine = document()
    token = mine.split(STAMPED)[1].split(b"<")[0]
    seen = judge(mine.replace(token, put))
    assert (seen.code, seen.proved_at) == ("good", None)


def test_an_unknown_canonical_form_of_a_stamp_proves_nothing(sealing):
    mine = document()
    before, after = mine.split(b"<xades:SignatureTimeStamp>")
    changed = after.replace(b"xml-exc-c14n#", b"xml-own-c14n#", 1)
    assert judge(before + b"<xades:SignatureTimeStamp>" + changed).proved_at is None


def test_without_a_word_the_form_is_the_inclusive_one(sealing):
    mine = document("B-B")
    value = mine.split(b'Id="signature-value">')[1].split(b"<")[0].decode()
    # Inclusive: the namespaces of the elements around come along.
    shown = f'<SignatureValue xmlns="http://www.w3.org/2000/09/xmldsig#" Id="signature-value">{value}</SignatureValue>'
    token = roles.port(TimestampAuthority).stamp(sha256(shown.encode()).digest())
    stamped = xades_envelope.stamped(token).replace(
        '<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></CanonicalizationMethod>', ""
    )
    put = mine.replace(b"</xades:QualifyingProperties>", stamped.encode() + b"</xades:QualifyingProperties>")
    assert judge(put).proved_at is not None
