"""This node as a client of another axis' own interface: signed calls, files streamed both ways."""

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any

from lienthong.kernel import clock, http
from lienthong.kernel.clock import ZONE
from lienthong.platform.documents.axis_api.bodies import BLOCK, MOST_BYTES, temporary
from lienthong.platform.documents.axis_line import AxisSettings, axis_secret

_TIMEOUT = 30.0
_TOTAL = 600.0
_FINAL = frozenset({"10", "11", "18", "19", "20", "21", "22", "23", "24"})
"""Numbers of refusals that another try of the same does not change."""


class AxisTrouble(Exception):
    """It could not be reached, or answered nothing that can be read; to be tried again."""


class AxisRefused(Exception):
    """It understood and said no. `final`: the same again will not be taken."""

    def __init__(self, number: str, sentence: str) -> None:
        super().__init__(f"{number} {sentence}")
        self.final = number in _FINAL
        self.sentence = f"{sentence} ({number})"


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a received list."""

    doc_id: str
    kind: str
    sender: str
    receiver: str


class AxisClient:
    """Calls of one axis; every call has its own moment and signature."""

    def __init__(self, settings: AxisSettings) -> None:
        self._settings = settings
        self._key = axis_secret().encode()

    def list_received(self, kind: str) -> list[Listed]:
        """What waits for our agencies there."""
        found = self._ask("getReceivedEdocList", {"servicetype": "eDoc", "messagetype": kind}).get("data")
        if not isinstance(found, list):
            raise AxisTrouble("no list in the answer")
        return [_listed(one, kind) for one in found if isinstance(one, dict)]

    @contextmanager
    def fetch(self, doc_id: str) -> Iterator[IO[bytes]]:
        """The edXML file of an item, in a nameless file."""
        headers = {**self._head("", ()), "docId": doc_id}
        try:
            with (
                http.stream(
                    "GET",
                    f"{self._settings.url}/downloadEdoc",
                    headers=headers.items(),
                    timeout=_TIMEOUT,
                    total=_TOTAL,
                ) as answer,
                temporary() as file,
            ):
                size = 0
                for block in answer.chunks:
                    size += len(block)
                    if size > MOST_BYTES:
                        raise AxisRefused("11", "Tệp quá lớn.")
                    file.write(block)
                _require_file(answer, file)
                yield file
        except http.Unreachable as error:
            raise AxisTrouble(error.reason) from None

    def send(self, blocks: Iterable[bytes], *, sender: str, kind: str, receivers: Sequence[str] = ()) -> str:
        """Hand in a message; gives the id it has there."""
        boundary = f"lienthong-{secrets.token_hex(16)}"
        content_type = f"multipart/form-data; boundary={boundary}"
        with temporary() as body:
            digest = _form(body, boundary, blocks)
            size = body.tell()
            headers = {
                **self._head(content_type, _again(body)),
                "Content-Type": content_type,
                "from": sender,
                "servicetype": "eDoc",
                "messagetype": kind,
                "hash-file": digest,
            }
            if receivers:
                headers["to"] = ",".join(receivers)
            told = self._call("sendEdoc", headers, _again(body), size)
        return str(told.get("DocId") or told.get("docId") or "")

    def set_state(self, doc_id: str, state: str, description: str = "") -> None:
        """What we did with an item."""
        self._ask("updateStatus", {"docId": doc_id, "status": state}, {"description": description[:500]})

    def _ask(self, verb: str, headers: Mapping[str, str], body: Mapping[str, str] | None = None) -> dict[str, Any]:
        content = json.dumps(body or {}, ensure_ascii=False).encode()
        signed = self._head("application/json", [content])
        return self._call(verb, {**signed, "Content-Type": "application/json", **headers}, [content], len(content))

    def _call(self, verb: str, headers: Mapping[str, str], body: Iterable[bytes], length: int) -> dict[str, Any]:
        try:
            with http.stream(
                "POST",
                f"{self._settings.url}/{verb}",
                body=body,
                length=length,
                headers=headers.items(),
                timeout=_TIMEOUT,
                total=_TOTAL,
            ) as answer:
                return _read(answer)
        except http.Unreachable as error:
            raise AxisTrouble(error.reason) from None

    def _head(self, content_type: str, body: Iterable[bytes]) -> dict[str, str]:
        now = clock.now().astimezone(ZONE)
        stamp = f"{now:%d%m%YT%H%M%S}+{now.microsecond // 1000:04d}"
        signed = hmac.new(self._key, f"{self._settings.system_id}{stamp}{content_type}".encode(), sha256)
        for block in body:
            signed.update(block)
        return {
            "systemid": self._settings.system_id,
            "timestamp": stamp,
            "XroadVnpt-sign-header": signed.hexdigest(),
        }


def _form(body: IO[bytes], boundary: str, blocks: Iterable[bytes]) -> str:
    """A multipart body with one file, written to the disk; gives the digest of the file."""
    digest = sha256()
    body.write(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="van-ban.edxml"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
    )
    for block in blocks:
        digest.update(block)
        body.write(block)
    body.write(f"\r\n--{boundary}--\r\n".encode())
    return digest.hexdigest()


def _again(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block


def _require_file(answer: http.Streamed, file: IO[bytes]) -> None:
    """The file, not a refusal in its place."""
    file.seek(0)
    if answer.status >= 500:
        raise AxisTrouble(f"HTTP {answer.status}")
    kind = dict(answer.headers).get("content-type", "")
    if kind.startswith("application/json") or answer.status != 200:
        _judge(file.read(BLOCK), answer.status)
        raise AxisTrouble("no file in the answer")


def _read(answer: http.Streamed) -> dict[str, Any]:
    blocks, size = [], 0
    for block in answer.chunks:
        size += len(block)
        if size > 64 * 2**20:
            raise AxisTrouble("answer too large")
        blocks.append(block)
    return _judge(b"".join(blocks), answer.status)


def _judge(content: bytes, status: int) -> dict[str, Any]:
    """The answer when it is a good one."""
    try:
        told = json.loads(content)
    except ValueError:
        raise AxisTrouble(f"HTTP {status}, unreadable") from None
    if not isinstance(told, dict):
        raise AxisTrouble(f"HTTP {status}, unreadable")
    if str(told.get("status", "")).upper() != "OK":
        raise AxisRefused(str(told.get("ErrorCode", "")), str(told.get("ErrorDesc", ""))[:900])
    return told


def _listed(one: Mapping[str, Any], kind: str) -> Listed:
    doc_id = one.get("docId") or one.get("id") or ""
    return Listed(str(doc_id), str(one.get("messageType") or kind), str(one.get("from", "")), str(one.get("to", "")))
