"""Letters that come in: what is taken, what is refused, what is answered."""

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries, rules, wire
from lienthong.platform.exchange.models import DirectoryCopy, IncomingLetter, LogEntry
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.tests.country import (
    Desk,
    Homes,
    Note,
    RawNote,
    at_node,
    certificate_of,
    headers,
    sealed_letter,
)
from lienthong.platform.exchange.types import Envelope, Letter
from lienthong.platform.signing import queries as signing_queries

pytestmark = pytest.mark.django_db
NOTE = Note(subject="Hồ sơ H36.101", number=5)


def post(body: bytes, signature: str, **more: Any) -> Any:
    return Client(raise_request_exception=False).post(
        "/exchange/letters", body, content_type="application/json", headers=headers(signature), **more
    )


def code_of(response: Any) -> str:
    return str(orjson.loads(response.content)["code"])


def test_a_letter_takes_effect_and_is_answered_with_a_receipt_that_verifies(province: Homes, desk: Desk) -> None:
    body, signature, header = sealed_letter(province, NOTE)
    response = post(body, signature)
    assert response.status_code == 200
    ((letter, envelope),) = desk.taken
    assert letter == NOTE
    assert (envelope.id, envelope.sender, envelope.recipient) == (header.id, "G22", "H36")
    receipt_header = wire.peek(response.headers[wire.SIGNATURE_HEADER], "receipt")
    trust.verify(response.content, response.headers[wire.SIGNATURE_HEADER], receipt_header)
    receipt = wire.parse_receipt(response.content)
    assert (receipt.letter_id, receipt.verdict) == (header.id, "accepted")
    assert receipt.digest == wire.digest(body).hex()
    assert queries.verify_log().intact
    assert queries.verify_log().rows == 1


def test_a_repeat_gets_the_original_receipt_byte_for_byte_and_no_second_effect(province: Homes, desk: Desk) -> None:
    body, signature, _ = sealed_letter(province, NOTE)
    first, second = post(body, signature), post(body, signature)
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers[wire.SIGNATURE_HEADER] == first.headers[wire.SIGNATURE_HEADER]
    assert len(desk.taken) == 1


def test_the_same_id_with_other_content_is_refused_under_signature(province: Homes, desk: Desk) -> None:
    body, signature, header = sealed_letter(province, NOTE)
    post(body, signature)
    other, other_signature, _ = sealed_letter(province, Note(subject="Khác", number=6), id=header.id)
    response = post(other, other_signature)
    assert (response.status_code, code_of(response)) == (409, "exchange.conflict")
    receipt_header = wire.peek(response.headers[wire.SIGNATURE_HEADER], "receipt")
    trust.verify(response.content, response.headers[wire.SIGNATURE_HEADER], receipt_header)
    assert len(desk.taken) == 1
    assert post(body, signature).status_code == 200
    assert queries.verify_log().intact


def test_an_inbox_that_refuses_is_remembered_and_its_effect_is_gone(province: Homes, desk: Desk) -> None:
    body, signature, _ = sealed_letter(province, Note(subject="từ chối", number=1))
    first = post(body, signature)
    receipt = wire.parse_receipt(first.content)
    assert (first.status_code, receipt.verdict, receipt.code) == (422, "refused", "test.unwanted")
    assert (receipt.field, receipt.reason.en) == ("subject", "Not wanted.")
    assert post(body, signature).content == first.content
    assert desk.taken == []


def test_an_inbox_that_breaks_is_tried_again(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, Note(subject="hỏng", number=1))
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (500, "exchange.failed")
    assert wire.SIGNATURE_HEADER not in response.headers
    assert not IncomingLetter.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_tampered_body_is_not_believed(province: Homes, desk: Desk) -> None:
    body, signature, _ = sealed_letter(province, NOTE)
    response = post(body.replace(b'"number":5', b'"number":6'), signature)
    assert (response.status_code, code_of(response)) == (401, "exchange.bad-signature")
    assert desk.taken == []
    assert not IncomingLetter.objects.exists()


def test_a_letter_for_another_node_is_turned_away(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, NOTE, recipient="G01")
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (421, "exchange.wrong-recipient")


