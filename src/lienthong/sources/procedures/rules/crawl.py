"""Reading a crawl of the national catalogue: one row, one procedure, and a note for whatever could not be read.

The portal's tables were flattened by others: cells hold several values joined by `|` or `;`, units are missing, some
fees are plainly wrong. Nothing is guessed silently: what is left out or chosen gets a note.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from lienthong.kernel.text import Bilingual, read_text, tr
from lienthong.sources.procedures.types import RESULT_CODE, Audience, Channel, Level, Procedure, RowNote

COLUMNS = (
    "code", "name", "field", "level", "type", "decision", "owner_code", "owner", "competent", "subjects", "channels",
    "time_online", "time_direct", "fee_online", "fee_direct", "components", "result_codes", "legal_refs",
)  # fmt: skip
"""Columns that the index must have; others may follow."""

SINCE = date(2025, 7, 1)
"""Listings count from the day the two-level local government began; the crawl states no day of validity."""

LEAST_FEE = 1000
"""A fee below 1,000 đồng is a slip of the portal (100 for 100,000): no coin so small is in use."""

_CODE = re.compile(r"\d\.\d{6}", re.ASCII)
_RESULT = re.compile(RESULT_CODE, re.ASCII)
_TIME = re.compile(r"(\d{1,5}) (WORKING_DAY|DAY|HOUR|MONTH|OTHER)", re.ASCII)
_FEE = re.compile(r"(\d{1,13}) ([A-Z]{3})", re.ASCII)
_STUCK_FILE = re.compile(r"(?:\.?\d{0,2}\.)?\w*\.(?:docx?|pdf|xlsx?|rar|zip)$|(?<=[).;])\d?\.?\w{12,}$", re.IGNORECASE)
_LEVELS: dict[str, Level] = {
    "Cấp bộ": "ministry", "Cấp tỉnh": "province", "Cấp xã": "commune", "Cơ quan khác": "other",
}  # fmt: skip
_CHANNELS: dict[str, Channel] = {"DIRECT": "direct", "ONLINE": "online", "POSTAL": "postal"}
_SUBJECTS: dict[str, Audience] = {
    "Tổ chức (không bao gồm doanh nghiệp, HTX)": "organisation",
    "Cán bộ, công chức, viên chức": "official",
    "Doanh nghiệp có vốn đầu tư nước ngoài": "business",
    "Người Việt Nam định cư ở nước ngoài": "overseas",
    "Người nước ngoài cư trú tại Việt Nam": "foreigner",
    "Doanh nghiệp Việt Nam": "business",
    "Công dân Việt Nam": "citizen",
    "Tổ chức nước ngoài": "organisation",
    "Người nước ngoài": "foreigner",
    "Tổ chức Đảng": "organisation",
    "Doanh nghiệp": "business",
    "Hợp tác xã": "business",
    "Đảng viên": "official",
}
"""Longest first, since the commas inside names are also the separators between them."""


@dataclass(slots=True)
class RowReader:
    """Reads one row; `notes` grows with what could not be read."""

    line: int
    row: Mapping[str, str]
    notes: list[RowNote] = field(default_factory=list)

    def note(self, where: str, reason: Bilingual, *, skipped: bool = False) -> None:
        self.notes.append(RowNote(self.line, self.cell("code", quiet=True)[:20], where, reason, skipped))

    def cell(self, name: str, *, quiet: bool = False) -> str:
        """A cell as clean text; broken letters are noted and the cell counts as empty."""
        text = read_text(self.row.get(name) or "", lines=False)
        if text is None:
            if not quiet:
                self.note(name, tr("Có ký tự bị hỏng; bỏ qua ô này.", "Broken letters; the cell was left out."))
            return ""
        return text


def read_row(
    line: int, row: Mapping[str, str], detail: Mapping[str, Any] | None
) -> tuple[Procedure | None, list[RowNote]]:
    """The procedure of one row of the index, enriched by its detail record; None when it must be skipped."""
    reader = RowReader(line, row)
    code, name = reader.cell("code"), reader.cell("name")
    if not _CODE.fullmatch(code) or not name:
        reader.note(
            "name" if _CODE.fullmatch(code) else "code",
            tr("Thiếu mã dạng N.NNNNNN hoặc tên; bỏ qua dòng.", "No code N.NNNNNN or no name; the row was skipped."),
            skipped=True,
        )
        return None, reader.notes
    written = _facts(reader, code, name) | _details(reader, detail)
    try:
        return Procedure.model_validate(written), reader.notes
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        reason = tr("Không hợp lệ: {why}; bỏ qua dòng.", "Not valid: {why}; the row was skipped.")
        reader.note(where, reason.format(why=error.errors()[0]["msg"]), skipped=True)
        return None, reader.notes


def _facts(reader: RowReader, code: str, name: str) -> dict[str, Any]:
    levels = _listed(reader, "level", ", ", _LEVELS)
    channels = _listed(reader, "channels", "; ", _CHANNELS)
    direct, online = _time(reader, "time_direct"), _time(reader, "time_online")
    _missing_time(reader, direct, online)
    owner_code = reader.cell("owner_code")
    if not re.fullmatch(r"[GH]\d{2}", owner_code):
        reader.note("owner_code", tr("Không có mã cơ quan công bố.", "No code of the owning agency."))
        owner_code = ""
    field_name = reader.cell("field")
    if not field_name:
        reader.note("field", tr("Không có lĩnh vực.", "No field of work."))
    authority = reader.cell("competent")
    fees = {"direct": _fee(reader, "fee_direct"), "online": _fee(reader, "fee_online"), "postal": {"amount": None}}
    return {
        "code": code,
        "valid_from": SINCE,
        "name": _words(name),
        "field": _words(field_name or "Chưa phân lĩnh vực"),
        "kind": reader.cell("type"),
        "levels": levels,
        "owner_code": owner_code,
        "owner_name": _words(reader.cell("owner") or "Chưa rõ"),
        "decision": reader.cell("decision"),
        "receivers": levels,
        "deciders": levels,
        "authority": _words(authority) if authority else None,
        "subjects": _subjects(reader),
        "time_limit": direct or online,
        "time_limits": {"online": online} if online and direct and online != direct else {},
        "fees": {channel: fees[channel] for channel in channels},
        "result": None,
        "legal_basis": _references(reader),
        "online": "partial" if "online" in channels else "none",
    }


def _words(text: str) -> dict[str, str]:
    """The catalogue is in Vietnamese only; without a translation both languages show the official name."""
    return {"vi": text, "en": text}


def _listed(reader: RowReader, column: str, separator: str, known: Mapping[str, Any]) -> list[Any]:
    parts = [part for part in reader.cell(column).split(separator) if part]
    if not parts:
        reader.note(column, tr("Ô trống.", "The cell is empty."))
    unknown = [part for part in parts if part not in known]
    if unknown:
        reason = tr("Giá trị lạ: {what}.", "Unknown value: {what}.")
        reader.note(column, reason.format(what="; ".join(unknown)[:80]))
    return list(dict.fromkeys(known[part] for part in parts if part in known))


def _subjects(reader: RowReader) -> list[Audience]:
    rest, found = reader.cell("subjects"), []
    if not rest:
        reader.note("subjects", tr("Ô trống.", "The cell is empty."))
    for words, audience in _SUBJECTS.items():
        if words in rest:
            rest = rest.replace(words, "")
            found.append(audience)
    rest = rest.strip(" ,")
    if rest:
        reason = tr("Giá trị lạ: {what}.", "Unknown value: {what}.")
        reader.note("subjects", reason.format(what=re.sub(r"[ ,]{2,}", ", ", rest)[:80]))
    return sorted(set(found))


def _missing_time(reader: RowReader, direct: object, online: object) -> None:
    if direct is None and online is None and not reader.cell("time_direct") and not reader.cell("time_online"):
        reader.note("time", tr("Không ghi thời hạn.", "No time limit is shown."))


def _time(reader: RowReader, column: str) -> dict[str, Any] | None:
    """The longest of the limits in a cell; `0 OTHER` and `1 OTHER` mean in the day."""
    limits = []
    for part in filter(None, reader.cell(column).split(" | ")):
        found = _TIME.fullmatch(part)
        limit = _limit(int(found.group(1)), found.group(2)) if found else None
        if limit is None:
            reason = tr("Thời hạn không rõ đơn vị: {what}.", "Time limit without a known unit: {what}.")
            reader.note(column, reason.format(what=part[:40]))
        else:
            limits.append(limit)
        if found and found.group(2) == "MONTH":
            reader.note(column, tr("Đổi tháng thành 30 ngày.", "Months were taken as 30 days."))
    if len({tuple(limit.items()) for limit in limits}) > 1:
        reader.note(
            column,
            tr(
                "Có nhiều thời hạn theo trường hợp; lấy thời hạn dài nhất.",
                "Several limits by case; the longest counts.",
            ),
        )
    return max(limits, key=_length, default=None)


def _limit(amount: int, unit: str) -> dict[str, Any] | None:
    if unit == "OTHER":
        return {"kind": "same_day"} if amount <= 1 else None
    days = amount * 30 if unit == "MONTH" else amount
    if not 1 <= days <= 1000:
        return None
    kind = {"WORKING_DAY": "working_days", "DAY": "days", "MONTH": "days", "HOUR": "hours"}[unit]
    return {"kind": kind, "amount": days}


def _length(limit: Mapping[str, Any]) -> float:
    """Hours of a limit, roughly, to compare units."""
    per_unit = {"working_days": 24 * 7 / 5, "days": 24, "hours": 3, "same_day": 0}
    return float(limit.get("amount", 0)) * per_unit[limit["kind"]]


def _fee(reader: RowReader, column: str) -> dict[str, Any]:
    """The one fee of a cell; several different ones, foreign money and slips are left to the note."""
    cell = reader.cell(column)
    amounts: set[int | None] = set()
    for part in filter(None, re.split(r" \| |; ", cell)):
        found = _FEE.fullmatch(part)
        if not found or found.group(2) != "VND":
            reason = tr("Không đọc được mức thu bằng đồng: {what}.", "Not a fee in đồng: {what}.")
            reader.note(column, reason.format(what=part[:40]))
            amounts.add(None)
        elif 0 < int(found.group(1)) < LEAST_FEE:
            reason = tr("Mức thu {what} đồng chắc chắn nhập sai.", "A fee of {what} đồng is surely a slip.")
            reader.note(column, reason.format(what=found.group(1)))
            amounts.add(None)
        else:
            amounts.add(int(found.group(1)))
    if len(amounts) > 1:
        note = tr("Có nhiều mức thu; xem từng trường hợp.", "Several fees; they depend on the case.")
        reader.note(column, note)
        return {"amount": None, "note": note}
    return {"amount": next(iter(amounts), None)}


def _references(reader: RowReader) -> list[str]:
    parts = [part for part in reader.cell("legal_refs").split("; ") if part]
    if not parts:
        reader.note("legal_refs", tr("Không ghi căn cứ pháp lý.", "No legal basis is shown."))
    return list(dict.fromkeys(parts))


# --- what the detail record adds ----------------------------------------------------------------------------------


def _details(reader: RowReader, detail: Mapping[str, Any] | None) -> dict[str, Any]:
    names = {str(one.get("code")): str(one.get("name")) for one in _dicts(detail, "results")} if detail else {}
    results = []
    for code in filter(None, reader.cell("result_codes").split("; ")):
        if _RESULT.fullmatch(code):
            results.append({"code": code, "name": _words(_clean(names.get(code, "")) or code)})
        else:
            reason = tr("Mã kết quả sai dạng: {what}.", "Result code of a wrong form: {what}.")
            reader.note("result_codes", reason.format(what=code[:40]))
    if not results:
        reader.note("result_codes", tr("Không ghi kết quả.", "No result is shown."))
    components = _components(reader, detail)
    if not components and reader.cell("components") in ("", "0"):
        reader.note("components", tr("Không ghi thành phần hồ sơ.", "No papers are listed."))
    added: dict[str, Any] = {
        "result": results[0] if results else None,
        "other_results": results[1:],
        "components": components,
    }
    requirements = _clean(str((detail or {}).get("requirements") or ""))
    if requirements:
        added["requirements"] = _words(requirements)
    return added


def _components(reader: RowReader, detail: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    papers: list[dict[str, Any]] = []
    remarks = stuck = 0
    for case in _dicts(detail, "dossier_cases"):
        label = _clean(str(case.get("case") or ""))
        for item in _dicts(case, "items"):
            name = _clean(str(item.get("name") or "")).lstrip("-+* ")
            short = _STUCK_FILE.sub("", name).rstrip(" .")
            stuck += short != name.rstrip(" .")
            originals, copies = _count(item, "originals"), _count(item, "copies")
            if not short or originals + copies == 0:
                remarks += 1
                continue
            paper = {
                "code": f"TP{len(papers) + 1:02d}",
                "name": _words(short),
                "originals": originals,
                "copies": copies,
            }
            papers.append(paper | ({"note": _words(label)} if label not in ("", "--") else {}))
    if remarks:
        reason = tr("{n} dòng là ghi chú, không phải giấy tờ.", "{n} lines are remarks, not papers.")
        reader.note("components", reason.format(n=remarks))
    if stuck:
        reason = tr("Tên tệp mẫu dính vào tên giấy tờ ở {n} dòng; đã cắt.", "Form file names cut off {n} paper names.")
        reader.note("components", reason.format(n=stuck))
    return papers


def _dicts(holder: Mapping[str, Any] | None, key: str) -> list[Mapping[str, Any]]:
    value = (holder or {}).get(key)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _count(item: Mapping[str, Any], key: str) -> int:
    value = item.get(key)
    return min(max(value, 0), 50) if isinstance(value, int) else 0


def _clean(text: str) -> str:
    return read_text(text) or ""
