"""Pages of the operator about systems outside: who they are, their secret, how they call; the line to another axis."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import Bilingual, show_date, show_moment, show_number, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents import edxml
from lienthong.platform.documents.partner_types import CodeForm, PartnerEntry
from lienthong.platform.documents.queries import axis_tasks, partners
from lienthong.platform.documents.services import axis_tasks as axis_services
from lienthong.platform.documents.services import partners as services

_MAX_TYPED = 20_000
_HEAD = [
    tr("Hệ thống", "System"),
    tr("Mã", "Id"),
    tr("Cơ quan", "Agencies"),
    tr("Liên lạc gần nhất", "Last contact"),
    {"text": tr("Trạng thái", "State"), "stacked": "bare"},
]
_CALLS = [
    {"text": tr("Lúc", "At"), "stacked": "title"},
    tr("Việc", "Call"),
    tr("Địa chỉ", "Address"),
    tr("Kết quả", "Outcome"),
    tr("Về", "About"),
]
_WARNINGS = [
    tr("Cơ quan gửi", "Sender"),
    {"text": tr("Cảnh báo", "Warning"), "stacked": "bare"},
    tr("Số lần", "Times"),
    tr("Lần cuối", "Last"),
    tr("Văn bản", "Document"),
]
_TASKS = [
    tr("Văn bản", "Document"),
    tr("Loại", "Kind"),
    tr("Nơi nhận", "Receivers"),
    tr("Lần thử", "Tries"),
    tr("Thử lại lúc", "Next try"),
    tr("Vì sao", "Why"),
]
_STATES = {"active": (tr("Đang kết nối", "Active"), "green"), "suspended": (tr("Tạm ngừng", "Suspended"), "red")}
_FORMS = [
    ("qd20", tr("Quyết định 20/2020 (H56.14)", "Decision 20/2020 (H56.14)")),
    ("qcvn102", tr("QCVN 102:2016 (000.00.14.H56)", "QCVN 102:2016 (000.00.14.H56)")),
]
_OUTCOMES = {
    "documents.hash-mismatch": tr("Sai mã băm tệp", "Another file than hash-file says"),
    "documents.bad-request": tr("Thiếu hoặc sai tham số", "A parameter is missing or wrong"),
    "documents.not-your-agency": tr("Không đại diện cho cơ quan này", "Not its agency"),
    "documents.unknown-agency": tr("Không có cơ quan nhận", "No such agency"),
    "documents.unreachable": tr("Chưa nơi nào nhận hộ", "Nobody delivers there"),
    "documents.other-content": tr("Trùng mã, khác nội dung", "Known with other content"),
    "documents.unknown-item": tr("Không có docId này", "No such docId"),
    "documents.never-sent": tr("Văn bản chưa từng gửi", "Never sent there"),
    "documents.out-of-order": tr("Sai thứ tự trạng thái", "Out of order"),
}


@require_safe
@access.duty("operator")
def listing(request: HttpRequest) -> HttpResponse:
    """The systems that may call, and the line to another axis."""
    actor = access.acting(request)
    context = {
        "head": _HEAD,
        "rows": [_row(one) for one in partners.list_partners(actor)],
        "line": axis_tasks.describe_line(actor),
    }
    return render(request, "documents/partners.html", {**context, "line_facts": _line_facts(context["line"])})


def _row(one: PartnerEntry) -> list[object]:
    label, colour = _STATES[one.state]
    given = [each.code for each in one.agencies if not each.registered]
    named = [agencies_queries.name_of_agency(code) for code in given[:3]]
    more = len(one.codes) - len(named)
    return [
        {"text": one.name, "href": reverse("documents-partner", args=[one.system_id])},
        one.system_id,
        "; ".join(named) + (f" (+{more})" if more > 0 else ""),
        show_moment(one.last_contact_at) or tr("Chưa từng", "Never"),
        {"text": label, "tag": colour},
    ]


def _line_facts(line: Any) -> list[dict[str, object]]:
    if line is None:
        return []
    return [
        {"key": tr("Địa chỉ", "Address"), "value": line.url},
        {"key": tr("Nhận hộ cho", "Fetches for"), "value": ", ".join(line.agencies)},
        {"key": tr("Gửi đến", "Reaches"), "value": ", ".join(line.serves) or "–"},
        {"key": tr("Lấy thư lần cuối", "Last look"), "value": show_moment(line.polled_at) or "–"},
        {"key": tr("Lần thành công gần nhất", "Last success"), "value": show_moment(line.good_at) or "–"},
        {"key": tr("Đã nhận, từ chối", "Fetched, refused"), "value": f"{line.fetched}, {line.refused}"},
        {"key": tr("Chờ gửi, không gửi được", "Waiting, failed"), "value": f"{line.waiting}, {line.failed}"},
        {"key": tr("Lỗi gần nhất", "Last problem"), "value": line.problem or "–"},
    ]


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def new(request: HttpRequest) -> HttpResponse:
    """Register a system; its secret stands in the answer and nowhere else."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            made, secret = services.register_partner(
                system_id=_text(request.POST, "system_id").strip(), actor=access.acting(request), **_told(request.POST)
            )
        except Refused as caught:
            refusal = caught
        else:
            context = {**_context(made, access.acting(request)), "secret": secret}
            return render(request, "documents/partner.html", context)
    context = {"typed": request.POST, "errors": refusal, "forms": _FORMS}
    return render(request, "documents/partner_form.html", context, status=refusal.status if refusal else 200)


