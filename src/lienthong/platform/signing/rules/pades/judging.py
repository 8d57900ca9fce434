"""Judging what was read in a PDF: what its time stamps prove, whose certificates are good at that time, its level.

From the latest time stamp back to the earliest: each is believed if its authority's certificate was in force at the
moment that the stamps after it prove (now for the latest). So a chain of stamps outlives the certificates in it
(ETSI EN 319 102-1, past signature validation).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, nfc, show_moment, tr
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import certificates, standing, timestamps, verdicts
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW
from lienthong.platform.signing.rules.ocsp import Answer
from lienthong.platform.signing.rules.pades import changes, proofs
from lienthong.platform.signing.rules.pades.proofs import Proofs
from lienthong.platform.signing.rules.pades.reading import Found, Reading
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
class Trust:
    """Whom this node trusts: roots, roots for time stamps, and what is known of a certificate's status (PEM, at).

    `status` gives None where nobody is asked; `issuer_status` is of an issuing authority, first of the given path.
    """

    anchors: TrustAnchors
    stamps: TrustAnchors
    status: Callable[[str, datetime], Status | None]
    issuer_status: Callable[[Sequence[x509.Certificate], datetime], Status | None]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A judged time stamp and where it stands."""

    seen: PdfTimestamp
    revision: int
    length: int
    chain: tuple[x509.Certificate, ...]


def judge(reading: Reading, trust: Trust, at: datetime) -> PdfVerdict:
    """Every signature of a PDF and one verdict on the file, judged at `at`."""
    kept = _kept(reading)
    stamps = _document_stamps(reading, trust, at)
    signatures = [_signature(one, reading, kept, stamps, trust, at) for one in reading.found if not one.is_timestamp]
    return verdicts.conclude(signatures, [one.seen for one in reversed(stamps)])


def _kept(reading: Reading) -> Proofs:
    return Proofs(_load(reading.certificates), reading.ocsps, reading.crls)


