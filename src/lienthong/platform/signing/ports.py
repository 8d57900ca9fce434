"""Ports of signing: where private keys live and whom this node trusts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, Protocol

from cryptography import x509

from lienthong.kernel.access import Actor
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


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A key with its certificate, held fast: a key that is replaced meanwhile changes neither."""

    chain: CertificateChain
    sign_digest: Callable[[bytes], bytes]

    def sign(self, payload: bytes) -> bytes:
        """Sign SHA-256 of the payload: r||s."""
        return self.sign_digest(sha256(payload).digest())


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

    def hold(self, key: KeyName, thumbprint: str = "") -> KeyInUse:
        """The key in use; with a thumbprint the one of that certificate, also when it was replaced a moment ago.

        Raises Refused `signing.unknown-key`.
        """
        ...

    def names(self) -> tuple[KeyName, ...]:
        """The keys held here."""
        ...


class KeyMaker(Protocol):
    """A key store that makes keys itself: the *next* key of a name is made beside the one in use (thay khóa).

    The next key signs its own request, waits for its certificate, and takes the place of the one in use when it is
    activated; until then `KeyStore` knows nothing of it. A name's first key is made in the same way.
    """

    def make_next(self, key: KeyName) -> bytes:
        """Make the next P-256 key unless it waits already; its SubjectPublicKeyInfo in DER."""
        ...

    def sign_next(self, key: KeyName, digest: bytes) -> bytes:
        """Sign a SHA-256 digest with the next key: r||s."""
        ...

    def install_next(self, key: KeyName, pem: str) -> None:
        """Keep the certificate chain of the next key. Raises Refused `signing.other-key` for another key's."""
        ...

    def next_chain(self, key: KeyName) -> CertificateChain | None:
        """The certificate that waits to be activated, if there is one."""
        ...

    def activate_next(self, key: KeyName) -> None:
        """Put the next key in use at once, whole or not at all. Does nothing when none with a certificate waits."""
        ...


class TimestampAuthority(Protocol):
    """Issuer of time stamps (dịch vụ cấp dấu thời gian), RFC 3161."""

    def stamp(self, digest: bytes) -> bytes:
        """A DER TimeStampToken over a SHA-256 digest. Raises Refused `signing.no-timestamp` when nobody gives one."""
        ...


class TrustStore(Protocol):
    """Trusted roots of this node (danh sách tin cậy)."""

    def anchors(self) -> TrustAnchors:
        """Roots and intermediates, parsed once; raises Refused `signing.no-trust` when there is no root."""
        ...

    def timestamp_anchors(self) -> TrustAnchors:
        """Whom this node believes the time: its own roots, and those kept for foreign time stamps alone."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteCredential:
    """An officer's credential at a signing service; `at_once`: how many hashes it signs at one consent."""

    name: str
    chain: tuple[x509.Certificate, ...]
    at_once: int


@dataclass(frozen=True, slots=True)
class Consent:
    """What became of the question put to the signer: `activation` (SAD) lets the key sign just these hashes."""

    state: Literal["waiting", "given", "refused", "expired"]
    handle: str = ""
    activation: str = ""


class RemoteSigner(Protocol):
    """Signing service of an officer's phone or card (dịch vụ ký từ xa), by CSC API v2: hash out, signature back."""

    def find_credential(self, actor: Actor, thumbprint: str) -> str:
        """The service's name of the credential with this certificate. Raises Refused `signing.no-credential`."""
        ...

    def chain_of(self, actor: Actor) -> tuple[x509.Certificate, ...]:
        """The certificates of the officer's credential, its own first. Raises Refused `signing.no-credential`."""
        ...

    def own_credential(self, actor: Actor) -> RemoteCredential:
        """The officer's first credential there. Raises Refused `signing.no-credential`."""
        ...

    def sign_hash(self, credential: str, digest: bytes, activation: str) -> bytes:
        """ECDSA in DER over a SHA-256 digest. Raises Refused `signing.remote-refused`, `signing.remote-silent`."""
        ...

    def ask_consent(self, credential: str, digests: Sequence[bytes], *, words: str, reference: str) -> Consent:
        """Put these hashes before the signer; the same `reference` is the same question. Raises as `sign_hash`."""
        ...

    def look_for_consent(self, handle: str) -> Consent:
        """What the signer has said so far. Raises as `sign_hash`."""
        ...

    def sign_hashes(self, credential: str, digests: Sequence[bytes], activation: str) -> tuple[bytes, ...]:
        """A signature for each hash, in their order. Raises as `sign_hash`."""
        ...


class FileReader(Protocol):
    """Reader of strangers' files (bộ đọc tệp lạ): within a time and a memory, so that no file can hold up the node."""

    def read(self, content: bytes, seconds: float) -> Any:
        """A `reading.Reading`: what the PDF says of its signatures.

        Raises as `reading.read`, and Refused `signing.too-slow` (503).
        """
        ...

    def rehearse_xml(self, content: bytes, seconds: float) -> None:
        """Go through the signatures of an XML file once, to see that it takes no longer. Raises as `read`."""
        ...

    def warm(self) -> None:
        """Be ready soon."""
        ...
