"""Verdicts on signed documents: from facts about a signature to a code and a sentence anyone understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing.rules import certificate_words
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW
from lienthong.platform.signing.types import (
    Certificate,
    PdfChange,
    PdfLevel,
    PdfSignature,
    PdfTimestamp,
    PdfVerdict,
    Status,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about one signature. `problem` is "" for intact bytes, `trust_code` for a good certificate."""

    certificate: Certificate | None
    name: str
    thumbprint: str
    problem: str
    trust_code: str
    covers_whole: bool
    covers_file: bool
    modified_after: bool
    signed_at: datetime | None
    reason: str
    field: str
    level: PdfLevel | Literal[""]
    proved_at: datetime | None
    signed_bytes: int
    path: tuple[str, ...]
    status: Status | None
    issuer_status: Status | None
    timestamps: tuple[PdfTimestamp, ...]
    changes: tuple[PdfChange, ...]


_SENTENCES: dict[str, Bilingual] = {
    **certificate_words.SENTENCES,
    "good": tr(
        "{who} đã ký lúc {when}. Nội dung không thay đổi từ khi ký.",
        "{who} signed at {when}. Nothing has changed since.",
    ),
    "good-proved": tr(
        "{who} đã ký lúc {when}; dấu thời gian chứng minh chữ ký có từ {proved}. Nội dung không thay đổi từ khi ký.",
        "{who} signed at {when}; a time stamp proves the signature at {proved}. Nothing has changed since.",
    ),
    "weak-algorithm": tr(
        "Chữ ký của {who} dùng thuật toán đã lỗi thời nên không bảo vệ được nội dung. Đừng tin văn bản này.",
        "The signature of {who} uses an outdated algorithm that protects nothing. Do not rely on this document.",
    ),
    "form-filled": tr(
        "Biểu mẫu trong văn bản đã bị điền hoặc sửa sau khi {who} ký lúc {when}. Hãy xem bản đã ký.",
        "Form fields were filled or changed after {who} signed at {when}. Look at the signed version.",
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
    "wrong-kind": tr(
        "Chứng thư số của {who} không dùng để ký văn bản.",
        "The certificate of {who} is not meant for signing documents.",
    ),
    "bad-time": tr(
        "Thời điểm ký do {who} ghi ({when}) không khớp với thời hạn của chứng thư số hoặc với dấu thời gian.",
        "The time of signing stated by {who} ({when}) does not fit the validity of the certificate or the time stamp.",
    ),
}


def judge(facts: Facts, at: datetime) -> PdfSignature:
    """The verdict on one signature, judged at `at`."""
    certificate = facts.certificate
    code = _code(facts, at)
    return PdfSignature(
        signer=certificate.name if certificate else facts.name,
        position=certificate.position if certificate else "",
        organisation=certificate.organisation if certificate else "",
        agency_code=certificate.agency_code if certificate else "",
        kind=certificate.kind if certificate else None,
        intact=not facts.problem,
        trusted=not facts.trust_code,
        covers_whole=facts.covers_whole,
        modified_after=facts.modified_after,
        covers_file=facts.covers_file,
        signed_at=facts.signed_at,
        reason=facts.reason,
        thumbprint=facts.thumbprint,
        code=code,
        sentence=_sentence(code, facts),
        field=facts.field,
        level=facts.level,
        proved_at=facts.proved_at,
        signed_bytes=facts.signed_bytes,
        path=facts.path,
        status=facts.status,
        issuer_status=facts.issuer_status,
        timestamps=facts.timestamps,
        changes=facts.changes,
    )


def _sentence(code: str, facts: Facts) -> Bilingual:
    which = code
    if code == "good" and facts.proved_at is not None:
        which = "good-proved"
    if code == "modified-after" and {kind for one in facts.changes if not one.allowed for kind in one.kinds} == {
        "form"
    }:
        which = "form-filled"
    values = {
        "who": _who(facts),
        "when": show_moment(facts.signed_at) or "?",
        "proved": show_moment(facts.proved_at) or "?",
    }
    return _SENTENCES.get(which, _SENTENCES["foreign-certificate"]).format(**values)


def _code(facts: Facts, at: datetime) -> str:
    """The worst thing first: altered content says more than an expired certificate."""
    if facts.problem:
        return facts.problem
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
    latest = min(certificate.not_after, facts.proved_at or at)
    return certificate.not_before - CLOCK_SKEW <= signed_at <= latest + CLOCK_SKEW


def _who(facts: Facts) -> str:
    certificate = facts.certificate
    if certificate is None:
        return facts.name or "?"
    role = ", ".join(text for text in (certificate.name, certificate.position) if text)
    if certificate.organisation and certificate.organisation != certificate.name:
        return f"{role} ({certificate.organisation})"
    return role


def conclude(signatures: Sequence[PdfSignature], timestamps: Sequence[PdfTimestamp] = ()) -> PdfVerdict:
    """One verdict on the file: the first bad signature decides."""
    if not signatures:
        return PdfVerdict(
            good=False,
            code="unsigned",
            sentence=tr("Tệp này chưa được ký số.", "This file carries no digital signature."),
            signatures=(),
            timestamps=tuple(timestamps),
        )
    bad = [one for one in signatures if not one.good]
    if bad:
        return PdfVerdict(
            good=False,
            code=bad[0].code,
            sentence=bad[0].sentence,
            signatures=tuple(signatures),
            timestamps=tuple(timestamps),
        )
    return PdfVerdict(
        good=True,
        code="good",
        sentence=tr(
            "Văn bản nguyên vẹn, mọi chữ ký số đều hợp lệ.",
            "The document is intact and every digital signature is good.",
        ),
        signatures=tuple(signatures),
        timestamps=tuple(timestamps),
    )
