"""The board: figures made ready for the page: cards, rows with bars, the map, the line of days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from lienthong.kernel.text import Bilingual, show_number, tr
from lienthong.oversight.command import country_map
from lienthong.oversight.command.periods import in_words
from lienthong.oversight.reporting import queries as reporting_queries
from lienthong.oversight.reporting.types import FigureRow, Figures, Span
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.sources.procedures import queries as procedures_queries

DOSSIERS: Final = tr("hồ sơ", "dossiers")
_SOURCE: Final = tr("tính từ sự kiện của từng hồ sơ", "computed from the events of each dossier")

_GOOD_RATE: Final = 0.9
_FAIR_RATE: Final = 0.7


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the board: name, link further down, figures, and the parts of its bar: (tone, start, length), 0–100."""

    key: str
    name: str
    href: str
    figures: Figures
    parts: tuple[tuple[str, str, str], ...]

    @property
    def total(self) -> int:
        return self.figures.finished + self.figures.in_progress + self.figures.paused


@dataclass(frozen=True, slots=True)
class Shape:
    """A province on the map; `tone` colours it, `title` says what the colour says."""

    code: str
    paths: tuple[str, ...]
    title: str
    tone: str
    href: str


def percent(rate: float | None) -> str:
    """97,5 %; a dash where there is nothing to divide by."""
    return "–" if rate is None else f"{rate * 100:.1f}".replace(".", ",") + " %"


def tone_of(figures: Figures) -> str:
    """good, fair or bad by the on-time rate; none where nothing was finished."""
    rate = figures.on_time_rate
    if rate is None:
        return "none"
    return "good" if rate >= _GOOD_RATE else "fair" if rate >= _FAIR_RATE else "bad"


def cards(figures: Figures, span: Span) -> list[dict[str, Any]]:
    """The five numbers that a minister looks at first, each with unit, period and source."""
    period = tr(f"{in_words(span).vi}, {_SOURCE.vi}", f"{in_words(span).en}, {_SOURCE.en}")
    now = tr("tại thời điểm này", "at this moment")
    return [
        _card(show_number(figures.received), tr("Tiếp nhận", "Received"), DOSSIERS, period),
        _card(show_number(figures.in_progress + figures.paused), tr("Đang giải quyết", "In progress"), DOSSIERS, now),
        _card(show_number(figures.overdue), tr("Quá hạn", "Overdue"), DOSSIERS, now, "bad" if figures.overdue else ""),
        _card(percent(figures.on_time_rate), tr("Đúng hạn", "On time"), tr("số đã xong", "of the finished"), period),
        _card(percent(figures.online_share), tr("Trực tuyến", "Online"), tr("số tiếp nhận", "of the received"), period),
    ]


def document_cards(span: Span, under: str) -> list[dict[str, Any]]:
    """How documents travel on the axis; none where no node told anything."""
    figures = reporting_queries.get_document_totals(span=span, under=under)
    if not figures.sent and not figures.received:
        return []
    source = tr("tính từ từng văn bản trên trục", "computed from each document on the axis")
    period = tr(f"{in_words(span).vi}, {source.vi}", f"{in_words(span).en}, {source.en}")
    unit, of_sent = tr("văn bản", "documents"), tr("số đã gửi", "of the sent")
    of_received = tr("số đã nhận", "of the received")
    return [
        _card(show_number(figures.sent), tr("Văn bản gửi", "Documents sent"), unit, period),
        _card(show_number(figures.received), tr("Văn bản nhận", "Documents received"), unit, period),
        _card(percent(figures.electronic_share), tr("Không kèm giấy", "Without paper"), of_sent, period),
        _card(percent(figures.personal_share), tr("Lãnh đạo tự ký số", "Signed by the leader"), of_sent, period),
        _card(percent(figures.on_time_share), tr("Tiếp nhận đúng hạn", "Handled on time"), of_received, period),
    ]


