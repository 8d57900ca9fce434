"""Signing bytes and messages with a key of this node."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from lienthong.kernel import roles
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.rules import compact, jws, xades
from lienthong.platform.signing.types import KeyName, Signature


def sign_bytes(payload: bytes, *, key: KeyName) -> Signature:
    """Sign bytes (ES256). Raises Refused `signing.unknown-key`, `signing.key-name`."""
    held = roles.port(KeyStore).hold(key)
    return Signature(value=held.sign(payload), thumbprint=held.chain.thumbprint)


def sign_detached(
    payload: bytes, *, key: KeyName = "node", headers: Mapping[str, str | int] | None = None, thumbprint: str = ""
) -> str:
    """Detached JWS (RFC 7515, RFC 7797) over the payload's bytes as they stand: `header..signature`.

    The header holds `alg` ES256, `b64` false, `crit` ["b64"], `kid` = the certificate's SHA-256 thumbprint,
    and the caller's own names. `thumbprint` as in `sign_message`.
    Raises Refused `signing.header` for a reserved name, `signing.unknown-key`.
    """
    held = roles.port(KeyStore).hold(key, thumbprint)
    protected = jws.protect(held.chain.thumbprint, headers or {})
    return jws.assemble(protected, held.sign(protected + b"." + payload))


def sign_message(
    message: bytes, attachments: Sequence[bytes], *, at: datetime, key: KeyName = "node", thumbprint: str = ""
) -> bytes:
    """Sign a message and what goes with it in the XAdES form of docs/protocols/signing.md; gives r||s (64 bytes).

    `attachments`: SHA-256 digests (32 bytes each) of attachment1, attachment2, … `thumbprint`: of the certificate that
    the message names as its own, should the key be replaced just now. Raises Refused `signing.unknown-key`.
    """
    held = roles.port(KeyStore).hold(key, thumbprint)
    entries = xades.message_entries(message, attachments)
    return held.sign(xades.signed_info(entries, thumbprint=held.chain.thumbprint, at=at))


def sign_line(
    message: bytes, attachments: Sequence[bytes], *, at: datetime, key: KeyName = "node", thumbprint: str = ""
) -> str:
    """A signed message header as one line for an HTTP header: `BASE64URL(message)..BASE64URL(signature)`."""
    return compact.assemble(message, sign_message(message, attachments, at=at, key=key, thumbprint=thumbprint))
