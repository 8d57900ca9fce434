"""Systems: register, say how they prove who they are, give keys and take them back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.catalogue import forms, queries, services
from lienthong.platform.catalogue.types import SystemEntry, SystemRef
from lienthong.platform.catalogue.views import parts

_HEAD = [
    tr("Hệ thống", "System"),
    tr("Cơ quan", "Agency"),
    tr("Mã", "Code"),
    tr("Xác thực bằng", "Proves itself by"),
    tr("Trạng thái", "State"),
]
_MANAGE = [
    ("yes", tr("Cũng được quản lý dịch vụ và thỏa thuận qua API", "May also manage services and agreements by API"))
]
_STATES = {"active": (tr("Đang dùng", "Active"), "green"), "closed": (tr("Đã ngừng", "Closed"), "grey")}


@require_safe
@access.duty("operator")
def systems_list(request: HttpRequest) -> HttpResponse:
    """The systems of this node's agencies."""
    context = {"head": _HEAD, "rows": [_cells(one) for one in queries.list_systems()]}
    return render(request, "catalogue/systems.html", context)


def _cells(one: SystemEntry) -> list[object]:
    label, colour = _STATES[one.state]
    return [
        {"text": one.name, "href": parts.system_address(one.ref)},
        parts.agency_name(one.ref.agency_code),
        str(one.ref),
        _proofs(one.ref),
        {"text": label, "tag": colour},
    ]


def _proofs(ref: SystemRef) -> str:
    if ref.code == "lienthong":
        return str(tr("Khóa của nút", "The node's own key"))
    proof = queries.get_access(ref)
    keys = sum(key.ended_at is None for key in queries.list_keys(ref))
    told = [
        tr("{n} mạng", "{n} networks").format(n=len(proof.networks)) if proof.networks else None,
        tr("{n} chứng thư", "{n} certificates").format(n=len(proof.certificates)) if proof.certificates else None,
        tr("{n} khóa", "{n} keys").format(n=keys) if keys else None,
    ]
    return ", ".join(str(one) for one in told if one) or str(tr("Chưa có: không gọi được", "Nothing: cannot call"))


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def new_system(request: HttpRequest) -> HttpResponse:
    """Register a system."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            made = services.register_system(
                agency_code=forms.text(request.POST, "agency_code").strip(),
                code=forms.text(request.POST, "code").strip(),
                name=forms.both(request.POST, "name"),
                contact=forms.text(request.POST, "contact"),
                actor=access.acting(request),
            )
        except Refused as caught:
            refusal = caught
        else:
            message = tr("Đã đăng ký hệ thống.", "The system is registered.")
            return parts.done(request, message, parts.system_address(made.ref))
    typed = request.POST if request.method == "POST" else {"agency_code": node().agency_code}
    context = {"typed": typed, "errors": refusal}
    return render(request, "catalogue/system_form.html", context, status=refusal.status if refusal else 200)


@require_safe
@access.duty("operator")
def system(request: HttpRequest, agency_code: str, code: str) -> HttpResponse:
    """One system: what it is, how it proves itself, its keys."""
    return render(request, "catalogue/system.html", _context(_own(agency_code, code)))


@require_http_methods(["POST"])
@access.duty("operator")
def change_system(request: HttpRequest, agency_code: str, code: str) -> HttpResponse:
    """The button that was pressed: access, a new key, the end of a key, the end of the system."""
    entry, act = _own(agency_code, code), request.POST.get("act", "")
    actor, post = access.acting(request), request.POST
    shown: dict[str, Any] = {}
    try:
        if act == "access":
            networks, certificates = forms.lines(post, "networks"), forms.lines(post, "certificates")
            services.set_access(system=entry.ref, networks=networks, certificates=certificates, actor=actor)
            message = tr("Đã lưu cách xác thực.", "Saved.")
        elif act == "key":
            manage = post.get("may_manage") == "yes"
            label = forms.text(post, "label")
            made, key = services.make_key(system=entry.ref, label=label, may_manage=manage, actor=actor)
            shown = {"new_key": key, "new_key_label": made.label}
            message = tr("Đã tạo khóa.", "The key is made.")
        elif act == "end-key":
            services.end_key(system=entry.ref, key_id=forms.number(post, "key") or 0, actor=actor)
            message = tr("Khóa không còn dùng được.", "The key opens nothing now.")
        elif act == "close":
            services.close_system(system=entry.ref, actor=actor)
            message = tr("Đã ngừng hệ thống.", "The system is closed.")
        else:
            raise NotFound("catalogue.unknown-act", tr("Không có việc này.", "There is no such act."))
    except Refused as refusal:
        context = {**_context(entry), "errors": refusal, "typed": post}
        return render(request, "catalogue/system.html", context, status=refusal.status)
    if shown:
        # A key is shown once: it stands in this answer and nowhere else.
        return render(request, "catalogue/system.html", {**_context(_own(agency_code, code)), **shown})
    return parts.done(request, message, parts.system_address(entry.ref))


def _own(agency_code: str, code: str) -> SystemEntry:
    entry = queries.get_system(SystemRef(agency_code, code))
    if entry.node_code != node().agency_code:
        raise NotFound("catalogue.unknown-system", tr("Đây không phải hệ thống của nút này.", "It is not ours."))
    return entry


def _context(entry: SystemEntry) -> dict[str, Any]:
    proof = queries.get_access(entry.ref)
    label, colour = _STATES[entry.state]
    return {
        "entry": entry,
        "state": {"text": label, "tag": colour},
        "facts": [
            {"key": tr("Mã", "Code"), "value": str(entry.ref)},
            {"key": tr("Cơ quan", "Agency"), "value": parts.agency_name(entry.ref.agency_code)},
            {"key": tr("Liên hệ", "Contact"), "value": entry.contact or "–"},
        ],
        "own": entry.ref.code != "lienthong" and entry.state == "active",
        "proof": {"networks": "\n".join(proof.networks), "certificates": "\n".join(proof.certificates)},
        "keys": [
            {
                "key": key,
                "created": show_moment(key.created_at),
                "ended": show_moment(key.ended_at),
            }
            for key in queries.list_keys(entry.ref)
        ],
        "manage_options": _MANAGE,
        "change": reverse("catalogue-system-change", args=[entry.ref.agency_code, entry.ref.code]),
        "permissions": f"{reverse('catalogue-permissions')}?client={entry.ref}",
    }
