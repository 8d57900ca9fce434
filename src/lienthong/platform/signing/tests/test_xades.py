"""The template of a message signature is what an XML library makes of it, and what it signs is fixed by it."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.rules import compact, xades

AT = datetime(2026, 11, 22, 3, 4, 5, 678, tzinfo=UTC)
THUMBPRINT = sha256(b"certificate").hexdigest()
DIGESTS = st.binary(min_size=32, max_size=32)


def document(entries, signature=bytes(64)):
    unsigned = xades.Unsigned((b"first", b"second"), (b"answer",))
    return etree.fromstring(
        xades.signatures_xml(entries, thumbprint=THUMBPRINT, at=AT, signature=signature, unsigned=unsigned)
    )


def canonical(element):
    return etree.tostring(element, method="c14n", exclusive=True)


@given(st.lists(DIGESTS, max_size=4), st.binary(max_size=50))
def test_the_template_is_canonical(attachments, message):
    entries = xades.message_entries(message, attachments)
    tree = document(entries)
    info = tree.find(f".//{{{xades.DS}}}SignedInfo")
    properties = tree.find(f".//{{{xades.XADES}}}SignedProperties")
    assert canonical(info) == xades.signed_info(entries, thumbprint=THUMBPRINT, at=AT)
    assert canonical(properties) == xades.signed_properties(entries, thumbprint=THUMBPRINT, at=AT)


def test_every_input_changes_what_is_signed():
    entries = xades.message_entries(b"message", [bytes(32)])
    plain = xades.signed_info(entries, thumbprint=THUMBPRINT, at=AT)
    others = (
        xades.signed_info(xades.message_entries(b"massage", [bytes(32)]), thumbprint=THUMBPRINT, at=AT),
        xades.signed_info(xades.message_entries(b"message", [b"\1" * 32]), thumbprint=THUMBPRINT, at=AT),
        xades.signed_info(xades.message_entries(b"message", []), thumbprint=THUMBPRINT, at=AT),
        xades.signed_info(entries, thumbprint=sha256(b"other").hexdigest(), at=AT),
        xades.signed_info(entries, thumbprint=THUMBPRINT, at=AT.replace(second=6)),
    )
    assert len({plain, *others}) == 6


def test_a_signed_message_verifies_and_a_changed_one_does_not(at_province):
    at = clock.now()
    value = services.sign_message(b"message", [sha256(b"body").digest()], at=at)
    pem = queries.get_certificate("node").pem
    assert (
        queries.verify_message(
            b"message", [sha256(b"body").digest()], value, certificate_pem=pem, signed_at=at
        ).agency_code
        == "H36"
    )
    for message, attachments, moment in (
        (b"Message", [sha256(b"body").digest()], at),
        (b"message", [sha256(b"Body").digest()], at),
        (b"message", [], at),
        (b"message", [sha256(b"body").digest()], at.replace(year=at.year - 1)),
    ):
        with pytest.raises(Refused) as refusal:
            queries.verify_message(message, attachments, value, certificate_pem=pem, signed_at=moment)
        assert refusal.value.code == "signing.wrong-signature"


def test_a_line_carries_message_and_signature(at_province):
    line = services.sign_line(b'{"v":1}', [], at=clock.now())
    assert queries.read_line(line)[0] == b'{"v":1}'
    assert queries.read_line_header(line) == {"v": 1}


@pytest.mark.parametrize("line", ["", "a", "a..b", "a.b.c", "é..AAAA", "eyJ9..AAAA", "A" * 9000, "AA==.." + "A" * 86])
def test_what_is_no_line_is_refused(line):
    with pytest.raises(Refused) as refusal:
        compact.parse(line)
    assert refusal.value.code == "signing.malformed"


def test_a_name_that_occurs_twice_is_refused(at_province):
    line = services.sign_line(b'{"v":1,"v":2}', [], at=clock.now())
    with pytest.raises(Refused) as refusal:
        queries.read_line_header(line)
    assert refusal.value.code == "signing.malformed"
