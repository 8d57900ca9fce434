"""What must be kept with a signature to judge it when nobody answers any more: the security store (DSS)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lienthong.kernel.clock import ZONE
from lienthong.platform.signing.rules import certificates, ocsp
from lienthong.platform.signing.rules.ocsp import Answer
from lienthong.platform.signing.rules.pades.envelope import as_asn1


@dataclass(frozen=True, slots=True)
class Proofs:
    """Certificates, OCSP answers and revocation lists (DER)."""

    certificates: tuple[x509.Certificate, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def asn1_certificates(self) -> list[Any]:
        return [as_asn1(one) for one in self.certificates]

    def asn1_ocsps(self) -> list[Any]:
        return [asn1_ocsp.OCSPResponse.load(one) for one in self.ocsps]

    def asn1_crls(self) -> list[Any]:
        return [asn1_crl.CertificateList.load(one) for one in self.crls]

    def and_more(self, more: "Proofs") -> "Proofs":
        """Both together, nothing twice."""
        return Proofs(
            tuple(dict.fromkeys((*self.certificates, *more.certificates))),
            tuple(dict.fromkeys((*self.ocsps, *more.ocsps))),
            tuple(dict.fromkeys((*self.crls, *more.crls))),
        )


def path_of(
    leaf: x509.Certificate, among: Iterable[x509.Certificate], roots: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """The certificates from this one up to a trusted root, by their signatures; as far as they are known."""
    known, path = (*among, *roots), [leaf]
    while path[-1] not in roots and len(path) < 8:
        issuer = find_issuer(path[-1], known)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    return tuple(path)


def find_issuer(one: x509.Certificate, among: Iterable[x509.Certificate]) -> x509.Certificate | None:
    """Who issued a certificate."""
    for candidate in among:
        if candidate.subject == one.issuer and _issued(one, candidate):
            return candidate
    return None


def _issued(one: x509.Certificate, candidate: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(candidate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def needs_answer(one: x509.Certificate) -> bool:
    """Does anybody answer on the status of this certificate? A responder's own may say that nobody does."""
    try:
        one.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound:
        return bool(ocsp.addresses(one)) or _has_list(one)
    except certificates.UNREADABLE:
        return True
    return False


def _has_list(one: x509.Certificate) -> bool:
    try:
        one.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except certificates.UNREADABLE:
        return False
    return True


def find_answer(one: x509.Certificate, issuer: x509.Certificate, kept: Proofs) -> Answer | None:
    """The latest genuine answer on a certificate among those kept, whatever it says."""
    found = [answer for der in kept.ocsps if (answer := _ocsp_answer(der, one, issuer)) is not None]
    found += [answer for der in kept.crls if (answer := _list_answer(der, one, issuer)) is not None]
    return max(found, key=lambda answer: answer.produced_at, default=None)


def _ocsp_answer(der: bytes, one: x509.Certificate, issuer: x509.Certificate) -> Answer | None:
    try:
        return ocsp.read_kept(der, one, issuer)
    except (ocsp.BadAnswer, *certificates.UNREADABLE):
        return None


def _list_answer(der: bytes, one: x509.Certificate, issuer: x509.Certificate) -> Answer | None:
    try:
        held, key = x509.load_der_x509_crl(der), issuer.public_key()
        if held.issuer != issuer.subject or not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
            return None
        if not held.is_signature_valid(key):
            return None
        entry = held.get_revoked_certificate_by_serial_number(one.serial_number)
        return Answer(
            state="good" if entry is None else "revoked",
            produced_at=held.last_update_utc.astimezone(ZONE),
            this_update=held.last_update_utc.astimezone(ZONE),
            next_update=held.next_update_utc.astimezone(ZONE) if held.next_update_utc else None,
            revoked_at=entry.revocation_date_utc.astimezone(ZONE) if entry is not None else None,
            reason=_reason(entry),
        )
    except certificates.UNREADABLE:
        return None


def _reason(entry: x509.RevokedCertificate | None) -> str:
    if entry is None:
        return ""
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        return "unspecified"


def are_complete(path: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], kept: Proofs) -> bool:
    """Is everything kept that is needed to judge this path for ever: each certificate, and an answer on each?"""
    if path[-1] not in roots:
        return False
    return all(
        one in roots or (one in kept.certificates and _is_answered(one, issuer, kept))
        for one, issuer in zip(path, (*path[1:], path[-1]), strict=True)
    )


def _is_answered(one: x509.Certificate, issuer: x509.Certificate, kept: Proofs) -> bool:
    return not needs_answer(one) or find_answer(one, issuer, kept) is not None
