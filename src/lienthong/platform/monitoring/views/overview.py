"""Overview (tổng quan): who talks to whom, how much, how fast, how often in vain, and what waits."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.text import Bilingual, show_moment, show_number, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.monitoring import picture, queries
from lienthong.platform.monitoring.rules import scale
from lienthong.platform.monitoring.types import Flow, Point, ServiceSpeed
from lienthong.platform.monitoring.views import choices
from lienthong.platform.monitoring.views.choices import KINDS, Asked
from lienthong.platform.monitoring.views.wording import show_bytes, show_milliseconds

RECORDS = "/van-hanh/trao-doi/ban-ghi/"
_SHOWN_FLOWS = 30
_SHOWN_SPEEDS = 15

FLOW_HEAD = (
    tr("Bên gọi", "Client"),
    tr("Bên trả lời", "Provider"),
    tr("Loại", "Kind"),
    {"text": tr("Số lượt", "Messages"), "numeric": True},
    {"text": tr("Lỗi", "Failed"), "numeric": True},
    {"text": tr("Dung lượng", "Volume"), "numeric": True},
)


@access.duty("operator")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The picture, volumes over time, causes of failure, the slowest services and what waits."""
    asked = choices.read_choice(request)
    flows = queries.list_flows(asked.choice)
    points = queries.list_points(asked.choice)
    speeds = queries.list_speeds(asked.choice)
    context = {
        "errors": asked.errors,
        "asked": asked,
        "periods": choices.period_links(asked),
        "selected": choices.chips(asked),
        "peers": _peer_options(asked),
        "kinds": [("", tr("Tất cả", "All")), *KINDS.items()],
        "figures": _figures(flows, asked),
        "picture": picture.draw(flows, _names(flows)),
        "picture_width": picture.WIDTH,
        "flow_head": FLOW_HEAD,
        "flows": [_flow_cells(flow, asked) for flow in flows[:_SHOWN_FLOWS]],
        "more_flows": max(len(flows) - _SHOWN_FLOWS, 0),
        "columns": _columns(points),
        "chart_width": len(points) * 10,
        "point_head": (tr("Từ", "From"), _numeric(tr("Số lượt", "Messages")), _numeric(tr("Lỗi", "Failed"))),
        "points": [
            (show_moment(one.at), show_number(one.count), show_number(one.failed)) for one in points if one.count
        ],
        "busiest": max((one.count for one in points), default=0),
        "fault_head": (tr("Nguyên nhân", "Cause"), _numeric(tr("Số lượt", "Messages")), tr("Gần nhất", "Last")),
        "faults": [_fault_cells(*one, asked) for one in queries.list_faults(asked.choice)],
        "speed_head": _SPEED_HEAD,
        "speeds": [_speed_cells(speed, asked) for speed in speeds[:_SHOWN_SPEEDS]],
        "waiting_head": _WAITING_HEAD,
        "waiting": _waiting_rows(),
        "today": clock.today().isoformat(),
    }
    return render(request, "monitoring/overview.html", context)


