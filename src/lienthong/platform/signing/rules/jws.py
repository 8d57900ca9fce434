"""Detached JSON Web Signatures: RFC 7515 compact form with the unencoded payload of RFC 7797, ES256 only."""

import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr

ALGORITHM = "ES256"
SIGNATURE_BYTES = 64
_MAX_JWS = 8 * 1024
_RESERVED = frozenset({"alg", "b64", "crit", "kid"})
# Keys or addresses of keys inside the signed thing itself: never looked at, so never let in.
_FORBIDDEN = frozenset({"jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"})
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = {0: _ALPHABET, 2: _ALPHABET[::16], 3: _ALPHABET[::4]}
"""Which letters a text may end with, by what its length leaves: bits that stand for nothing are zero."""
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_THUMBPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ParsedJws:
    """A well-formed detached signature, not yet verified."""

    kid: str
    headers: Mapping[str, str | int]
    protected: bytes
    signature: bytes

    def signing_input(self, payload: bytes) -> bytes:
        return self.protected + b"." + payload


def malformed(vi: str, en: str) -> Refused:
    return Refused("signing.malformed", tr(f"Chữ ký sai cấu trúc: {vi}", f"The signature is malformed: {en}"))


def encode(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def decode(text: str) -> bytes:
    """Strict base64url without padding: one text for one value. Raises Refused `signing.malformed`."""
    if _BASE64URL.fullmatch(text) and len(text) % 4 != 1 and text[-1] in _LAST[len(text) % 4]:
        return binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    raise malformed("không phải base64url.", "not base64url.")


def protect(kid: str, headers: Mapping[str, str | int]) -> bytes:
    """The encoded protected header. Raises Refused `signing.header` for names the caller may not set."""
    taken = sorted((_RESERVED | _FORBIDDEN) & headers.keys())
    if taken:
        raise Refused(
            "signing.header",
            tr("Không được tự đặt trường {names}.", "The header {names} is not yours to set.").format(
                names=", ".join(taken)
            ),
        )
    header: dict[str, Any] = {"alg": ALGORITHM, "b64": False, "crit": ["b64"], "kid": kid, **headers}
    return encode(json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def assemble(protected: bytes, signature: bytes) -> str:
    """`header..signature`."""
    return (protected + b".." + encode(signature)).decode("ascii")


def parse(jws: str) -> ParsedJws:
    """Take a detached signature apart, refusing all but our profile.

    Raises Refused `signing.malformed`, `signing.unsigned` (`alg: none`), `signing.wrong-algorithm`,
    `signing.header`.
    """
    if not jws or len(jws) > _MAX_JWS:
        raise malformed("trống hoặc quá dài.", "empty or too long.")
    parts = jws.split(".")
    if len(parts) != 3 or parts[1]:
        raise malformed("phải có dạng header..signature.", "it must look like header..signature.")
    header = _read_header(decode(parts[0]))
    _check_algorithm(header.get("alg"))
    if header.get("b64") is not False or header.get("crit") != ["b64"]:
        raise _bad_header(tr("Chỉ nhận b64=false, crit=[b64].", "Only b64=false with crit=[b64] is accepted."))
    if _FORBIDDEN & header.keys():
        raise _bad_header(tr("Chữ ký không được tự mang khóa.", "A signature may not bring its own key."))
    kid = header.get("kid")
    if not isinstance(kid, str) or not _THUMBPRINT.fullmatch(kid):
        raise _bad_header(tr("Thiếu kid là dấu vân tay chứng thư.", "kid must be a certificate's thumbprint."))
    signature = decode(parts[2])
    if len(signature) != SIGNATURE_BYTES:
        raise malformed("độ dài chữ ký sai.", "wrong length of signature.")
    own = {name: value for name, value in header.items() if name not in _RESERVED}
    return ParsedJws(kid=kid, headers=own, protected=parts[0].encode("ascii"), signature=signature)


def read_object(raw: bytes) -> dict[str, Any]:
    """A JSON object in which no name occurs twice. Raises Refused `signing.malformed`."""
    try:
        plain = orjson.loads(raw)
        if isinstance(plain, dict) and orjson.dumps(plain) == raw:
            return plain  # as we write it ourselves: no name twice, at a tenth of the cost
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise malformed("phần đầu không phải JSON.", "the header is not JSON.") from error
    if not isinstance(header, dict):
        raise malformed("phần đầu không phải đối tượng JSON.", "the header is not a JSON object.")
    return header


def _read_header(raw: bytes) -> dict[str, Any]:
    header = read_object(raw)
    others = {name: value for name, value in header.items() if name not in _RESERVED | _FORBIDDEN}
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in others.values()):
        raise _bad_header(tr("Giá trị phải là chữ hoặc số nguyên.", "Values must be text or whole numbers."))
    return header


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _check_algorithm(algorithm: object) -> None:
    if algorithm == ALGORITHM:
        return
    if isinstance(algorithm, str) and algorithm.lower() == "none":
        raise Refused("signing.unsigned", tr("Nội dung không được ký (alg: none).", "Not signed at all (alg: none)."))
    raise Refused(
        "signing.wrong-algorithm",
        tr(
            "Thuật toán ký không được chấp nhận; chỉ nhận ES256.",
            "Signature algorithm not accepted; only ES256 is.",
        ),
    )


def _bad_header(message: Bilingual) -> Refused:
    return Refused("signing.header", message)
