"""The national catalogue: search it, read a service's page, take it away as a sheet."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import show_date, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.queries.listings import Published
from lienthong.platform.catalogue.states import CALLABLE, SERVICE_KINDS, SERVICE_STATES
from lienthong.platform.catalogue.types import ServiceEntry
from lienthong.platform.catalogue.views import parts

_HEAD = [
    tr("Dịch vụ", "Service"),
    tr("Trạng thái", "State"),
    tr("Cơ quan cung cấp", "Provider"),
    tr("Loại", "Kind"),
    tr("Mã", "Code"),
]
_STATES = {key: state for key, state in SERVICE_STATES.items() if key != "draft"}


@require_safe
@access.duty("operator")
def services_list(request: HttpRequest) -> HttpResponse:
    """Search by words, agency, kind and state; the filters stay while paging."""
    filters = parts.asked(request, "q", "agency", "kind", "state")
    found = _found(filters)
    page = parts.page_of(request, found)
    listed = queries.find_list()
    labels = {
        "agency": parts.agency_name(filters["agency"]) if filters["agency"] else "",
        "kind": SERVICE_KINDS.get(filters["kind"]),
        "state": SERVICE_STATES[filters["state"]].label if filters["state"] in SERVICE_STATES else "",
    }
    context = {
        "filters": filters,
        "selected": parts.kept(filters, labels),
        "agencies": _agencies(),
        "kinds": parts.options(SERVICE_KINDS, tr("Mọi loại", "All kinds")),
        "states": parts.options(_STATES, tr("Mọi trạng thái", "All states")),
        "count": len(found),
        "head": _HEAD,
        "rows": [_cells(one) for one in page.object_list],
        "page": page,
        "listed": listed,
        "query": request.GET.urlencode(),
    }
    return render(request, "catalogue/services.html", context)


@require_safe
@access.duty("operator")
def services_sheet(request: HttpRequest) -> HttpResponseBase:
    """The services that the filters leave, as CSV."""
    found = _found(parts.asked(request, "q", "agency", "kind", "state"))
    head = ["service", "title", "title_en", "kind", "state", "legal_basis", "published", "endpoints"]
    lines = (
        [
            one.service.ref,
            one.service.title.vi,
            one.service.title.en,
            one.service.kind,
            one.service.shown_state,
            one.service.legal_basis,
            one.service.published_at.date() if one.service.published_at else "",
            len(one.service.endpoints),
        ]
        for one in found
    )
    return sheet("dich-vu.csv", head, lines)


def _found(filters: dict[str, str]) -> list[Published]:
    return queries.list_services(
        words=filters["q"], agency_code=filters["agency"], kind=filters["kind"], state=filters["state"]
    )


def _agencies() -> list[tuple[str, object]]:
    codes = sorted({one.service.ref.agency_code for one in queries.list_services()})
    return [("", tr("Mọi cơ quan", "All agencies")), *((code, parts.agency_name(code)) for code in codes)]


def _cells(one: Published) -> list[object]:
    service = one.service
    return [
        {"text": service.title, "href": parts.service_address("service", service.ref)},
        parts.service_tag(service),
        parts.agency_name(service.ref.agency_code),
        SERVICE_KINDS[service.kind],
        str(service.ref),
    ]


@require_safe
@access.duty("operator")
def service(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """What a service is, who may use it under which terms, its endpoints and fields."""
    entry = _published(parts.ref_of(agency_code, system_code, name))
    return render(request, "catalogue/service.html", service_context(entry))


@require_safe
@access.duty("operator")
def document(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """The OpenAPI document, where this node holds it."""
    found = queries.find_openapi(_published(parts.ref_of(agency_code, system_code, name)).ref)
    if found is None:
        raise NotFound(
            "catalogue.no-document", tr("Nút này không giữ mô tả OpenAPI.", "The document is not kept here.")
        )
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{system_code}-{name}.json"'
    return answer


@require_http_methods(["POST"])
@access.duty("operator")
def platform(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """The hub's operator stops a service for the whole country, or lets it go on."""
    entry = _published(parts.ref_of(agency_code, system_code, name))
    actor = access.acting(request)
    if entry.platform_reason:
        refusal = parts.attempt(lambda: services.resume_published(service=entry.ref, actor=actor))
    else:
        reason = request.POST.get("reason", "")
        refusal = parts.attempt(lambda: services.suspend_published(service=entry.ref, reason=reason, actor=actor))
    if refusal:
        context = {**service_context(entry), "errors": refusal}
        return render(request, "catalogue/service.html", context, status=refusal.status)
    message = tr("Đã ghi nhận; bên cung cấp được báo ngay.", "Done; the provider is told at once.")
    return parts.done(request, message, parts.service_address("service", entry.ref))


def _published(ref: Any) -> ServiceEntry:
    entry = queries.get_service(ref)
    if entry.state == "draft":
        raise NotFound("catalogue.unknown-service", tr("Dịch vụ chưa được công bố.", "It is not published yet."))
    return entry


def service_context(entry: ServiceEntry) -> dict[str, Any]:
    terms = entry.terms
    facts = [
        (tr("Mã dịch vụ", "Code"), str(entry.ref)),
        (tr("Cơ quan cung cấp", "Provider"), parts.agency_name(entry.ref.agency_code)),
        (tr("Loại", "Kind"), SERVICE_KINDS[entry.kind]),
        (tr("Căn cứ pháp lý", "Legal basis"), parts.told(entry.legal_basis)),
        (tr("Liên hệ", "Contact"), parts.told(entry.contact)),
        (tr("Công bố ngày", "Published"), parts.told(show_date(entry.published_at))),
        (tr("Ngừng sau ngày", "Ends after"), parts.told(show_date(entry.sunset_date))),
        (tr("Hạn mức một ngày cho mỗi mục đích", "Quota a day for each purpose"), parts.told(terms.daily_quota)),
        (tr("Số lượt gọi tối đa một giây", "Calls a second"), parts.told(terms.rate and f"{terms.rate:g}")),
        (tr("Thời gian chờ tối đa", "Longest wait"), tr("{n} giây", "{n} seconds").format(n=f"{terms.timeout:g}")),
        (
            tr("Ghi nhật ký nội dung", "Content in the log"),
            tr("Chỉ mã băm, không giữ nội dung", "Digests only") if terms.digest_only else tr("Toàn văn", "In full"),
        ),
    ]
    return {
        "entry": entry,
        "tag": parts.service_tag(entry),
        "reason": entry.platform_reason or entry.state_reason,
        "facts": [{"key": key, "value": value} for key, value in facts],
        "endpoint_head": parts.ENDPOINT_HEAD,
        "endpoints": parts.endpoint_rows(entry.endpoints),
        "open": entry.shown_state in CALLABLE,
        "request_address": f"{reverse('catalogue-request')}?service={entry.ref}",
        "document": parts.service_address("service-document", entry.ref) if queries.find_openapi(entry.ref) else "",
        "platform_address": parts.service_address("service-platform", entry.ref) if queries.is_hub() else "",
    }
