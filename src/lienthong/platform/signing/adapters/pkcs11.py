"""Keys on a PKCS#11 token: made there, used there, never read. Certificates lie in `keys/*.crt` of the home.

A key is found by what cannot be confused: the public key of its certificate, then the id that public and private object
share on the token. Its label there is its name, for people and for other programs (`docs/operations/keys.md`).
Certificates that only lie on the token, labelled with the key's name, are used where the home has none.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

import pkcs11
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, CertificateType, KeyType, Mechanism, ObjectClass, exceptions
from pkcs11.util.ec import encode_named_curve_parameters

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing import durable
from lienthong.platform.signing.adapters.key_files import (
    TrustFiles,
    other_key,
    public_key_of,
    read_chain,
    spki,
    unknown_key,
)
from lienthong.platform.signing.adapters.token import Lent, Token
from lienthong.platform.signing.ports import CertificateChain, KeyInUse
from lienthong.platform.signing.rules import certificates, names, signatures
from lienthong.platform.signing.types import KeyName

_PREHASHED = ec.ECDSA(Prehashed(hashes.SHA256()))
_POINT = 65
_REMEMBER_SECONDS = 30.0
_PAUSES = (0.02, 0.1, 0.4)
_PROBE = sha256(b"lienthong").digest()

ObjectTemplate = dict[Attribute, object]


@dataclass(frozen=True, slots=True)
class _Held:
    """A chain and the state of the file it was read from; of one on the token, until when it is believed unread."""

    stamp: tuple[int, int] | None
    until: float
    chain: CertificateChain


class TokenKeys:
    """Key store and key maker on a token."""

    def __init__(self, token: Token, home: Path | None = None) -> None:
        self._token = token
        self._home = home
        self._held: dict[Path, _Held] = {}

    @property
    def _folder(self) -> Path:
        return (self._home or node().home) / "keys"

    # Key store

    def sign(self, key: KeyName, payload: bytes) -> bytes:
        return self.sign_digest(key, sha256(payload).digest())

    def sign_digest(self, key: KeyName, digest: bytes) -> bytes:
        return self._sign(key, self.chain(key), digest)

    def hold(self, key: KeyName, thumbprint: str = "") -> KeyInUse:
        chain = self.chain(key)
        if thumbprint and chain.thumbprint != thumbprint:
            kept = self._folder / "old" / f"{names.file_stem(key)}.{thumbprint[:16]}.crt"
            if not kept.exists() or (chain := read_chain(kept)).thumbprint != thumbprint:
                raise unknown_key(key)
        return KeyInUse(chain, lambda digest: self._sign(key, chain, digest))

    def _sign(self, key: KeyName, chain: CertificateChain, digest: bytes) -> bytes:
        def work(lent: Lent) -> bytes:
            private = lent.keys.get(chain.thumbprint)
            if private is None:
                private = lent.keys[chain.thumbprint] = _find_patiently(lent, key, chain.certificates[0])
            return bytes(private.sign(digest, mechanism=Mechanism.ECDSA))

        return self._token.run(work)

    def chain(self, key: KeyName) -> CertificateChain:
        path = self._certificate_path(key)
        try:
            state = path.stat()
        except FileNotFoundError:
            return self._chain_on_token(key, path)
        stamp = (state.st_mtime_ns, state.st_ino)
        held = self._held.get(path)
        if held is None or held.stamp != stamp:
            held = self._held[path] = _Held(stamp, 0.0, read_chain(path))
        return held.chain

    def names(self) -> tuple[KeyName, ...]:
        labelled = self._token.run(lambda lent: {str(one[Attribute.LABEL]) for one in _all(lent, _CERTIFICATES)})
        on_token = {name for name in labelled if _is_key_name(name)}
        in_files = {names.key_name(path.stem) for path in self._folder.glob("*.crt")}
        return tuple(sorted(name for name in in_files | on_token if self._is_here(name)))

    def _is_here(self, key: KeyName) -> bool:
        try:
            leaf = self.chain(key).certificates[0]
            self._token.run(lambda lent: _find_private(lent, key, leaf))
        except Refused as refused:
            if refused.code == "signing.unknown-key":
                return False
            raise
        return True

    def _chain_on_token(self, key: KeyName, path: Path) -> CertificateChain:
        held = self._held.get(path)
        if held is not None and held.stamp is None and monotonic() < held.until:
            return held.chain
        wanted: ObjectTemplate = {**_CERTIFICATES, Attribute.LABEL: key}
        found = self._token.run(lambda lent: [bytes(one[Attribute.VALUE]) for one in _all(lent, wanted)])
        if not found:
            raise unknown_key(key)
        leaf = max(map(x509.load_der_x509_certificate, found), key=lambda one: one.not_valid_before_utc)
        chain = (leaf, *_issuers(leaf, TrustFiles(self._home).anchors().intermediates))
        pem = "".join(certificates.to_pem(one) for one in chain)
        made = CertificateChain(chain, pem, certificates.thumbprint(leaf))
        self._held[path] = _Held(None, monotonic() + _REMEMBER_SECONDS, made)
        return made

    # Key maker

    def make_next(self, key: KeyName) -> bytes:
        note = self._next(key).with_suffix(".id")
        with durable.locked(self._folder):
            if not note.exists():
                note.with_suffix(".crt").unlink(missing_ok=True)
                durable.write(note, secrets.token_hex(16).encode())
            identifier = _read_id(note)
            public = self._token.run(lambda lent: _find_public(lent, identifier))
            if public is None:
                public = self._token.run(lambda lent: _generate(lent, f"{key} next", identifier), writing=True)
        return spki(public)

    def sign_next(self, key: KeyName, digest: bytes) -> bytes:
        identifier = self._next_id(key)
        return self._token.run(
            lambda lent: bytes(_private(lent, key, identifier).sign(digest, mechanism=Mechanism.ECDSA))
        )

    def install_next(self, key: KeyName, pem: str) -> None:
        identifier, leaf = self._next_id(key), certificates.parse_chain(pem)[0]
        public = self._token.run(lambda lent: _find_public(lent, identifier))
        if public is None or public_key_of(leaf) != spki(public):
            raise other_key(key)
        with durable.locked(self._folder):
            durable.write(self._next(key), pem.encode("ascii"))

    def next_chain(self, key: KeyName) -> CertificateChain | None:
        path = self._next(key)
        return read_chain(path) if path.exists() and path.with_suffix(".id").exists() else None

    def activate_next(self, key: KeyName) -> None:
        waiting, current = self._next(key), self._certificate_path(key)
        with durable.locked(self._folder):
            if not waiting.exists() or not waiting.with_suffix(".id").exists():
                return
            identifier, leaf = _read_id(waiting.with_suffix(".id")), read_chain(waiting).certificates[0]
            if current.exists():
                earlier = read_chain(current)
                kept = self._folder / "old" / f"{current.stem}.{earlier.thumbprint[:16]}.crt"
                durable.write(kept, earlier.pem.encode("ascii"))
            # From this line on the new key signs: certificate and key are one, since the key is found by it.
            waiting.replace(current)
            waiting.with_suffix(".id").unlink()
        self._token.run(lambda lent: _label(lent, key, identifier, leaf), writing=True)

    def _certificate_path(self, key: KeyName) -> Path:
        return self._folder / f"{names.file_stem(key)}.crt"

    def _next(self, key: KeyName) -> Path:
        return self._folder / "next" / f"{names.file_stem(key)}.crt"

    def _next_id(self, key: KeyName) -> bytes:
        note = self._next(key).with_suffix(".id")
        if not note.exists():
            raise unknown_key(key)
        return _read_id(note)


_CERTIFICATES: ObjectTemplate = {
    Attribute.CLASS: ObjectClass.CERTIFICATE,
    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
}
_PUBLIC: ObjectTemplate = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.KEY_TYPE: KeyType.EC}
_PRIVATE: ObjectTemplate = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.KEY_TYPE: KeyType.EC}


def _all(lent: Lent, wanted: ObjectTemplate) -> list[pkcs11.Object]:
    return list(lent.session.get_objects(wanted))


def _is_key_name(label: str) -> bool:
    try:
        names.key_kind(label)
    except Refused:
        return False
    return True


def _read_id(note: Path) -> bytes:
    return bytes.fromhex(note.read_text("ascii"))


def _issuers(leaf: x509.Certificate, known: tuple[x509.Certificate, ...]) -> Iterator[x509.Certificate]:
    return (one for one in known if one.subject == leaf.issuer and one.subject != one.issuer)


def _find_patiently(lent: Lent, key: KeyName, leaf: x509.Certificate) -> pkcs11.SignMixin:
    """As `_find_private`. While another session writes to an object, some tokens do not show it for a moment."""
    for pause in _PAUSES:
        try:
            return _find_private(lent, key, leaf)
        except Refused:
            sleep(pause)
    return _find_private(lent, key, leaf)


def _find_private(lent: Lent, key: KeyName, leaf: x509.Certificate) -> pkcs11.SignMixin:
    """The private key of a certificate: by the id of its public object, else by label; proved by a signature."""
    public = leaf.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise unknown_key(key)
    ids = [bytes(one[Attribute.ID]) for one in _all(lent, _PUBLIC) if _point_of(one) == public]
    wanted: list[ObjectTemplate] = [{**_PRIVATE, Attribute.ID: one} for one in ids]
    for template in (*wanted, {**_PRIVATE, Attribute.LABEL: key}):
        for private in _all(lent, template):
            if isinstance(private, pkcs11.SignMixin) and _fits(private, public):
                return private
    raise unknown_key(key)


def _fits(private: pkcs11.SignMixin, public: ec.EllipticCurvePublicKey) -> bool:
    signature = bytes(private.sign(_PROBE, mechanism=Mechanism.ECDSA))
    try:
        public.verify(signatures.to_der(signature), _PROBE, _PREHASHED)
    except InvalidSignature:
        return False
    return True


def _point_of(public: pkcs11.Object) -> ec.EllipticCurvePublicKey | None:
    """The key of a public object on P-256. CKA_EC_POINT is a DER OCTET STRING; some tokens leave the wrapping out."""
    try:
        point = bytes(public[Attribute.EC_POINT])[-_POINT:]
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (exceptions.PKCS11Error, ValueError):
        return None


def _find_public(lent: Lent, identifier: bytes) -> ec.EllipticCurvePublicKey | None:
    found = (_point_of(one) for one in _all(lent, {**_PUBLIC, Attribute.ID: identifier}))
    return next((one for one in found if one is not None), None)


def _private(lent: Lent, key: KeyName, identifier: bytes) -> pkcs11.SignMixin:
    for one in _all(lent, {**_PRIVATE, Attribute.ID: identifier}):
        if isinstance(one, pkcs11.SignMixin):
            return one
    raise unknown_key(key)


def _generate(lent: Lent, label: str, identifier: bytes) -> ec.EllipticCurvePublicKey:
    """A key pair on P-256 whose private half cannot leave the token."""
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    parameters = lent.session.create_domain_parameters(KeyType.EC, curve, local=True)
    secret = {
        **dict.fromkeys((Attribute.TOKEN, Attribute.PRIVATE, Attribute.SENSITIVE, Attribute.SIGN), True),
        **dict.fromkeys((Attribute.EXTRACTABLE, Attribute.DERIVE), False),
    }
    public, _ = parameters.generate_keypair(
        id=identifier, label=label, store=True, private_template=secret, public_template={Attribute.VERIFY: True}
    )
    made = _point_of(public)
    if made is None:
        raise exceptions.FunctionFailed
    return made


def _label(lent: Lent, key: KeyName, identifier: bytes, leaf: x509.Certificate) -> None:
    """Name key and certificate on the token for people and other programs; earlier ones step aside.

    Tokens that let no label be changed keep them: keys are found by their certificates, not by labels.
    """
    for template in (_PUBLIC, _PRIVATE):
        for one in _all(lent, {**template, Attribute.LABEL: key}):
            if bytes(one[Attribute.ID]) != identifier:
                _relabel(one, f"{key} old")
        for one in _all(lent, {**template, Attribute.ID: identifier}):
            _relabel(one, key)
    der = leaf.public_bytes(Encoding.DER)
    for one in _all(lent, {**_CERTIFICATES, Attribute.LABEL: key}):
        if bytes(one[Attribute.VALUE]) == der:
            return
        _relabel(one, f"{key} old")
    lent.session.create_object(
        {
            **_CERTIFICATES,
            Attribute.TOKEN: True,
            Attribute.LABEL: key,
            Attribute.ID: identifier,
            Attribute.SUBJECT: leaf.subject.public_bytes(),
            Attribute.ISSUER: leaf.issuer.public_bytes(),
            Attribute.SERIAL_NUMBER: _der_integer(leaf.serial_number),
            Attribute.VALUE: der,
        }
    )


def _relabel(one: pkcs11.Object, label: str) -> None:
    try:
        one[Attribute.LABEL] = label
    except (exceptions.AttributeReadOnly, exceptions.FunctionRejected, exceptions.TemplateInconsistent):
        return


def _der_integer(number: int) -> bytes:
    content = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return bytes((2, len(content))) + content
