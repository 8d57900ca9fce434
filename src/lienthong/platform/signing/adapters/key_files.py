"""Keys and trusted roots in files of the node's home: `keys/*.key`, `keys/*.crt`, `trust/*.pem`."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import CertificateChain, TrustAnchors
from lienthong.platform.signing.rules import certificates, names, signatures
from lienthong.platform.signing.types import KeyName

_PREHASHED = ec.ECDSA(Prehashed(hashes.SHA256()))
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A parsed key or chain and the file state it was read in."""

    stamp: tuple[int, int]
    private_key: ec.EllipticCurvePrivateKey
    chain: CertificateChain


class KeyFiles:
    """Key store in files, readable by the owner alone; parsed once, read again when the file changes."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._loaded: dict[Path, _Loaded] = {}

    @property
    def _folder(self) -> Path:
        return (self._home or node().home) / "keys"

    def sign(self, key: KeyName, payload: bytes) -> bytes:
        return signatures.to_raw(self._load(key).private_key.sign(payload, signatures.SHA256))

    def sign_digest(self, key: KeyName, digest: bytes) -> bytes:
        return signatures.to_raw(self._load(key).private_key.sign(digest, _PREHASHED))

    def chain(self, key: KeyName) -> CertificateChain:
        return self._load(key).chain

    def names(self) -> tuple[KeyName, ...]:
        return tuple(sorted(names.key_name(path.stem) for path in self._folder.glob("*.key")))

    def _load(self, key: KeyName) -> _Loaded:
        path = self._folder / f"{names.file_stem(key)}.key"
        try:
            state = path.stat()
        except FileNotFoundError as error:
            raise _unknown(key) from error
        stamp = (state.st_mtime_ns, state.st_ino)
        held = self._loaded.get(path)
        if held is None or held.stamp != stamp:
            if os.name == "posix" and state.st_mode & _OTHERS:
                raise _exposed(path)
            held = self._loaded[path] = _Loaded(stamp, _read_key(path), _read_chain(path.with_suffix(".crt")))
        return held


class TrustFiles:
    """Trusted roots and intermediates in `trust/*.pem`; read again when the folder changes."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._held: dict[Path, tuple[tuple[tuple[str, int], ...], TrustAnchors]] = {}

    def anchors(self) -> TrustAnchors:
        folder = (self._home or node().home) / "trust"
        stamp = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.pem")))
        held = self._held.get(folder)
        if held is None or held[0] != stamp:
            held = self._held[folder] = (stamp, _read_anchors(folder, [name for name, _ in stamp]))
        return held[1]


def _read_anchors(folder: Path, files: list[str]) -> TrustAnchors:
    found = [one for name in files for one in x509.load_pem_x509_certificates((folder / name).read_bytes())]
    roots = tuple(one for one in found if one.issuer == one.subject)
    if not roots:
        raise Refused(
            "signing.no-trust",
            tr(
                "Nút này chưa có chứng thư gốc được tin cậy trong {folder}.",
                "This node has no trusted root certificate in {folder}.",
            ).format(folder=folder),
            status=500,
        )
    digest = hashlib.sha256(b"".join(sorted(bytes.fromhex(certificates.thumbprint(one)) for one in found)))
    return TrustAnchors(roots, tuple(one for one in found if one not in roots), digest.hexdigest())


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise Refused(
            "signing.wrong-algorithm",
            tr("Khóa {path} không thuộc loại P-256.", "The key {path} is not on the curve P-256.").format(path=path),
            status=500,
        )
    return private


def _read_chain(path: Path) -> CertificateChain:
    pem = path.read_text("ascii")
    chain = certificates.parse_chain(pem)
    return CertificateChain(chain, pem, certificates.thumbprint(chain[0]))


def _unknown(key: KeyName) -> Refused:
    return Refused(
        "signing.unknown-key",
        tr("Nút này không giữ khóa ký {key}.", "This node does not hold the signing key {key}.").format(key=key),
        status=500,
    )


def _exposed(path: Path) -> Refused:
    return Refused(
        "signing.key-exposed",
        tr(
            "Tệp khóa {path} đọc được bởi người khác; hãy đặt quyền 0600.",
            "The key file {path} is readable by others; set its mode to 0600.",
        ).format(path=path),
        status=500,
    )
