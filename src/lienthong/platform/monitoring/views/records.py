"""Records (bản ghi vận hành): single messages with their moments, outcome and cause."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.text import Bilingual, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.monitoring import queries
from lienthong.platform.monitoring.types import OperationRecord, OperationRow
from lienthong.platform.monitoring.views import choices
from lienthong.platform.monitoring.views.choices import KINDS
from lienthong.platform.monitoring.views.wording import show_bytes, show_milliseconds

_PER_PAGE = 50
_MOST_EXPORTED = 200_000
_OUTCOMES = (("", tr("Tất cả", "All")), ("good", tr("Thành công", "Succeeded")), ("failed", tr("Lỗi", "Failed")))
_SIDES = {"client": tr("Gửi đi", "Out"), "producer": tr("Nhận vào", "In")}

_HEAD = (
    tr("Lúc", "At"),
    tr("Hướng", "Direction"),
    tr("Dịch vụ", "Service"),
    tr("Bên gọi", "Client"),
    tr("Bên trả lời", "Provider"),
    {"text": tr("Thời gian", "Took"), "numeric": True},
    tr("Kết quả", "Outcome"),
)
_LABELS: dict[str, Bilingual] = {
    "message_id": tr("Mã thông điệp", "Message id"),
    "side": tr("Hướng", "Direction"),
    "kind": tr("Loại", "Kind"),
    "client_member_code": tr("Bên gọi", "Client"),
    "client_subsystem_code": tr("Hệ thống gọi", "Client system"),
    "service_member_code": tr("Bên trả lời", "Provider"),
    "service_subsystem_code": tr("Hệ thống trả lời", "Provider system"),
    "service_code": tr("Dịch vụ", "Service"),
    "service_version": tr("Phiên bản dịch vụ", "Service version"),
    "service_type": tr("Kiểu dịch vụ", "Service type"),
    "rest_method": tr("Phương thức", "Method"),
    "rest_path": tr("Đường dẫn", "Path"),
    "purpose": tr("Mục đích", "Purpose"),
    "request_in_ts": tr("Nhận yêu cầu", "Request in"),
    "request_out_ts": tr("Chuyển yêu cầu", "Request out"),
    "response_in_ts": tr("Nhận trả lời", "Response in"),
    "response_out_ts": tr("Trả lời xong", "Response out"),
    "request_size": tr("Dung lượng yêu cầu", "Request size"),
    "response_size": tr("Dung lượng trả lời", "Response size"),
    "request_attachment_count": tr("Số tệp kèm yêu cầu", "Request attachments"),
    "response_attachment_count": tr("Số tệp kèm trả lời", "Response attachments"),
    "status_code": tr("Mã trạng thái HTTP", "HTTP status"),
    "fault_code": tr("Mã lỗi", "Fault code"),
    "fault_string": tr("Mô tả lỗi", "Fault"),
    "represented_party_code": tr("Thay mặt cho", "Represented party"),
    "message_user_id": tr("Người dùng", "User"),
    "message_issue": tr("Vụ việc", "Issue"),
    "message_protocol_version": tr("Phiên bản giao thức", "Protocol version"),
    "client_security_server_address": tr("Địa chỉ nút gọi", "Client node"),
    "service_security_server_address": tr("Địa chỉ nút trả lời", "Provider node"),
    "trace": tr("Dấu vết (OpenTelemetry)", "Trace (OpenTelemetry)"),
}


@access.duty("operator")
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Records of the period, newest first."""
    narrowed = _narrowed(request)
    kept = {"ket-qua": narrowed["outcome"], "ma": narrowed["message_id"]}
    asked = choices.read_choice(request, kept)
    before = request.GET.get("truoc", "")
    found = queries.list_operations(
        asked.choice,
        **narrowed,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=_PER_PAGE + 1,
    )
    shown = found[:_PER_PAGE]
    context = {
        "errors": asked.errors,
        "asked": asked,
        "periods": choices.period_links(asked),
        "selected": choices.chips(asked, _labels(kept)),
        "peers": [("", tr("Tất cả", "All")), *((code, code) for code in queries.list_parties(asked.choice))],
        "kinds": [("", tr("Tất cả", "All")), *KINDS.items()],
        "outcomes": _outcomes(narrowed["outcome"]),
        "outcome": narrowed["outcome"],
        "message_id": narrowed["message_id"],
        "head": _HEAD,
        "rows": [_cells(row, asked) for row in shown],
        "older": "?" + asked.query(truoc=str(shown[-1].id)) if len(found) > _PER_PAGE else "",
        "newest": "?" + asked.query() if before else "",
        "today": clock.today().isoformat(),
    }
    return render(request, "monitoring/records.html", context)


