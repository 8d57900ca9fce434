"""The hub's door `/catalogue/…`: the signed national list, and the OpenAPI document of each service in it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.kernel.web.pages import problem
from lienthong.platform.catalogue import queries
from lienthong.platform.catalogue.models import CatalogueCopy
from lienthong.platform.catalogue.services import SIGNATURE_HEADER
from lienthong.platform.catalogue.types import ServiceRef, SystemRef


@require_safe
@access.public
def directory(request: HttpRequest) -> HttpResponse:
    """The national list with its signature; 304 when the reader has this serial."""
    row = CatalogueCopy.objects.first()
    if row is None:
        missing = tr("Chưa có danh mục.", "There is no list yet.")
        return problem(Refused("catalogue.list-missing", missing, status=503))
    tag = f'"{row.serial}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    headers = {"ETag": tag, SIGNATURE_HEADER: row.signature}
    return HttpResponse(bytes(row.body), content_type="application/json", headers=headers)


@require_safe
@access.public
def document(request: HttpRequest, agency_code: str, system_code: str, name: str) -> HttpResponse:
    """The OpenAPI document of a published service; its digest stands in the national list."""
    service = ServiceRef.of(SystemRef(agency_code, system_code), name)
    entry = queries.find_service(service)
    found = queries.find_openapi(service) if entry and entry.state != "draft" else None
    if found is None:
        return problem(
            NotFound("catalogue.no-document", tr("Dịch vụ không có mô tả OpenAPI.", "There is no OpenAPI document."))
        )
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False})