@require_safe
@access.duty("operator")
def partner(request: HttpRequest, system_id: str) -> HttpResponse:
    """One system: agencies, calls, warnings, and what the operator may do."""
    actor = access.acting(request)
    return render(request, "documents/partner.html", _context(partners.get_partner(system_id, actor), actor))


@require_POST
@access.duty("operator")
def change(request: HttpRequest, system_id: str) -> HttpResponse:
    """The button that was pressed: facts, a new secret, suspend, resume."""
    actor, act = access.acting(request), request.POST.get("act", "")
    entry = partners.get_partner(system_id, actor)
    shown: dict[str, Any] = {}
    try:
        if act in ("rotate", "rotate-at-once"):
            entry, secret = services.rotate_secret(system_id=system_id, at_once=act == "rotate-at-once", actor=actor)
            shown = {"secret": secret}
        elif act in _ACTS:
            message = _ACTS[act](system_id, request.POST, actor)
        else:
            raise NotFound("documents.unknown-act", tr("Không có việc này.", "There is no such act."))
    except Refused as refusal:
        context = {**_context(entry, actor), "errors": refusal, "typed": request.POST}
        return render(request, "documents/partner.html", context, status=refusal.status)
    if shown:
        return render(request, "documents/partner.html", {**_context(entry, actor), **shown})
    messages.success(request, str(message))
    return redirect("documents-partner", system_id)


def _save(system_id: str, post: QueryDict, actor: Actor) -> Bilingual:
    services.change_partner(system_id=system_id, actor=actor, **_told(post))
    return tr("Đã lưu.", "Saved.")


def _suspend(system_id: str, post: QueryDict, actor: Actor) -> Bilingual:
    services.suspend_partner(system_id=system_id, reason=_text(post, "reason"), actor=actor)
    return tr("Đã tạm ngừng: hệ thống này không gọi được nữa.", "Suspended: it can call no more.")


def _resume(system_id: str, post: QueryDict, actor: Actor) -> Bilingual:
    services.resume_partner(system_id=system_id, actor=actor)
    return tr("Hệ thống gọi được trở lại.", "It may call again.")


_ACTS: dict[str, Callable[[str, QueryDict, Actor], Bilingual]] = {
    "save": _save,
    "suspend": _suspend,
    "resume": _resume,
}


@require_safe
@access.duty("operator")
def tasks(request: HttpRequest) -> HttpResponse:
    """What another axis has not taken yet, or refused."""
    actor = access.acting(request)
    rows = [
        [
            one.document_id,
            tr("Văn bản", "Document") if one.kind == "edoc" else tr("Trạng thái", "Status"),
            ", ".join(one.receivers[:5]) + (" …" if len(one.receivers) > 5 else ""),
            one.attempts,
            show_moment(one.next_at) if one.state == "waiting" else tr("Không thử nữa", "No more"),
            one.problem or "–",
        ]
        for one in axis_tasks.list_tasks(actor)
    ]
    return render(request, "documents/axis_tasks.html", {"head": _TASKS, "rows": rows})


