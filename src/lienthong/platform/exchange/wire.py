"""The forms on the wire (docs/protocols/exchange.md): headers, bodies, receipts, answers. Pure, no database, no clock.

Whatever arrives is read here, strictly: what cannot be read is refused with the field at fault.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, create_model

from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, nfc, tr
from lienthong.platform.exchange.plain_text import check_text
from lienthong.platform.exchange.rules import MAX_PARTS
from lienthong.platform.exchange.types import LETTER_NAME, SERVICE_NAME, Letter
from lienthong.platform.signing import queries as signing_queries

SIGNATURE_HEADER = "Lienthong-Signature"
KINDS = ("directory", "letter", "receipt", "question", "answer", "part", "pull", "receipts")
_PART_NAME = re.compile(r"[0-9a-f]{64}(\.[0-9]{1,15}\.[0-9]{1,15})?")
_FETCHING = re.compile("letters")
AGENCY_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,8}){0,4}")
_LETTER_START, _LETTER_END = b'{"letter":', b',"parts":[]}'

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, Field(max_length=100)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PartRef(_Wire):
    """A file that travels with a letter."""

    sha256: Digest
    size: Annotated[int, Field(ge=1)]
    name: Annotated[str, Field(min_length=1, max_length=255)]
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[A-Za-z0-9.+-]+$", max_length=100)]


class Reason(_Wire):
    """A sentence in both languages."""

    vi: Annotated[str, Field(max_length=2000)]
    en: Annotated[str, Field(max_length=2000)]

    def bilingual(self) -> Bilingual:
        return Bilingual(self.vi, self.en)


class Receipt(_Wire):
    """Receipt (biên nhận): the receiver's signed word that a letter has taken effect, or why not."""

    letter_id: UUID
    name: str
    sender: str
    recipient: str
    digest: Digest
    verdict: Literal["accepted", "refused"]
    code: Code
    field: Annotated[str, Field(max_length=300)]
    reason: Reason
    at: AwareDatetime


class QuestionBody(_Wire):
    """What is asked, for what purpose, on what ground, by whom, about whom."""

    payload: dict[str, Any]
    purpose: Annotated[str, Field(min_length=1, max_length=300)]
    legal_ground: Annotated[str, Field(min_length=1, max_length=500)]
    actor_name: Annotated[str, Field(max_length=200)]
    about: Annotated[str, Field(max_length=100)]


class AnswerBody(_Wire):
    """The provider's signed answer or refusal, tied to the question by id and digest."""

    question_id: UUID
    question_digest: Digest
    verdict: Literal["answered", "refused"]
    code: Code
    field: Annotated[str, Field(max_length=300)]
    reason: Reason
    answer: dict[str, Any]
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Header:
    """Header of a signed message, as claimed; true only after verifying. Its JSON is what is signed first."""

    kid: str
    kind: str
    id: UUID
    name: str
    sender: str
    recipient: str
    at: datetime

    def answered(self, kind: str, at: datetime) -> "Header":
        """The header of what goes back."""
        return Header("", kind, self.id, self.name, self.recipient, self.sender, at)

    def message(self, kid: str = "", at: datetime | None = None) -> bytes:
        """The header as JSON bytes: `message.xml` of the signature and of the proof container."""
        fields = {
            "v": 1,
            "kid": kid or self.kid,
            "kind": self.kind,
            "id": str(self.id),
            "name": self.name,
            "from": self.sender,
            "to": self.recipient,
            "at": (at or self.at).isoformat(),
        }
        return orjson.dumps(fields)


def malformed(field: str, vi: str, en: str) -> Refused:
    return Refused("exchange.malformed", tr(vi, en), field=field, status=400)


def peek(signature: str, kind: str) -> Header:
    """The claimed header of a line of this kind. Raises Refused `exchange.malformed` with the field.

    In a batch headers differ by their ids alone: the rest of one is read once.
    """
    with _reading():
        message = signing_queries.read_line(signature)[0]
    start = message.find(b'"id":"') + 6
    text = message[start : start + 36]
    if start >= 6 and _UUID.fullmatch(text):
        alike = _claims(message[:start] + _NO_ID + message[start + 36 :], kind)
        if alike.id.int == 0:
            own = UUID(text.decode("ascii"))
            return Header(alike.kid, kind, own, alike.name, alike.sender, alike.recipient, alike.at)
    return _claims(message, kind)


