"""What the demo's authority says of its certificates: OCSP answers (RFC 6960) and the revocation list (RFC 5280)."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from lienthong.kernel import clock
from lienthong.platform.signing.durable import locked, write
from lienthong.platform.signing.queries.register import authority_home, find_issued, list_revoked
from lienthong.platform.signing.rules import certificates, issuing
from lienthong.platform.signing.rules.issuing import Issuer
from lienthong.platform.signing.rules.ocsp import key_hash, name_hash
from lienthong.platform.signing.services.authority import ensure_demo_authority, load_issuer, service_pair
from lienthong.platform.signing.types import IssuedCertificate

_ANSWER_LIFE = timedelta(hours=12)
_LIST_LIFE = timedelta(hours=24)
_STATES = {True: ocsp.OCSPCertStatus.REVOKED, False: ocsp.OCSPCertStatus.GOOD}


def answer_ocsp(request_der: bytes, *, home: Path | None = None) -> bytes:
    """The signed answer to a question about one certificate, or an unsigned one that says what is wrong with it."""
    try:
        request = ocsp.load_der_ocsp_request(request_der)
        algorithm = request.hash_algorithm
    except certificates.UNREADABLE:
        return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    folder = ensure_demo_authority(home or authority_home())
    issuer = load_issuer(folder)
    named = (request.issuer_name_hash, request.issuer_key_hash)
    if named != (name_hash(issuer.certificate, algorithm), key_hash(issuer.certificate, algorithm)):
        return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    responder = service_pair(folder, "ocsp")
    builder = _about(request, find_issued(folder, request.serial_number), clock.now())
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    builder = builder.certificates([responder.certificate])
    try:
        nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value
        builder = builder.add_extension(x509.OCSPNonce(nonce.nonce), critical=False)
    except x509.ExtensionNotFound:
        pass
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def current_revocation_list(*, home: Path | None = None) -> bytes:
    """The authority's revocation list in DER; made anew after a revocation and when half of its life is over."""
    folder = ensure_demo_authority(home or authority_home())
    path, issuer, now = folder / "current.crl", load_issuer(folder), clock.now()
    revoked = list_revoked(folder)
    with locked(folder):
        held = x509.load_der_x509_crl(path.read_bytes()) if path.exists() else None
        if held is None or not _is_current(held, issuer, revoked, now):
            number = _number(held) + 1
            der = issuing.new_revocation_list(issuer, revoked, number=number, now=now, life=_LIST_LIFE)
            write(path, der)
        return path.read_bytes()


def _about(request: ocsp.OCSPRequest, known: IssuedCertificate | None, now: datetime) -> ocsp.OCSPResponseBuilder:
    reason = known.reason if known and known.revoked_at else ""
    return ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=request.issuer_name_hash,
        issuer_key_hash=request.issuer_key_hash,
        serial_number=request.serial_number,
        algorithm=request.hash_algorithm,
        cert_status=_STATES[bool(known.revoked_at)] if known else ocsp.OCSPCertStatus.UNKNOWN,
        this_update=now,
        next_update=now + _ANSWER_LIFE,
        revocation_time=known.revoked_at if known else None,
        revocation_reason=x509.ReasonFlags(reason) if reason else None,
    )


def _is_current(
    held: x509.CertificateRevocationList, issuer: Issuer, revoked: tuple[IssuedCertificate, ...], now: datetime
) -> bool:
    key = issuer.certificate.public_key()
    return (
        isinstance(key, ec.EllipticCurvePublicKey)
        and held.is_signature_valid(key)
        and {one.serial_number for one in held} == {int(one.serial, 16) for one in revoked}
        and held.last_update_utc <= now < held.last_update_utc + _LIST_LIFE / 2
    )


def _number(held: x509.CertificateRevocationList | None) -> int:
    return held.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number if held is not None else 0


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
