"""The page of the self-test (tự kiểm tra kết nối): choose a node, run, read what works and what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.joining_types import TestResult

_LEVELS = {
    "ok": (tr("Đạt", "Good"), "green"),
    "failed": (tr("Chưa đạt", "Failed"), "red"),
    "skipped": (tr("Không áp dụng", "Does not apply"), "grey"),
}


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def self_test(request: HttpRequest) -> HttpResponse:
    """Run the tests against the chosen node; a run takes some seconds."""
    results: tuple[TestResult, ...] = ()
    refusal: Refused | None = None
    peer = request.POST.get("peer", "")
    if request.method == "POST":
        try:
            results = services.run_self_test(peer)
        except Refused as refused:
            refusal = refused
    failed = sum(result.level == "failed" for result in results)
    context = {
        "peer": peer,
        "peers": _peers(),
        "errors": refusal,
        "results": [_shown(result) for result in results],
        "failed": failed,
        "good": sum(result.level == "ok" for result in results),
    }
    return render(request, "exchange/self_test.html", context, status=refusal.status if refusal else 200)


def _peers() -> list[tuple[str, Bilingual | str]]:
    try:
        entries = queries.list_nodes()
    except Refused:
        return []
    others = [one for one in entries if one.agency_code != node().agency_code]
    return [(one.agency_code, f"{one.agency_code} – {one.name}") for one in others]


def _shown(result: TestResult) -> dict[str, Any]:
    label, colour = _LEVELS[result.level]
    return {"result": result, "label": label, "colour": colour, "hint": result.hint if result.level == "failed" else ""}
