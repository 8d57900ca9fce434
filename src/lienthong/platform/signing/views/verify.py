"""The public page that tells who signed a file (Kiểm tra chữ ký số)."""

import base64
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing import limits, queries
from lienthong.platform.signing.queries import MAX_PDF_BYTES
from lienthong.platform.signing.rules.certificates import KIND_NAMES
from lienthong.platform.signing.types import FileVerdict, PdfChange, PdfSignature, PdfTimestamp, XmlSignature

_TEMPLATE = "signing/verify.html"
_KIND_TITLES: dict[str, Bilingual] = {
    "officer": tr("Chữ ký của người có thẩm quyền", "Signature of an authorised person"),
    "seal": tr("Con dấu của cơ quan", "Seal of the agency"),
}
LEVEL_WORDS: dict[str, Bilingual] = {
    "": tr("chữ ký số thông thường, không theo PAdES", "a plain signature, not PAdES"),
    "B-B": tr("B-B: đã ký, thời điểm ký do máy người ký ghi", "B-B: signed; the time is the signer's own word"),
    "B-T": tr("B-T: có dấu thời gian chứng minh thời điểm", "B-T: a time stamp proves the time"),
    "B-LT": tr("B-LT: giữ sẵn dữ liệu để xác minh lâu dài", "B-LT: keeps what later checking needs"),
    "B-LTA": tr(
        "B-LTA: dữ liệu xác minh được đóng dấu thời gian, xác minh được cả khi chứng thư đã hết hạn",
        "B-LTA: the proofs are time-stamped; it can be checked even after the certificates have expired",
    ),
}
_NO, _YES = tr("Không", "No"), tr("Có", "Yes")
_PLAIN_TITLE = tr("Chữ ký số", "Signature")
_STANDINGS: dict[str, tuple[Bilingual, str]] = {
    "good": (tr("Hợp lệ", "Good"), "green"),
    "modified-after": (tr("Bị sửa sau khi ký", "Changed after signing"), "red"),
    "foreign-certificate": (tr("Không rõ ai ký", "Unknown signer"), "red"),
    "certificate-unchecked": (tr("Chưa xác minh được", "Not confirmed"), "yellow"),
}
_BAD = (tr("Không hợp lệ", "Not good"), "red")
_BROKEN = tr("Không xác định được.", "Not known.")
_XML_WHOLE = tr("Toàn bộ tệp, đúng như bạn đang có.", "The whole file, just as you have it.")
_XML_PART = tr(
    "Chỉ một phần của tệp, xem chi tiết kỹ thuật; phần còn lại không ai ký.",
    "Only a part of the file, see the technical details; nobody signed the rest.",
)
_LINKED_BYTES = 4 * 2**20


