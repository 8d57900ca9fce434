"""A signed message header on the wire: `BASE64URL(header JSON)..BASE64URL(r||s)`, one line.

It looks like a detached JWS and is none: what is signed is the XAdES form of `rules.xades` over the header and the
digests of what goes with it.
"""

from dataclasses import dataclass

from lienthong.platform.signing.rules import jws

_LONGEST = 8 * 1024


@dataclass(frozen=True, slots=True)
class Compact:
    """A well-formed line, not yet verified: the header's bytes (`message.xml`) and the signature."""

    message: bytes
    signature: bytes


def assemble(message: bytes, signature: bytes) -> str:
    """The line of a signed header."""
    return (jws.encode(message) + b".." + jws.encode(signature)).decode("ascii")


def parse(line: str) -> Compact:
    """Take a line apart, strictly. Raises Refused `signing.malformed`."""
    if not line or len(line) > _LONGEST:
        raise jws.malformed("trống hoặc quá dài.", "empty or too long.")
    parts = line.split(".")
    if len(parts) != 3 or parts[1]:
        raise jws.malformed("phải có dạng header..signature.", "it must look like header..signature.")
    signature = jws.decode(parts[2])
    if len(signature) != jws.SIGNATURE_BYTES:
        raise jws.malformed("độ dài chữ ký sai.", "wrong length of signature.")
    return Compact(jws.decode(parts[0]), signature)