@lru_cache(maxsize=1024)
def _claims(message: bytes, kind: str) -> Header:
    with _reading():
        raw = signing_queries.read_message(message)
    if raw.get("v") != 1:
        raise malformed("v", "Phiên bản chữ ký không được hỗ trợ.", "This version of the signed header is not known.")
    texts = [raw.get(key) for key in _KEYS]
    for key, value in zip(_KEYS, texts, strict=True):
        if not isinstance(value, str) or len(value) > 200:
            raise malformed(key, f"Chữ ký thiếu trường {key}.", f"The signature lacks the header {key}.")
    kid, told, message_id, name, sender, recipient, at = cast("list[str]", texts)
    if told != kind:
        raise malformed("kind", f"Đây không phải chữ ký loại {kind}.", f"This is not a signature of kind {kind}.")
    _check_names(kind, sender, recipient, name)
    return Header(kid, kind, _uuid(message_id), name, sender, recipient, _moment(at))


_UUID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_ID = b"00000000-0000-0000-0000-000000000000"
_KEYS = ("kid", "kind", "id", "name", "from", "to", "at")
_NAMES = {
    "letter": LETTER_NAME,
    "receipt": LETTER_NAME,
    "question": SERVICE_NAME,
    "answer": SERVICE_NAME,
    "part": _PART_NAME,
    "pull": _FETCHING,
    "receipts": _FETCHING,
}


def part_name(sha256: str, offset: int | None = None, size: int | None = None) -> str:
    """What a signature of kind `part` is about: a whole part, or the piece that starts at `offset`."""
    return sha256 if offset is None else f"{sha256}.{offset}.{size}"


def _check_names(kind: str, sender: str, recipient: str, name: str) -> None:
    if not AGENCY_CODE.fullmatch(sender):
        raise malformed("from", "Mã cơ quan gửi không hợp lệ.", "The sender's code is not an agency code.")
    if kind != "directory" and not AGENCY_CODE.fullmatch(recipient):
        raise malformed("to", "Mã cơ quan nhận không hợp lệ.", "The recipient's code is not an agency code.")
    if kind in _NAMES and (len(name) > 100 or not _NAMES[kind].fullmatch(name)):
        raise malformed("name", "Tên thông điệp không hợp lệ.", "The name is not a valid one.")


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        raise Refused("exchange.malformed", refusal.message, field=SIGNATURE_HEADER, status=400) from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise malformed("id", "Mã thông điệp không phải UUID.", "The id is not a UUID.") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise malformed("at", "Thời điểm không hợp lệ.", "The moment is not an RFC 3339 time with its zone.")
    return moment


def digest(body: bytes) -> bytes:
    return sha256(body).digest()


# Letters


def compose_letter(letter: Letter, parts: Sequence[FileRef]) -> bytes:
    """The body that is signed and sent; texts composed (NFC)."""
    text = letter.model_dump_json()
    inner = (text if unicodedata.is_normalized("NFC", text) else nfc(text)).encode()
    if not parts:
        return _LETTER_START + inner + _LETTER_END
    listed = [
        {"sha256": part.sha256, "size": part.size, "name": nfc(part.name), "media_type": part.media_type}
        for part in parts
    ]
    return _LETTER_START + inner + b',"parts":' + orjson.dumps(listed) + b"}"


def parse_letter(letter_class: type[Letter], body: bytes) -> tuple[Letter, tuple[PartRef, ...]]:
    """The letter and its parts. Raises Refused `exchange.invalid-letter`, naming the first field at fault."""
    check_text(body)
    try:
        read = _body_model(letter_class).model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _invalid(error) from None
    return read.letter, read.parts  # type: ignore[attr-defined]  # made by create_model below


def has_no_parts(body: bytes) -> bool:
    """True only for a body in our own order that ends with an empty list of parts."""
    return body.endswith(_LETTER_END)


def list_parts(body: bytes) -> tuple[PartRef, ...]:
    """The parts a body lists, read before its schema is known. Raises Refused `exchange.malformed`."""
    if has_no_parts(body):
        return ()
    try:
        listed = orjson.loads(body)["parts"]
        parts = tuple(PartRef.model_validate(one) for one in listed)
    except (ValueError, KeyError, TypeError):
        raise malformed("parts", "Không đọc được danh sách tệp kèm.", "The list of parts cannot be read.") from None
    if len(parts) > MAX_PARTS:
        raise malformed("parts", f"Quá {MAX_PARTS} tệp kèm.", f"More than {MAX_PARTS} parts.")
    return parts


