"""Operator's pages of the gateway: calls (lượt gọi) that went out and came in, and their proofs by X-Road's address."""

import io
import zipfile
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lienthong.kernel import access, audit
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import bilingual, show_moment, tr
from lienthong.kernel.web.pages import problem
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange_services
from lienthong.platform.exchange.types import CallLine
from lienthong.platform.gateway import faults
from lienthong.platform.gateway.settings import settings

PER_PAGE = 30
MAX_PROOFS = 100

_ANY = ("", tr("Tất cả", "All"))
_DIRECTIONS = (_ANY, ("out", tr("Gọi đi", "Out")), ("in", tr("Gọi đến", "In")))
_ENDS = (_ANY, ("answered", tr("Đã trả lời", "Answered")), ("failed", tr("Không trả lời", "Failed")))
_DIRECTION_LABELS, _END_LABELS = dict(_DIRECTIONS), dict(_ENDS)
_FIELDS = {
    "chieu": "direction",
    "nut": "peer",
    "he-thong": "client",
    "dich-vu": "service",
    "ket-qua": "ended",
    "ma": "query_id",
}
_LABELS = {
    "nut": tr("Nút", "Node"),
    "he-thong": tr("Hệ thống gọi", "Client"),
    "dich-vu": tr("Dịch vụ", "Service"),
    "ma": tr("Mã lượt gọi", "Id"),
    "tu-ngay": tr("Từ ngày", "From"),
    "den-ngay": tr("Đến ngày", "To"),
}
_HEAD = (
    tr("Lúc", "At"),
    tr("Chiều", "Way"),
    tr("Hệ thống gọi", "Client"),
    tr("Dịch vụ", "Service"),
    tr("Điểm truy cập", "Endpoint"),
    tr("Mục đích", "Purpose"),
    tr("Kết quả", "Outcome"),
)


@require_GET
@access.duty("operator")
def calls(request: HttpRequest) -> HttpResponse:
    """Calls of data services, the latest first; filters stay in the address."""
    asked, given = _asked(request)
    choices = exchange_queries.list_call_choices()
    page = _page_of(request, asked)
    context = {
        "given": {name.replace("-", "_"): value for name, value in given.items()},
        "directions": _DIRECTIONS,
        "ends": _ENDS,
        "choices": {name: [_ANY, *((one, one) for one in found)] for name, found in choices.items()},
        "selected": _selected(given),
        "filtered": bool(given),
        "query": urlencode(given),
        "head": _HEAD,
        "rows": [_cells(line) for line in page.object_list],
        "page": page,
    }
    return render(request, "gateway/calls.html", context)


def _asked(request: HttpRequest) -> tuple[exchange_queries.Calls, dict[str, str]]:
    """What the filters ask for, and those that say something."""
    given = {name: request.GET.get(name, "").strip()[:500] for name in (*_FIELDS, "tu-ngay", "den-ngay")}
    if given["chieu"] not in _DIRECTION_LABELS:
        given["chieu"] = ""
    if given["ket-qua"] not in _END_LABELS:
        given["ket-qua"] = ""
    since, until = _day(given["tu-ngay"]), _day(given["den-ngay"])
    asked = exchange_queries.Calls(**{field: given[name] for name, field in _FIELDS.items()}, since=since, until=until)
    kept = {**given, "tu-ngay": since.isoformat() if since else "", "den-ngay": until.isoformat() if until else ""}
    return asked, {name: value for name, value in kept.items() if value}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page_of(request: HttpRequest, asked: exchange_queries.Calls) -> "Page[Any]":
    return Paginator(_Lines(asked), PER_PAGE).get_page(request.GET.get("page"))


class _Lines(list[CallLine]):
    """Calls of known number, fetched when a page of them is looked at."""

    def __init__(self, asked: exchange_queries.Calls) -> None:
        super().__init__()
        self._asked = asked
        self._count = asked.count()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, where: Any) -> Any:
        return self._asked.rows(limit=(where.stop or self._count) - (where.start or 0), offset=where.start or 0)


def _selected(given: dict[str, str]) -> list[dict[str, Any]]:
    """The filters in use, each with the address without it."""
    named = {"chieu": _DIRECTION_LABELS, "ket-qua": _END_LABELS}
    return [
        {
            "text": named[name][value] if name in named else f"{_LABELS[name]}: {value}",
            "href": "?" + urlencode({other: kept for other, kept in given.items() if other != name}),
        }
        for name, value in given.items()
    ]


def _cells(line: CallLine) -> list[Any]:
    address = reverse("gateway-call", args=[line.direction, line.message_id])
    return [
        {"text": show_moment(line.at), "href": address},
        _DIRECTION_LABELS[line.direction],
        _short(line.client),
        _short(line.service),
        f"{line.method} {line.path}",
        line.purpose or "–",
        _outcome(line),
    ]


def _short(identifier: str) -> str:
    """Without instance and class, which are the same everywhere here."""
    return "/".join(identifier.split("/")[2:]) or identifier


