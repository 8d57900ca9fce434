"""How a node and its reading process speak: lengths and JSON, nothing that could run."""

import base64
import socket
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

from lienthong.platform.signing.rules.pades.changes import Step
from lienthong.platform.signing.rules.pades.reading import Found, Reading

READY = b"lienthong-reader"
PDF, XML = b"P", b"X"
"""The first byte of what comes in: what the rest is."""
_LENGTH = 8
_MOST = 256 * 2**20


def send(line: socket.socket, body: bytes, deadline: float | None = None) -> None:
    """Raises TimeoutError past the deadline (monotonic)."""
    _limit(line, deadline)
    line.sendall(len(body).to_bytes(_LENGTH, "big"))
    _limit(line, deadline)
    line.sendall(body)


def receive(line: socket.socket, deadline: float | None = None) -> bytes | None:
    """The next message; None when the other side is gone. Raises TimeoutError past the deadline (monotonic)."""
    head = take(line, _LENGTH, deadline)
    length = int.from_bytes(head or b"", "big")
    return take(line, length, deadline) if head is not None and length <= _MOST else None


def take(line: socket.socket, length: int, deadline: float | None = None) -> bytes | None:
    """Exactly so many bytes; None when the other side is gone before."""
    parts, missing = [], length
    while missing:
        _limit(line, deadline)
        part = line.recv(min(missing, 2**20))
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _limit(line: socket.socket, deadline: float | None) -> None:
    if deadline is not None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        line.settimeout(left)


def write(reading: Reading) -> dict[str, Any]:
    """A reading as JSON has it."""
    found: dict[str, Any] = _plain(asdict(reading))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def read(told: dict[str, Any]) -> Reading:
    """A reading from JSON. Raises KeyError, TypeError, ValueError for anything else."""
    return Reading(
        size=int(told["size"]),
        revisions=int(told["revisions"]),
        found=tuple(_found(one) for one in told["found"]),
        steps=tuple(
            Step(int(one["number"]), int(one["level"]), tuple(one["kinds"]), tuple(one["fields"]))
            for one in told["steps"]
        ),
        certificates=_many(told["certificates"]),
        ocsps=_many(told["ocsps"]),
        crls=_many(told["crls"]),
        store_revision=int(told["store_revision"]),
    )


def _found(one: dict[str, Any]) -> Found:
    signed_at = one["signed_at"]
    return Found(
        field=str(one["field"]),
        is_timestamp=bool(one["is_timestamp"]),
        certificates=_many(one["certificates"]),
        problem=str(one["problem"]),
        coverage=str(one["coverage"]),
        revision=int(one["revision"]),
        length=int(one["length"]),
        lock=int(one["lock"]),
        signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
        reason=str(one["reason"]),
        is_pades=bool(one["is_pades"]),
        token=base64.b64decode(one["token"]),
        imprint=base64.b64decode(one["imprint"]),
    )


def _many(told: list[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(one) for one in told)
