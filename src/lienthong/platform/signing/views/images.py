"""An officer's own page: the scanned signature that is drawn where the officer signs (hình chữ ký)."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.rules.pades import scans

_TEMPLATE = "signing/image.html"


@require_http_methods(["GET", "POST"])
@access.signed_in()
def signature_image(request: HttpRequest) -> HttpResponse:
    """Show, replace or drop the own scanned signature."""
    actor = access.acting(request)
    context = {"has_image": bool(queries.find_signature_image(own_key(actor))), "max_kb": scans.MAX_BYTES // 1024}
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    if "drop" in request.POST:
        services.drop_signature_image(actor=actor)
        messages.success(request, str(tr("Đã xóa hình chữ ký.", "The picture was removed.")))
        return redirect(request.path)
    try:
        services.keep_signature_image(_sent(request), actor=actor)
    except Refused as refused:
        return render(request, _TEMPLATE, {**context, "errors": refused.field_errors}, status=refused.status)
    messages.success(request, str(tr("Đã lưu hình chữ ký.", "The picture was kept.")))
    return redirect(request.path)


def _sent(request: HttpRequest) -> bytes:
    """No more than what is allowed and one byte, so that too much is seen and not read."""
    file = request.FILES.get("picture")
    return bytes(file.read(scans.MAX_BYTES + 1)) if isinstance(file, UploadedFile) else b""


@require_safe
@access.signed_in()
def picture(request: HttpRequest) -> HttpResponse:
    """The picture itself, to its owner only."""
    png = queries.find_signature_image(own_key(access.acting(request)))
    if not png:
        raise NotFound("signing.no-image", tr("Chưa có hình chữ ký.", "There is no picture yet."))
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "no-store"})
