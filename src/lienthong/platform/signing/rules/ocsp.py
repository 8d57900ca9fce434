"""OCSP (RFC 6960): asking about one certificate, and judging the answer before it is believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from lienthong.kernel.clock import ZONE
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW, UNREADABLE
from lienthong.platform.signing.types import StatusState

NONCE_BYTES = 16


class BadAnswer(Exception):
    """An answer that is not believed; `reason` is a short word for logs and screens."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What the authority said of one certificate, verified."""

    state: StatusState
    produced_at: datetime
    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None = None
    reason: str = ""


def question(leaf: x509.Certificate, issuer: x509.Certificate, nonce: bytes) -> bytes:
    """The request in DER; SHA-1 in the name of the certificate is what every responder understands."""
    return (
        ocsp.OCSPRequestBuilder()
        .add_certificate(leaf, issuer, hashes.SHA1())  # noqa: S303 (an identifier by RFC 5019, no proof)
        .add_extension(x509.OCSPNonce(nonce), critical=False)
        .build()
        .public_bytes(Encoding.DER)
    )


def read(
    der: bytes, leaf: x509.Certificate, issuer: x509.Certificate, *, nonce: bytes, at: datetime, fresh: timedelta
) -> Answer:
    """Verify an answer and say what it says. Raises BadAnswer.

    The responder is the issuer itself or was named for this by the issuer. An answer without our nonce counts only
    if it is young: an old "good" may not be played back after a revocation.
    """
    try:
        answer = _load(der)
        _check_subject(answer, leaf, issuer)
        _check_signature(answer, _responder(answer, issuer, at))
        _check_age(answer, nonce, at, fresh)
        return _told(answer)
    except UNREADABLE:
        raise BadAnswer("malformed") from None


def read_kept(der: bytes, leaf: x509.Certificate, issuer: x509.Certificate) -> Answer:
    """As `read`, for an answer kept as a proof: genuine when it was given, however long ago. Raises BadAnswer."""
    try:
        answer = _load(der)
        _check_subject(answer, leaf, issuer)
        _check_signature(answer, _responder(answer, issuer, max(answer.produced_at_utc, answer.this_update_utc)))
        return _told(answer)
    except UNREADABLE:
        raise BadAnswer("malformed") from None


def _load(der: bytes) -> ocsp.OCSPResponse:
    answer = ocsp.load_der_ocsp_response(der)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise BadAnswer(answer.response_status.name.lower())
    return answer


def _told(answer: ocsp.OCSPResponse) -> Answer:
    states: dict[ocsp.OCSPCertStatus, StatusState] = {
        ocsp.OCSPCertStatus.GOOD: "good",
        ocsp.OCSPCertStatus.REVOKED: "revoked",
        ocsp.OCSPCertStatus.UNKNOWN: "unknown",
    }
    revoked_at = answer.revocation_time_utc
    return Answer(
        state=states[answer.certificate_status],
        produced_at=answer.produced_at_utc.astimezone(ZONE),
        this_update=answer.this_update_utc.astimezone(ZONE),
        next_update=answer.next_update_utc.astimezone(ZONE) if answer.next_update_utc else None,
        revoked_at=revoked_at.astimezone(ZONE) if revoked_at else None,
        reason=answer.revocation_reason.value if answer.revocation_reason else "",
    )


def _check_subject(answer: ocsp.OCSPResponse, leaf: x509.Certificate, issuer: x509.Certificate) -> None:
    algorithm = answer.hash_algorithm
    if (
        answer.serial_number != leaf.serial_number
        or answer.issuer_name_hash != name_hash(issuer, algorithm)
        or answer.issuer_key_hash != key_hash(issuer, algorithm)
    ):
        raise BadAnswer("about another certificate")


def _check_age(answer: ocsp.OCSPResponse, nonce: bytes, at: datetime, fresh: timedelta) -> None:
    if answer.this_update_utc > at + CLOCK_SKEW or answer.produced_at_utc > at + CLOCK_SKEW:
        raise BadAnswer("from the future")
    if answer.next_update_utc is not None and answer.next_update_utc < at - CLOCK_SKEW:
        raise BadAnswer("outdated")
    try:
        returned = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        if answer.this_update_utc < at - fresh:
            raise BadAnswer("old and without nonce") from None
        return
    if returned != nonce:
        raise BadAnswer("nonce of another question")


def _responder(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> x509.Certificate:
    for candidate in (issuer, *answer.certificates):
        if _is_named(answer, candidate):
            if candidate != issuer:
                _check_delegate(candidate, issuer, at)
            return candidate
    raise BadAnswer("unknown responder")


def _is_named(answer: ocsp.OCSPResponse, candidate: x509.Certificate) -> bool:
    if answer.responder_name is not None:
        return answer.responder_name == candidate.subject
    return answer.responder_key_hash == key_hash(candidate, hashes.SHA1())  # noqa: S303 (RFC 6960 4.2.1 says so)


def _check_delegate(delegate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> None:
    try:
        delegate.verify_directly_issued_by(issuer)
        usages = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        raise BadAnswer("responder not of this authority") from None
    if ExtendedKeyUsageOID.OCSP_SIGNING not in usages:
        raise BadAnswer("responder without the right")
    if not delegate.not_valid_before_utc - CLOCK_SKEW <= at <= delegate.not_valid_after_utc + CLOCK_SKEW:
        raise BadAnswer("responder expired")


def _check_signature(answer: ocsp.OCSPResponse, responder: x509.Certificate) -> None:
    key, algorithm = responder.public_key(), answer.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5):
        raise BadAnswer("weak algorithm")
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        else:
            raise BadAnswer("unknown kind of key")
    except InvalidSignature:
        raise BadAnswer("wrong signature") from None


def addresses(leaf: x509.Certificate) -> tuple[str, ...]:
    """Where a certificate says that its status may be asked."""
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ()
    wanted = (one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP)
    return tuple(where.value for where in wanted if isinstance(where, x509.UniformResourceIdentifier))


def name_hash(issuer: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """Hash of the issuer's name, by which a question names it."""
    return _hash(issuer.subject.public_bytes(), algorithm)


def key_hash(issuer: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """Hash of the issuer's public key, without its wrapping."""
    key = issuer.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _hash(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), algorithm)
    if isinstance(key, rsa.RSAPublicKey):
        return _hash(key.public_bytes(Encoding.DER, PublicFormat.PKCS1), algorithm)
    raise BadAnswer("unknown kind of key")


def _hash(content: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()
