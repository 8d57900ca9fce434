"""What signing tells of certificates and keys; the door is `types`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from lienthong.kernel.text import Bilingual

# `node`, `tls`, `seal:<agency code>` or `officer:<username>`; where the key lives is the key store's affair.
KeyName: TypeAlias = str
CertificateKind: TypeAlias = Literal["node", "officer", "seal", "tls", "tsa", "ocsp"]
RevocationReason: TypeAlias = Literal[
    "unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation"
]
StatusState: TypeAlias = Literal["good", "revoked", "unknown", "stale"]
StatusSource: TypeAlias = Literal["ocsp", "crl", "cache", ""]
StatusPolicy: TypeAlias = Literal["hard", "soft", "off"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Public-key certificate (chứng thư chữ ký số) of a node, an officer or an agency seal.

    `pem` holds the certificate itself and then the issuing authority's; `thumbprint` is SHA-256 of the DER in
    lower-case hex and is what a signature names as `kid`. Agency code by QĐ 20/2020/QĐ-TTg.
    """

    pem: str
    thumbprint: str
    subject: str
    name: str
    position: str
    organisation: str
    agency_code: str
    kind: CertificateKind
    issuer: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Certificate status (tình trạng chứng thư): what the authority last said, and how old that is.

    `good` and fresh; `revoked` since `revoked_at` for `reason`; `stale`: once good, but the answer has aged;
    `unknown`: never answered, or the authority does not know it. `source` is where the answer came from, `cache` when
    it has aged.
    """

    state: StatusState
    checked_at: datetime | None
    produced_at: datetime | None
    next_update: datetime | None
    source: StatusSource
    sentence: Bilingual
    revoked_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A line of the authority's register (sổ chứng thư đã cấp)."""

    thumbprint: str
    serial: str
    kind: CertificateKind
    name: str
    agency_code: str
    not_before: datetime
    not_after: datetime
    pem: str
    revoked_at: datetime | None = None
    reason: RevocationReason | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How much of a certificate's life is over; `share` from 0 to 1, warnings at 0.75 and 0.9."""

    name: str
    kind: str
    not_before: datetime
    not_after: datetime
    share: float
    level: Literal["ok", "warn", "critical"]
    sentence: Bilingual