def letter_bytes(body: bytes) -> bytes:
    """The letter's own JSON inside a checked body, for inbox functions that let the database read it.

    A body that is not in our own order is taken apart and written anew; a body with a key twice gives bytes
    that are no JSON, so it can never be read as another letter than the one that was checked.
    """
    if body.startswith(_LETTER_START) and body.endswith(_LETTER_END):
        return body[len(_LETTER_START) : -len(_LETTER_END)]
    return orjson.dumps(orjson.loads(body)["letter"])


@cache
def _body_model(letter_class: type[Letter]) -> type[BaseModel]:
    return create_model(
        f"{letter_class.__name__}Body",
        __base__=_Wire,
        letter=(letter_class, ...),
        parts=(Annotated[tuple[PartRef, ...], Field(max_length=MAX_PARTS)], ...),
    )


def _invalid(error: ValidationError) -> Refused:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(step) for step in first["loc"]).removeprefix("letter.")[:300]
    return Refused(
        "exchange.invalid-letter",
        tr(
            f"Thông điệp sai cấu trúc tại “{path}”.",
            f"The letter violates its schema at “{path}”: {first['msg'][:300]}.",
        ),
        field=path,
    )


def compose_receipt(header: Header, body_digest: bytes, at: datetime, refusal: Refused | None = None) -> bytes:
    """The receipt of a letter: accepted, or refused with code, field and reason."""
    receipt = {
        "letter_id": header.id,
        "name": header.name,
        "sender": header.sender,
        "recipient": header.recipient,
        "digest": body_digest.hex(),
        "verdict": "refused" if refusal else "accepted",
        "code": refusal.code[:100] if refusal else "",
        "field": fault_field(refusal)[:300] if refusal else "",
        "reason": {"vi": refusal.message.vi[:2000], "en": refusal.message.en[:2000]} if refusal else _NO_REASON,
        "at": at,
    }
    return orjson.dumps(receipt)


_NO_REASON = {"vi": "", "en": ""}


def fault_field(refusal: Refused) -> str:
    """The field a refusal names, the first one when it names several."""
    errors = refusal.field_errors
    return refusal.field or (errors[0].path if errors else "")


def _reason(refusal: Refused | None) -> Reason:
    if refusal is None:
        return Reason(vi="", en="")
    return Reason(vi=refusal.message.vi[:2000], en=refusal.message.en[:2000])


def parse_receipt(body: bytes) -> Receipt:
    """Raises Refused `exchange.bad-receipt`."""
    try:
        return Receipt.model_validate_json(body)
    except ValidationError:
        raise bad_receipt(tr("Không đọc được biên nhận.", "The receipt cannot be read.")) from None


def bad_receipt(message: Bilingual) -> Refused:
    return Refused("exchange.bad-receipt", message, status=502)


def compose_question(payload: dict[str, Any], *, purpose: str, legal_ground: str, actor_name: str, about: str) -> bytes:
    """The body of a question. Raises pydantic's ValidationError for an empty purpose or legal ground."""
    question = QuestionBody(
        payload=payload,
        purpose=nfc(purpose),
        legal_ground=nfc(legal_ground),
        actor_name=nfc(actor_name),
        about=nfc(about),
    )
    return orjson.dumps(question.model_dump(mode="json"))


def parse_question(body: bytes) -> QuestionBody:
    """Raises Refused `exchange.malformed` with the field."""
    try:
        return QuestionBody.model_validate_json(body, strict=True)
    except ValidationError as error:
        path = ".".join(str(step) for step in error.errors(include_url=False)[0]["loc"]) or "body"
        raise malformed(
            path, f"Yêu cầu sai cấu trúc tại “{path}”.", f"The question is malformed at “{path}”."
        ) from None


def compose_answer(
    header: Header, question_digest: bytes, at: datetime, answer: dict[str, Any], refusal: Refused | None = None
) -> bytes:
    """The body of an answer or of a refusal."""
    body = AnswerBody(
        question_id=header.id,
        question_digest=question_digest.hex(),
        verdict="refused" if refusal else "answered",
        code=refusal.code[:100] if refusal else "",
        field=fault_field(refusal)[:300] if refusal else "",
        reason=_reason(refusal),
        answer=answer,
        at=at,
    )
    return orjson.dumps(body.model_dump(mode="json"))


def parse_answer(body: bytes) -> AnswerBody:
    """Raises Refused `exchange.bad-answer`."""
    try:
        return AnswerBody.model_validate_json(body)
    except ValidationError:
        raise bad_answer(tr("Không đọc được câu trả lời.", "The answer cannot be read.")) from None


def bad_answer(message: Bilingual) -> Refused:
    return Refused("exchange.bad-answer", message, status=502)
