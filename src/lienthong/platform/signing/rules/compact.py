"""A signed message header on the wire: `BASE64URL(header JSON).CHAIN.BASE64URL(r||s)`, one line.

CHAIN is empty for a message signed alone, and BASE64URL(compact path) for one of a batch: the signature is then the
batch's.

It looks like a detached JWS and is none: what is signed is the XAdES form of `rules.xades` over the header and the
digests of what goes with it.
"""

from dataclasses import dataclass
from functools import lru_cache

from lienthong.platform.signing.rules import jws

_LONGEST = 8 * 1024


@dataclass(frozen=True, slots=True)
class Compact:
    """A well-formed line, not yet verified: the header's bytes (`message.xml`), the signature, the path in a batch."""

    message: bytes
    signature: bytes
    chain: bytes = b""


def assemble(message: bytes, signature: bytes, chain: bytes = b"") -> str:
    """The line of a signed header."""
    return b".".join((jws.encode(message), jws.encode(chain), jws.encode(signature))).decode("ascii")


@lru_cache(maxsize=2048)
def parse(line: str) -> Compact:
    """Take a line apart, strictly; what was read a moment ago is remembered. Raises Refused `signing.malformed`."""
    if not line or len(line) > _LONGEST:
        raise jws.malformed("trống hoặc quá dài.", "empty or too long.")
    parts = line.split(".")
    if len(parts) != 3:
        raise jws.malformed("phải có dạng header.chain.signature.", "it must look like header.chain.signature.")
    signature = jws.decode(parts[2])
    if len(signature) != jws.SIGNATURE_BYTES:
        raise jws.malformed("độ dài chữ ký sai.", "wrong length of signature.")
    return Compact(jws.decode(parts[0]), signature, jws.decode(parts[1]) if parts[1] else b"")
