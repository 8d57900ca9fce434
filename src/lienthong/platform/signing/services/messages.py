"""Signing bytes and messages with a key of this node."""

from collections.abc import Mapping

from lienthong.kernel import roles
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.rules import jws
from lienthong.platform.signing.types import KeyName, Signature


def sign_bytes(payload: bytes, *, key: KeyName) -> Signature:
    """Sign bytes (ES256). Raises Refused `signing.unknown-key`, `signing.key-name`."""
    store = roles.port(KeyStore)
    return Signature(value=store.sign(key, payload), thumbprint=store.chain(key).thumbprint)


def sign_detached(payload: bytes, *, key: KeyName = "node", headers: Mapping[str, str | int] | None = None) -> str:
    """Detached JWS (RFC 7515, RFC 7797) over the payload's bytes as they stand: `header..signature`.

    The header holds `alg` ES256, `b64` false, `crit` ["b64"], `kid` = the certificate's SHA-256 thumbprint,
    and the caller's own names. Raises Refused `signing.header` for a reserved name, `signing.unknown-key`.
    """
    store = roles.port(KeyStore)
    protected = jws.protect(store.chain(key).thumbprint, headers or {})
    return jws.assemble(protected, store.sign(key, protected + b"." + payload))
