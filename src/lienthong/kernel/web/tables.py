"""Tables and lists: columns, cells and groups for the templates, links that keep the query string."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict

from lienthong.kernel.text import Bilingual

Column = Bilingual | str | Mapping[str, Any]
Cell = object


def columns_of(head: Iterable[Column]) -> list[dict[str, Any]]:
    """Columns with their text, whether they hold numbers, their present sort order, and how they stand when stacked.

    `stacked`: "title" for what a row is called by, "bare" for what needs no caption, else the column's text is said.
    """
    plain: dict[str, Any] = {"text": "", "numeric": False, "sort": "none", "hidden": False, "stacked": ""}
    told = (column if isinstance(column, Mapping) else {"text": column} for column in head)
    return [{**plain, **column} for column in told]


def cells_of(row: Iterable[Cell], columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cells of a row; a cell of a number column is a number cell, and one with a value knows its caption."""
    plain: dict[str, Any] = {"text": "", "href": "", "tag": "", "code": False, "sort_value": None}
    cells = []
    for number, cell in enumerate(row):
        column = columns[number] if number < len(columns) else {"numeric": False, "stacked": "bare", "text": ""}
        told = cell if isinstance(cell, Mapping) else {"text": cell}
        is_empty = told.get("text") is None or not str(told.get("text", ""))
        cells.append(
            {
                **plain,
                "numeric": bool(column["numeric"]),
                "is_title": column["stacked"] == "title",
                "caption": "" if column["stacked"] or is_empty else column["text"],
                **told,
            }
        )
    return cells


def page_links(page: "Page[Any]", query: QueryDict | None, param: str) -> dict[str, Any]:
    """Hrefs of the previous, next and numbered pages; every other part of the query string stays."""

    def href(number: int) -> str:
        kept = query.copy() if query is not None else QueryDict(mutable=True)
        kept[param] = str(number)
        return "?" + kept.urlencode()

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "shown": page.paginator.num_pages > 1,
        "previous": href(page.previous_page_number()) if page.has_previous() else "",
        "next": href(page.next_page_number()) if page.has_next() else "",
        "links": [
            {
                "number": number,
                "href": href(number) if isinstance(number, int) else "",
                "current": number == page.number,
            }
            for number in numbers
        ],
    }


def grouped(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries of a side navigation by their headings: dicts of `heading` and `entries`."""
    groups: list[dict[str, Any]] = []
    for item in items:
        if heading := item.get("heading"):
            groups.append({"heading": heading, "entries": []})
            continue
        if not groups:
            groups.append({"heading": "", "entries": []})
        groups[-1]["entries"].append(item)
    return groups


def crumb_of(item: object) -> dict[str, Any]:
    """One breadcrumb from a pair (text, href), a dict, or a plain text (the page itself)."""
    if isinstance(item, Mapping):
        return {"href": "", **item}
    if isinstance(item, (tuple, list)):
        return {"text": item[0], "href": item[1]}
    return {"text": item, "href": ""}