def _load(ders: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Those that can be read; a stranger's file may hold anything."""
    found = []
    for der in ders:
        try:
            found.append(x509.load_der_x509_certificate(der))
        except certificates.UNREADABLE:
            continue
    return tuple(found)


# Time stamps


def _document_stamps(reading: Reading, trust: Trust, at: datetime) -> list[_Stamp]:
    """Time stamps over the document, the latest first."""
    control, judged = at, []
    for one in sorted((one for one in reading.found if one.is_timestamp), key=lambda one: -one.length):
        stamp = _judge_stamp(one, "document", trust, control)
        if one.coverage == "part":
            stamp = _Stamp(_bad(stamp.seen, "partial"), stamp.revision, stamp.length, stamp.chain)
        judged.append(stamp)
        if stamp.seen.good and stamp.seen.at is not None:
            control = min(control, stamp.seen.at)
    return judged


def judge_timestamp(token: bytes, imprint: bytes, trust: Trust, control: datetime) -> PdfTimestamp:
    """A time stamp over one signature, PDF or not, judged at `control`."""
    return _judge_token(token, imprint, "signature", trust, control)[0]


def _judge_stamp(one: Found, kind: str, trust: Trust, control: datetime) -> _Stamp:
    seen, chain = _judge_token(one.token, one.imprint, kind, trust, control)
    return _Stamp(seen, one.revision, one.length, chain)


def _judge_token(
    token: bytes, imprint: bytes, kind: str, trust: Trust, control: datetime
) -> tuple[PdfTimestamp, tuple[x509.Certificate, ...]]:
    signer = timestamps.signer_of(token)
    chain = proofs.path_of(signer, trust.stamps.intermediates, trust.stamps.roots) if signer else ()
    until = signer.not_valid_after_utc.astimezone(ZONE) if signer else None
    named = PdfTimestamp(
        kind="document" if kind == "document" else "signature",
        at=None, authority="", good=False, until=until, sentence=_STAMP["bad"],
    )  # fmt: skip
    try:
        told = timestamps.verify(token, imprint, trust.stamps)
    except Refused as refused:
        code = "foreign" if refused.code == "signing.foreign-timestamp" else "bad"
        return _bad(named, code), chain
    seen = PdfTimestamp(
        kind=named.kind, at=told.at, authority=nfc(told.authority), good=True, until=until,
        sentence=_STAMP[named.kind].format(when=show_moment(told.at), authority=nfc(told.authority)),
    )  # fmt: skip
    if told.at > control + CLOCK_SKEW:
        seen = _bad(seen, "future")
    elif until is not None and until < control:
        seen = _bad(seen, "lapsed")
    elif signer is not None and _is_revoked(signer, chain, trust, control):
        seen = _bad(seen, "revoked")
    return seen, chain


def _is_revoked(signer: x509.Certificate, chain: Sequence[x509.Certificate], trust: Trust, control: datetime) -> bool:
    status = _status(_pem([one for one in chain if one not in trust.stamps.roots] or (signer,)), trust, control)
    told = [status, *(one for one in _issuer_statuses(chain, Proofs(), trust, control))]
    return any(one is not None and one.revoked_at is not None and one.revoked_at <= control for one in told)


def _issuer_statuses(
    path: Sequence[x509.Certificate], kept: Proofs, trust: Trust, at: datetime
) -> Iterator[Status | None]:
    """What is known of each issuing authority below the root: by this node, failing that by the document."""
    roots = (*trust.anchors.roots, *trust.stamps.roots)
    for place in range(1, len(path) - 1):
        if path[place] in roots:
            return
        told = trust.issuer_status(path[place:], at)
        if told is None or told.checked_at is None:
            answer = proofs.find_answer(path[place], path[place + 1], kept)
            told = _kept_status(answer) if answer is not None else told
        yield told


def _status(pem: str, trust: Trust, at: datetime) -> Status | None:
    try:
        return trust.status(pem, at)
    except Refused:  # not of our profile: nobody here asks about it
        return None


def _bad(seen: PdfTimestamp, code: str) -> PdfTimestamp:
    when = show_moment(seen.at) if seen.at else "?"
    sentence = _STAMP[code].format(when=when, authority=seen.authority or "?")
    return PdfTimestamp(seen.kind, seen.at, seen.authority, False, seen.until, sentence)


_STAMP: dict[str, Bilingual] = {
    "signature": tr(
        "Dấu thời gian của {authority}: chữ ký đã có lúc {when}.",
        "Time stamp of {authority}: the signature existed at {when}.",
    ),
    "document": tr(
        "Dấu thời gian của {authority}: cả văn bản đã có lúc {when}.",
        "Time stamp of {authority}: the whole document existed at {when}.",
    ),
    "bad": tr("Dấu thời gian không hợp lệ.", "The time stamp is not good."),
    "partial": tr("Dấu thời gian chỉ bảo vệ một phần văn bản.", "The time stamp protects only a part of the document."),
    "foreign": tr(
        "Dấu thời gian không do dịch vụ được tin cậy cấp.", "The time stamp is not from a trusted authority."
    ),
    "future": tr("Dấu thời gian {when} nằm ở tương lai.", "The time stamp {when} lies in the future."),
    "lapsed": tr(
        "Chứng thư của dịch vụ {authority} đã hết hạn mà không có dấu thời gian mới hơn.",
        "The certificate of {authority} has expired, and no later time stamp was put on.",
    ),
    "revoked": tr("Chứng thư của dịch vụ {authority} đã bị thu hồi.", "The certificate of {authority} was revoked."),
}


# Signatures


def _signature(
    one: Found, reading: Reading, kept: Proofs, stamps: Sequence[_Stamp], trust: Trust, at: datetime
) -> PdfSignature:
    later = [each for each in stamps if each.seen.good and each.length > one.length and each.revision >= one.revision]
    proved = min((each.seen.at for each in later if each.seen.at is not None), default=None)
    own = _judge_stamp(one, "signature", trust, proved or at) if one.token else None
    if own is not None and own.seen.good and own.seen.at is not None:
        proved = min(proved, own.seen.at) if proved is not None else own.seen.at
    sent = _load(one.certificates)
    path = _path(sent, kept, trust)
    status = _known_status(path, kept, trust, at)
    certificate, trust_code = _certificate(path, trust, status, proved, one.signed_at, at)
    issuer = next(
        (
            each
            for each in _issuer_statuses(path, kept, trust, at)
            if each is not None and _is_spoilt(each, proved, one.signed_at, at)
        ),
        None,
    )
    steps = () if one.coverage == "file" else tuple(each for each in reading.steps if each.number > one.revision)
    leaf = sent[0] if sent else None
    facts = verdicts.Facts(
        certificate=certificate,
        name=_name(leaf) if leaf else "",
        thumbprint=certificates.thumbprint(leaf) if leaf else "",
        problem=one.problem,
        trust_code=trust_code or ("issuer-revoked" if issuer is not None else ""),
        covers_whole=one.coverage != "part",
        covers_file=one.coverage == "file",
        modified_after=one.coverage == "part" or any(not _is_allowed(each, one.lock) for each in steps),
        signed_at=one.signed_at,
        reason=one.reason,
        field=one.field,
        level=_level(one, path, kept, own, later, proved, reading.store_revision, trust),
        proved_at=proved,
        signed_bytes=one.length,
        path=tuple(_name(each) for each in path),
        status=status,
        issuer_status=issuer,
        timestamps=(own.seen,) if own is not None else (),
        changes=tuple(_change(each, one.lock) for each in steps),
    )
    return verdicts.judge(facts, at)


def _path(sent: Sequence[x509.Certificate], kept: Proofs, trust: Trust) -> tuple[x509.Certificate, ...]:
    if not sent:
        return ()
    among = (*sent[1:], *kept.certificates, *trust.anchors.intermediates)
    return proofs.path_of(sent[0], among, trust.anchors.roots)


def _pem(path: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in path)


def _chain_pem(path: Sequence[x509.Certificate], trust: Trust) -> str:
    return _pem([one for one in path if one not in trust.anchors.roots] or path)


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return nfc(str(names[0].value)) if names else certificate.subject.rfc4514_string()


def _known_status(path: Sequence[x509.Certificate], kept: Proofs, trust: Trust, at: datetime) -> Status | None:
    """What this node was told of the certificate; failing that, what the document keeps."""
    if not path:
        return None
    told = _status(_chain_pem(path, trust), trust, at)
    if told is None or told.checked_at is not None or len(path) < 2:
        return told
    answer = proofs.find_answer(path[0], path[1], kept)
    return told if answer is None else _kept_status(answer)


def _kept_status(answer: Answer) -> Status:
    """An answer that the document keeps."""
    state = "revoked" if answer.state == "revoked" else "good" if answer.state == "good" else "unknown"
    words = {
        "good": tr("còn hiệu lực", "in force"),
        "revoked": tr("đã bị thu hồi", "revoked"),
        "unknown": tr("không rõ", "unknown"),
    }[state]
    when = show_moment(answer.produced_at)
    return Status(
        state="stale" if state == "good" else "revoked" if state == "revoked" else "unknown",
        checked_at=answer.produced_at,
        produced_at=answer.produced_at,
        next_update=answer.next_update,
        source="cache",
        sentence=tr(
            f"Văn bản giữ câu trả lời của cơ quan chứng thực lúc {when}: {words.vi}.",
            f"The document keeps the authority's answer of {when}: {words.en}.",
        ),
        revoked_at=answer.revoked_at,
        reason=answer.reason,
    )


def _certificate(
    path: Sequence[x509.Certificate],
    trust: Trust,
    status: Status | None,
    proved: datetime | None,
    signed_at: datetime | None,
    at: datetime,
) -> tuple[Certificate | None, str]:
    """What the certificate says, and why it is not to be trusted ("" when it is), judged when the signature existed."""
    pem = _chain_pem(path, trust)
    if not pem:
        return None, "malformed-certificate"
    try:
        certificate = certificates.check(pem, trust.anchors, proved or at)
    except Refused as refused:
        try:
            return certificates.describe(pem), refused.code.removeprefix("signing.")
        except Refused:
            return None, refused.code.removeprefix("signing.")
    if certificate.kind not in ("officer", "seal") or not _commits(path[0]):
        return certificate, "wrong-kind"
    return certificate, "certificate-revoked" if _is_spoilt(status, proved, signed_at, at) else ""


def _commits(leaf: x509.Certificate) -> bool:
    try:
        return leaf.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    except certificates.UNREADABLE:
        return False


def _is_spoilt(status: Status | None, proved: datetime | None, signed_at: datetime | None, at: datetime) -> bool:
    """What is proved to be older than the revocation stays good, whatever became of the key."""
    if status is None or (proved is not None and status.revoked_at is not None and proved < status.revoked_at):
        return False
    return standing.spoils(status, signed_at, at)


def _level(
    one: Found,
    path: Sequence[x509.Certificate],
    kept: Proofs,
    own: _Stamp | None,
    later: Sequence[_Stamp],
    proved: datetime | None,
    store_revision: int,
    trust: Trust,
) -> PdfLevel | Literal[""]:
    if not one.is_pades or not path:
        return ""
    if proved is None:
        return "B-B"
    paths = [path, *([own.chain] if own is not None and own.seen.good else [])]
    roots = (*trust.anchors.roots, *trust.stamps.roots)
    if store_revision < 0 or not all(each and proofs.are_complete(each, roots, kept) for each in paths):
        return "B-T"
    return "B-LTA" if any(each.revision >= store_revision for each in later) else "B-LT"


# Changes


def _is_allowed(step: changes.Step, lock: int) -> bool:
    return step.level < changes.ALTERED and not (lock and step.level > lock)


def _change(step: changes.Step, lock: int) -> PdfChange:
    if not _is_allowed(step, lock):
        if not step.kinds:
            words = tr("thêm chữ ký dù người ký trước đã khóa văn bản", "a signature, although the document was locked")
        else:
            parts = [_KINDS[kind] for kind in step.kinds]
            words = Bilingual(", ".join(one.vi for one in parts), ", ".join(one.en for one in parts))
        if step.fields:
            listed = ", ".join(step.fields)
            words = Bilingual(f"{words.vi} ({listed})", f"{words.en} ({listed})")
        return PdfChange(step.number + 1, False, step.kinds or ("locked",), words)
    kind = "signature" if step.level >= 2 else "proofs"
    return PdfChange(step.number + 1, True, (kind,), _KINDS[kind])


_KINDS: dict[str, Bilingual] = {
    "signature": tr("thêm chữ ký hoặc con dấu", "a further signature or seal"),
    "proofs": tr("thêm dấu thời gian hoặc dữ liệu xác minh", "a time stamp or proofs for later checking"),
    "form": tr("điền hoặc sửa ô của biểu mẫu", "form fields filled or changed"),
    "notes": tr("thêm ghi chú hoặc hình vẽ đè lên trang", "notes or drawings laid over a page"),
    "content": tr("thêm hoặc sửa nội dung trang", "page content added or changed"),
}