@access.duty("operator")
@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """One record with every field that has a value."""
    row = queries.get_operation(number)
    facts = [
        {"key": label, "value": _shown(name, getattr(row.record, name))}
        for name, label in _LABELS.items()
        if getattr(row.record, name) not in (None, "")
    ]
    context = {
        "row": row,
        "facts": facts,
        "took": show_milliseconds(row.took),
        "back": f"../?{request.GET.urlencode()}",
    }
    return render(request, "monitoring/record.html", context)


@access.duty("operator")
@require_safe
def records_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The records of the period as a sheet, in X-Road's names."""
    asked = choices.read_choice(request)
    rows = queries.iterate_operations(asked.choice, **_narrowed(request), limit=_MOST_EXPORTED)
    head = ["monitoringDataTs", *(queries.xroad_name(name) for name in OperationRecord._fields)]

    def lines() -> Iterator[list[object]]:
        for row in rows:
            yield [f"{row.at.astimezone(clock.ZONE):%Y-%m-%dT%H:%M:%S%z}", *row.record]

    return sheet(f"ban-ghi-van-hanh-{clock.today()}.csv", head, lines())


def _narrowed(request: HttpRequest) -> dict[str, str]:
    return {
        "outcome": request.GET.get("ket-qua", "").replace("\0", "")[:100],
        "message_id": request.GET.get("ma", "").replace("\0", "").strip()[:300],
    }


def _labels(kept: dict[str, str]) -> dict[str, Bilingual | str]:
    outcome = kept["ket-qua"]
    return {"ma": kept["ma"], "ket-qua": dict(_OUTCOMES).get(outcome, outcome) if outcome else ""}


def _outcomes(chosen: str) -> list[tuple[str, Bilingual | str]]:
    known: list[tuple[str, Bilingual | str]] = list(_OUTCOMES)
    return known if chosen in dict(known) else [*known, (chosen, chosen)]


def _cells(row: OperationRow, asked: choices.Asked) -> list[Any]:
    one = row.record
    outcome = (
        {"text": tr("Thành công", "Succeeded"), "tag": "green"}
        if one.succeeded
        else {"text": one.fault_code or tr("Lỗi", "Failed"), "tag": "red"}
    )
    service = ".".join(filter(None, (one.service_code, one.service_version)))
    return [
        {"text": f"{row.at.astimezone(clock.ZONE):%H:%M:%S %d/%m}", "href": f"{row.id}/?{asked.query()}", "code": True},
        _SIDES[one.side],
        service,
        "/".join(filter(None, (one.client_member_code, one.client_subsystem_code))),
        "/".join(filter(None, (one.service_member_code, one.service_subsystem_code))),
        show_milliseconds(row.took),
        outcome,
    ]


def _shown(name: str, value: Any) -> Any:
    if name.endswith("_ts"):
        local = datetime.fromtimestamp(value / 1000, clock.ZONE)
        return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d} {local:%d/%m/%Y}"
    if name.endswith("_size"):
        return show_bytes(value)
    if name == "trace" and value.startswith("00-"):
        return value[3:35]
    if name == "side":
        return _SIDES[value]
    return KINDS.get(value, value) if name == "kind" else value
