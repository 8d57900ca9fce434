"""Asking what is kept here of the authorities' answers about certificates, as proofs for documents."""

from collections.abc import Sequence

from cryptography import x509

from lienthong.platform.signing.models import CertificateStanding, RevocationList
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.rules.pades.proofs import Proofs, needs_answer


def kept_proofs(path: Sequence[x509.Certificate]) -> Proofs:
    """The certificates of a path (its own first, the root last) and the last answers on them, from our tables."""
    asked = [one for one in path if needs_answer(one)]
    thumbprints = [certificates.thumbprint(one) for one in asked]
    rows = CertificateStanding.objects.filter(thumbprint__in=thumbprints, response__isnull=False)
    ocsps = {row.thumbprint: bytes(row.response) for row in rows.only("thumbprint", "response") if row.response}
    unanswered = [one for one, mark in zip(asked, thumbprints, strict=True) if mark not in ocsps]
    lists = RevocationList.objects.filter(issuer__in=_issuers(unanswered, path))
    return Proofs(tuple(path), tuple(ocsps.values()), tuple(bytes(row.body) for row in lists))


def _issuers(unanswered: Sequence[x509.Certificate], path: Sequence[x509.Certificate]) -> list[str]:
    names = {one.issuer for one in unanswered}
    return [certificates.thumbprint(one) for one in path if one.subject in names]
