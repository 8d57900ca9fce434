"""The public page that tells who signed a file (Kiểm tra chữ ký số)."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing import queries
from lienthong.platform.signing.queries import MAX_PDF_BYTES
from lienthong.platform.signing.rules.certificates import KIND_NAMES
from lienthong.platform.signing.types import PdfSignature, PdfVerdict

_TEMPLATE = "signing/verify.html"
_KIND_TITLES: dict[str, Bilingual] = {
    "officer": tr("Chữ ký của người có thẩm quyền", "Signature of an authorised person"),
    "seal": tr("Con dấu của cơ quan", "Seal of the agency"),
}
_NO, _YES = tr("Không", "No"), tr("Có", "Yes")


@require_http_methods(["GET", "POST"])
@access.public
def verify(request: HttpRequest) -> HttpResponse:
    """Read a PDF, say who signed it and whether it is unchanged; nothing of the file is kept."""
    if request.method == "GET":
        return render(request, _TEMPLATE, {"max_mb": MAX_PDF_BYTES // 2**20})
    try:
        file = _uploaded(request)
        verdict = queries.judge_pdf(file.read())
    except Refused as refused:
        context = {"max_mb": MAX_PDF_BYTES // 2**20, "errors": refused.field_errors}
        return render(request, _TEMPLATE, context, status=refused.status)
    return render(request, _TEMPLATE, {"max_mb": MAX_PDF_BYTES // 2**20, **_shown(verdict, file.name or "")})


def _uploaded(request: HttpRequest) -> "UploadedFile[bytes]":
    """The file, judged by its size before a byte is read. Raises Refused `signing.no-file`, `signing.too-large`."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused(
            "signing.no-file", tr("Hãy chọn tệp PDF cần kiểm tra.", "Choose the PDF file to check."), field="file"
        )
    if (file.size or 0) > MAX_PDF_BYTES:
        raise queries.too_large()
    return file


def _shown(verdict: PdfVerdict, name: str) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "file_name": name,
        "banner": "success" if verdict.good else "important",
        "signatures": [_signature(number, one) for number, one in enumerate(verdict.signatures, start=1)],
    }


def _signature(number: int, one: PdfSignature) -> dict[str, Any]:
    rows = [
        (tr("Người ký", "Signed by"), one.signer if one.kind != "seal" else ""),
        (tr("Chức vụ", "Position"), one.position),
        (tr("Cơ quan", "Agency"), one.organisation),
        (tr("Mã cơ quan", "Agency code"), one.agency_code),
        (tr("Thời điểm ký", "Signed at"), show_moment(one.signed_at) if one.signed_at else ""),
        (tr("Lý do", "Reason"), one.reason),
        (tr("Phần đã ký còn nguyên vẹn", "Signed part unchanged"), _YES if one.intact else _NO),
        (tr("Chứng thư số được tin cậy", "Certificate trusted"), _YES if one.trusted else _NO),
        (tr("Bị thêm hoặc sửa sau khi ký", "Added to or changed after signing"), _YES if one.modified_after else _NO),
    ]
    title = _KIND_TITLES.get(one.kind or "") or (KIND_NAMES[one.kind] if one.kind else tr("Chữ ký số", "Signature"))
    return {
        "title": tr(f"{number}. {title.vi}", f"{number}. {title.en}"),
        "good": one.good,
        "sentence": one.sentence,
        "rows": [{"key": key, "value": value} for key, value in rows if value],
    }
