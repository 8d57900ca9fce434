"""Forms on the wire: what is written is read again, and rubbish is refused, never a crash."""

from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import nfc
from lienthong.platform.exchange import directory_form, wire
from lienthong.platform.exchange.tests.country import Note

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(TEXT, st.integers(-(2**62), 2**62), st.none() | st.dates())
def test_a_letter_is_read_as_it_was_written_but_composed(subject: str, number: int, day: date | None) -> None:
    letter, parts = wire.parse_letter(Note, wire.compose_letter(Note(subject=subject, number=number, day=day), ()))
    assert letter == Note(subject=nfc(subject), number=number, day=day)
    assert parts == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        wire.parse_letter(Note, body)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    body = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) if _encodes(value) else b"{}"
    for read in (wire.list_parts, wire.parse_question, wire.parse_receipt, wire.parse_answer, directory_form.parse):
        with pytest.raises(Refused):
            read(body)
    wrapped = b'{"letter":' + body + b',"parts":[]}'
    with pytest.raises(Refused, match="exchange"):
        wire.parse_letter(Note, wrapped)


def _encodes(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@given(st.text(max_size=200))
def test_any_signature_header_is_read_or_refused(signature: str) -> None:
    with pytest.raises(Refused) as refusal:
        wire.peek(signature, "letter")
    assert refusal.value.code == "exchange.malformed"


# 64 bytes, as every signature has.
SIGNED = "A" * 86


@given(JSON)
def test_any_protected_header_is_read_or_refused(value: object) -> None:
    import base64

    if not _encodes(value):
        return
    head = base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()
    with pytest.raises(Refused):
        wire.peek(f"{head}..{SIGNED}", "letter")


@pytest.mark.parametrize("field", ["v", "kid", "kind", "id", "name", "from", "to", "at"])
def test_a_header_that_lacks_or_spoils_a_field_is_refused_with_its_name(field: str) -> None:
    import base64

    header = wire.Header("0" * 64, "letter", new_id(), "test-note.v1", "G22", "H36", clock.now())
    told: dict[str, object] = orjson.loads(header.message())
    for spoilt in (None, 5, "\n"):
        head = base64.urlsafe_b64encode(orjson.dumps({**told, field: spoilt})).rstrip(b"=").decode()
        if field == "kid" and spoilt == "\n":
            continue  # any text may be a thumbprint until the directory is asked
        with pytest.raises(Refused) as refusal:
            wire.peek(f"{head}..{SIGNED}", "letter")
        assert refusal.value.field == field


def test_the_letters_own_bytes_are_cut_out_or_written_anew() -> None:
    letter = Note(subject="Xã Đạ Tẻh", number=3)
    plain = wire.compose_letter(letter, ())
    assert orjson.loads(wire.letter_bytes(plain)) == letter.model_dump(mode="json")
    swapped = b'{"parts": [], "letter": {"subject": "a", "number": 1}}'
    assert orjson.loads(wire.letter_bytes(swapped)) == {"subject": "a", "number": 1}


def test_a_letter_written_twice_in_one_body_is_never_read_as_another() -> None:
    double = b'{"letter":{"subject":"a","number":1},"letter":{"subject":"b","number":2},"parts":[]}'
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(wire.letter_bytes(double))


def test_too_many_parts_are_refused() -> None:
    part = {"sha256": "0" * 64, "size": 1, "name": "a", "media_type": "application/pdf"}
    with pytest.raises(Refused) as refusal:
        wire.list_parts(orjson.dumps({"letter": {}, "parts": [part] * 51}))
    assert refusal.value.field == "parts"


def test_an_id_inside_something_else_is_not_the_headers_id() -> None:
    """What is read in a hurry must be what a careful reader reads."""
    import base64

    own, other = new_id(), new_id()
    header = wire.Header("0" * 64, "letter", own, "test-note.v1", "G22", "H36", clock.now())
    for tricky in (
        {"more": {"id": str(other)}, **orjson.loads(header.message())},
        {**orjson.loads(header.message()), "more": {"id": str(other)}},
    ):
        head = base64.urlsafe_b64encode(orjson.dumps(tricky)).rstrip(b"=").decode()
        assert wire.peek(f"{head}..{'A' * 86}", "letter").id == own
