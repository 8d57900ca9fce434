"""Verdicts on signatures in XML: from findings to a code and a sentence anyone understands."""

from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from lienthong.kernel.clock import ZONE
from lienthong.kernel.text import Bilingual, nfc, show_moment, tr
from lienthong.platform.signing.rules import certificate_words, certificates
from lienthong.platform.signing.rules.xmldsig import Findings
from lienthong.platform.signing.types import Certificate, PdfTimestamp, XmlSignature

SENTENCES: dict[str, Bilingual] = {
    **certificate_words.SENTENCES,
    "good": tr(
        "{who} đã ký{when}. Nội dung được ký không thay đổi từ khi ký.",
        "{who} signed{when_en}. Nothing that was signed has changed since.",
    ),
    "good-proved": tr(
        "{who} đã ký{when}; dấu thời gian chứng minh chữ ký có từ {proved}. Nội dung được ký không thay đổi từ khi ký.",
        "{who} signed{when_en}; a time stamp proves the signature at {proved}. Nothing that was signed has changed.",
    ),
    "tampered": tr(
        "Nội dung đã bị sửa: không còn đúng như khi {who} ký. Đừng tin dữ liệu này.",
        "The content was altered: it is no longer what {who} signed. Do not rely on it.",
    ),
    "missing-part": tr(
        "Chữ ký của {who} bảo vệ cả phần không có ở đây, nên không kiểm tra được.",
        "The signature of {who} covers something that is not here, so it cannot be checked.",
    ),
    "ambiguous": tr(
        "Không rõ {who} ký phần nào: mã phần được ký (Id) bị lặp. Đừng tin dữ liệu này.",
        "It is not clear what {who} signed: the Id of a signed part occurs twice. Do not rely on it.",
    ),
    "malformed": tr(
        "Chữ ký sai cấu trúc nên không kiểm tra được.", "The signature is malformed and cannot be checked."
    ),
    "wrong-algorithm": tr(
        "Chữ ký dùng thuật toán không được chấp nhận.",
        "The signature uses an algorithm that is not accepted.",
    ),
    "no-certificate": tr(
        "Chữ ký không kèm chứng thư số nên không rõ ai ký.",
        "The signature brings no certificate, so it is not known who signed.",
    ),
    "wrong-certificate": tr(
        "Chứng thư số kèm theo không phải chứng thư đã dùng để ký.",
        "The certificate that came along is not the one that was signed with.",
    ),
    "bad-time": tr(
        "Thời điểm ký do {who} ghi ({moment}) không nằm trong thời hạn của chứng thư số.",
        "The time of signing stated by {who} ({moment}) lies outside the validity of the certificate.",
    ),
}


def judge(
    findings: Findings,
    certificate: Certificate | None,
    trust_code: str,
    pem: str,
    at: datetime,
    timestamps: tuple[PdfTimestamp, ...] = (),
) -> XmlSignature:
    """The verdict at `at`; `trust_code` is "" for a trusted certificate, `certificate` None for a foreign profile."""
    leaf = findings.certificates[0] if findings.certificates else None
    signed_at = findings.signed_at.astimezone(ZONE) if findings.signed_at else None
    code = findings.code or trust_code or _time_code(leaf, signed_at, at)
    code = code if code in SENTENCES else "certificate-unchecked"
    name = certificate.name if certificate else _name(leaf)
    moment = show_moment(signed_at)
    proved = min((one.at for one in timestamps if one.good and one.at is not None), default=None)
    which = "good-proved" if code == "good" and proved is not None else code
    return XmlSignature(
        signer=name,
        position=certificate.position if certificate else "",
        organisation=certificate.organisation if certificate else _name(leaf, NameOID.ORGANIZATION_NAME),
        agency_code=certificate.agency_code if certificate else "",
        kind=certificate.kind if certificate else None,
        thumbprint=certificates.thumbprint(leaf) if leaf else "",
        certificate_pem=pem,
        intact=not findings.code,
        trusted=not trust_code and leaf is not None,
        weak=findings.weak,
        algorithm=findings.algorithm,
        covers=findings.references,
        signed_at=signed_at,
        code=code,
        proved_at=proved,
        timestamps=timestamps,
        sentence=SENTENCES[which].format(
            proved=show_moment(proved),
            who=name or "?",
            moment=moment or "?",
            when=f" lúc {moment}" if moment else "",
            when_en=f" at {moment}" if moment else "",
        ),
    )


def _time_code(leaf: x509.Certificate | None, signed_at: datetime | None, at: datetime) -> str:
    if leaf is None or signed_at is None:
        return "good"
    begun, end = leaf.not_valid_before_utc, min(leaf.not_valid_after_utc, at)
    return "good" if begun - certificates.CLOCK_SKEW <= signed_at <= end + certificates.CLOCK_SKEW else "bad-time"


def _name(leaf: x509.Certificate | None, oid: x509.ObjectIdentifier = NameOID.COMMON_NAME) -> str:
    values = leaf.subject.get_attributes_for_oid(oid) if leaf is not None else []
    return nfc(str(values[0].value)) if values else ""
