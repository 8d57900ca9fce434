"""Revocation lists (RFC 5280): fetched when the responder is silent, kept, and looked into."""

from datetime import datetime

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel import clock, http, tls
from lienthong.kernel.clock import ZONE
from lienthong.kernel.profile import node
from lienthong.platform.signing.models import RevocationList
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW
from lienthong.platform.signing.rules.ocsp import Answer
from lienthong.platform.signing.rules.standing import Policy

log = structlog.get_logger()

_TIMEOUT = 10.0


def look_into_list(leaf: x509.Certificate, issuer: x509.Certificate, rule: Policy, dead: set[str]) -> Answer | None:
    """What the issuer's revocation list says of a certificate; None when no list in force can be had.

    The list held is good until its own end; it is fetched anew as often as responders are asked, but not from the
    addresses in `dead`, where nobody answered just now.
    """
    row = RevocationList.objects.filter(issuer=certificates.thumbprint(issuer)).first()
    now = clock.now()
    if row is None or not row.fetched_at <= now < row.fetched_at + rule.check:
        row = _fetch(leaf, issuer, row, dead) or row
    if row is None or row.next_update < now - CLOCK_SKEW:
        return None
    return _look(x509.load_der_x509_crl(bytes(row.body)), leaf)


def _look(held: x509.CertificateRevocationList, leaf: x509.Certificate) -> Answer:
    entry = held.get_revoked_certificate_by_serial_number(leaf.serial_number)
    reason = ""
    if entry is not None:
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
        except x509.ExtensionNotFound:
            reason = "unspecified"
    return Answer(
        state="good" if entry is None else "revoked",
        produced_at=held.last_update_utc.astimezone(ZONE),
        this_update=held.last_update_utc.astimezone(ZONE),
        next_update=_until(held),
        revoked_at=entry.revocation_date_utc.astimezone(ZONE) if entry is not None else None,
        reason=reason,
    )


def _fetch(
    leaf: x509.Certificate, issuer: x509.Certificate, held: RevocationList | None, dead: set[str]
) -> RevocationList | None:
    for url in _addresses(leaf):
        if url in dead:
            continue
        try:
            answer = http.request("GET", url, timeout=_TIMEOUT, peer=tls.is_hub(url))
            fresh = x509.load_der_x509_crl(answer.body) if answer.status == 200 else None
        except http.Unreachable:
            dead.add(url)
            continue
        except certificates.UNREADABLE:
            continue
        if fresh is not None and (row := _accept(fresh, issuer, held)) is not None:
            return row
        log.warning("revocation list not accepted", authority=url)
    return None


def _accept(
    fresh: x509.CertificateRevocationList, issuer: x509.Certificate, held: RevocationList | None
) -> RevocationList | None:
    """Keep a list that is the issuer's, in force, and not older than the one held; a rolled-back one is not taken."""
    key, until = issuer.public_key(), _until(fresh)
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) or until is None:
        return None
    try:
        number = fresh.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return None
    now = clock.now()
    if (
        fresh.issuer != issuer.subject
        or not fresh.is_signature_valid(key)
        or not fresh.last_update_utc - CLOCK_SKEW <= now <= until + CLOCK_SKEW
        or (held is not None and number < held.number)
    ):
        return None
    row, _ = RevocationList.objects.update_or_create(
        issuer=certificates.thumbprint(issuer),
        defaults={
            "number": number,
            "this_update": fresh.last_update_utc,
            "next_update": until,
            "fetched_at": now,
            "body": fresh.public_bytes(Encoding.DER),
        },
    )
    return row


def _until(held: x509.CertificateRevocationList) -> datetime | None:
    return held.next_update_utc.astimezone(ZONE) if held.next_update_utc else None


def _addresses(leaf: x509.Certificate) -> tuple[str, ...]:
    """Where the certificate says that its issuer's list lies; in a demo the hub too."""
    found = []
    try:
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        found = [name.value for point in points for name in point.full_name or ()]
    except x509.ExtensionNotFound:
        pass
    if node().demo:
        found.append(f"{node().hub_url}/authority/crl")
    return tuple(dict.fromkeys(one for one in found if one.startswith(("http://", "https://"))))
