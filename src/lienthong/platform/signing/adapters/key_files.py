"""Keys and trusted roots in files of the node's home: `keys/*.key`, `keys/*.crt`, `trust/*.pem`.

A key that is to take another's place waits in `keys/next/`; certificates of replaced keys stay in `keys/old/`.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing import durable
from lienthong.platform.signing.ports import CertificateChain, KeyInUse, TrustAnchors
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
        self._loaded: dict[str, _Loaded] = {}
        # Keys that this process used and that were replaced: a message may just be on its way to be signed.
        self._earlier: dict[str, _Loaded] = {}

    @property
    def _folder(self) -> Path:
        return (self._home or node().home) / "keys"

    def sign(self, key: KeyName, payload: bytes) -> bytes:
        return signatures.to_raw(self._load(key).private_key.sign(payload, signatures.SHA256))

    def sign_digest(self, key: KeyName, digest: bytes) -> bytes:
        return signatures.to_raw(self._load(key).private_key.sign(digest, _PREHASHED))

    def chain(self, key: KeyName) -> CertificateChain:
        return self._load(key).chain

    def hold(self, key: KeyName, thumbprint: str = "") -> KeyInUse:
        held = self._load(key)
        if thumbprint and held.chain.thumbprint != thumbprint:
            earlier = self._earlier.get(thumbprint)
            if earlier is None:
                raise unknown_key(key)
            held = earlier
        private = held.private_key
        return KeyInUse(held.chain, lambda digest: signatures.to_raw(private.sign(digest, _PREHASHED)))

    def names(self) -> tuple[KeyName, ...]:
        return tuple(sorted(names.key_name(path.stem) for path in self._folder.glob("*.key")))

    def make_next(self, key: KeyName) -> bytes:
        path = self._next(key)
        with durable.locked(self._folder):
            if not path.exists():
                path.with_suffix(".crt").unlink(missing_ok=True)
                fresh = ec.generate_private_key(ec.SECP256R1())
                pem = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                durable.write(path, pem, private=True)
            return spki(_read_key(path).public_key())

    def sign_next(self, key: KeyName, digest: bytes) -> bytes:
        return signatures.to_raw(self._read_next(key).sign(digest, _PREHASHED))

    def install_next(self, key: KeyName, pem: str) -> None:
        if public_key_of(certificates.parse_chain(pem)[0]) != spki(self._read_next(key).public_key()):
            raise other_key(key)
        with durable.locked(self._folder):
            durable.write(self._next(key).with_suffix(".crt"), pem.encode("ascii"))

    def next_chain(self, key: KeyName) -> CertificateChain | None:
        path = self._next(key)
        return read_chain(path.with_suffix(".crt")) if path.exists() and path.with_suffix(".crt").exists() else None

    def activate_next(self, key: KeyName) -> None:
        waiting, current = self._next(key), self._folder / f"{names.file_stem(key)}.key"
        with durable.locked(self._folder):
            if not waiting.exists() or not waiting.with_suffix(".crt").exists():
                return
            if (kept := current.with_suffix(".crt")).exists():
                earlier = read_chain(kept)
                durable.write(
                    self._folder / "old" / f"{current.stem}.{earlier.thumbprint[:16]}.crt", earlier.pem.encode("ascii")
                )
            # The certificate first: whoever finds it beside the earlier key finishes the move (`_read_pair`).
            waiting.with_suffix(".crt").replace(kept)
            waiting.replace(current)

    def _next(self, key: KeyName) -> Path:
        return self._folder / "next" / f"{names.file_stem(key)}.key"

    def _read_next(self, key: KeyName) -> ec.EllipticCurvePrivateKey:
        if not self._next(key).exists():
            raise unknown_key(key)
        return _read_key(self._next(key))

    def _read_pair(self, key: KeyName, path: Path) -> tuple[ec.EllipticCurvePrivateKey, CertificateChain]:
        """Key and certificate that belong together, also when a move of both was cut in the middle."""
        private, chain = _read_key(path), read_chain(path.with_suffix(".crt"))
        if public_key_of(chain.certificates[0]) == spki(private.public_key()):
            return private, chain
        with durable.locked(self._folder):
            waiting = self._next(key)
            if waiting.exists():
                waiting.replace(path)
            private, chain = _read_key(path), read_chain(path.with_suffix(".crt"))
        if public_key_of(chain.certificates[0]) != spki(private.public_key()):
            raise other_key(key)
        return private, chain

    def _load(self, key: KeyName) -> _Loaded:
        place = f"{self._home or node().home}/keys/{names.file_stem(key)}.key"
        try:
            state = os.stat(place)  # noqa: PTH116 (for every message, so without making a Path)
        except FileNotFoundError as error:
            raise unknown_key(key) from error
        stamp = (state.st_mtime_ns, state.st_ino)
        held = self._loaded.get(place)
        if held is None or held.stamp != stamp:
            path = Path(place)
            if os.name == "posix" and state.st_mode & _OTHERS:
                raise _exposed(path)
            if held is not None:
                self._earlier[held.chain.thumbprint] = held
            held = self._loaded[place] = _Loaded(stamp, *self._read_pair(key, path))
        return held


class TrustFiles:
    """Trusted roots and intermediates in `trust/*.pem`; read again when the folder changes.

    Roots in `trust/timestamps/` are believed the time and nothing else.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._held: dict[tuple[Path, tuple[str, ...]], tuple[tuple[tuple[str, int], ...], TrustAnchors]] = {}

    def anchors(self) -> TrustAnchors:
        return self._read(("trust",))

    def timestamp_anchors(self) -> TrustAnchors:
        return self._read(("trust", "trust/timestamps"))

    def _read(self, folders: tuple[str, ...]) -> TrustAnchors:
        home = self._home or node().home
        stamp = tuple(one for folder in folders for one in _listed(f"{home}/{folder}"))
        held = self._held.get((home, folders))
        if held is None or held[0] != stamp:
            files = [Path(path) for path, _ in stamp]
            held = self._held[home, folders] = (stamp, _read_anchors(home / "trust", files))
        return held[1]


def _listed(folder: str) -> list[tuple[str, int]]:
    """The PEM files of a folder and when they changed; looked at for every message, so without `pathlib`."""
    try:
        with os.scandir(folder) as found:
            return sorted((one.path, one.stat().st_mtime_ns) for one in found if one.name.endswith(".pem"))
    except FileNotFoundError:
        return []


def _read_anchors(folder: Path, files: list[Path]) -> TrustAnchors:
    found = [one for path in files for one in x509.load_pem_x509_certificates(path.read_bytes())]
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


def read_chain(path: Path) -> CertificateChain:
    pem = path.read_text("ascii")
    chain = certificates.parse_chain(pem)
    return CertificateChain(chain, pem, certificates.thumbprint(chain[0]))


def spki(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_key_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def other_key(key: KeyName) -> Refused:
    return Refused(
        "signing.other-key",
        tr(
            "Chứng thư số này không phải của khóa {key} ở đây.", "This certificate is not that of the key {key} here."
        ).format(key=key),
        status=500,
    )


def unknown_key(key: KeyName) -> Refused:
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
