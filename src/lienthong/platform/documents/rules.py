"""Decisions of the axis without database and clock: what a document must say, terms, order of states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies.types import Calendar
from lienthong.platform.documents.notation import is_suffix
from lienthong.platform.documents.types import NewDocument, StatusCode

SECRECIES: Final = ("", "Mật", "Tối mật", "Tuyệt mật")
"""Levels of secrecy (độ mật), the lowest first."""

MOST_REASON: Final = 1000
MOST_SUBJECT: Final = 2000
NEEDS_REASON: Final = frozenset({"02", "13", "16"})

_RANK: Final = {"": 0, "01": 1, "02": 2, "03": 3, "04": 4, "05": 4, "06": 5}
_ENDED: Final = frozenset({"02", "06"})


def document_id_of(agency_code: str, promulgated_on: date, code: str) -> str:
    """The document's id on the axis: `H36,2026/11/21,128/UBND-VX`."""
    return f"{agency_code},{promulgated_on:%Y/%m/%d},{code}"


def check_document(document: NewDocument, *, today: date, permitted: str) -> None:
    """Raises Invalid with everything that keeps a document from being sent.

    Codes of the fields: `documents.missing`, `.too-long`, `.dated-ahead`, `.due-before-promulgation`,
    `.answers-the-future`, `.priority`, `.secrecy`.
    """
    errors = [
        FieldError(field, tr(*sentence), "documents.missing")
        for field, value, sentence in (
            ("subject", document.subject.strip(), ("Hãy ghi trích yếu.", "Give the subject.")),
            ("notation", document.notation.strip(), ("Hãy ghi ký hiệu.", "Give the notation.")),
            ("place", document.place.strip(), ("Hãy ghi nơi ban hành.", "Give the place.")),
            ("type_code", document.type_code.strip(), ("Hãy chọn loại văn bản.", "Choose the type.")),
            ("number", document.number >= 1, ("Số văn bản phải từ 1.", "The number must be at least 1.")),
            ("suffix", is_suffix(document.suffix), ("Số phụ là một chữ như 12a.", "A suffix is a letter as in 12a.")),
            ("signer", document.signer.name.strip(), ("Hãy ghi người ký.", "Say who signed.")),
            ("signer", document.signer.position.strip(), ("Hãy ghi chức vụ người ký.", "Give the signer's position.")),
        )
        if not value
    ]
    errors += _too_long(document) + _wrong_days(document, today)
    if document.priority not in range(4):
        errors.append(FieldError("priority", tr("Độ khẩn từ 0 đến 3.", "Urgency is 0 to 3."), "documents.priority"))
    errors += _too_secret(document.secrecy, permitted)
    if errors:
        raise Invalid(errors, "documents.invalid")


def _too_long(document: NewDocument) -> list[FieldError]:
    limits = (
        ("subject", document.subject, MOST_SUBJECT),
        ("notation", document.notation, 100),
        ("place", document.place, 200),
        ("signer", document.signer.name, 200),
        ("signer", document.signer.position, 200),
        ("signer", document.signer.competence, 50),
        ("content", document.content, 20_000),
    )
    return [
        FieldError(field, tr(f"Tối đa {most} ký tự.", f"At most {most} characters."), "documents.too-long")
        for field, value, most in limits
        if len(value) > most
    ]


def _wrong_days(document: NewDocument, today: date) -> list[FieldError]:
    errors = []
    if document.promulgated_on > today:
        sentence = tr("Ngày ban hành còn ở phía trước.", "The day of promulgation lies ahead.")
        errors.append(FieldError("promulgated_on", sentence, "documents.dated-ahead"))
    if document.due_on is not None and document.due_on < document.promulgated_on:
        sentence = tr("Hạn trả lời trước ngày ban hành.", "The term ends before the promulgation.")
        errors.append(FieldError("due_on", sentence, "documents.due-before-promulgation"))
    if any(one.promulgated_on > document.promulgated_on for one in document.answers):
        sentence = tr(
            "Văn bản được trả lời ban hành sau văn bản này.", "It answers a document promulgated after itself."
        )
        errors.append(FieldError("answers", sentence, "documents.answers-the-future"))
    return errors


