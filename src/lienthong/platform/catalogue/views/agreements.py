"""Agreements: what we may call and who may call us, requests and answers, suspensions, purposes, history."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import Bilingual, show_date, show_moment, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.catalogue import forms, queries, services
from lienthong.platform.catalogue.states import DEEDS, PURPOSE_STATES, SHOWN_STATES, SIDES
from lienthong.platform.catalogue.types import AgreementEntry, PurposeEntry, ServiceEntry, Side
from lienthong.platform.catalogue.views import parts

_HEAD = [
    tr("Hệ thống khai thác", "Client"),
    tr("Trạng thái", "State"),
    tr("Dịch vụ", "Service"),
    tr("Mục đích", "Purposes"),
    tr("Đề nghị ngày", "Requested"),
]
_LISTED = {key: state for key, state in SHOWN_STATES.items() if key != "accepted"}
_SIDE_CHOICES: dict[Side, Bilingual] = {
    "consumer": tr("Chúng tôi khai thác", "We consume"),
    "provider": tr("Chúng tôi cung cấp", "We provide"),
}
_COLOURS = {"accepted": "green", "resumed": "green", "purpose-accepted": "green", "refused": "red", "ended": "grey"}


@require_safe
@access.duty("operator")
def agreements_list(request: HttpRequest) -> HttpResponse:
    """All agreements that this node holds; by side, state and words."""
    filters = parts.asked(request, "q", "side", "state")
    found = _found(filters)
    page = parts.page_of(request, found)
    labels = {
        "side": dict(_SIDE_CHOICES).get(filters["side"]),  # type: ignore[call-overload]  # any word may be asked for
        "state": _LISTED[filters["state"]].label if filters["state"] in _LISTED else "",
    }
    waiting = len(queries.list_agreements(side="provider", state="requested"))
    context = {
        "filters": filters,
        "selected": parts.kept(filters, labels),
        "sides": [("", tr("Cả hai bên", "Both sides")), *_SIDE_CHOICES.items()],
        "states": parts.options(_LISTED, tr("Mọi trạng thái", "All states")),
        "count": len(found),
        "waiting": waiting,
        "head": _HEAD,
        "rows": [_cells(one) for one in page.object_list],
        "page": page,
        "query": request.GET.urlencode(),
    }
    return render(request, "catalogue/agreements.html", context)


def _found(filters: dict[str, str]) -> list[AgreementEntry]:
    side: Side | None = next((key for key in _SIDE_CHOICES if key == filters["side"]), None)
    return queries.list_agreements(side=side, state=filters["state"], words=filters["q"])


def _cells(one: AgreementEntry) -> list[object]:
    return [
        {"text": str(one.client), "href": parts.agreement_address(one.id)},
        parts.agreement_tag(one),
        str(one.service),
        "; ".join(purpose.title for purpose in one.purposes if purpose.state in ("waiting", "accepted")) or "–",
        show_date(one.requested_at),
    ]


@require_safe
@access.duty("operator")
def agreements_sheet(request: HttpRequest) -> HttpResponseBase:
    """The agreements that the filters leave, as CSV: one line a purpose."""
    day = clock.today()
    head = ["agreement", "client", "service", "state", "valid_from", "valid_to", "purpose", "legal_ground",
            "purpose_state", "daily_calls", "daily_quota"]  # fmt: skip
    lines = (
        [
            one.id, one.client, one.service, one.shown_state(day), one.valid_from, one.valid_to, purpose.title,
            purpose.legal_ground, purpose.state, purpose.daily_calls, purpose.daily_quota,
        ]
        for one in _found(parts.asked(request, "q", "side", "state"))
        for purpose in one.purposes
    )  # fmt: skip
    return sheet("thoa-thuan.csv", head, lines)


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def new_agreement(request: HttpRequest) -> HttpResponse:
    """Ask for a service: which system, for what purpose, on what ground, which fields, how often."""
    sent = request.method == "POST"
    given = request.POST if sent else request.GET
    service = queries.find_service(forms.service_ref(given.get("service", "")))
    refusal: Refused | None = None
    if sent:
        try:
            made = _request(request.POST, access.acting(request))
        except Refused as caught:
            refusal = caught
        else:
            message = tr("Đã gửi đề nghị tới bên cung cấp.", "The request is on its way to the provider.")
            return parts.done(request, message, parts.agreement_address(made.id))
    context = {
        **_wizard(service),
        "typed": given,
        "chosen": request.POST.getlist("fields"),
        "endpoints": request.POST.getlist("endpoints"),
        "errors": refusal,
    }
    return render(request, "catalogue/request.html", context, status=refusal.status if refusal else 200)


def _wizard(service: ServiceEntry | None) -> dict[str, Any]:
    systems = [one for one in queries.list_systems() if one.state == "active"]
    offered = [one.service for one in queries.list_services() if one.service.shown_state in ("published", "deprecated")]
    return {
        "service": service,
        "systems": [(str(one.ref), f"{one.name} ({one.ref})") for one in systems],
        "services": [(str(one.ref), f"{one.title} – {one.ref}") for one in offered],
        "field_options": [(name, name) for name in service.fields] if service else [],
        "endpoint_options": [(f"{one}", f"{one}", one.summary) for one in service.endpoints] if service else [],
    }


def _request(post: QueryDict, actor: Actor) -> AgreementEntry:
    return services.request_agreement(
        client=forms.system_ref(forms.text(post, "client")),
        service=forms.service_ref(forms.text(post, "service")),
        purposes=[_wish(post)],
        endpoints=post.getlist("endpoints"),
        valid_to=forms.day(post, "valid_to"),
        note=forms.text(post, "note"),
        actor=actor,
    )


def _wish(post: QueryDict) -> services.PurposeWish:
    return services.PurposeWish(
        title=forms.text(post, "title"),
        legal_ground=forms.text(post, "legal_ground"),
        daily_calls=forms.number(post, "daily_calls") or 0,
        fields=tuple(post.getlist("fields")),
    )


@require_safe
@access.duty("operator")
def agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """One agreement: what it allows, how it stands, what each side may do, what was done."""
    return render(request, "catalogue/agreement.html", _context(queries.get_agreement(agreement_id)))


@require_http_methods(["POST"])
@access.duty("operator")
def change_agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """The button that was pressed."""
    entry = queries.get_agreement(agreement_id)
    refusal = parts.attempt(lambda: _change(entry, request.POST, access.acting(request)))
    if refusal:
        context = {**_context(queries.get_agreement(agreement_id)), "errors": refusal, "typed": request.POST}
        return render(request, "catalogue/agreement.html", context, status=refusal.status)
    message = tr("Đã ghi nhận; bên kia được báo ngay.", "Done; the other side is told at once.")
    return parts.done(request, message, parts.agreement_address(agreement_id))


def _change(entry: AgreementEntry, post: QueryDict, actor: Actor) -> object:
    act, reason = post.get("act", ""), forms.text(post, "reason")
    side: Side | None = next((one for one in queries.sides_of(entry) if one == post.get("side")), None)
    if act in ("accept", "refuse"):
        return _answer(entry, post, actor, accepted=act == "accept")
    if act == "suspend" and side:
        return services.suspend_agreement(agreement_id=entry.id, side=side, reason=reason, actor=actor)
    if act == "resume" and side:
        return services.resume_agreement(agreement_id=entry.id, side=side, actor=actor)
    if act == "end" and side:
        return services.end_agreement(agreement_id=entry.id, side=side, reason=reason, actor=actor)
    if act == "add-purpose":
        return services.request_purpose(agreement_id=entry.id, wish=_wish(post), actor=actor)
    purpose = next((one for one in entry.purposes if str(one.id) == post.get("purpose")), None)
    if purpose and act in ("accept-purpose", "refuse-purpose"):
        accepted = act == "accept-purpose"
        word = services.PurposeWord(accepted, reason, forms.number(post, "daily_quota") if accepted else None)
        return services.answer_purpose(agreement_id=entry.id, purpose_id=purpose.id, word=word, actor=actor)
    if purpose and side and act == "end-purpose":
        return services.end_purpose(agreement_id=entry.id, purpose_id=purpose.id, side=side, reason=reason, actor=actor)
    raise NotFound("catalogue.unknown-act", tr("Không có việc này.", "There is no such act."))


def _answer(entry: AgreementEntry, post: QueryDict, actor: Actor, *, accepted: bool) -> object:
    quota = forms.number(post, "daily_quota") if accepted else None
    reason = forms.text(post, "reason")
    return services.answer_agreement(
        agreement_id=entry.id,
        accepted=accepted,
        reason=reason,
        valid_from=forms.day(post, "valid_from"),
        valid_to=forms.day(post, "valid_to"),
        rate=forms.decimal(post, "rate"),
        purposes={one.id: services.PurposeWord(accepted, reason, quota) for one in entry.purposes},
        actor=actor,
    )


def _context(entry: AgreementEntry) -> dict[str, Any]:
    sides = queries.sides_of(entry)
    service = queries.find_service(entry.service)
    facts = [
        (tr("Hệ thống khai thác", "Client"), f"{entry.client} – {parts.agency_name(entry.client.agency_code)}"),
        (tr("Dịch vụ", "Service"), f"{entry.service} – {parts.agency_name(entry.service.agency_code)}"),
        (tr("Điểm truy cập", "Endpoints"), ", ".join(map(str, entry.endpoints)) or tr("Tất cả", "All")),
        (tr("Hiệu lực", "In force"), parts.period(entry)),
        (tr("Lượt gọi tối đa một giây", "Calls a second"), parts.told(entry.rate and f"{entry.rate:g}")),
        (tr("Người đề nghị", "Requested by"), parts.told(entry.requested_by)),
        (tr("Ghi chú", "Note"), parts.told(entry.note)),
        *([(tr("Lý do", "Reason"), entry.reason)] if entry.reason else []),
    ]
    used = {one.purpose_id: one for one in queries.list_usage()}
    suspended = dict(entry.suspension.sides())
    return {
        "entry": entry,
        "tag": parts.agreement_tag(entry),
        "facts": [{"key": key, "value": value} for key, value in facts],
        "service": service,
        "suspended": [(SIDES[side], reason) for side, reason in suspended.items()],
        "purposes": [_purpose(one, used.get(one.id), sides, entry) for one in entry.purposes],
        "may_answer": "provider" in sides and entry.state == "requested",
        "may_add": "consumer" in sides and entry.state == "accepted",
        "may_withdraw": "consumer" in sides and entry.state == "requested",
        "stops": [
            {"side": side, "label": SIDES[side], "suspended": side in suspended, "reason_id": f"reason-{side}"}
            for side in sides
            if entry.state == "accepted"
        ],
        "field_options": [(name, name) for name in service.fields] if service else [],
        "change": reverse("catalogue-agreement-change", args=[entry.id]),
        "history": [
            {
                "title": DEEDS.get(line.deed, line.deed),
                "moment": show_moment(line.at),
                "by": f"{SIDES[line.side]}{f' – {line.by}' if line.by else ''}",
                "text": line.reason,
                "colour": _COLOURS.get(line.deed, "blue"),
            }
            for line in queries.list_history(entry.id)
        ],
    }


def _purpose(one: PurposeEntry, used: Any, sides: tuple[Side, ...], entry: AgreementEntry) -> dict[str, Any]:
    state = PURPOSE_STATES[one.state]
    own: Side | None = next((side for side in sides if side != "platform"), None)
    return {
        "purpose": one,
        "reason_id": f"reason-{one.id}",
        "reason_label": tr("Lý do (khi từ chối)", "Reason (to refuse)"),
        "state": state,
        "fields": ", ".join(one.fields),
        "usage": used,
        "may_answer": "provider" in sides and one.state == "waiting" and entry.state == "accepted",
        "end_side": own if one.state in ("waiting", "accepted") and entry.state == "accepted" else None,
    }
