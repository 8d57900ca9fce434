"""The signed messages of a call (docs/protocols/calls.md): X-Road's canonical header bytes with our lines. Pure.

Request: verb, path with query, then `name:value`, each line ended by CR LF; answer: status, reason, then the headers.
What is signed and kept are these bytes; nobody writes them anew before verifying.
"""

import base64
import binascii
import re
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha512
from urllib.parse import quote, unquote
from uuid import UUID

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.gateway.types import Body, Pairs

SIGNATURE_HEADER = "Lienthong-Signature"
MEDIA_TYPE = "application/vnd.lienthong.call"
PATH = "/exchange/calls"
MAX_MESSAGE = 64 * 1024
LENGTH = struct.Struct(">I")

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9a-z-]+):([\t\x20-\x7e\x80-\xff]*)")
_TARGET = re.compile(r"/[\x21-\x7e]*")
_THUMBPRINT = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9-]{1,50}\.[a-z0-9.-]{1,90}")
_NOT_OURS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

OWN = "lienthong-"
HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade", "host", "user-agent", "server", "expect", "content-length", "proxy"),
    }
)
"""Headers of one hop: never sent on (X-Road's list, section 4.5 of its REST protocol)."""

SET_BY_NODES = frozenset({"x-road-request-hash", "x-road-request-id", "x-road-error", "x-road-service"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request between two nodes, as claimed; true once its signature has been verified."""

    id: UUID
    method: str
    target: str
    headers: Pairs
    kid: str
    sender: str
    recipient: str
    at: datetime
    purpose_id: str
    raw: bytes

    def value(self, name: str) -> str:
        return find(self.headers, name)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer between two nodes, as claimed. `code` is set when the provider's node refused or failed."""

    id: UUID
    status: int
    reason: str
    headers: Pairs
    kid: str
    sender: str
    recipient: str
    at: datetime
    code: str
    field: str
    text_vi: str
    text_en: str
    raw: bytes

    def value(self, name: str) -> str:
        return find(self.headers, name)


def find(headers: Pairs, name: str) -> str:
    """The last value of a header, "" without one."""
    found = ""
    for known, value in headers:
        if known == name:
            found = value
    return found


def passed_on(headers: Pairs) -> Pairs:
    """What goes beyond this hop: not hop-by-hop headers, those that `Connection` names, and the nodes' own."""
    named = {one.strip().lower() for name, value in headers if name == "connection" for one in value.split(",")}
    dropped = HOP_BY_HOP | SET_BY_NODES | named
    return [pair for pair in headers if pair[0] not in dropped and not pair[0].startswith(OWN)]


def compose(first: str, second: str, headers: Pairs) -> bytes:
    """The canonical bytes. Raises Refused `gateway.bad-header` for what would end a line, or too many bytes."""
    lines = [first, second]
    for name, value in headers:
        if _NOT_OURS.search(value):
            raise bad_header(name)
        lines.append(f"{name}:{value.strip()}")
    lines.append("")
    try:
        written = "\r\n".join(lines).encode("latin-1")
    except UnicodeEncodeError:
        raise bad_header("") from None
    if len(written) > MAX_MESSAGE:
        raise Refused(
            "gateway.headers-too-large",
            tr("Các tiêu đề của lượt gọi quá lớn.", "The headers of the call are too large."),
            status=431,
        )
    return written


def bad_header(name: str) -> Refused:
    return Refused(
        "gateway.bad-header",
        tr(f"Tiêu đề {name} có ký tự không được phép.", f"The header {name} holds a sign that is not allowed."),
        field=name,
        status=400,
    )


@lru_cache(maxsize=2048)
def escape(text: str) -> str:
    """A text of people as a header value: UTF-8, percent-encoded."""
    return quote(nfc(text), safe=" !#$&'()*+,/:;=?@[]-._~")


def unescape(value: str) -> str:
    return nfc(unquote(value, errors="replace"))


def read_request(raw: bytes) -> Request:
    """Raises Refused `gateway.malformed` with the line at fault."""
    method, target, headers, own = _read(raw)
    if method not in _METHODS:
        raise malformed("method")
    if not _TARGET.fullmatch(target):
        raise malformed("path")
    kid, at = _signer(own)
    return Request(
        id=_uuid(find(headers, "x-road-request-id")),
        method=method,
        target=target,
        headers=headers,
        kid=kid,
        sender=own.get("from", ""),
        recipient=own.get("to", ""),
        at=at,
        purpose_id=own.get("purpose-id", ""),
        raw=raw,
    )


def read_answer(raw: bytes) -> Answer:
    """Raises Refused `gateway.malformed` with the line at fault."""
    status, reason, headers, own = _read(raw)
    if not re.fullmatch(r"[2-5][0-9]{2}", status):
        raise malformed("status")
    code = own.get("code", "")
    if code and not _CODE.fullmatch(code):
        raise malformed("lienthong-code")
    kid, at = _signer(own)
    return Answer(
        id=_uuid(find(headers, "x-road-request-id")),
        status=int(status),
        reason=reason,
        headers=headers,
        kid=kid,
        sender=own.get("from", ""),
        recipient=own.get("to", ""),
        at=at,
        code=code,
        field=own.get("field", ""),
        text_vi=unescape(own.get("text-vi", "")),
        text_en=unescape(own.get("text-en", "")),
        raw=raw,
    )


def _read(raw: bytes) -> tuple[str, str, Pairs, dict[str, str]]:
    """Both first lines, all headers, and our own lines by their short names, each at most once."""
    lines = raw.decode("latin-1").split("\r\n")
    if len(lines) < 3 or lines.pop():
        raise malformed("message")
    headers: Pairs = []
    own: dict[str, str] = {}
    for line in lines[2:]:
        read = _LINE.fullmatch(line)
        if read is None:
            raise malformed("header")
        name, value = read[1], read[2]
        headers.append((name, value))
        if name.startswith(OWN):
            if name[10:] in own:
                raise malformed(name)
            own[name[10:]] = value
    if own.get("version") != "1":
        raise malformed("lienthong-version")
    return lines[0], lines[1], headers, own


def _signer(own: dict[str, str]) -> tuple[str, datetime]:
    kid = own.get("kid", "")
    if not _THUMBPRINT.fullmatch(kid):
        raise malformed("lienthong-kid")
    try:
        at = datetime.fromisoformat(own.get("at", ""))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise malformed("lienthong-at")
    return kid, at


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise malformed("x-road-request-id") from None


def malformed(field: str) -> Refused:
    return Refused(
        "gateway.malformed",
        tr(f"Thông điệp giữa hai nút sai cấu trúc tại {field}.", f"The message between nodes is malformed at {field}."),
        field=field,
        status=400,
    )


def request_hash(message: bytes, body: Body | None) -> str:
    """X-Road-Request-Hash: base64 of SHA-512 over the digests of headers and body, or over the headers alone."""
    digest = sha512(message).digest()
    if body is not None and body.size:
        digest = sha512(digest + body.sha512).digest()
    return binascii.b2a_base64(digest, newline=False).decode("ascii")


def attachments(body: Body | None) -> list[bytes]:
    """The digests that are signed with the message."""
    return [body.sha256] if body is not None and body.size else []


def write_signature(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def read_signature(text: str) -> bytes:
    """64 bytes r‖s. Raises Refused `gateway.malformed`."""
    if re.fullmatch(r"[A-Za-z0-9_-]{86}", text):
        value = base64.urlsafe_b64decode(text + "==")
        if write_signature(value) == text:
            return value
    raise malformed(SIGNATURE_HEADER)