def _too_secret(secrecy: str, permitted: str) -> list[FieldError]:
    if may_hold(secrecy, permitted):
        return []
    sentence = tr(
        f"Nút này không được phép gửi, nhận văn bản độ “{secrecy}”.",
        f"This node may not send or receive documents of the level “{secrecy}”.",
    )
    return [FieldError("secrecy", sentence, "documents.secrecy")]


def may_hold(secrecy: str, permitted: str) -> bool:
    """May a node that is permitted one level hold a document of the other? Unknown levels: never."""
    levels = [nfc(level).casefold() for level in SECRECIES]
    asked, allowed = nfc(secrecy).strip().casefold(), nfc(permitted).strip().casefold()
    return asked in levels and allowed in levels and levels.index(asked) <= levels.index(allowed)


def check_reason(reason: str, *, needed: bool) -> str:
    """The reason in one form. Raises Refused `documents.reason-missing`, `documents.reason-too-long`."""
    told = nfc(reason).strip()
    if needed and not told:
        raise Refused("documents.reason-missing", tr("Hãy ghi lý do.", "Please give a reason."), field="reason")
    if len(told) > MOST_REASON:
        raise Refused(
            "documents.reason-too-long",
            tr(f"Lý do dài tối đa {MOST_REASON} ký tự.", f"A reason has at most {MOST_REASON} characters."),
            field="reason",
        )
    return told


def moves(now: str, now_at: datetime | None, then: str, then_at: datetime) -> bool:
    """Does a status that came move the state on, or is it an old one that is only put on record?

    01 after 03 does not move it back; between assigning and working the later moment counts; what ended stays.
    """
    if now in _ENDED or then == now or then not in _RANK or (then == "02" and _RANK[now] > 1):
        return False
    if _RANK[then] == _RANK[now]:
        return now_at is None or then_at >= now_at
    return _RANK[then] > _RANK[now]


def takes_effect_alone(status: str) -> bool:
    """Does a recall, update or replacement take effect by itself? Only before the document was registered."""
    return status in ("", "01", "02")


def send_by(calendar: Calendar, promulgated_on: date) -> datetime:
    """By when a signed document must be sent (QĐ 28/2018): on its day or the next working day."""
    return calendar.closing(calendar.next_working_day(promulgated_on + timedelta(days=1)))


def handle_by(calendar: Calendar, arrived_at: datetime) -> datetime:
    """By when an arrival must be accepted or refused (QĐ 28/2018): within the working day."""
    return calendar.same_day(arrived_at)


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """An attachment as the envelope and its bytes say: `sha256` and `size` are those of the ZIP."""

    content_id: str
    name: str
    description: str
    media_type: str
    sha256: str
    size: int


def content_digest(facts: Mapping[str, Any], attachments: tuple[AttachmentFacts, ...]) -> bytes:
    """SHA-256 of what a message says and carries; the same for every signature and every recipient of it."""
    carried = [(one.name, one.sha256) for one in attachments]
    return sha256(orjson.dumps([facts, carried], option=orjson.OPT_SORT_KEYS)).digest()


def facts_of(document: NewDocument) -> dict[str, Any]:
    """A document's facts as values of JSON."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(asdict(document)))
    return plain


def is_known(status: str) -> bool:
    """Is it a state that people of the receiver give?"""
    return status in _RANK and status != ""


def status_code(text: str) -> StatusCode | None:
    """The official code, or None."""
    codes: dict[str, StatusCode] = {
        "01": "01", "02": "02", "03": "03", "04": "04", "05": "05", "06": "06", "13": "13", "15": "15", "16": "16",
    }  # fmt: skip
    return codes.get(text)
