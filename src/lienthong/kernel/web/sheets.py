"""Sheets (tệp CSV): tables for spreadsheets, row by row, with cells that no spreadsheet runs."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse


class _Echo:
    def write(self, value: str) -> str:
        """Hands the line on."""
        return value


def sheet(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A CSV file (UTF-8 with a mark, so that spreadsheets read the letters), sent while it is made."""
    writer = csv.writer(_Echo())
    # Lines are made after the page's language is gone.
    titles = [str(cell) for cell in head]

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow(titles)
        for row in rows:
            yield writer.writerow([_plain(cell) for cell in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _plain(cell: object) -> str:
    """A cell as text; one that a spreadsheet would take for a formula begins with an apostrophe."""
    text = "" if cell is None else str(cell)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not isinstance(cell, (int, float)) else text
