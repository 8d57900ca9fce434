"""The other files of a container: manifests, the snapshot of trust, the place of the message in the log."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from cryptography import x509

from lienthong.kernel.errors import Refused
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.rules.asic import archive
from lienthong.platform.signing.rules.xades import ASIC, DS, SHA256_URI

SIGNATURES = "META-INF/signatures.xml"
MANIFEST = "META-INF/manifest.xml"
ASIC_MANIFEST = "META-INF/ASiCManifest.xml"
TIMESTAMP = "META-INF/timestamp.tst"
SNAPSHOT = "META-INF/trust-snapshot.json"
LOG_PROOF = "META-INF/log-proof.json"
META_FILES = frozenset({SIGNATURES, MANIFEST, ASIC_MANIFEST, TIMESTAMP, SNAPSHOT, LOG_PROOF})

_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_OCTETS = "application/octet-stream"


def manifest(names: Iterable[str]) -> bytes:
    """`META-INF/manifest.xml` in OpenDocument's form: the container and its files outside META-INF."""
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{media_type(name)}"/>' for name in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest:manifest xmlns:manifest="{_OPEN_DOCUMENT}" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{archive.MIME_TYPE}"/>{listed}'
        "</manifest:manifest>"
    ).encode("ascii")


def media_type(name: str) -> str:
    return "text/xml" if name.endswith(".xml") and name != "message.xml" else _OCTETS


def timestamp_manifest(name: str, content: bytes) -> bytes:
    """`META-INF/ASiCManifest.xml`: which file the time stamp covers."""
    digest = b64encode(sha256(content).digest()).decode("ascii")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<asic:ASiCManifest xmlns:asic="{ASIC}" xmlns:ds="{DS}">'
        f'<asic:SigReference URI="{TIMESTAMP}" MimeType="application/vnd.etsi.timestamp-token"/>'
        f'<asic:DataObjectReference URI="{name}" MimeType="text/xml"><ds:DigestMethod Algorithm="{SHA256_URI}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference></asic:ASiCManifest>"
    ).encode("ascii")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Trust snapshot (ảnh chụp danh sách tin cậy): whom the maker of the container trusted, and what is left out.

    `absent`: files that only their SHA-256 is known of, with the reason code.
    """

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    timestamp_roots: tuple[x509.Certificate, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)

    def anchors(self) -> TrustAnchors:
        return _anchors(self.roots, self.intermediates)

    def timestamp_anchors(self) -> TrustAnchors:
        return _anchors((*self.roots, *self.timestamp_roots), self.intermediates)

    def write(self, made_by: str, made_at: str) -> bytes:
        told = {
            "version": 1,
            "made_by": made_by,
            "made_at": made_at,
            "roots": [certificates.to_pem(one) for one in self.roots],
            "intermediates": [certificates.to_pem(one) for one in self.intermediates],
            "timestamp_roots": [certificates.to_pem(one) for one in self.timestamp_roots],
            "absent": dict(self.absent),
        }
        return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _anchors(roots: tuple[x509.Certificate, ...], intermediates: tuple[x509.Certificate, ...]) -> TrustAnchors:
    prints = sorted(certificates.thumbprint(one) for one in {*roots, *intermediates})
    return TrustAnchors(tuple(dict.fromkeys(roots)), intermediates, sha256("".join(prints).encode()).hexdigest())


def read_snapshot(document: bytes) -> Snapshot:
    """Raises Refused `signing.bad-container`."""
    told = read_json(document)
    try:
        absent = {str(name): str(reason) for name, reason in told.get("absent", {}).items()}
        return Snapshot(
            tuple(_load(one) for one in told["roots"]),
            tuple(_load(one) for one in told["intermediates"]),
            tuple(_load(one) for one in told["timestamp_roots"]),
            absent,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _bad_json() from error


def _load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode("ascii"))


def read_json(document: bytes) -> dict[str, Any]:
    """A JSON object. Raises Refused `signing.bad-container`."""
    try:
        told = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise _bad_json() from error
    if not isinstance(told, dict):
        raise _bad_json()
    return told


def _bad_json() -> Refused:
    return archive.broken("Phần kèm theo không đọc được.", "A file of the container cannot be read.")


# The message's place in the log


@dataclass(frozen=True, slots=True)
class LogProof:
    """Where the message stands in its node's log, and the signed and time-stamped checkpoint over that row.

    `facts`: the row as it was hashed; `evidence`: digests of the signature lines of the message and of its answer;
    `row_chain`, `stream_chain`: paths from the row to its stream and from there to the checkpoint's root;
    `line_chain`: the path of the message in its batch, as its line bears it.
    """

    facts: bytes
    previous: bytes
    position: int
    stream: str
    count: int
    head: bytes
    evidence: tuple[bytes, ...]
    row_chain: bytes
    stream_chain: bytes
    line_chain: bytes
    document: bytes
    signature: bytes
    certificate: str
    token: bytes = b""
    token_chain: bytes = b""
    witness: str = ""

    def write(self) -> bytes:
        told: dict[str, Any] = {"version": 1}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, bytes):
                value = b64encode(value).decode("ascii")
            elif isinstance(value, tuple):
                value = [b64encode(one).decode("ascii") for one in value]
            told[name] = value
        return orjson.dumps(told, option=orjson.OPT_INDENT_2)


_NUMBERS, _TEXTS = ("position", "count"), ("stream", "certificate", "witness")


def read_log_proof(document: bytes) -> LogProof:
    """Raises Refused `signing.bad-container`."""
    told = read_json(document)
    try:
        values: dict[str, Any] = {}
        for name in LogProof.__slots__:
            value = told[name]
            if name in _NUMBERS:
                values[name] = int(value)
            elif name in _TEXTS:
                values[name] = str(value)
            elif name == "evidence":
                values[name] = tuple(b64decode(one, validate=True) for one in value)
            else:
                values[name] = b64decode(value, validate=True)
        return LogProof(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_json() from error
