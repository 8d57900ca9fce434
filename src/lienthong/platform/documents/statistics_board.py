"""The board of statistics: figures made ready for the page and for files; nothing is counted here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lienthong.kernel.text import Bilingual, show_date, show_number, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents.statistics_types import CountBy, DocumentCounts, FlowRow
from lienthong.platform.documents.type_facts import document_types

MOST_ROWS: Final = 200

LEVELS: Final = {
    1: tr("Cấp 1: bộ, ngành, tỉnh", "Level 1: ministries, provinces"),
    2: tr("Cấp 2: cục, sở, xã", "Level 2: departments, communes"),
    3: tr("Cấp 3", "Level 3"),
    4: tr("Cấp 4", "Level 4"),
}
BY: Final[dict[CountBy, Bilingual]] = {
    "agency": tr("Cơ quan", "Agency"),
    "level": tr("Cấp cơ quan", "Level of agency"),
    "type": tr("Loại văn bản", "Document type"),
    "day": tr("Ngày", "Day"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its name, what was sent and arrived, and the length of its bars, 0 to 100."""

    name: str
    row: FlowRow
    sent: tuple[str, ...]
    received: tuple[str, ...]
    sent_length: str
    received_length: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column pair of the picture: its label, its whole sentence, heights from 0 to 100, numbers."""

    label: str
    words: str
    sent: int
    received: int
    sent_short: str
    received_short: str
    sent_height: str
    received_height: str


def percent(share: float | None) -> str:
    """97,5 %; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.1f}".replace(".", ",") + " %"


def cards(now: FlowRow, before: FlowRow) -> list[dict[str, Any]]:
    """The figures at the top, each with the one of the period before."""
    sent, received, was_sent, had = now.sent, now.received, before.sent, before.received
    return [
        _number(tr("Văn bản đã gửi", "Documents sent"), sent.documents, was_sent.documents),
        _number(tr("Văn bản đã nhận", "Documents received"), received.documents, had.documents),
        _share(
            tr("Gửi điện tử, không kèm giấy", "Sent without paper"), sent.electronic_share, was_sent.electronic_share
        ),
        _share(tr("Lãnh đạo tự ký số", "Signed by the leader"), sent.personal_share, was_sent.personal_share),
        _share(tr("Gửi đúng hạn", "Sent on time"), sent.on_time_share, was_sent.on_time_share),
        _share(tr("Tiếp nhận đúng hạn", "Handled on time"), received.on_time_share, had.on_time_share),
        _share(tr("Hoàn thành đúng hạn", "Finished on time"), received.finished_share, had.finished_share),
        _refused(sent, was_sent),
    ]


def _number(label: Bilingual, now: int, before: int) -> dict[str, Any]:
    told = show_number(before)
    if before and now != before:
        told += f" ({'+' if now > before else '−'}{abs(now - before) / before * 100:.0f} %)"
    note = tr(f"Kỳ trước: {told}", f"Before: {told}")
    return {"number": show_number(now), "label": label, "note": note}


def _refused(now: DocumentCounts, before: DocumentCounts) -> dict[str, Any]:
    card = _number(tr("Bị từ chối", "Refused by recipients"), now.refused, before.refused)
    recalled, had = show_number(now.recalled), show_number(before.recalled)
    more = tr(f". Thu hồi: {recalled}, kỳ trước: {had}", f". Recalled: {recalled}, before: {had}")
    return card | {"note": tr(card["note"].vi + more.vi, card["note"].en + more.en)}


def _share(label: Bilingual, now: float | None, before: float | None) -> dict[str, Any]:
    told = percent(before)
    if now is not None and before is not None and abs(now - before) >= 0.0005:
        points = f"{abs(now - before) * 100:.1f}".replace(".", ",")
        sign = "+" if now > before else "−"
        note = tr(f"Kỳ trước: {told} ({sign}{points} điểm)", f"Before: {told} ({sign}{points} points)")
    else:
        note = tr(f"Kỳ trước: {told}", f"Before: {told}")
    return {"number": percent(now), "label": label, "note": note}


SENT_HEAD: Final = (
    tr("Tổng số", "All"),
    tr("Điện tử", "No paper"),
    tr("Tự ký số", "By the leader"),
    tr("Đúng hạn", "On time"),
    tr("Bị từ chối", "Refused"),
    tr("Thu hồi", "Recalled"),
)
RECEIVED_HEAD: Final = (
    tr("Tổng số", "All"),
    tr("Điện tử", "No paper"),
    tr("Tiếp nhận đúng hạn", "Handled on time"),
    tr("Xong đúng hạn", "Finished on time"),
    tr("Từ chối", "Refused"),
    tr("Bị thu hồi", "Recalled"),
)


def lines(rows: Sequence[FlowRow], by: CountBy) -> list[Line]:
    """Rows of the table: days in their order, all else by how much there was."""
    if by not in ("day", "level"):
        rows = sorted(rows, key=lambda row: (-row.sent.documents - row.received.documents, row.key))
    names = names_of([row.key for row in rows[:MOST_ROWS]], by)
    longest = max((max(row.sent.documents, row.received.documents) for row in rows), default=0) or 1
    return [_line(row, names[row.key], longest) for row in rows[:MOST_ROWS]]