def _card(number: str, label: Bilingual, unit: Bilingual, note: Bilingual, tone: str = "") -> dict[str, Any]:
    return {"number": number, "label": label, "unit": unit, "note": note, "tone": tone, "href": ""}


def agency_rows(span: Span, under: str, query: str) -> list[Row]:
    """Level-1 agencies, or what lies below one of them."""
    rows = reporting_queries.list_figures(span=span, by="agency" if under else "root", under=under)
    return _rows(rows, {row.key: agency_name(row.key) for row in rows}, "" if under else f"?{query}&co-quan=")


def procedure_rows(span: Span, under: str) -> list[Row]:
    rows = reporting_queries.list_figures(span=span, by="procedure", under=under)
    return _rows(rows, {row.key: _procedure_name(row.key) for row in rows}, "")


def _rows(rows: Sequence[FigureRow], names: Mapping[str, str], link: str) -> list[Row]:
    longest = max((_length(row.figures) for row in rows), default=0) or 1
    made = [_row(row, names[row.key], f"{link}{row.key}" if link else "", longest) for row in rows]
    return sorted(made, key=lambda row: (-row.total, row.name))


def _length(figures: Figures) -> int:
    return figures.finished + figures.in_progress + figures.paused


def _row(row: FigureRow, name: str, href: str, longest: int) -> Row:
    figures = row.figures
    lengths = (
        ("good", figures.finished_on_time),
        ("bad", figures.finished_late),
        ("open", figures.in_progress + figures.paused - figures.overdue),
        ("overdue", figures.overdue),
    )
    parts, start = [], 0.0
    for tone, count in lengths:
        length = count * 100 / longest
        parts.append((tone, f"{start:.2f}", f"{length:.2f}"))
        start += length
    return Row(key=row.key, name=name, href=href, figures=figures, parts=tuple(parts))


def agency_name(code: str) -> str:
    agency = agencies_queries.find_agency(code)
    return agency.name if agency else code


def _procedure_name(code: str) -> str:
    procedure = procedures_queries.find_procedure(code)
    return f"{code} – {procedure.name}" if procedure else code


def map_shapes(span: Span, query: str) -> list[Shape]:
    """All provinces with their colour; Hoàng Sa belongs to Đà Nẵng, Trường Sa to Khánh Hòa."""
    figures = {row.key: row.figures for row in reporting_queries.list_figures(span=span, by="root")}
    return [_shape(code, parts, figures.get(code), query) for code, parts in country_map.paths().items()]


def _shape(code: str, paths: tuple[str, ...], figures: Figures | None, query: str) -> Shape:
    name = agency_name(code)
    if figures is None:
        return Shape(code, paths, str(tr(f"{name}: chưa có số liệu", f"{name}: no figures yet")), "absent", "")
    told = tr(
        f"{name}: tiếp nhận {figures.received}, đúng hạn {percent(figures.on_time_rate)}",
        f"{name}: received {figures.received}, on time {percent(figures.on_time_rate)}",
    )
    return Shape(code, paths, str(told), tone_of(figures), f"?{query}&co-quan={code}")


def day_columns(span: Span, under: str) -> list[dict[str, Any]]:
    """Columns of received and finished for each of the last 31 days of the period, heights from 0 to 100."""
    first = max(span.first, span.last - timedelta(days=30))
    found = {row.key: row.figures for row in reporting_queries.list_days(span=Span(first, span.last), under=under)}
    days = [first + timedelta(days=place) for place in range((span.last - first).days + 1)]
    highest = max((max(f.received, f.finished) for f in found.values()), default=0) or 1
    return [_column(day, found.get(day.isoformat(), Figures()), highest) for day in days]


def _column(day: date, figures: Figures, highest: int) -> dict[str, Any]:
    return {
        "day": day,
        "received": figures.received,
        "finished": figures.finished,
        "received_height": round(figures.received * 100 / highest, 1),
        "finished_height": round(figures.finished * 100 / highest, 1),
    }
