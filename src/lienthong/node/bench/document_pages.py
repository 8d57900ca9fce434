"""bench document-pages: the clerk's inbox and the search of an agency that has a million documents."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from lienthong.node.bench.own_database import on_own_database
from lienthong.node.bench.report import Measured

DOCUMENTS = 1_000_000
INBOX_GOAL = 150.0
SEARCH_GOAL = 300.0

_AGENCY = "H36"
_ROUNDS = 10
_INBOX = ("", "?muc=registered", "?muc=overdue", "?muc=recalled", "?muc=refused", "?muc=all")
_SEARCHES = (
    "?q=ke+hoach",
    "?q=cau+treo",
    "?q=uy+ban+nhan+dan",
    "?q=ke+hoach+cau+treo",
    "?q=nguyen+van+an",
    "?q=khongco",
    "?q=du+toan+cau+treo+ke+hoach",
    "?q=999999",
    "?q=ke+hoach+xa",
)
_PLAIN = "SELECT id FROM documents_document WHERE subject ILIKE '%%cầu treo%%' ORDER BY promulgated_on DESC LIMIT 20"


def measure(size: int | None = None) -> Measured:
    """`size`: how many documents the agency has; the goals stand for a million."""
    return _report(on_own_database(lambda: _measure(size or DOCUMENTS)))


def _measure(documents: int) -> dict[str, Any]:
    from django.db import connection

    from lienthong.node.upgrade import upgrade
    from lienthong.platform.documents import bench

    upgrade(lambda _line: None)
    seeded = bench.seed(_AGENCY, documents)
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM documents_searchline, documents_arrival, documents_document, documents_registerentry")
    ask = _clerk()
    return {
        "documents": seeded.documents,
        "seeding": seeded.seconds,
        "inbox": sorted(_times(ask, "/van-ban/", _INBOX)),
        "search": sorted(_times(ask, "/van-ban/tim/", _SEARCHES)),
        "plain": _seconds(_ask_plainly) * 1e3,
    }


def _clerk() -> Callable[[str], int]:
    """Asks for a page as a clerk of the agency, through the view and its template; gives the status."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory
    from django.urls import resolve

    from lienthong.kernel.access import Actor

    actor = Actor("officer", "Văn thư đo tốc độ", 1, agency_code=_AGENCY, duties=frozenset({"clerk"}))

    def ask(address: str) -> int:
        request: Any = RequestFactory().get(address)
        request.actor, request.user, request.session = actor, AnonymousUser(), {}
        found = resolve(request.path)
        request.resolver_match = found
        return int(found.func(request, *found.args, **found.kwargs).status_code)

    return ask


def _times(ask: Callable[[str], int], path: str, words: tuple[str, ...]) -> Iterator[float]:
    """Milliseconds of each asking; the first of each address, which finds nothing in memory, counts too."""
    for query in words:
        for _ in range(_ROUNDS):
            begun = time.perf_counter()
            if ask(path + query) != 200:
                raise RuntimeError(f"{path}{query} was not answered")
            yield (time.perf_counter() - begun) * 1e3


def _ask_plainly() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_PLAIN)
        cursor.fetchall()


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _report(found: dict[str, Any]) -> Measured:
    inbox, search = found["inbox"], found["search"]
    figures = {
        "documents of the agency": found["documents"],
        "seeded in, s": found["seeding"],
        "inbox p50, ms": _share(inbox, 0.50),
        "inbox p95, ms": _share(inbox, 0.95),
        "search p50, ms": _share(search, 0.50),
        "search p95, ms": _share(search, 0.95),
    }
    return Measured(
        "document-pages",
        figures,
        {"the same words by ILIKE, ms": found["plain"]},
        {"ILIKE / search p50": found["plain"] / figures["search p50, ms"]},
        {"inbox p95, ms": f"< {INBOX_GOAL:g}", "search p95, ms": f"< {SEARCH_GOAL:g}"},
        met=figures["inbox p95, ms"] < INBOX_GOAL and figures["search p95, ms"] < SEARCH_GOAL,
    )


def _share(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]
