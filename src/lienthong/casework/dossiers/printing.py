"""Papers of the room as PDF: the one-stop forms and the results, in the layout of official documents.

Nothing here decides; it lays out what a dossier says. Typst makes the PDF in some ten milliseconds.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import segno
import typst

from lienthong.casework.dossiers import models as tables
from lienthong.casework.dossiers.types import RETURN_LABELS, Dossier
from lienthong.casework.dossiers.words import date_in_words, date_of_letterhead
from lienthong.kernel import web
from lienthong.kernel.profile import node
from lienthong.kernel.text import show_date, show_dong, show_moment
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.signing.types import Box
from lienthong.sources.population.types import SEX_LABELS
from lienthong.sources.procedures import queries as procedure_queries

LEADER_BOX: Final = Box(left=316, bottom=74, right=544, top=150)
"""Where the leader signs on the last page of result.typ, in points."""
SEAL_BOX: Final = Box(left=242, bottom=36, right=392, top=162)
"""The agency's seal: over the left third of the leader's signature (NĐ 30/2020/NĐ-CP, Phụ lục I)."""

_FOLDER: Final = Path(__file__).parent / "templates" / "dossiers" / "pdf"
_FONTS: Final = Path(web.__file__).parent / "static" / "built" / "fonts"
"""Tinos: the metrics of Times New Roman, with all Vietnamese letters; Typst's own serif stands in without assets."""
_BIRTH, _EXTRACT = "1.001193", "2.000635"
_EXTRACTS: Final = {
    "birth": "Trích lục khai sinh",
    "marriage": "Trích lục kết hôn",
    "death": "Trích lục khai tử",
    "parentage": "Trích lục nhận cha, mẹ, con",
    "guardianship": "Trích lục giám hộ",
    "change": "Trích lục thay đổi, cải chính hộ tịch",
}

Rows = Sequence[tuple[str, str]]


# --- results ----------------------------------------------------------------------------------------------------


def notation_of(row: tables.Dossier) -> str:
    """Notation (ký hiệu) of the result: KS, TLKS-BS …, or TB-UBND for a notice."""
    if row.verdict == "granted" and row.procedure_code == _BIRTH:
        return "KS"
    if row.verdict == "granted" and row.procedure_code == _EXTRACT:
        return "TLHT-BS"
    return "TB-UBND"


def result_name(row: tables.Dossier) -> str:
    """File name of the result."""
    kind = {"KS": "giay-khai-sinh", "TLHT-BS": "trich-luc"}.get(notation_of(row), "thong-bao")
    return f"{kind}-{row.code}.pdf"


def make_result(row: tables.Dossier, *, on: date, position: str, signer: str) -> bytes:
    """The unsigned result of a drafted dossier; signatures go to LEADER_BOX and SEAL_BOX."""
    notation = notation_of(row)
    content = {"KS": _birth, "TLHT-BS": _extract}.get(notation, _notice)(row, on)
    return _compile(
        "result.typ",
        _letterhead(row.agency_code, on)
        | {
            "number": row.result_number,
            "authority": "TM. Ủy ban nhân dân" if "." in row.agency_code else "",
            # After “TM. Ủy ban nhân dân” only the office itself is named (NĐ 30/2020/NĐ-CP, Phụ lục I).
            "position": position.split(" Ủy ban nhân dân", 1)[0],
            "signer": signer,
            "receivers": [],
            "verify_address": f"{node().hub_url}/xac-minh/",
        }
        | content,
    )


def _birth(row: tables.Dossier, on: date) -> dict[str, Any]:
    """Birth certificate (Giấy khai sinh): the facts that TT 04/2020/TT-BTP wants on it."""
    child = row.answers.get("child", {})
    born = date.fromisoformat(child["birth_date"])
    child_rows = (
        ("Họ, chữ đệm, tên", child["name"].upper()),
        ("Ngày, tháng, năm sinh", show_date(born)),
        ("Ghi bằng chữ", date_in_words(born)),
        ("Giới tính", _sex(child.get("sex"))),
        ("Dân tộc", child.get("ethnicity", "")),
        ("Quốc tịch", child.get("nationality", "")),
        ("Nơi sinh", child.get("birth_place", "")),
        ("Quê quán", child.get("hometown", "")),
        ("Số định danh cá nhân", row.personal_number),
    )
    registration = (
        ("Nơi đăng ký khai sinh", agency_queries.name_of_agency(row.agency_code, on)),
        ("Ngày đăng ký", show_date(on)),
        ("Người đi khai sinh", row.applicant_name),
        ("Số định danh", row.applicant_number),
    )
    return {
        "title": "Giấy khai sinh",
        "sections": [
            _section("", child_rows),
            _section("Người mẹ", _parent(row.answers.get("mother", {}))),
            _section("Người cha", _parent(row.answers.get("father", {}))),
            _section("Đăng ký", registration),
        ],
    }


