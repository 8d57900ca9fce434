"""Services of our own: draft, describe, publish and take back; who may call them, and how much they do."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import show_date, tr
from lienthong.platform.catalogue import forms, queries, services
from lienthong.platform.catalogue.rules.openapi import MAX_BYTES
from lienthong.platform.catalogue.states import SERVICE_KINDS, SERVICE_STATES
from lienthong.platform.catalogue.types import ServiceEntry, ServiceRef
from lienthong.platform.catalogue.views import parts
from lienthong.platform.catalogue.views.national import service_context

_KINDS = [(key, SERVICE_KINDS[key]) for key in ("openapi", "rest", "soap")]
_DIGEST_ONLY = [
    ("yes", tr("Chỉ ghi mã băm của nội dung (dữ liệu cá nhân)", "Log digests of the content only (personal data)"))
]
_HEAD = [
    tr("Dịch vụ", "Service"),
    tr("Trạng thái", "State"),
    tr("Mã", "Code"),
    {"text": tr("Bên khai thác", "Consumers"), "numeric": True},
    {"text": tr("Lượt gọi hôm nay", "Calls today"), "numeric": True},
]
_DEEDS: dict[str, Callable[[ServiceRef, QueryDict, Actor], object]] = {
    "published": lambda ref, _, actor: services.publish_service(service=ref, actor=actor),
    "deprecated": lambda ref, post, actor: services.deprecate_service(
        service=ref,
        sunset_date=_needed_day(post),
        reason=forms.text(post, "reason"),
        actor=actor,
    ),
    "suspended": lambda ref, post, actor: services.suspend_service(
        service=ref, reason=forms.text(post, "reason"), actor=actor
    ),
    "archived": lambda ref, post, actor: services.archive_service(
        service=ref, reason=forms.text(post, "reason"), actor=actor
    ),
    "discarded": lambda ref, _, actor: services.discard_draft(service=ref, actor=actor),
}


def _needed_day(post: QueryDict) -> Any:
    day = forms.day(post, "sunset_date")
    if day is None:
        raise Refused(
            "catalogue.required", tr("Hãy ghi ngày ngừng cung cấp.", "Give the last day."), field="sunset_date"
        )
    return day


@require_safe
@access.duty("operator")
def services_list(request: HttpRequest) -> HttpResponse:
    """Our services with their state, consumers and today's calls."""
    found = [one.service for one in queries.list_services(own=True)]
    consumers: dict[ServiceRef, set[object]] = {}
    for line in queries.list_permissions():
        consumers.setdefault(line.service, set()).add(line.client)
    calls: dict[ServiceRef, int] = {}
    for used in queries.list_usage():
        calls[used.service] = calls.get(used.service, 0) + used.calls
    context = {
        "head": _HEAD,
        "rows": [
            [
                {"text": one.title, "href": parts.service_address("own-service", one.ref)},
                parts.service_tag(one),
                str(one.ref),
                len(consumers.get(one.ref, ())),
                calls.get(one.ref, 0),
            ]
            for one in found
        ],
        "systems": queries.list_systems(),
    }
    return render(request, "catalogue/ours.html", context)


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def new_service(request: HttpRequest) -> HttpResponse:
    """Begin a service, or a new version of one (`?tu=` names it)."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            made = services.draft_service(
                system=forms.system_ref(forms.text(request.POST, "system")),
                code=forms.text(request.POST, "code").strip(),
                kind=forms.text(request.POST, "kind"),
                terms=forms.terms(request.POST),
                actor=access.acting(request),
                **_words(request.POST),
            )
        except Refused as caught:
            refusal = caught
        else:
            message = tr(
                "Đã tạo bản nháp. Hãy thêm điểm truy cập rồi công bố.", "Draft made. Add endpoints, then publish."
            )
            return parts.done(request, message, parts.service_address("own-service", made.ref))
    systems = [one for one in queries.list_systems() if one.state == "active"]
    context = {
        "typed": request.POST if request.method == "POST" else _earlier(request),
        "digest_only": request.POST.getlist("digest_only"),
        "errors": refusal,
        "systems": [(str(one.ref), f"{one.name} ({one.ref})") for one in systems if one.ref.code != "lienthong"],
        "kinds": _KINDS,
        "digest_options": _DIGEST_ONLY,
        "new": True,
    }
    return render(request, "catalogue/service_form.html", context, status=refusal.status if refusal else 200)


def _earlier(request: HttpRequest) -> dict[str, Any]:
    """What a new version takes over from the one named in the address."""
    found = queries.find_service(forms.service_ref(request.GET.get("tu", "")))
    if found is None:
        return {"timeout": "30", "kind": "openapi"}
    base_url, _ = queries.find_address(found.ref)
    return {"system": str(found.ref.system), "code": found.ref.code, "kind": found.kind, **_typed(found, base_url)}


def _typed(entry: ServiceEntry, base_url: str) -> dict[str, Any]:
    return {
        "title": entry.title.vi,
        "title_en": entry.title.en if entry.title.en != entry.title.vi else "",
        "description": entry.description,
        "legal_basis": entry.legal_basis,
        "contact": entry.contact,
        "base_url": base_url,
        **forms.typed_terms(entry.terms),
    }


def _words(post: QueryDict) -> dict[str, Any]:
    return {
        "title": forms.both(post, "title"),
        "base_url": forms.text(post, "base_url"),
        "description": forms.text(post, "description"),
        "legal_basis": forms.text(post, "legal_basis"),
        "contact": forms.text(post, "contact"),
    }


@require_safe
@access.duty("operator")
def service(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """One of our services, with all that may be done to it."""
    entry = _own(agency_code, system_code, name)
    return render(request, "catalogue/own_service.html", _context(entry))


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def change_service(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """New words, address or terms."""
    entry = _own(agency_code, system_code, name)
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            services.describe_service(
                service=entry.ref, terms=forms.terms(request.POST), actor=access.acting(request), **_words(request.POST)
            )
        except Refused as caught:
            refusal = caught
        else:
            message = tr("Đã lưu thông tin của dịch vụ.", "The service is saved.")
            return parts.done(request, message, parts.service_address("own-service", entry.ref))
    base_url, _ = queries.find_address(entry.ref)
    typed: Any = request.POST if request.method == "POST" else _typed(entry, base_url)
    context = {
        "entry": entry,
        "typed": typed,
        "digest_only": request.POST.getlist("digest_only") if request.method == "POST" else typed["digest_only"],
        "digest_options": _DIGEST_ONLY,
        "errors": refusal,
        "back": parts.service_address("own-service", entry.ref),
    }
    return render(request, "catalogue/service_form.html", context, status=refusal.status if refusal else 200)


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def describe_interface(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """Endpoints: by an uploaded OpenAPI document, by its address, or line by line."""
    entry = _own(agency_code, system_code, name)
    refusal: Refused | None = None
    if request.method == "POST":
        refusal = parts.attempt(lambda: _take_interface(request, entry.ref))
        if refusal is None:
            message = tr("Đã đọc các điểm truy cập.", "The endpoints are read.")
            return parts.done(request, message, parts.service_address("own-service", entry.ref))
    _, url = queries.find_address(entry.ref)
    typed: dict[str, Any] = {
        "openapi_url": url,
        "endpoints": "\n".join(f"{one} {one.summary}".strip() for one in entry.endpoints),
        "fields": "\n".join(entry.fields),
    }
    if request.method == "POST":
        typed = {key: request.POST.get(key, value) for key, value in typed.items()}
    context = {
        "entry": entry,
        "typed": typed,
        "errors": refusal,
        "back": parts.service_address("own-service", entry.ref),
    }
    return render(request, "catalogue/interface.html", context, status=refusal.status if refusal else 200)


def _take_interface(request: HttpRequest, ref: ServiceRef) -> None:
    actor, way = access.acting(request), request.POST.get("act", "")
    upload = request.FILES.get("openapi")
    if way == "lines":
        endpoints, fields = forms.lines(request.POST, "endpoints"), forms.lines(request.POST, "fields")
        services.set_endpoints(service=ref, endpoints=endpoints, fields=fields, actor=actor)
    elif way == "link":
        services.fetch_openapi(service=ref, url=forms.text(request.POST, "openapi_url").strip(), actor=actor)
    elif upload is None or (upload.size or 0) > MAX_BYTES:
        raise Refused(
            "catalogue.bad-openapi", tr("Hãy chọn một tệp dưới 2 MB.", "Choose a file under 2 MB."), field="openapi"
        )
    else:
        services.set_openapi(service=ref, content=upload.read(), actor=actor)


@require_http_methods(["POST"])
@access.duty("operator")
def move_service(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """To another state, by the button that was pressed."""
    entry = _own(agency_code, system_code, name)
    act = request.POST.get("act", "")
    deed = _DEEDS.get(act)
    if deed is None:
        raise NotFound("catalogue.unknown-act", tr("Không có việc này.", "There is no such act."))
    actor = access.acting(request)
    refusal = parts.attempt(lambda: deed(entry.ref, request.POST, actor))
    if refusal:
        context = {**_context(entry), "errors": refusal, "typed": request.POST, f"open_{act}": True}
        return render(request, "catalogue/own_service.html", context, status=refusal.status)
    if act == "discarded":
        message = tr("Đã bỏ bản nháp.", "The draft is gone.")
        return parts.done(request, message, reverse("catalogue-own-services"))
    message = tr("Trạng thái mới: {state}.", "New state: {state}.").format(state=SERVICE_STATES[act].label)
    return parts.done(request, message, parts.service_address("own-service", entry.ref))


def _own(agency_code: str, system_code: str, name: str) -> ServiceEntry:
    entry = queries.get_service(parts.ref_of(agency_code, system_code, name))
    if not any(one.service.ref == entry.ref for one in queries.list_services(own=True)):
        raise NotFound("catalogue.unknown-service", tr("Đây không phải dịch vụ của nút này.", "It is not ours."))
    return entry


def _context(entry: ServiceEntry) -> dict[str, Any]:
    base_url, url = queries.find_address(entry.ref)
    facts = service_context(entry)
    facts["facts"] += [
        {"key": tr("Địa chỉ bên trong", "Inner address"), "value": base_url or "–"},
        {"key": tr("Mô tả lấy từ", "Description from"), "value": url or "–"},
        {
            "key": tr("Tự chấp thuận mục đích đến", "Accepts purposes up to"),
            "value": tr("{n} lượt/ngày cho mọi mục đích", "{n} calls a day for all purposes").format(
                n=entry.terms.threshold
            )
            if entry.terms.threshold is not None
            else tr("Luôn cần chấp thuận", "Always asks"),
        },
    ]
    return {
        **facts,
        "own": entry.kind != "built-in",
        "next": list(SERVICE_STATES[entry.state].next),
        "consumers": queries.list_usage(service=entry.ref),
        "waiting": [
            {"text": str(one.client), "href": parts.agreement_address(one.id)}
            for one in queries.list_agreements(service=entry.ref, state="requested")
        ],
        "address": {
            word: parts.service_address(f"own-service-{word}", entry.ref) for word in ("change", "interface", "move")
        },
        "new_version": f"{reverse('catalogue-own-service-new')}?tu={entry.ref}",
        "sunset": show_date(entry.sunset_date),
    }
