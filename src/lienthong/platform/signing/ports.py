"""Ports of signing: where private keys live and whom this node trusts."""

from dataclasses import dataclass
from typing import Protocol

from cryptography import x509

from lienthong.platform.signing.types import KeyName


@dataclass(frozen=True, slots=True)
class CertificateChain:
    """A key's certificates, its own first, then issuers up to but without the root."""

    certificates: tuple[x509.Certificate, ...]
    pem: str
    thumbprint: str


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """Whom this node trusts: self-signed roots, and intermediates that help to reach them."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    fingerprint: str


class KeyStore(Protocol):
    """Holder of private keys (thiết bị lưu khóa bí mật): keys never leave it, it only signs.

    Every key is ECDSA on P-256. Signatures are 64 bytes r||s, which is what both JWS (RFC 7518 3.4) and
    PKCS#11 `CKM_ECDSA` use, so that an HSM adapter passes them on unchanged.
    Raises Refused `signing.unknown-key` for a name it does not hold.
    """

    def sign(self, key: KeyName, payload: bytes) -> bytes:
        """Sign SHA-256 of the payload."""
        ...

    def sign_digest(self, key: KeyName, digest: bytes) -> bytes:
        """Sign a SHA-256 digest made by the caller (32 bytes)."""
        ...

    def chain(self, key: KeyName) -> CertificateChain:
        """The certificate of the key, with its issuers."""
        ...

    def names(self) -> tuple[KeyName, ...]:
        """The keys held here."""
        ...


class TrustStore(Protocol):
    """Trusted roots of this node (danh sách tin cậy)."""

    def anchors(self) -> TrustAnchors:
        """Roots and intermediates, parsed once; raises Refused `signing.no-trust` when there is no root."""
        ...
