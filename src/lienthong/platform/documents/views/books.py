"""A register as a file: printed as PDF, saved as XLSX or CSV, by month, quarter or year; or only what was found."""

from __future__ import annotations

import tempfile
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from lienthong.kernel import access, audit, clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import Bilingual, fold, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.documents import printing, spreadsheets
from lienthong.platform.documents.queries import entries
from lienthong.platform.documents.rights import READERS
from lienthong.platform.documents.types import EntryFilters, EntryRef, RegisterRef
from lienthong.platform.documents.views import parts
from lienthong.platform.documents.views.register_filters import read_filters

FOUND = "loc"
"""In the place of a period: the lines that the page's conditions leave, newest first."""
_READ_AT_ONCE = 1000
Book = HttpResponse | StreamingHttpResponse | FileResponse


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or the year of a register."""

    key: str
    label: Bilingual
    since: date
    until: date


def periods_of(register: RegisterRef) -> list[Period]:
    """The year, and its quarters and months as far as the register goes, newest first."""
    last = register.last_on.month if register.last_on else 1
    year = register.year
    found = [_months(year, f"{year}", tr(f"Cả năm {year}", f"The year {year}"), 1, 12)]
    for quarter in range((last + 2) // 3, 0, -1):
        label = tr(f"Quý {quarter}/{year}", f"Quarter {quarter}/{year}")
        found.append(_months(year, f"{year}-q{quarter}", label, quarter * 3 - 2, quarter * 3))
    for month in range(last, 0, -1):
        label = tr(f"Tháng {month:02d}/{year}", f"{month:02d}/{year}")
        found.append(_months(year, f"{year}-{month:02d}", label, month, month))
    return found


def _months(year: int, key: str, label: Bilingual, first: int, last: int) -> Period:
    return Period(key, label, date(year, first, 1), date(year, last, monthrange(year, last)[1]))


@access.duty(*READERS)
@require_safe
def save_book(request: HttpRequest, register_id: int, form: str) -> Book:
    """The register of a period in one of the forms, or the lines that were found as a spreadsheet."""
    actor = access.acting(request)
    register = entries.get_register(register_id, actor)
    wanted = request.GET.get("ky", str(register.year))
    if wanted == FOUND and form in _SHEETS:
        audit.record(actor, "documents.save-register", f"register:{register_id}", period=wanted, form=form)
        return _SHEETS[form](register, FOUND, _found(register_id, actor, read_filters(request)))
    period = next((one for one in periods_of(register) if one.key == wanted), None)
    if period is None or form not in _FORMS:
        raise NotFound("documents.no-such-period", tr("Không có kỳ này.", "There is no such period."))
    audit.record(actor, "documents.save-register", f"register:{register_id}", period=wanted, form=form)
    if form == "pdf":
        return _pdf(register, period, actor)
    return _SHEETS[form](register, period.key, entries.book_entries(register_id, actor, period.since, period.until))


def _found(register_id: int, actor: Actor, filters: EntryFilters) -> Iterator[EntryRef]:
    following = ""
    while True:
        page = entries.list_entries(register_id, actor, filters, following, limit=_READ_AT_ONCE)
        yield from page.entries
        following = page.following
        if not following:
            return


def _pdf(register: RegisterRef, period: Period, actor: Actor) -> HttpResponse:
    number = entries.count_book(register.id, actor, period.since, period.until)
    if number > printing.MOST_LINES:
        raise Refused(
            "documents.book-too-long",
            tr(
                "Kỳ này có {n} dòng, in được tối đa {most}. Hãy in theo quý hoặc tháng, hoặc lưu ra Excel.",
                "{n} lines, {most} can be printed. Print by quarter or month, or save as a spreadsheet.",
            ).format(n=number, most=printing.MOST_LINES),
        )
    lines = entries.book_entries(register.id, actor, period.since, period.until)
    agency = parts.name_of(register.agency_code)
    pdf = printing.print_book(register, agency, period.label.vi, period.since, period.until, lines)
    response = HttpResponse(pdf, content_type=files.PDF)
    response["Content-Disposition"] = f'inline; filename="{_name(register, period.key)}.pdf"'
    return response


def _csv(register: RegisterRef, key: str, lines: Iterator[EntryRef]) -> StreamingHttpResponse:
    return sheet(
        f"{_name(register, key)}.csv", printing.head_of(register), (printing.line_of(entry) for entry in lines)
    )


def _xlsx(register: RegisterRef, key: str, lines: Iterator[EntryRef]) -> FileResponse:
    kept = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 (the answer closes it)
    target = cast("Any", kept)
    spreadsheets.write_xlsx(
        target, register.name, printing.head_of(register), (printing.line_of(entry) for entry in lines)
    )
    kept.seek(0)
    name = f"{_name(register, key)}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=spreadsheets.XLSX)


def _name(register: RegisterRef, key: str) -> str:
    series = fold(register.series).replace(" ", "-") or "chung"
    return f"so-{'den' if register.direction == 'in' else 'di'}-{series}-{key}-{clock.today():%Y%m%d}"


_SHEETS: dict[str, Callable[[RegisterRef, str, Iterator[EntryRef]], Book]] = {"csv": _csv, "xlsx": _xlsx}
_FORMS = ("pdf", *_SHEETS)