def test_a_sender_that_the_directory_does_not_list_is_turned_away(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, NOTE, sender="G22")
    with at_node(province, "G22"):
        header = wire.peek(signature, "letter")
        forged = wire.Header("", "letter", header.id, header.name, "G99", "H36", header.at)
        signature = trust.sign(body, forged)
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (401, "exchange.unknown-sender")


def test_a_certificate_of_another_node_is_foreign(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, NOTE, sender="G01", recipient="H36")
    with at_node(province, "G01"):
        header = wire.peek(signature, "letter")
        signature = trust.sign(body, wire.Header("", "letter", header.id, header.name, "G22", "H36", header.at))
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (401, "exchange.foreign-certificate")


def test_a_certificate_of_another_authority_is_foreign(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, NOTE, home=province.abroad)
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (401, "exchange.foreign-certificate")


def test_what_was_signed_after_its_certificate_ended_is_turned_away(province: Homes) -> None:
    later = _years_later()
    with clock.frozen(later):
        body, signature, _ = sealed_letter(province, NOTE)
        response = post(body, signature)
    assert (response.status_code, code_of(response)) == (401, "exchange.expired-certificate")


def test_a_letter_that_waited_longer_than_its_certificate_is_judged_by_when_it_was_signed(
    province: Homes, desk: Desk
) -> None:
    body, signature, _ = sealed_letter(province, NOTE)
    with clock.frozen(_years_later()):
        with pytest.raises(Refused, match=r"certificate-expired"):
            signing_queries.check_certificate(certificate_of(province, "G22"))
        assert post(body, signature).status_code == 200
    assert len(desk.taken) == 1


def _years_later() -> datetime:
    later = clock.now() + timedelta(days=3 * 365)
    DirectoryCopy.objects.update(expires_at=later + timedelta(days=1))
    return later


def test_a_receipt_cannot_serve_as_a_letter(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, NOTE, kind="receipt")
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (400, "exchange.malformed")


def test_a_letter_that_violates_its_schema_is_refused_with_the_field(province: Homes) -> None:
    with at_node(province, "G22"):
        header = trust.own_header("letter", "test-note.v1", "H36")
        body = b'{"letter":{"subject":"a","number":"5"},"parts":[]}'
        signature = trust.sign(body, header)
    response = post(body, signature)
    receipt = wire.parse_receipt(response.content)
    assert (response.status_code, receipt.code, receipt.field) == (422, "exchange.invalid-letter", "number")


def test_an_unknown_letter_name_is_refused(province: Homes) -> None:
    body, signature, _ = sealed_letter(province, NOTE, name="never-heard-of.v1")
    response = post(body, signature)
    assert (response.status_code, code_of(response)) == (422, "exchange.unknown-letter")


@pytest.mark.parametrize(
    "letter",
    [
        b'{"letter":{"subject":"\xff","number":1},"parts":[]}',
        '{"letter":{"subject":"e\u0301","number":1},"parts":[]}'.encode(),
        b'{"letter":{"subject":"e\\u0301","number":1},"parts":[]}',
        b'{"letter":{"subject":"a\\u0000","number":1},"parts":[]}',
        b'{"letter":{"subject":"a","number":1},"parts":[]',
        b"",
    ],
    ids=["broken utf-8", "decomposed", "decomposed by escape", "nul", "cut", "empty"],
)
def test_text_that_cannot_be_kept_is_refused(province: Homes, desk: Desk, letter: bytes) -> None:
    with at_node(province, "G22"):
        signature = trust.sign(letter, trust.own_header("letter", "test-note.v1", "H36"))
    response = post(letter, signature)
    assert response.status_code in (400, 422)
    assert code_of(response) in ("exchange.invalid-letter", "exchange.malformed")
    assert desk.taken == []


