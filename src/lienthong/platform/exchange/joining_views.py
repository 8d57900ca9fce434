"""Pages about joining: the asker follows the application; the hub's operator compares, approves, refuses."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.joining_types import ApplicationRow
from lienthong.platform.exchange.paging import page_of

STATES = {
    "waiting": (tr("Chờ duyệt", "Waiting"), "blue"),
    "approved": (tr("Đã duyệt", "Approved"), "green"),
    "refused": (tr("Bị từ chối", "Refused"), "red"),
}
NODE_STATES = {
    "active": (tr("Đang kết nối", "Active"), "green"),
    "suspended": (tr("Tạm ngừng", "Suspended"), "orange"),
    "left": (tr("Đã rời", "Left"), "grey"),
}


@require_GET
@access.public
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Where an application stands, for whoever has its link: no contact is shown."""
    row = queries.get_application(token)
    label, colour = STATES[row.state]
    facts = [
        {"key": tr("Cơ quan", "Agency"), "value": f"{row.agency_code} – {row.name}"},
        {"key": tr("Gửi lúc", "Sent"), "value": show_moment(row.posted_at)},
        {"key": tr("Xử lý lúc", "Decided"), "value": show_moment(row.decided_at) or "–"},
    ]
    if row.reason:
        facts.append({"key": tr("Lý do", "Reason"), "value": row.reason})
    context = {"row": row, "label": label, "colour": colour, "facts": facts}
    return render(request, "exchange/application_follow.html", context)


@require_GET
@access.duty("operator")
def applications(request: HttpRequest) -> HttpResponse:
    """Applications by state, the latest first."""
    state = request.GET.get("trang-thai", "waiting")
    state = state if state in STATES else ""
    total = queries.count_applications(state)
    page = page_of(request, total, lambda start, n: queries.list_applications(state, limit=n, offset=start))
    context = {
        "state": state,
        "choices": [("tat-ca", tr("Tất cả", "All")), *((key, label) for key, (label, _) in STATES.items())],
        "head": [tr("Cơ quan", "Agency"), tr("Trạng thái", "State"), tr("Gửi lúc", "Sent"), tr("Xử lý lúc", "Decided")],
        "rows": [_cells(row) for row in page.object_list],
        "page": page,
        "node_head": [tr("Mã", "Code"), tr("Tên", "Name"), tr("Trạng thái", "State")],
        "nodes": [_node_cells(*one) for one in queries.list_registered_nodes()],
    }
    return render(request, "exchange/applications.html", context)


def _cells(row: ApplicationRow) -> list[Any]:
    label, colour = STATES[row.state]
    return [
        {
            "text": f"{row.agency_code} – {row.name}",
            "href": reverse("exchange-page-application", args=[row.token]),
        },
        {"text": label, "tag": colour},
        show_moment(row.posted_at),
        show_moment(row.decided_at) or "–",
    ]


def _node_cells(code: str, name: object, state: str) -> list[Any]:
    label, colour = NODE_STATES[state]
    return [{"text": code, "href": reverse("exchange-page-node", args=[code])}, name, {"text": label, "tag": colour}]


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def application(request: HttpRequest, token: str) -> HttpResponse:
    """One application: who asks; the digits are typed in by the operator, who hears them by telephone."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            _decide(request, token)
            return redirect("exchange-page-applications")
        except Refused as refused:
            refusal = refused
    row = queries.get_application(token)
    known = agencies_queries.find_agency(row.agency_code)
    label, colour = STATES[row.state]
    context = {
        "row": row,
        "label": label,
        "colour": colour,
        "known": known,
        "listed": row.state == "waiting" and queries.find_node(row.agency_code) is not None,
        "facts": _facts(row),
        "can_issue": services.can_issue(),
        "trust_digits": queries.describe_trust()[1],
        "errors": refusal,
        "typed": request.POST,
    }
    return render(request, "exchange/application.html", context, status=refusal.status if refusal else 200)


def _decide(request: HttpRequest, token: str) -> None:
    actor, typed = access.acting(request), request.POST
    if typed.get("viec") == "tu-choi":
        row = services.refuse_application(token=token, reason=typed.get("reason", ""), actor=actor)
        told = tr("Đã từ chối đơn của {code}.", "The application of {code} is refused.")
    else:
        row = services.approve_application(
            token=token,
            typed=typed.get("fingerprint", ""),
            node_certificate=typed.get("node_certificate", ""),
            tls_certificate=typed.get("tls_certificate", ""),
            actor=actor,
        )
        told = tr("Đã duyệt. Nút {code} có trong danh bạ.", "Approved. {code} is in the directory.")
    messages.success(request, str(told.format(code=row.agency_code)))


def _facts(row: ApplicationRow) -> list[dict[str, Any]]:
    address = row.base_url or tr("Không có: nút tự lấy thông điệp về", "None: the node fetches its letters")
    facts = [
        (tr("Mã cơ quan", "Agency code"), row.agency_code),
        (tr("Tên", "Name"), row.name),
        (tr("Địa chỉ", "Address"), address),
        (tr("Địa chỉ trao đổi (TLS)", "Exchange address (TLS)"), row.exchange_url or "–"),
        (tr("Người liên hệ", "Contact"), row.contact_name or "–"),
        (tr("Điện thoại", "Telephone"), row.contact_phone or "–"),
        (tr("Thư điện tử", "E-mail"), row.contact_email or "–"),
        (tr("Gửi lúc", "Sent"), show_moment(row.posted_at)),
    ]
    if row.decided_at:
        facts.append((tr("Xử lý", "Decided"), f"{show_moment(row.decided_at)}, {row.decided_by}"))
    if row.reason:
        facts.append((tr("Lý do", "Reason"), row.reason))
    return [{"key": key, "value": value} for key, value in facts]


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def node_page(request: HttpRequest, code: str) -> HttpResponse:
    """One registered node: suspend it, take it back, let it leave."""
    refusal: Refused | None = None
    if request.method == "POST":
        state = {"tam-ngung": "suspended", "khoi-phuc": "active", "roi": "left"}.get(request.POST.get("viec", ""), "")
        try:
            services.set_node_state(
                agency_code=code, state=state, reason=request.POST.get("reason", ""), actor=access.acting(request)
            )
            messages.success(request, str(tr("Đã ghi và phát hành danh bạ mới.", "Done; a new directory is issued.")))
            return redirect("exchange-page-node", code=code)
        except Refused as refused:
            refusal = refused
    entry, state, reason = queries.get_registered_node(code)
    label, colour = NODE_STATES[state]
    facts = [
        (tr("Mã cơ quan", "Agency code"), entry.agency_code),
        (tr("Địa chỉ", "Address"), entry.base_url or "–"),
        (tr("Địa chỉ trao đổi (TLS)", "Exchange address (TLS)"), entry.exchange_url or "–"),
        (tr("Tự lấy thông điệp", "Fetches its letters"), tr("Có", "Yes") if entry.pull else tr("Không", "No")),
        (tr("Nút làm chứng nhật ký", "Witness of its log"), entry.witness or tr("nút trung tâm", "the hub")),
        (tr("Chứng thư đang dùng", "Certificates in use"), len(entry.certificates)),
        (tr("Chứng thư đã thôi dùng", "Certificates kept"), len(entry.kept)),
    ]
    if reason:
        facts.append((tr("Lý do", "Reason"), reason))
    context = {
        "entry": entry,
        "state": state,
        "label": label,
        "colour": colour,
        "facts": [{"key": key, "value": value} for key, value in facts],
        "errors": refusal,
    }
    return render(request, "exchange/node.html", context, status=refusal.status if refusal else 200)