@require_http_methods(["GET", "POST"])
@access.public
def verify(request: HttpRequest) -> HttpResponse:
    """Read a file, say who signed it and whether it is unchanged; nothing of the file is kept."""
    if request.method == "GET":
        queries.warm_reader()
        return render(request, _TEMPLATE, {"max_mb": MAX_PDF_BYTES // 2**20})
    try:
        limits.check_uploads(request)
        file = uploaded(request)
        content = file.read()
        verdict = queries.judge_file(content)
    except Refused as refused:
        context = {"max_mb": MAX_PDF_BYTES // 2**20, "errors": refused.field_errors}
        return render(request, _TEMPLATE, context, status=refused.status)
    return render(request, _TEMPLATE, {"max_mb": MAX_PDF_BYTES // 2**20, **_shown(verdict, file.name or "", content)})


def uploaded(request: HttpRequest) -> "UploadedFile[bytes]":
    """The file, judged by its size before a byte is read. Raises Refused `signing.no-file`, `signing.too-large`."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused(
            "signing.no-file",
            tr("Hãy chọn tệp PDF hoặc XML cần kiểm tra.", "Choose the PDF or XML file to check."),
            field="file",
        )
    if (file.size or 0) > MAX_PDF_BYTES:
        raise queries.too_large()
    return file


def _shown(verdict: FileVerdict, name: str, content: bytes) -> dict[str, Any]:
    pdf = verdict.pdf
    return {
        "verdict": verdict,
        "file_name": name,
        "banner": "success" if verdict.good else "important",
        "signatures": [
            *(_signature(number, one, content) for number, one in enumerate(pdf.signatures if pdf else (), start=1)),
            *(_xml_signature(number, one) for number, one in enumerate(verdict.xml, start=1)),
        ],
        "timestamps": [_timestamp(one) for one in (pdf.timestamps if pdf else ())],
        "linked_mb": _LINKED_BYTES // 2**20,
    }


def _signature(number: int, one: PdfSignature, content: bytes) -> dict[str, Any]:
    details = [
        (tr("Mã cơ quan", "Agency code"), one.agency_code),
        (tr("Phần đã ký còn nguyên vẹn", "Signed part unchanged"), _YES if one.intact else _NO),
        (tr("Chứng thư số được tin cậy", "Certificate trusted"), _YES if one.trusted else _NO),
        (tr("Đường dẫn tin cậy", "Path of trust"), " → ".join(one.path)),
        (tr("Tình trạng chứng thư", "Status of the certificate"), one.status.sentence if one.status else ""),
        (tr("Tổ chức cấp chứng thư", "The issuing authority"), one.issuer_status.sentence if one.issuer_status else ""),
        (tr("Mức chữ ký", "Level of the signature"), LEVEL_WORDS[one.level]),
    ]
    changed = one.modified_after and one.covers_whole
    return {
        **_plainly(number, one, _covered(one)),
        "details": _rows(details),
        "changes": [_change(step) for step in one.changes],
        "changed": changed,
        "signed_link": _link(content[: one.signed_bytes]) if changed and one.signed_bytes <= _LINKED_BYTES else "",
    }


def _xml_signature(number: int, one: XmlSignature) -> dict[str, Any]:
    parts = ", ".join(part.uri or part.name for part in one.covers if part.part in ("element", "file"))
    details = [
        (tr("Mã cơ quan", "Agency code"), one.agency_code),
        (tr("Phần đã ký còn nguyên vẹn", "Signed part unchanged"), _YES if one.intact else _NO),
        (tr("Chứng thư số được tin cậy", "Certificate trusted"), _YES if one.trusted else _NO),
        (tr("Các phần được ký", "Parts that are signed"), parts),
        (tr("Thuật toán", "Algorithm"), one.algorithm),
    ]
    covered = _XML_WHOLE if one.covers_document else _XML_PART
    return {**_plainly(number, one, covered if one.intact else _BROKEN), "details": _rows(details)}


def _plainly(number: int, one: PdfSignature | XmlSignature, covered: Bilingual) -> dict[str, Any]:
    """What anybody wants to know of a signature: who, when, what of the file it stands for."""
    title = _KIND_TITLES.get(one.kind or "", _PLAIN_TITLE)
    if one.kind and one.kind not in _KIND_TITLES:
        kind = KIND_NAMES[one.kind]
        title = tr(f"Chữ ký bằng chứng thư của {kind.vi}", f"Signature by a certificate of: {kind.en}")
    organisation = one.organisation if one.organisation != one.signer else ""
    rows = [
        (
            tr("Người ký", "Signed by"),
            ", ".join(filter(None, (one.signer, one.position))) if one.kind != "seal" else "",
        ),
        (tr("Cơ quan", "Agency"), organisation or (one.signer if one.kind == "seal" else "")),
        (tr("Thời điểm ký", "Signed at"), _moment(one)),
        (tr("Phần được ký", "What is signed"), covered),
        (tr("Lý do", "Reason"), one.reason if isinstance(one, PdfSignature) else ""),
    ]
    return {
        "number": number,
        "title": tr(f"{number}. {title.vi}", f"{number}. {title.en}"),
        "who": one.signer or title,
        "signed_at": show_moment(one.signed_at),
        "good": one.good,
        "standing": _STANDINGS.get(one.code, _BAD),
        "sentence": one.sentence,
        "rows": _rows(rows),
        "stamps": [_timestamp(stamp) for stamp in one.timestamps],
    }


def _moment(one: PdfSignature | XmlSignature) -> Bilingual | str:
    signed, proved = show_moment(one.signed_at), show_moment(one.proved_at)
    if signed and proved:
        return tr(
            f"{signed}; dấu thời gian chứng minh chữ ký có từ {proved}", f"{signed}; proved by a time stamp at {proved}"
        )
    if proved:
        return tr(f"Không muộn hơn {proved}, theo dấu thời gian", f"Not later than {proved}, by a time stamp")
    return tr(f"{signed}, theo đồng hồ máy người ký", f"{signed}, by the signer's own clock") if signed else ""


def _covered(one: PdfSignature) -> Bilingual:
    if not one.intact:
        return _BROKEN
    if not one.covers_whole:
        return tr("Chỉ một phần của tệp; phần còn lại không ai ký.", "Only a part of the file; nobody signed the rest.")
    if one.covers_file:
        return tr("Toàn bộ tệp, đúng như bạn đang có.", "The whole file, just as you have it.")
    if one.modified_after:
        return tr(
            "Toàn bộ văn bản vào lúc ký. Những gì thêm hoặc sửa sau đó không thuộc chữ ký này.",
            "The whole document as it was then. What was added or changed later is not covered.",
        )
    return tr(
        "Toàn bộ văn bản vào lúc ký. Sau đó chỉ thêm chữ ký, con dấu hoặc dữ liệu xác minh.",
        "The whole document as it was then. Only signatures, seals or proofs were added later.",
    )


def _rows(rows: Sequence[tuple[Bilingual, object]]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in rows if value]


def _timestamp(one: PdfTimestamp) -> dict[str, Any]:
    until = show_moment(one.until)
    return {
        "good": one.good,
        "sentence": one.sentence,
        "until": tr(f"Cần đóng dấu lại trước {until}.", f"To be stamped anew before {until}.") if until else "",
    }


def _change(one: PdfChange) -> dict[str, Any]:
    return {
        "allowed": one.allowed,
        "sentence": tr(f"Phiên bản {one.revision}: {one.sentence.vi}", f"Version {one.revision}: {one.sentence.en}"),
    }


def _link(content: bytes) -> str:
    """The signed version as an address that holds it: it is made of what was sent, and nothing is kept here."""
    return f"data:application/pdf;base64,{base64.b64encode(content).decode('ascii')}"