def _parent(parent: dict[str, Any]) -> Rows:
    if not parent.get("number"):
        return (("Họ, chữ đệm, tên", "Không khai"),)
    born = parent.get("birth_date") or ""
    return (
        ("Họ, chữ đệm, tên", parent.get("name", "").upper()),
        ("Năm sinh", born[:4]),
        ("Dân tộc, quốc tịch", ", ".join(filter(None, (parent.get("ethnicity"), parent.get("nationality"))))),
        ("Nơi cư trú", parent.get("residence", "")),
    )


def _extract(row: tables.Dossier, on: date) -> dict[str, Any]:
    """Copy of a civil-status extract (bản sao trích lục hộ tịch)."""
    extract, subject = row.answers.get("extract", {}), row.answers.get("subject", {})
    person = (
        ("Họ, chữ đệm, tên", subject.get("name", "").upper()),
        ("Ngày, tháng, năm sinh", _day(subject.get("birth_date"))),
        ("Giới tính", _sex(subject.get("sex"))),
        ("Số định danh cá nhân", subject.get("number", "")),
    )
    entry = (
        ("Đã đăng ký tại", extract.get("registered_at", "")),
        ("Năm đăng ký", str(extract.get("registered_year") or "")),
        ("Số trong sổ", extract.get("register_number", "")),
        ("Số bản sao được cấp", str(extract.get("copies") or 1)),
    )
    return {
        "title": _EXTRACTS.get(str(extract.get("kind")), "Trích lục hộ tịch"),
        "subtitle": "(Bản sao)",
        "sections": [
            _section("", person),
            _section("Nội dung đã đăng ký", entry, _paragraphs(row.decision_text)),
            _section("", (), ("Thực hiện trích lục từ Cơ sở dữ liệu hộ tịch theo yêu cầu của người nộp hồ sơ.",)),
        ],
    }


def _notice(row: tables.Dossier, on: date) -> dict[str, Any]:
    """Notice of the outcome (thông báo kết quả giải quyết): granted or not, and why."""
    verdict = "đồng ý giải quyết" if row.verdict == "granted" else "không đồng ý giải quyết"
    opening = (
        f"{agency_queries.name_of_agency(row.agency_code, on)} đã xem xét hồ sơ số {row.code} của ông (bà) "
        f"{row.applicant_name}, tiếp nhận ngày {show_date(row.received_at)}, và {verdict} thủ tục "
        f"“{row.subject}”."
    )
    return {
        "title": "Thông báo",
        "subtitle": "Về kết quả giải quyết thủ tục hành chính",
        "receivers": ["Người nộp hồ sơ"],
        "sections": [_section("", (), (opening, *_paragraphs(row.decision_text)))],
    }


# --- forms of the one-stop shop -----------------------------------------------------------------------------------


def make_receipt(dossier: Dossier, *, officer: str, components: Sequence[str]) -> bytes:
    """Form 01, receipt and appointment (Giấy tiếp nhận hồ sơ và hẹn trả kết quả)."""
    procedure = procedure_queries.find_procedure(dossier.procedure_code, version=dossier.procedure_version)
    limit = procedure.time_limit_for(dossier.channel) if procedure else None
    facts = (
        ("Mã hồ sơ", dossier.code),
        *_applicant(dossier),
        ("Nội dung yêu cầu", dossier.subject),
        ("Thời gian giải quyết", limit.as_words().vi if limit else "Theo quy định"),
        ("Nhận hồ sơ lúc", show_moment(dossier.received_at)),
        ("Hẹn trả kết quả", show_moment(dossier.due_at) or "Theo quy định"),
        ("Nhận kết quả", RETURN_LABELS[dossier.return_way].vi),
        ("Phí, lệ phí", show_dong(dossier.published_fee) if dossier.published_fee else "Không thu"),
    )
    return _form(
        dossier,
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        [_section("", facts), _section("Giấy tờ đã nhận", (), (), components or ("Tờ khai điện tử",))],
        officer=officer,
        with_qr=True,
    )


def make_supplement_slip(dossier: Dossier, *, officer: str) -> bytes:
    """Form 02, request for a supplement (Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ)."""
    asked = dossier.supplements[-1]
    return _form(
        dossier,
        "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        [
            _section("", (("Mã hồ sơ", dossier.shown_code), *_applicant(dossier), ("Nội dung", dossier.subject))),
            _section("Giấy tờ, nội dung cần bổ sung", (), (), asked.papers),
            _section("Lý do", (), _paragraphs(asked.reason)),
        ],
        officer=officer,
        with_qr=True,
    )