@access.duty("operator")
@require_safe
def flows_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The table of who talks to whom, whole."""
    asked = choices.read_choice(request)
    head = (
        tr("Bên gọi", "Client"), tr("Hệ thống gọi", "Client system"), tr("Bên trả lời", "Provider"),
        tr("Hệ thống trả lời", "Provider system"), tr("Loại", "Kind"), tr("Số lượt", "Messages"), tr("Lỗi", "Failed"),
        tr("Byte gửi", "Bytes sent"), tr("Byte nhận", "Bytes received"),
    )  # fmt: skip
    rows = [
        (f.client, f.client_system, f.provider, f.provider_system, f.kind, f.count, f.failed, f.bytes_in, f.bytes_out)
        for f in queries.list_flows(asked.choice)
    ]
    return sheet(f"luong-trao-doi-{clock.today()}.csv", head, rows)


def _numeric(text: Bilingual) -> dict[str, Any]:
    return {"text": text, "numeric": True}


_SPEED_HEAD = (
    tr("Dịch vụ", "Service"),
    tr("Bên trả lời", "Provider"),
    _numeric(tr("Số lượt", "Messages")),
    _numeric(tr("Một nửa dưới (p50)", "Half under (p50)")),
    _numeric(tr("95 % dưới (p95)", "95 % under (p95)")),
    _numeric(tr("99 % dưới (p99)", "99 % under (p99)")),
)
_RESTING = (tr("Tạm nghỉ sau lỗi", "Resting after failures"), "orange")
_SENDING = (tr("Đang gửi", "Sending"), "green")
_WAITING_HEAD = (
    tr("Nơi nhận", "To"),
    _numeric(tr("Đang chờ", "Waiting")),
    tr("Lâu nhất", "Oldest"),
    tr("Đường gửi", "Line"),
)


def _names(flows: list[Flow]) -> dict[str, str]:
    codes = {code for flow in flows for code in (flow.client, flow.provider) if code}
    return {code: agencies_queries.name_of_agency(code) for code in codes}


def _peer_options(asked: Asked) -> list[tuple[str, Bilingual | str]]:
    parties = queries.list_parties(asked.choice)
    if asked.choice.peer and asked.choice.peer not in parties:
        parties = [asked.choice.peer, *parties]
    named = [(code, f"{code} – {agencies_queries.name_of_agency(code)}" if code != "…" else code) for code in parties]
    return [("", tr("Tất cả", "All")), *named]


def _figures(flows: list[Flow], asked: Asked) -> list[dict[str, Any]]:
    number, failed = sum(flow.count for flow in flows), sum(flow.failed for flow in flows)
    share = f"{failed / number * 100:.2f} %".replace(".", ",") if number else "–"
    seconds = (asked.choice.until - asked.choice.since).total_seconds()
    return [
        {"number": show_number(number), "label": tr("Số lượt", "Messages"), "note": asked.words},
        {
            "number": show_number(failed), "label": tr("Lỗi", "Failed"), "note": share,
            "href": f"{RECORDS}?{asked.query(**{'ket-qua': 'failed'})}", "tone": "bad" if failed else "",
        },
        _rate(number, seconds),
        {"number": show_bytes(sum(f.bytes_in + f.bytes_out for f in flows)), "label": tr("Dung lượng", "Volume")},
    ]  # fmt: skip


def _rate(number: int, seconds: float) -> dict[str, Any]:
    if number >= seconds:
        shown = f"{number / seconds:.1f}".replace(".", ",")
        return {"number": shown, "label": tr("Trung bình mỗi giây", "On average a second")}
    return {
        "number": show_number(round(number / seconds * 3600)),
        "label": tr("Trung bình mỗi giờ", "On average an hour"),
    }


def _flow_cells(flow: Flow, asked: Asked) -> list[Any]:
    peer = asked.query(**{"co-quan": flow.client, "loai": flow.kind})
    return [
        {"text": _party(flow.client, flow.client_system), "href": f"{RECORDS}?{peer}"},
        _party(flow.provider, flow.provider_system),
        KINDS.get(flow.kind, flow.kind),
        show_number(flow.count),
        {"text": show_number(flow.failed), "tag": "red"} if flow.failed else "0",
        show_bytes(flow.bytes_in + flow.bytes_out),
    ]


def _party(code: str, system: str) -> str:
    name = agencies_queries.name_of_agency(code) if code not in ("", "…") else code
    told = f"{name} ({code})" if name != code else code
    return f"{told} / {system}" if system else told


def _columns(points: list[Point]) -> list[dict[str, Any]]:
    heights = scale([one.count for one in points], 96)
    columns = []
    for place, (one, height) in enumerate(zip(points, heights, strict=True)):
        lost = height * one.failed / one.count if one.count else 0.0
        told = tr("{n} lượt, {f} lỗi", "{n} messages, {f} failed").format(
            n=show_number(one.count), f=show_number(one.failed)
        )
        columns.append(
            {
                "x": place * 10 + 1,
                "y": f"{100 - height:.1f}",
                "height": f"{height - lost:.1f}",
                "lost_y": f"{100 - lost:.1f}",
                "lost": f"{lost:.1f}" if lost else "",
                "title": f"{_moment(one)}: {told}",
                "label": _moment(one) if place in (0, len(points) // 2, len(points) - 1) else "",
            }
        )
    return columns


def _moment(point: Point) -> str:
    local = point.at.astimezone(clock.ZONE)
    return f"{local:%d/%m}" if point.step >= timedelta(days=1) else f"{local:%H:%M %d/%m}"


def _fault_cells(fault: str, number: int, last: Any, asked: Asked) -> list[Any]:
    return [
        {"text": fault, "href": f"{RECORDS}?{asked.query(**{'ket-qua': fault})}"},
        show_number(number),
        show_moment(last),
    ]


def _speed_cells(speed: ServiceSpeed, asked: Asked) -> list[Any]:
    return [
        {"text": speed.service, "href": f"{RECORDS}?{asked.query(**{'dich-vu': speed.service, 'loai': speed.kind})}"},
        speed.provider,
        show_number(speed.count),
        *(show_milliseconds(length) for length in (speed.p50, speed.p95, speed.p99)),
    ]


def _waiting_rows() -> list[list[Any]]:
    """What rooms count as waiting, out of their numbers: letters by recipient, their age, and the line's state."""
    by_name: dict[str, dict[str, float]] = {}
    for one in queries.take_measures():
        if recipient := one.labels.get("recipient"):
            by_name.setdefault(one.name, {})[recipient] = one.value
    waiting, ages = by_name.get("letters_waiting", {}), by_name.get("letters_oldest_seconds", {})
    closed = by_name.get("delivery_line_open", {})
    rows = []
    for recipient in sorted(waiting, key=lambda code: (-ages.get(code, 0), code)):
        stopped = closed.get(recipient, 0) > 0
        line = (
            (tr("Tạm nghỉ sau lỗi", "Resting after failures"), "orange")
            if stopped
            else (tr("Đang gửi", "Sending"), "green")
        )
        rows.append(
            [
                _party(recipient, ""),
                show_number(int(waiting[recipient])),
                show_milliseconds(ages.get(recipient, 0) * 1000),
                {"text": line[0], "tag": line[1]},
            ]
        )
    return rows
