"""Verdicts on signed documents: from facts about a signature to a code and a sentence anyone understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW
from lienthong.platform.signing.types import Certificate, PdfSignature, PdfVerdict


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about one signature. `trust_code` is "" for a trusted certificate."""

    certificate: Certificate | None
    name: str
    thumbprint: str
    intact: bool
    trust_code: str
    covers_whole: bool
    covers_file: bool
    modified_after: bool
    signed_at: datetime | None
    reason: str


_SENTENCES: dict[str, Bilingual] = {
    "good": tr(
        "{who} đã ký lúc {when}. Nội dung không thay đổi từ khi ký.",
        "{who} signed at {when}. Nothing has changed since.",
    ),
    "tampered": tr(
        "Nội dung đã bị sửa: không còn đúng như khi {who} ký. Đừng tin văn bản này.",
        "The content was altered: it is no longer what {who} signed. Do not rely on this document.",
    ),
    "partial": tr(
        "Chữ ký của {who} chỉ bảo vệ một phần văn bản. Đừng tin phần còn lại.",
        "The signature of {who} protects only a part of the document. Do not rely on the rest.",
    ),
    "modified-after": tr(
        "Văn bản đã bị thêm hoặc sửa sau khi {who} ký lúc {when}.",
        "Something was added or changed after {who} signed at {when}.",
    ),
    "foreign-certificate": tr(
        "Không rõ ai ký: chứng thư số ghi tên {who} không do tổ chức được tin cậy cấp.",
        "It is not known who signed: the certificate in the name of {who} is not from a trusted authority.",
    ),
    "certificate-expired": tr(
        "Chứng thư số của {who} đã hết hạn nên không còn xác nhận được chữ ký này.",
        "The certificate of {who} has expired, so this signature can no longer be confirmed.",
    ),
    "certificate-not-yet-valid": tr(
        "Chứng thư số của {who} chưa có hiệu lực.",
        "The certificate of {who} is not valid yet.",
    ),
    "certificate-revoked": tr(
        "Chứng thư số của {who} đã bị thu hồi và không có gì chứng minh chữ ký có từ trước đó.",
        "The certificate of {who} was revoked, and nothing proves that the signature is older.",
    ),
    "wrong-kind": tr(
        "Chứng thư số của {who} không dùng để ký văn bản.",
        "The certificate of {who} is not meant for signing documents.",
    ),
    "bad-time": tr(
        "Thời điểm ký do {who} ghi ({when}) không nằm trong thời hạn của chứng thư số.",
        "The time of signing stated by {who} ({when}) lies outside the validity of the certificate.",
    ),
}


def judge(facts: Facts, at: datetime) -> PdfSignature:
    """The verdict on one signature, judged at `at`."""
    certificate = facts.certificate
    code = _code(facts, at)
    values = {"who": _who(facts), "when": show_moment(facts.signed_at) or "?"}
    return PdfSignature(
        signer=certificate.name if certificate else facts.name,
        position=certificate.position if certificate else "",
        organisation=certificate.organisation if certificate else "",
        agency_code=certificate.agency_code if certificate else "",
        kind=certificate.kind if certificate else None,
        intact=facts.intact,
        trusted=not facts.trust_code,
        covers_whole=facts.covers_whole,
        modified_after=facts.modified_after,
        covers_file=facts.covers_file,
        signed_at=facts.signed_at,
        reason=facts.reason,
        thumbprint=facts.thumbprint,
        code=code,
        sentence=_SENTENCES.get(code, _SENTENCES["foreign-certificate"]).format(**values),
    )


def _code(facts: Facts, at: datetime) -> str:
    """The worst thing first: altered content says more than an expired certificate."""
    if not facts.intact:
        return "tampered"
    if not facts.covers_whole:
        return "partial"
    if facts.trust_code:
        return facts.trust_code
    if facts.modified_after:
        return "modified-after"
    return "good" if _time_fits(facts, at) else "bad-time"


def _time_fits(facts: Facts, at: datetime) -> bool:
    signed_at, certificate = facts.signed_at, facts.certificate
    if signed_at is None or certificate is None:
        return False
    return certificate.not_before - CLOCK_SKEW <= signed_at <= min(certificate.not_after, at) + CLOCK_SKEW


def _who(facts: Facts) -> str:
    certificate = facts.certificate
    if certificate is None:
        return facts.name or "?"
    role = ", ".join(text for text in (certificate.name, certificate.position) if text)
    if certificate.organisation and certificate.organisation != certificate.name:
        return f"{role} ({certificate.organisation})"
    return role


def conclude(signatures: Sequence[PdfSignature]) -> PdfVerdict:
    """One verdict on the file: the first bad signature decides."""
    if not signatures:
        return PdfVerdict(
            good=False,
            code="unsigned",
            sentence=tr("Tệp này chưa được ký số.", "This file carries no digital signature."),
            signatures=(),
        )
    bad = [one for one in signatures if not one.good]
    if bad:
        return PdfVerdict(good=False, code=bad[0].code, sentence=bad[0].sentence, signatures=tuple(signatures))
    return PdfVerdict(
        good=True,
        code="good",
        sentence=tr(
            "Văn bản nguyên vẹn, mọi chữ ký số đều hợp lệ.",
            "The document is intact and every digital signature is good.",
        ),
        signatures=tuple(signatures),
    )