def test_sizes_are_looked_at_before_the_body_is_read(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_BODY_BYTES", 100)
    response = post(b"x" * 101, "")
    assert (response.status_code, code_of(response)) == (413, "exchange.too-large")


def test_a_body_without_length_is_not_read(province: Homes) -> None:
    response = post(b"{}", "", CONTENT_LENGTH="")
    assert (response.status_code, code_of(response)) == (411, "exchange.length-required")


@pytest.mark.parametrize("signature", ["", "x", "a.b.c", "e30..AA", "é", "." * 9000])
def test_an_unreadable_signature_is_a_malformed_request(province: Homes, signature: str) -> None:
    response = post(b"{}", signature)
    assert (response.status_code, code_of(response)) == (400, "exchange.malformed")


def test_a_raw_inbox_gets_the_checked_bytes(province: Homes, desk: Desk) -> None:
    body, signature, _ = sealed_letter(province, RawNote(subject="Thô", number=2))
    assert post(body, signature).status_code == 200
    assert json.loads(desk.taken[0][1].body) == {"subject": "Thô", "number": 2, "day": None}


# Parts

PDF = b"%PDF-1.7\n" + b"x" * 100 + b"\n%%EOF\n"


def with_part(homes: Homes, content: bytes = PDF) -> tuple[bytes, str, str]:
    from lienthong.kernel.files import FileRef

    digest = wire.digest(content).hex()
    with at_node(homes, "G22"):
        body = wire.compose_letter(NOTE, [FileRef(digest, "giấy chứng sinh.pdf", "application/pdf", len(content))])
        return body, trust.sign(body, trust.own_header("letter", "test-note.v1", "H36")), digest


def post_parts(body: bytes, signature: str, parts: dict[str, bytes]) -> Any:
    fields = {name: SimpleUploadedFile(name, content) for name, content in {"letter": body, **parts}.items() if name}
    return Client().post("/exchange/letters", fields, headers=headers(signature))


def test_parts_are_checked_and_stored(province: Homes, desk: Desk) -> None:
    from lienthong.kernel import files

    body, signature, digest = with_part(province)
    assert post_parts(body, signature, {digest: PDF}).status_code == 200
    (part,) = desk.taken[0][1].parts
    assert (part.sha256, part.name, part.media_type) == (digest, "giấy chứng sinh.pdf", "application/pdf")
    assert files.read(digest) == PDF


def test_a_missing_part_is_named_and_asked_for_again(province: Homes) -> None:
    body, signature, digest = with_part(province)
    response = post_parts(body, signature, {})
    assert (response.status_code, code_of(response)) == (400, "exchange.part-missing")
    assert post_parts(body, signature, {digest: PDF}).status_code == 200


def test_a_part_with_other_bytes_is_damaged(province: Homes, desk: Desk) -> None:
    body, signature, digest = with_part(province)
    response = post_parts(body, signature, {digest: PDF.replace(b"x", b"y", 1)})
    assert (response.status_code, code_of(response)) == (400, "exchange.part-damaged")
    assert desk.taken == []


def test_a_part_of_a_wrong_kind_refuses_the_letter(province: Homes, desk: Desk) -> None:
    body, signature, digest = with_part(province, b"#!/bin/sh\necho no\n")
    response = post_parts(body, signature, {digest: b"#!/bin/sh\necho no\n"})
    assert (response.status_code, code_of(response)) == (422, "files.wrong-type")
    assert desk.taken == []


def test_a_broken_multipart_body_is_malformed(province: Homes) -> None:
    response = Client().post(
        "/exchange/letters", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x", headers=headers("a")
    )
    assert (response.status_code, code_of(response)) == (400, "exchange.malformed")


class NoteInTwoParts(Letter):
    """The next version of a note: the subject has become two fields."""

    NAME: ClassVar[str] = "test-note.v2"

    title: str
    number: int
    kind: str

    @classmethod
    def sample(cls) -> Self:
        return cls(title="Mẫu", number=1, kind="a")


def test_a_room_takes_a_letter_and_the_version_before_it(province: Homes, desk: Desk) -> None:
    def on_new(letter: NoteInTwoParts, envelope: Envelope) -> None:
        desk.on_note(Note(subject=letter.title, number=letter.number), envelope)

    role = Role(name="test.versions", title=tr("Hai phiên bản", "Two versions"), inbox=((NoteInTwoParts, on_new),))
    roles.open_roles((*roles.opened(), role))
    for letter in (NOTE, NoteInTwoParts(title="Hồ sơ H36.101", number=5, kind="a")):
        body, signature, _ = sealed_letter(province, letter)
        assert post(body, signature).status_code == 200
    assert [(one, envelope.name) for one, envelope in desk.taken] == [(NOTE, "test-note.v1"), (NOTE, "test-note.v2")]
