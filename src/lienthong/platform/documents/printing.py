"""Registers on paper (in sổ đăng ký văn bản): the columns of NĐ 30/2020/NĐ-CP, Phụ lục IV, as PDF by Typst."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import typst

from lienthong.kernel import web
from lienthong.kernel.text import show_date
from lienthong.platform.documents.notation import show_number
from lienthong.platform.documents.types import EntryRef, RegisterRef

MOST_LINES: Final = 6000
"""What Typst lays out in some seconds; who needs more prints by month."""

_FOLDER: Final = Path(__file__).parent / "templates" / "documents" / "pdf"
_FONTS: Final = Path(web.__file__).parent / "static" / "built" / "fonts"

IN_HEAD: Final = ("Ngày đến", "Số đến", "Tác giả", "Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu nội dung",
                  "Đơn vị hoặc người nhận", "Ký nhận", "Ghi chú")  # fmt: skip
OUT_HEAD: Final = ("Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu nội dung", "Người ký", "Nơi nhận",
                   "Đơn vị, người nhận bản lưu", "Số lượng bản", "Ghi chú")  # fmt: skip
_IN_WIDTHS: Final = (1.5, 1.1, 3, 2.2, 1.5, 5.5, 2.6, 1.6, 2)
_OUT_WIDTHS: Final = (2.4, 1.6, 6, 2.6, 3.4, 2.6, 1.2, 2)


def line_of(entry: EntryRef) -> list[str]:
    """The cells of a line in the order of the head."""
    number = show_number(entry.number, entry.suffix)
    if entry.struck_at is not None:
        subject, note = "(số đã hủy)", f"Hủy: {entry.struck_reason}"
    elif entry.reserved:
        subject, note = "(số giữ chỗ)", entry.note
    else:
        type_name = entry.type_name.split(" (")[0]
        subject, note = f"{type_name} {entry.subject}".strip(), entry.note
    document_day = show_date(entry.document_date)
    if entry.direction == "in":
        return [show_date(entry.registered_on), number, entry.author, entry.code, document_day, subject,
                entry.receivers, "", note]  # fmt: skip
    return [entry.code or number, document_day or show_date(entry.registered_on), subject, entry.signer,
            entry.receivers, entry.keeper, str(entry.copies or ""), note]  # fmt: skip


def head_of(register: RegisterRef) -> Sequence[str]:
    return IN_HEAD if register.direction == "in" else OUT_HEAD


def print_book(
    register: RegisterRef, agency: str, period: str, since: date, until: date, entries: Iterable[EntryRef]
) -> bytes:
    """The register of a period as PDF, A4 lying."""
    is_incoming = register.direction == "in"
    book = {
        "agency": agency,
        "title": "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN" if is_incoming else "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        "name": f"{register.name}, năm {register.year}",
        "period": f"{period}: từ {show_date(since)} đến {show_date(until)}",
        "head": list(head_of(register)),
        "widths": list(_IN_WIDTHS if is_incoming else _OUT_WIDTHS),
        "lines": [line_of(entry) for entry in entries],
    }
    return bytes(
        typst.compile(_FOLDER / "book.typ", root=_FOLDER, font_paths=[_FONTS], sys_inputs={"book": json.dumps(book)})
    )
