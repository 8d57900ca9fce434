"""Lists that are fetched a page at a time, as the paginator asks for them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PER_PAGE = 30


class Window(Sequence[Any]):
    """A list of known length whose parts are fetched when they are looked at."""

    def __init__(self, total: int, fetch: Callable[[int, int], list[Any]]) -> None:
        self._total = total
        self._fetch = fetch

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, where: Any) -> Any:
        if isinstance(where, slice):
            start = where.start or 0
            return self._fetch(start, (self._total if where.stop is None else where.stop) - start)
        return self._fetch(where, 1)[0]


def page_of(request: HttpRequest, total: int, fetch: Callable[[int, int], list[Any]]) -> Page[Any]:
    """The page that `?page=` names; `fetch(start, count)` brings its rows."""
    return Paginator(Window(total, fetch), PER_PAGE).get_page(request.GET.get("page"))