@require_POST
@access.duty("operator")
def try_again(request: HttpRequest) -> HttpResponse:
    """Everything that waits or failed is due now."""
    moved = axis_services.try_again(actor=access.acting(request))
    messages.success(request, str(tr(f"Sẽ gửi lại ngay {moved} việc.", f"{moved} things are sent again now.")))
    return redirect("documents-axis-tasks")


def _told(post: QueryDict) -> dict[str, Any]:
    form: CodeForm = "qcvn102" if post.get("code_form") == "qcvn102" else "qd20"
    return {
        "name": _text(post, "name"),
        "contact": _text(post, "contact"),
        "agencies": _text(post, "agencies").replace(",", "\n").splitlines(),
        "networks": _text(post, "networks").replace(",", "\n").splitlines(),
        "code_form": form,
    }


def _text(post: QueryDict, name: str) -> str:
    return post.get(name, "")[:_MAX_TYPED]


def _context(entry: PartnerEntry, actor: Actor) -> dict[str, Any]:
    label, colour = _STATES[entry.state]
    return {
        "entry": entry,
        "state": {"text": label, "tag": colour},
        "facts": _facts(entry),
        "forms": _FORMS,
        "given": "\n".join(one.code for one in entry.agencies if not one.registered),
        "registered": [
            [one.code, one.name, one.mail or "–", one.mobile or "–"] for one in entry.agencies if one.registered
        ],
        "registered_head": [
            tr("Mã", "Code"),
            {"text": tr("Tên", "Name"), "stacked": "title"},
            tr("Thư điện tử", "E-mail"),
            tr("Điện thoại", "Phone"),
        ],
        "networks": "\n".join(entry.networks),
        "calls_head": _CALLS,
        "calls": [
            [
                show_moment(one.at),
                f"{one.dialect} {one.verb}",
                one.address or "–",
                _outcome(one.outcome),
                one.about or "–",
            ]
            for one in partners.list_calls(entry.system_id, actor)
        ],
        "warnings_head": _WARNINGS,
        "warnings": [
            [
                one.sender_code,
                edxml.WARNINGS.get(one.code, one.code),
                show_number(one.count),
                show_date(one.last_day),
                one.last_document_id or "–",
            ]
            for one in partners.list_warnings(entry.system_id, actor)
        ],
        "change": reverse("documents-partner-change", args=[entry.system_id]),
    }


def _outcome(code: str) -> dict[str, object]:
    if not code:
        return {"text": tr("Xong", "Done"), "tag": "green"}
    return {"text": _OUTCOMES.get(code, code), "tag": "red"}


def _facts(entry: PartnerEntry) -> list[dict[str, object]]:
    given = [one for one in entry.agencies if not one.registered]
    names = [f"{agencies_queries.name_of_agency(one.code)} ({one.code})" for one in given[:10]]
    until = show_moment(entry.earlier_until)
    since = show_moment(entry.secret_at)
    secret = tr(f"Cấp lúc {since}", f"Given at {since}")
    if until:
        secret = tr(
            f"Cấp lúc {since}; khóa trước dùng được đến {until}", f"Given at {since}; the earlier until {until}"
        )
    return [
        {"key": tr("Mã hệ thống", "System id"), "value": entry.system_id},
        {"key": tr("Đại diện cho", "Speaks for"), "value": "; ".join(names) + (" …" if len(given) > 10 else "")},
        {"key": tr("Khóa bí mật", "Secret"), "value": secret},
        {"key": tr("Liên lạc gần nhất", "Last contact"), "value": show_moment(entry.last_contact_at) or "–"},
        {"key": tr("Đầu mối kỹ thuật", "Technical contact"), "value": entry.contact or "–"},
        *([{"key": tr("Lý do ngừng", "Why suspended"), "value": entry.state_reason}] if entry.state_reason else []),
    ]
