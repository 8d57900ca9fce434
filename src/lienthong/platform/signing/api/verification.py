"""`/xac-minh/api/v1/`: who signed a file, for programs; described at `/xac-minh/api/v1/openapi.json`."""

from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import File, NinjaAPI, Query
from ninja.files import UploadedFile

from lienthong.kernel import access
from lienthong.kernel.web.api_errors import answer_with_problems
from lienthong.platform.signing import limits, queries
from lienthong.platform.signing.api import forms

api = NinjaAPI(
    title="lienthong verification",
    version="1",
    description="Who signed a PDF or XML file, when, what was covered, what changed afterwards. No sign-in; nothing of"
    " the file is kept. An answer comes within five seconds. Refusals are problem bodies (RFC 9457) with a stable"
    " `code`; a bad signature is a verdict and no refusal.",
    docs_url=None,
    urls_namespace="signing-verification",
)


answer_with_problems(api, "signing")


@api.post("/verifications", response=forms.VerdictOut, summary="Check the signatures of a PDF or XML file")
def verify(request: HttpRequest, file: UploadedFile = File(...)) -> Any:  # type: ignore[type-arg]  # noqa: B008 (ninja's way)
    return forms.VerdictOut.of(queries.judge_file(_content(request, file)))


@api.post("/signed-revisions", summary="The PDF as it was when a signature was put on it", response={200: bytes})
def signed_revision(
    request: HttpRequest,
    file: UploadedFile = File(...),  # type: ignore[type-arg]  # noqa: B008 (ninja's way)
    signature: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> HttpResponse:
    body = queries.signed_revision(_content(request, file), signature)
    headers = {"Content-Disposition": f'attachment; filename="ban-da-ky-{signature}.pdf"'}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


def _content(request: HttpRequest, file: Any) -> bytes:
    limits.check_uploads(request)
    if (file.size or 0) > queries.MAX_PDF_BYTES:
        raise queries.too_large()
    return bytes(file.read())


def urls() -> tuple[list[Any], str, str]:
    """The routes of the API; anybody may come. Its description and its bare root (404) are only read."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        reads = getattr(pattern, "name", "") in ("openapi-json", "api-root")
        public = access.public(cast("Any", pattern.callback))
        # Strangers' programs bring no token; nothing here looks at who is signed in.
        cast("Any", public).csrf_exempt = not reads
        pattern.callback = require_safe(public) if reads else public
    return list(patterns), app_name, namespace