def make_refusal(dossier: Dossier, *, officer: str) -> bytes:
    """Form 03, refusal to receive (Phiếu từ chối tiếp nhận giải quyết hồ sơ)."""
    facts = (("Mã tham chiếu", dossier.shown_code), *_applicant(dossier), ("Nội dung", dossier.subject))
    return _form(
        dossier,
        "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
        [_section("", facts), _section("Lý do từ chối", (), _paragraphs(_last_note(dossier, "refuse")))],
        officer=officer,
    )


def make_stop_notice(dossier: Dossier, *, officer: str) -> bytes:
    """Form 05, notice of the stop (Thông báo dừng giải quyết hồ sơ)."""
    facts = (("Mã hồ sơ", dossier.shown_code), *_applicant(dossier), ("Nội dung", dossier.subject))
    return _form(
        dossier,
        "Thông báo dừng giải quyết hồ sơ",
        [_section("", facts), _section("Lý do", (), _paragraphs(_last_note(dossier, "stop")))],
        officer=officer,
    )


def make_control_sheet(dossier: Dossier, *, officer: str) -> bytes:
    """Form 06, control sheet (Phiếu kiểm soát quá trình giải quyết hồ sơ): who had it from when to when."""
    steps = tuple(
        (
            step.name.vi,
            "; ".join(
                filter(None, (
                    step.officer_name,
                    f"nhận {show_moment(step.started_at)}" if step.started_at else "chưa nhận",
                    f"xong {show_moment(step.finished_at)}" if step.finished_at else "",
                ))
            ),
        )
        for step in dossier.steps
    )  # fmt: skip
    return _form(
        dossier,
        "Phiếu kiểm soát quá trình giải quyết hồ sơ",
        [_section("", (("Mã hồ sơ", dossier.shown_code), ("Nội dung", dossier.subject))), _section("Các bước", steps)],
        officer=officer,
    )


def _form(
    dossier: Dossier, title: str, sections: list[dict[str, Any]], *, officer: str, with_qr: bool = False
) -> bytes:
    address = status_address(dossier.shown_code)
    return _compile(
        "form.typ",
        _letterhead(dossier.reception_code, (dossier.received_at or dossier.submitted_at).date())
        | {
            "title": title,
            "sections": sections,
            "left_title": "Người nộp hồ sơ",
            "left_name": dossier.applicant.name,
            "right_title": "Người tiếp nhận hồ sơ",
            "right_name": officer,
            "qr": qr_svg(address) if with_qr else "",
            "qr_address": address,
        },
    )


def status_address(code: str) -> str:
    """The public status page of a dossier (tra cứu tình trạng), which the QR code opens."""
    return f"{node().hub_url}/tra-cuu/?{urlencode({'ma': code})}"


def qr_svg(address: str) -> str:
    """A QR code as SVG text."""
    stream = io.BytesIO()
    segno.make(address, error="m").save(stream, kind="svg", border=1, xmldecl=False)
    return stream.getvalue().decode()


# --- pieces -----------------------------------------------------------------------------------------------------


def _compile(template: str, doc: dict[str, Any]) -> bytes:
    return bytes(
        typst.compile(_FOLDER / template, root=_FOLDER, font_paths=[_FONTS], sys_inputs={"doc": json.dumps(doc)})
    )


def _letterhead(agency_code: str, on: date) -> dict[str, Any]:
    agency = agency_queries.recall_agency(agency_code, on)
    above = agency_queries.recall_agency(agency.parent_code, on) if agency.parent_code else None
    unit = agency_queries.get_commune(agency.gso_code) if len(agency.gso_code) == _COMMUNE_DIGITS else None
    return {
        "superior": above.name if above else "",
        "agency": agency.name,
        "number": "",
        "subtitle": "",
        "place_and_date": date_of_letterhead(unit.name if unit else agency.name, on),
    }


_COMMUNE_DIGITS: Final = 5


def _section(heading: str, rows: Rows, paragraphs: Sequence[str] = (), numbered: Sequence[str] = ()) -> dict[str, Any]:
    kept = [[label, value] for label, value in rows if value]
    return {"heading": heading, "rows": kept, "paragraphs": list(paragraphs), "numbered": list(numbered)}


def _applicant(dossier: Dossier) -> Rows:
    one = dossier.applicant
    return (
        ("Người nộp", one.name),
        ("Số định danh", one.number),
        ("Địa chỉ", one.address),
        ("Điện thoại", one.phone),
        ("Thư điện tử", one.email),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())


def _last_note(dossier: Dossier, deed: str) -> str:
    return next((entry.note for entry in reversed(dossier.timeline) if entry.deed == deed), "")


def _sex(value: object) -> str:
    label = SEX_LABELS.get(str(value))
    return label.vi if label else ""


def _day(value: object) -> str:
    return show_date(date.fromisoformat(value)) if isinstance(value, str) and value else ""