def _outcome(line: CallLine) -> dict[str, Any]:
    if not line.answered:
        return {"text": _END_LABELS["failed"], "tag": "red"}
    return {"text": str(line.status), "tag": "green" if (line.status or 0) < 400 else "yellow"}


@require_GET
@access.duty("operator")
def calls_sheet(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows, as a CSV file."""
    asked, _ = _asked(request)
    more = (tr("Trạng thái HTTP", "HTTP status"), tr("Căn cứ pháp lý", "Legal ground"), tr("Mã", "Id"))
    head = [bilingual(cell) for cell in (*_HEAD, *more)]
    return sheet("luot-goi-dich-vu.csv", head, map(_sheet_row, asked.every()))


def _sheet_row(line: CallLine) -> tuple[object, ...]:
    endpoint = f"{line.method} {line.path}"
    told = (line.at.isoformat(), line.direction, line.client, line.service, endpoint, line.purpose, line.outcome)
    return (*told, line.status or "", line.legal_ground, line.query_id)


@require_GET
@access.duty("operator")
def call(request: HttpRequest, direction: str, message_id: UUID) -> HttpResponse:
    """One call: who, what, why, how it ended, and its proof."""
    line = exchange_queries.get_call(message_id, direction)
    fault = None if line.answered else faults.fault_of(line.outcome)
    facts: list[dict[str, Any]] = [
        {"key": tr("Lúc", "At"), "value": show_moment(line.at)},
        {"key": tr("Chiều", "Way"), "value": _DIRECTION_LABELS[line.direction]},
        {"key": tr("Nút bên kia", "Other node"), "value": line.peer},
        {"key": tr("Hệ thống gọi", "Client"), "value": line.client},
        {"key": tr("Dịch vụ", "Service"), "value": line.service},
        {"key": tr("Điểm truy cập", "Endpoint"), "value": f"{line.method} {line.path}"},
        {"key": tr("Mục đích", "Purpose"), "value": line.purpose or "–"},
        {"key": tr("Căn cứ pháp lý", "Legal ground"), "value": line.legal_ground or "–"},
        {"key": tr("Mã lượt gọi", "Id of the call"), "value": line.query_id},
        {"key": tr("Mã giữa hai nút", "Id between the nodes"), "value": str(line.message_id)},
        {"key": tr("Trạng thái HTTP", "HTTP status"), "value": str(line.status or "–")},
    ]
    if fault:
        told = f"{line.outcome} – {faults.type_of(line.outcome, settings().fault_codes)}"
        facts += [
            {"key": tr("Lỗi", "Fault"), "value": told},
            {"key": tr("Cách xử lý", "What to do"), "value": fault.hint},
        ]
    return render(request, "gateway/call.html", {"line": line, "facts": facts, "outcome": _outcome(line)})


@require_GET
@access.public
def asic(request: HttpRequest) -> HttpResponse:
    """`GET /asic?queryId=…[&requestOnly|&responseOnly][&force]`: proofs of a call as X-Road gives them, zipped.

    For operators, and for programs with a key that may manage the catalogue. `force` stamps the time now.
    """
    try:
        by = _require_reader(request)
        if "requestOnly" in request.GET and "responseOnly" in request.GET:
            raise _bad_query("responseOnly")
        query_id = request.GET.get("queryId", "")
        if not query_id:
            raise _bad_query("queryId")
        return _zipped(request, query_id, by)
    except Refused as refusal:
        return problem(refusal)


def _require_reader(request: HttpRequest) -> str:
    actor = access.actor_of(request)
    if actor is not None and actor.has("operator"):
        return actor.label
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    owner = catalogue_queries.find_key_owner(given)
    if owner is None or not owner[1]:
        text = tr("Cần đăng nhập hoặc khóa quản trị.", "Sign in, or show a key that may manage.")
        raise Refused("gateway.not-admitted", text, status=401)
    return f"system:{owner[0]}"


def _bad_query(field: str) -> Refused:
    text = tr(f"Tham số {field} không hợp lệ.", f"The parameter {field} is not valid.")
    return Refused("gateway.bad-request", text, field=field, status=400)


def _zipped(request: HttpRequest, query_id: str, by: str) -> HttpResponse:
    found = exchange_queries.Calls(query_id=query_id).rows(limit=MAX_PROOFS)
    if not found:
        raise NotFound("exchange.unknown-call", tr("Không có lượt gọi này.", "There is no such call."))
    parts = [one for one in ("message", "answer") if _wanted(request, one)]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for line in found:
            for part in parts if line.status is not None else [one for one in parts if one == "message"]:
                made = exchange_services.proof_of(
                    line.message_id,
                    line.direction,
                    part="answer" if part == "answer" else "message",
                    stamp="force" in request.GET,
                )
                kind = "response" if part == "answer" else "request"
                archive.writestr(f"{line.message_id}-{line.direction}-{kind}.asice", made.content)
    audit.record(access.SYSTEM, "gateway.asic", f"call:{query_id[:100]}", by=by)
    answer = HttpResponse(held.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="asic.zip"'
    return answer


def _wanted(request: HttpRequest, part: str) -> bool:
    return ("responseOnly" if part == "message" else "requestOnly") not in request.GET
