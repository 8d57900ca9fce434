"""The small forms of the watched folder: `name: value` lines that a clerk writes, and texts that the clerk finds."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import Bilingual, fold, read_text, show_date, show_moment, tr
from lienthong.platform.documents import states
from lienthong.platform.documents.notation import read_number
from lienthong.platform.documents.partner_types import SentEntry
from lienthong.platform.documents.services.partners import read_code
from lienthong.platform.documents.types import ArrivalRef, NewDocument, Signer, StatusStep

DOCUMENT_FORM = "van-ban.txt"
_MOST_BYTES = 64 * 1024
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDS = {"": False, "khong": False, "co": True, "no": False, "yes": True}


def read_form(path: Path) -> dict[str, str]:
    """The lines of a form by their folded names; a line without a colon goes on with the one before."""
    if path.stat().st_size > _MOST_BYTES:
        raise _bad(path.name, tr("Tệp văn bản quá dài.", "The form is too long."))
    try:
        text = read_text(path.read_text("utf-8-sig"), lines=True)
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise _bad(path.name, tr("Tệp phải là văn bản UTF-8.", "The form must be UTF-8 text."))
    found: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon and fold(name) in _KNOWN:
            last = fold(name)
            found[last] = value.strip()
        elif last and line:
            found[last] = f"{found[last]} {line}".strip()
    return found


_KNOWN = frozenset(
    {
        *("gui den", "loai", "so", "ky hieu", "ngay", "noi ban hanh", "trich yeu", "nguoi ky", "chuc vu", "tham quyen"),
        *("do khan", "han tra loi", "can ban giay", "noi dung"),
        *("van ban", "trang thai", "ly do", "nguoi xu ly", "don vi"),
    }
)


def is_status_form(form: Mapping[str, str]) -> bool:
    """Does the form say what became of a document, rather than describe one?"""
    return "trang thai" in form


def document_of(form: Mapping[str, str], agency_code: str) -> tuple[NewDocument, list[str], bool]:
    """The document that a form describes, its receivers, whether paper follows. Raises Invalid, each line named."""
    errors: list[FieldError] = []
    told = {name: form.get(name, "") for name in _KNOWN}
    receivers = [one.strip() for one in re.split(r"[,;]", told["gui den"]) if one.strip()]
    if not receivers:
        errors.append(_line("Gửi đến", tr("Hãy ghi mã cơ quan nhận.", "Give the receivers' codes.")))
    number, day = read_number(told["so"]), _day(told["ngay"])
    if number is None:
        errors.append(_line("Số", tr("Số văn bản phải như 12 hoặc 12a.", "A number looks like 12 or 12a.")))
    if day is None:
        errors.append(_line("Ngày", tr("Ngày phải như 21/11/2026.", "A day looks like 21/11/2026.")))
    due = _day(told["han tra loi"])
    if told["han tra loi"] and due is None:
        errors.append(_line("Hạn trả lời", tr("Ngày phải như 21/11/2026.", "A day looks like 21/11/2026.")))
    if told["do khan"] not in ("", "0", "1", "2", "3"):
        errors.append(_line("Độ khẩn", tr("Độ khẩn từ 0 đến 3.", "Urgency is 0 to 3.")))
    if fold(told["can ban giay"]) not in _WORDS:
        errors.append(_line("Cần bản giấy", tr("Ghi có hoặc không.", "Write có or không.")))
    if errors or day is None or number is None:
        raise Invalid(errors, "documents.bad-form")
    document = NewDocument(
        agency_code=agency_code,
        type_code=told["loai"].upper(),
        number=number[0],
        suffix=number[1],
        notation=told["ky hieu"],
        place=told["noi ban hanh"],
        promulgated_on=day,
        subject=told["trich yeu"],
        signer=Signer(told["tham quyen"], told["chuc vu"], told["nguoi ky"]),
        content=told["noi dung"],
        due_on=due,
        priority=int(told["do khan"] or "0"),
    )
    return document, [read_code(one, "Gửi đến") for one in receivers], _WORDS[fold(told["can ban giay"])]


def arrival_text(arrival: ArrivalRef, sender: str, names: Sequence[str]) -> str:
    """What the clerk reads beside the files of a document that arrived."""
    document = arrival.document
    due = f"Hạn trả lời: {show_date(document.due_on)}\n" if document.due_on else ""
    return (
        f"{document.subject}\n\n"
        f"Từ: {sender} ({arrival.sender_code})\nVăn bản: {document.document_id}\n"
        f"Số, ký hiệu: {document.code}\nNgày: {show_date(document.promulgated_on)}\n"
        f"Người ký: {document.signer.name}\nĐộ khẩn: {document.priority}\n{due}"
        f"Cần bản giấy: {'có' if arrival.needs_paper else 'không'}\nChữ ký: {_VERDICTS.get(arrival.verdict, '?')}\n"
        f"Đến lúc: {show_moment(arrival.arrived_at)}\n\nTệp:\n" + "".join(f"- {name}\n" for name in names) + "\n"
        "Để báo trạng thái, đặt vào thư mục gui một tệp .txt:\n"
        f"Văn bản: {document.document_id}\nTrạng thái: 03\nLý do:\nNgười xử lý:\n"
    )


_VERDICTS = {
    "valid": "hợp lệ",
    "warned": "hợp lệ, có cảnh báo",
    "unsigned": "không có chữ ký số",
    "ours": "của nút này",
}


def receipt_text(name: str, receivers: Sequence[SentEntry]) -> str:
    """What became of a file that was sent, receiver by receiver; both levels of state."""
    lines = [f"{name}: {receivers[0].document_id}\n" if receivers else f"{name}\n"]
    for one in receivers:
        people = states.STATUSES[one.status].label.vi
        answer = f"; {states.REQUESTS[one.answer].label.vi}" if one.answer in states.REQUESTS else ""
        why = f" ({one.problem})" if one.problem else ""
        lines.append(
            f"- {one.receiver_code}: {states.TRANSPORT_STATES[one.transport].label.vi}{why}; {people}{answer};"
            f" {show_moment(one.updated_at)}\n"
        )
    return "".join(lines)


def status_text(sender: str, document_id: str, step: StatusStep) -> str:
    """A state that came from a receiver, or a request of a sender."""
    label = {**states.STATUSES, **states.REQUESTS}[step.state].label.vi
    why = f"Lý do: {step.reason}\n" if step.reason else ""
    return f"Văn bản: {document_id}\nTừ: {sender}\nTrạng thái: {step.state} {label}\n{why}Lúc: {show_moment(step.at)}\n"


def refusal_text(name: str, refusal: Refused, moment: str) -> str:
    """Why a file was not sent, in plain words, with every line at fault."""
    wrong = "".join(f"- {one.path}: {one.message.vi}\n" for one in refusal.field_errors)
    return (
        f"Không gửi được “{name}”.\n{refusal.message.vi}\n{wrong}\n"
        f"“{name}” was not sent.\n{refusal.message.en}\n\n"
        f"Mã lỗi / code: {refusal.code}\n{moment}\n\nSửa xong, đặt lại vào thư mục gui.\n"
    )


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text.strip())
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _line(name: str, message: Bilingual) -> FieldError:
    return FieldError(name, message, "documents.bad-form")


def _bad(name: str, message: Bilingual) -> Refused:
    return Refused("documents.bad-form", message, field=name)
