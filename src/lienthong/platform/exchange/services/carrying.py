"""Carrying (chuyển thông điệp): the HTTP of the postman. Files and network only, no database: it runs in threads."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from lienthong.kernel import files, http, tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import batch_form, limits, wire
from lienthong.platform.exchange.services import trust

LETTERS = "/exchange/letters"
BATCHES = "/exchange/batches"
BUNDLES = "/exchange/bundles"
PARTS = "/exchange/parts/"

_IDLE_SECONDS = 30.0
_TOTAL_SECONDS = 60.0
_PIECE_SECONDS = 300.0
_TOGETHER_BYTES = 4 * 2**20
"""Parts that are smaller than this together travel in the letter's own request."""
_BUNDLED_BYTES = 2**20
"""A letter that is smaller than this with its parts travels together with others."""
_NO_BATCHES = (404, 405)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter on its way."""

    id: UUID
    name: str
    recipient: str
    about: str
    attempts: int
    body: bytes
    signature: str
    parts: tuple[dict[str, Any], ...] = ()
    trace: str = ""

    @property
    def size(self) -> int:
        """Bytes of the letter with its parts."""
        return len(self.body) + sum(int(part["size"]) for part in self.parts)

    @property
    def goes_alone(self) -> bool:
        """Are its parts too large to travel together with other letters?"""
        return bool(self.parts) and self.size > _BUNDLED_BYTES


@dataclass(frozen=True, slots=True)
class Flight:
    """Letters to one recipient in one request, or one letter with its large parts."""

    recipient: str
    address: str
    parcels: tuple[Parcel, ...]


class Answer(NamedTuple):
    """What came back for one letter: HTTP status, signature line ("" for a problem), body."""

    status: int
    signature: str
    body: bytes


def carry(flight: Flight) -> Sequence[Answer]:
    """Bring a flight; one answer per letter. Raises http.Unreachable, Refused for parts that are not taken."""
    trace = next((one.trace for one in flight.parcels if one.trace), "")
    facts: dict[str, str | float] = {"recipient": flight.recipient, "letters": len(flight.parcels)}
    with tracing.following(trace), tracing.span("exchange.deliver", kind="producer", **facts):
        if len(flight.parcels) == 1:
            return [_carry_one(flight.address, flight.parcels[0])]
        return _carry_batch(flight)


def _carry_one(address: str, parcel: Parcel) -> Answer:
    headers = {wire.SIGNATURE_HEADER: parcel.signature}
    fields: dict[str, tuple[str, bytes, str]] = {}
    if parcel.parts and sum(part["size"] for part in parcel.parts) <= _TOGETHER_BYTES:
        fields["letter"] = ("letter.json", parcel.body, "application/json")
        for part in parcel.parts:
            fields[part["sha256"]] = (part["sha256"], files.read(part["sha256"]), part["media_type"])
    else:
        for part in parcel.parts:
            bring_part(address, parcel.recipient, part["sha256"], part["size"])
        headers["Content-Type"] = "application/json"
    answer = http.request(
        "POST",
        address + LETTERS,
        body=b"" if fields else parcel.body,
        headers=headers,
        fields=fields or None,
        timeout=_IDLE_SECONDS,
        total=_TOTAL_SECONDS,
        peer=True,
    )
    return Answer(answer.status, answer.headers.get(wire.SIGNATURE_HEADER.lower(), ""), answer.body)


def _carry_batch(flight: Flight) -> Sequence[Answer]:
    """Answers in the order of the flight; what lost its file here stays behind and holds nobody up."""
    bundled, gone = _bundled(flight.parcels)
    going = [one for one in flight.parcels if one.id not in gone]
    answers = iter(_carry_together(flight.address, going, bundled) if going else ())
    return [gone[one.id] if one.id in gone else next(answers) for one in flight.parcels]


def _bundled(parcels: Sequence[Parcel]) -> tuple[dict[str, bytes], dict[UUID, Answer]]:
    """The bytes of all parts, each once; and the letters that cannot go, with the problem."""
    bundled: dict[str, bytes] = {}
    gone: dict[UUID, Answer] = {}
    for parcel in parcels:
        try:
            for part in parcel.parts:
                if part["sha256"] not in bundled:
                    bundled[part["sha256"]] = files.read(part["sha256"])
        except Refused as refusal:
            gone[parcel.id] = Answer(refusal.status, "", orjson.dumps(refusal.as_problem()))
    return bundled, gone


def _carry_together(address: str, parcels: Sequence[Parcel], bundled: dict[str, bytes]) -> Sequence[Answer]:
    entries = [batch_form.Entry(0, one.signature, one.body, one.trace) for one in parcels]
    answer = http.request(
        "POST",
        address + (BUNDLES if bundled else BATCHES),
        body=batch_form.compose_bundle(bundled, entries),
        headers={"Content-Type": batch_form.CONTENT_TYPE},
        timeout=_IDLE_SECONDS,
        total=_TOTAL_SECONDS,
        peer=True,
    )
    if answer.status in _NO_BATCHES:  # a node of the version before
        return [_carry_one(address, parcel) for parcel in parcels]
    if answer.status != 200:
        return [Answer(answer.status, "", answer.body)] * len(parcels)
    answers = batch_form.parse(answer.body, most=len(parcels))
    if len(answers) != len(parcels):
        raise wire.bad_receipt(tr("Thiếu biên nhận trong gói.", "The batch of receipts is not complete."))
    return [Answer(entry.status, entry.signature, entry.body) for entry in answers]


# Parts


def bring_part(address: str, recipient: str, sha256: str, size: int) -> None:
    """Bring a part piece by piece, from where it was broken off. Raises Refused as the recipient said."""
    offset = _offset_there(address, recipient, sha256)
    with files.open(sha256) as stream:
        while offset is not None:
            stream.seek(offset)
            piece = stream.read(limits.CHUNK_BYTES)
            if not piece:
                raise Refused("exchange.part-damaged", _GONE, field=sha256)
            offset = _bring_piece(address, recipient, sha256, piece, (offset, size))


def _offset_there(address: str, recipient: str, sha256: str) -> int | None:
    """The next byte that the recipient wants; None when it has the whole."""
    line = trust.sign(b"", trust.own_header("part", wire.part_name(sha256), recipient))
    answer = http.request(
        "HEAD", address + PARTS + sha256, headers={wire.SIGNATURE_HEADER: line}, total=_TOTAL_SECONDS, peer=True
    )
    if answer.status != 200:
        raise told(answer.status, answer.body)
    return _next(answer)


def _bring_piece(address: str, recipient: str, sha256: str, piece: bytes, where: tuple[int, int]) -> int | None:
    offset, size = where
    header = trust.own_header("part", wire.part_name(sha256, offset, size), recipient)
    line = trust.sign_digest(hashlib.sha256(piece).digest(), header)
    answer = http.request(
        "PUT",
        address + PARTS + sha256,
        body=piece,
        headers={
            wire.SIGNATURE_HEADER: line,
            "Upload-Offset": str(offset),
            "Upload-Length": str(size),
            "Content-Type": "application/octet-stream",
        },
        timeout=_IDLE_SECONDS,
        total=_PIECE_SECONDS,
        peer=True,
    )
    if answer.status == 409 and "upload-offset" in answer.headers:
        wanted = _next(answer)
        if wanted != offset:
            return wanted
    if answer.status != 200:
        raise told(answer.status, answer.body)
    return _next(answer)


def _next(answer: http.Response) -> int | None:
    if answer.headers.get("upload-complete") == "?1":
        return None
    text = answer.headers.get("upload-offset", "")
    if not text.isascii() or not text.isdigit():
        raise told(answer.status, answer.body)
    return int(text)


def told(status: int, body: bytes) -> Refused:
    """What an unsigned problem says: its code and sentence; what is no problem body is told by its status."""
    try:
        problem = orjson.loads(body)
        title = str(problem["title"])[:500]
        message = Bilingual(title, str(problem.get("title_en", title))[:500])
        return Refused(str(problem["code"])[:100], message, status=status)
    except (ValueError, KeyError, TypeError):
        pass
    if status in (429, 502, 503, 504):
        return Refused(
            "exchange.unavailable",
            tr(f"Nút nhận tạm thời không phục vụ (HTTP {status}).", f"The recipient is unavailable (HTTP {status})."),
            status=status,
        )
    return Refused(
        "exchange.bad-receipt",
        tr(
            f"Nút nhận trả lời HTTP {status}, không có biên nhận.",
            f"The recipient answered HTTP {status} without a receipt.",
        ),
        status=status,
    )


_GONE = tr("Tệp kèm không còn nguyên ở nút gửi.", "The part is no longer whole at the sender.")
