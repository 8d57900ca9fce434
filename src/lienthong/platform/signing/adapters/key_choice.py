"""Which key store a node has: files, or a PKCS#11 token for the kinds of keys that its profile puts there.

`[parameters.keys]` of the profile: `store` = "files" or "pkcs11"; with the latter `module` (the vendor's library),
`token` (label), `kinds` (which keys lie there, the others in files), `sessions` (how many signatures at once).
The PIN is the secret LIENTHONG_TOKEN_PIN, or the content of the file that LIENTHONG_TOKEN_PIN_FILE names.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.signing.adapters.key_files import KeyFiles
from lienthong.platform.signing.ports import CertificateChain, KeyInUse
from lienthong.platform.signing.rules import names
from lienthong.platform.signing.types import KeyName

if TYPE_CHECKING:
    from lienthong.platform.signing.adapters.pkcs11 import TokenKeys
    from lienthong.platform.signing.adapters.token import Token

PIN = "LIENTHONG_TOKEN_PIN"
_KINDS = ("node", "seal", "officer", "tls")
_IN_PROCESS = ("node", "seal", "officer")


def make_key_store() -> "KeyFiles | KeysByKind":
    """The key store of this node's profile. Raises Refused `signing.key-store` for a profile that names none."""
    given = node().parameters.get("keys", {})
    store = given.get("store", "files") if isinstance(given, dict) else ""
    if store == "files":
        return KeyFiles()
    if store != "pkcs11" or not all(isinstance(given.get(name), str) for name in ("module", "token")):
        raise _bad_choice('store must be "files", or "pkcs11" with module and token')
    # Python's TLS cannot use a key on a token; with a proxy that speaks TLS for the node it may lie there.
    kinds = tuple(given.get("kinds", _KINDS if node().tls_proxy else _IN_PROCESS))
    if unknown := set(kinds) - set(_KINDS):
        raise _bad_choice(f"unknown kinds {', '.join(sorted(map(str, unknown)))}")
    return KeysByKind(given, kinds)


class KeysByKind:
    """Keys of some kinds on a token, the others in files."""

    def __init__(self, given: dict[str, Any], kinds: tuple[str, ...], home: Path | None = None) -> None:
        from lienthong.platform.signing.adapters.pkcs11 import TokenKeys

        self.files = KeyFiles(home)
        self.token = TokenKeys(_token(given["module"], given["token"], int(given.get("sessions", 8))), home)
        self._kinds = kinds

    def _of(self, key: KeyName) -> "KeyFiles | TokenKeys":
        return self.token if names.key_kind(key) in self._kinds else self.files

    def sign(self, key: KeyName, payload: bytes) -> bytes:
        return self._of(key).sign(key, payload)

    def sign_digest(self, key: KeyName, digest: bytes) -> bytes:
        return self._of(key).sign_digest(key, digest)

    def chain(self, key: KeyName) -> CertificateChain:
        return self._of(key).chain(key)

    def hold(self, key: KeyName, thumbprint: str = "") -> KeyInUse:
        return self._of(key).hold(key, thumbprint)

    def names(self) -> tuple[KeyName, ...]:
        on_token = {key for key in self.token.names() if names.key_kind(key) in self._kinds}
        in_files = {key for key in self.files.names() if names.key_kind(key) not in self._kinds}
        return tuple(sorted(on_token | in_files))

    def make_next(self, key: KeyName) -> bytes:
        return self._of(key).make_next(key)

    def sign_next(self, key: KeyName, digest: bytes) -> bytes:
        return self._of(key).sign_next(key, digest)

    def install_next(self, key: KeyName, pem: str) -> None:
        self._of(key).install_next(key, pem)

    def next_chain(self, key: KeyName) -> CertificateChain | None:
        return self._of(key).next_chain(key)

    def activate_next(self, key: KeyName) -> None:
        self._of(key).activate_next(key)


_made: "dict[tuple[str, str, int], Token]" = {}


def _token(module: str, label: str, sessions: int) -> "Token":
    """One per process: a module counts its logins by process."""
    from lienthong.platform.signing.adapters.token import Token

    key = (module, label, sessions)
    if key not in _made:
        _made[key] = Token(module, label, lambda: node().secret(PIN), sessions=sessions)
    return _made[key]


def _bad_choice(why: str) -> Refused:
    return Refused(
        "signing.key-store",
        tr(
            "Hồ sơ nút chọn nơi lưu khóa không đúng ([parameters.keys]: {why}).",
            "The profile chooses no key store ([parameters.keys]: {why}).",
        ).format(why=why),
        status=500,
    )
