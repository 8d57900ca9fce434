"""Judging the signer: a certificate that a trusted root stands for, valid when it signed, not revoked before."""

from datetime import timedelta

import orjson
from cryptography import x509

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.signing.rules import certificates, ocsp
from lienthong.platform.signing.rules.asic import signature
from lienthong.platform.signing.rules.asic.case import Case
from lienthong.platform.signing.rules.xades import MESSAGE
from lienthong.platform.signing.types import Certificate

_NEAR = timedelta(days=3)
_KINDS = {"letter": "thông điệp", "receipt": "biên nhận", "question": "yêu cầu", "answer": "câu trả lời"}


def check_signer(case: Case, read: signature.ReadSignature) -> None:
    """Who signed, and may that be believed. Raises Refused with the code of what is wrong with the certificate."""
    leaf, *sent = read.certificates
    certificates.check_path(leaf, sent, case.anchors, read.signed_at)
    signer = certificates.describe("".join(certificates.to_pem(one) for one in (leaf, *sent)))
    certificates.require_kind(signer, "node")
    certificates.check_validity(signer, read.signed_at)
    _check_time(case, read, signer)
    _check_message(case, signer)
    case.signer = signer
    case.good(
        "signing.signer",
        tr(
            f"Người ký: {signer.name} ({signer.agency_code}), lúc {show_moment(read.signed_at)}.",
            f"Signed by {signer.name} ({signer.agency_code}) at {show_moment(read.signed_at)}.",
        ),
    )
    _check_status(case, read, leaf, sent)
    if case.own_roots:
        _name_roots(case)


def _check_time(case: Case, read: signature.ReadSignature, signer: Certificate) -> None:
    if any(moment < read.signed_at - certificates.CLOCK_SKEW for moment in case.moments):
        raise Refused(
            "signing.bad-time",
            tr("Giờ ký ghi muộn hơn dấu thời gian.", "The stated time of signing is later than the time stamp."),
        )
    if case.moments and min(case.moments) <= signer.not_after:
        return
    if case.now > signer.not_after:
        raise Refused(
            "signing.unproven-time",
            tr(
                "Chứng thư đã hết hạn và không có dấu thời gian nào chứng minh đã ký trước đó.",
                "The certificate has expired, and no time stamp proves that the signature is older.",
            ),
        )
    case.note(
        "signing.own-time",
        tr(
            "Giờ ký là lời của người ký: không có dấu thời gian.",
            "The time of signing is the signer's word: there is no time stamp.",
        ),
    )


def _check_message(case: Case, signer: Certificate) -> None:
    """What the message says of its sender is what the certificate says; a message of another form says nothing."""
    try:
        told = orjson.loads(case.reader.read(MESSAGE))
    except orjson.JSONDecodeError:
        return
    if not isinstance(told, dict) or "from" not in told:
        return
    if told["from"] != signer.agency_code:
        raise Refused(
            "signing.other-sender",
            tr("Thông điệp ghi cơ quan gửi khác người ký.", "The message names another sender than the signer."),
            field=MESSAGE,
        )
    kind, name, sender, to, number = (str(told.get(key, "")) for key in ("kind", "name", "from", "to", "id"))
    case.good(
        "signing.message",
        tr(
            f"Nội dung: {_KINDS.get(kind, kind)} {name}, {sender} → {to}, mã {number}.",
            f"It is a {kind} {name}, {sender} → {to}, id {number}.",
        ),
    )


def _check_status(
    case: Case, read: signature.ReadSignature, leaf: x509.Certificate, sent: list[x509.Certificate]
) -> None:
    issuers = [one for one in (*sent, *case.anchors.intermediates, *case.anchors.roots) if one.subject == leaf.issuer]
    answers = [answer for der in read.ocsp_answers for answer in _answers(case, der, leaf, issuers[:1])]
    for one in answers:
        if one.state == "revoked":
            _judge_revoked(case, one)
    if any(one.state == "good" and one.this_update >= read.signed_at - _NEAR for one in answers):
        case.good(
            "signing.not-revoked",
            tr("Chứng thư không bị thu hồi khi ký (OCSP).", "The certificate was not revoked when it signed (OCSP)."),
        )
    elif not any(one.state == "revoked" for one in answers):
        case.note(
            "signing.status-unknown",
            tr("Không có trả lời OCSP gần lúc ký.", "There is no OCSP answer from about the time of signing."),
        )


def _answers(case: Case, der: bytes, leaf: x509.Certificate, issuers: list[x509.Certificate]) -> list[ocsp.Answer]:
    try:
        return [ocsp.read_kept(der, leaf, issuer) for issuer in issuers]
    except ocsp.BadAnswer as problem:
        case.note(
            "signing.bad-ocsp",
            tr(
                f"Trả lời OCSP kèm theo không dùng được ({problem.reason}).",
                f"An OCSP answer inside is of no use ({problem.reason}).",
            ),
        )
        return []


def _judge_revoked(case: Case, answer: ocsp.Answer) -> None:
    """What was signed before the revocation stays good, if a time stamp proves that it was."""
    proven = min(case.moments, default=None)
    if answer.revoked_at is None or proven is None or answer.revoked_at <= proven:
        at = show_moment(answer.revoked_at)
        raise Refused(
            "signing.certificate-revoked",
            tr(
                f"Chứng thư bị thu hồi lúc {at}; không có gì chứng minh đã ký trước đó.",
                f"The certificate was revoked at {at}; nothing proves an earlier signature.",
            ),
        )
    case.note(
        "signing.revoked-later",
        tr("Chứng thư bị thu hồi sau khi ký.", "The certificate was revoked after it had signed."),
    )


def _name_roots(case: Case) -> None:
    told = ", ".join(certificates.thumbprint(one) for one in case.snapshot.roots)
    case.note(
        "signing.own-roots",
        tr(
            f"Xét theo chứng thư gốc mà tệp mang theo; hãy đối chiếu SHA-256: {told}.",
            f"Judged by the roots that the file brings; compare their SHA-256: {told}.",
        ),
    )