def _line(row: FlowRow, name: str, longest: int) -> Line:
    sent, received = row.sent, row.received
    return Line(
        name,
        row,
        (
            show_number(sent.documents),
            percent(sent.electronic_share),
            percent(sent.personal_share),
            percent(sent.on_time_share),
            show_number(sent.refused),
            show_number(sent.recalled),
        ),
        (
            show_number(received.documents),
            percent(received.electronic_share),
            percent(received.on_time_share),
            percent(received.finished_share),
            show_number(received.refused),
            show_number(received.recalled),
        ),
        f"{sent.documents * 100 / longest:.1f}",
        f"{received.documents * 100 / longest:.1f}",
    )


def names_of(keys: Sequence[str], by: CountBy) -> dict[str, str]:
    """What the keys are called."""
    if by == "agency":
        return dict(agency_queries.names_of_agencies(keys))
    return {key: _name(key, by) for key in keys}


def _name(key: str, by: CountBy) -> str:
    if by == "type":
        return type_name(key)
    if by == "level":
        return str(LEVELS.get(int(key), tr(f"Cấp {key}", f"Level {key}")))
    return show_date(date.fromisoformat(key))


def type_name(code: str) -> str:
    """Of a document type; those that other systems made up are called by their code."""
    known = document_types().get(code)
    return known.name if known else code or str(tr("Không rõ loại", "Type not known"))


def columns(unit: str, rows: Sequence[FlowRow]) -> list[Column]:
    """The picture: what was sent and received, piece by piece."""
    highest = max((max(row.sent.documents, row.received.documents) for row in rows), default=0) or 1
    return [_column(unit, row, highest) for row in rows]


def _column(unit: str, row: FlowRow, highest: int) -> Column:
    day, sent, received = date.fromisoformat(row.key), row.sent.documents, row.received.documents
    label = f"{day.month}/{day.year % 100:02d}" if unit == "month" else f"{day.day}/{day.month}"
    named = {
        "month": tr(f"Tháng {day.month:02d}/{day.year}", f"{day.month:02d}/{day.year}"),
        "week": tr(f"Tuần từ {show_date(day)}", f"Week of {show_date(day)}"),
    }.get(unit, tr(show_date(day), show_date(day)))
    heights = (f"{number * 100 / highest:.1f}" for number in (sent, received))
    return Column(label, str(named), sent, received, _short(sent), _short(received), *heights)


def _short(number: int) -> str:
    """A number that fits above a column; "" for none."""
    if number >= 1_000_000:
        millions = f"{number / 1_000_000:.1f}"
        return str(tr(f"{millions.replace('.', ',')} tr", f"{millions}m"))
    if number >= 100_000:
        return f"{number // 1000}k"
    return show_number(number) if number else ""


_FILE: Final[tuple[tuple[str, Bilingual], ...]] = (
    ("documents", tr("Tổng số", "All")),
    ("electronic", tr("Không kèm giấy", "Without paper")),
    ("copies", tr("Lượt đến nơi nhận", "Copies delivered")),
    ("copies_saved", tr("Lượt không kèm giấy", "Copies without paper")),
    ("examined", tr("Đã xem chữ ký", "Looked at")),
    ("personally_signed", tr("Lãnh đạo tự ký số", "Signed by the leader")),
    ("on_time", tr("Đúng hạn", "On time")),
    ("late", tr("Quá hạn", "Late")),
    ("finished", tr("Hoàn thành", "Finished")),
    ("finished_on_time", tr("Hoàn thành đúng hạn", "Finished on time")),
    ("finished_late", tr("Hoàn thành quá hạn hoặc chưa xong", "Finished late or not yet")),
    ("refused", tr("Từ chối", "Refused")),
    ("recalled", tr("Thu hồi", "Recalled")),
)
_SENT_ONLY: Final = frozenset({"copies", "copies_saved", "examined", "personally_signed"})
_RECEIVED_ONLY: Final = frozenset({"finished", "finished_on_time", "finished_late"})


def file_head(by: CountBy) -> list[str]:
    """Titles of the columns of a file."""
    sent, received = tr("Gửi", "Sent"), tr("Nhận", "Received")
    return [
        str(tr("Mã", "Code")),
        str(BY[by]),
        *(f"{sent}: {label}" for name, label in _FILE if name not in _RECEIVED_ONLY),
        *(f"{received}: {label}" for name, label in _FILE if name not in _SENT_ONLY),
    ]


def file_rows(rows: Sequence[FlowRow], by: CountBy) -> list[list[object]]:
    """All rows with their counts; shares are for the reader to make."""
    names = names_of([row.key for row in rows], by)
    return [
        [row.key, names[row.key], *_counts(row.sent, _RECEIVED_ONLY), *_counts(row.received, _SENT_ONLY)]
        for row in rows
    ]


def _counts(counts: DocumentCounts, without: frozenset[str]) -> list[int]:
    return [getattr(counts, name) for name, _ in _FILE if name not in without]
