"""Fetching (nhận chủ động): a node that cannot be reached asks the others for what waits for it.

Here are both ends. Who gives keeps a letter waiting until its receipt comes back, so a fetch that is cut loses
nothing; who fetches takes letters and parts exactly as if they had been brought.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import orjson
import structlog

from lienthong.kernel import clock, db, http, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import batch_form, limits, wire
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.queries import directory as directory_queries
from lienthong.platform.exchange.services import outcomes, parts, trust
from lienthong.platform.exchange.services.batch_reception import receive_letters
from lienthong.platform.exchange.services.carrying import PARTS, Answer, told
from lienthong.platform.exchange.services.delivery import claim, parcel_of
from lienthong.platform.exchange.services.lines import Lines

log = structlog.get_logger()

PULL = "/exchange/pull"
RECEIPTS = "/exchange/receipts"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FRESHNESS = timedelta(minutes=5)
_LEASE = timedelta(seconds=30)
_LONGEST_SECONDS = 60.0
_TOTAL_SECONDS = 120.0

_LEND = "UPDATE exchange_outgoingletter SET next_attempt_at = %s WHERE id = ANY (%s) AND state = 'waiting'"


# Who gives


def give_letters(body: bytes, signature: str) -> list[Entry]:
    """Letters that wait for the node that asks, those longest due first. Raises Refused `exchange.stale`, ….

    What was given is left alone for half a minute, so that a node that asks again gets the next ones.
    """
    puller = _asker(body, signature, "pull")
    most = min(_wanted(body), limits.BATCH_LETTERS)
    with db.atomic():
        parcels = [parcel_of(row) for row in claim([puller], most=most, size=limits.BATCH_BYTES, away=[])]
        sql.run(_LEND, (clock.now() + _LEASE, [parcel.id for parcel in parcels]))
        lines = Lines()
        lines.refresh()
        lines.succeeded([puller])
    return [Entry(0, parcel.signature, parcel.body, parcel.trace) for parcel in parcels]


def take_receipts(body: bytes, signature: str) -> int:
    """The receipts and problems of letters that were given; gives how many letters ended."""
    puller = _asker(body, signature, "receipts")
    entries = {entry.note: entry for entry in batch_form.parse(body, most=limits.BATCH_LETTERS)}
    ids = [UUID(note) for note in entries if _UUID.fullmatch(note)]
    waiting = OutgoingLetter.objects.filter(id__in=ids, recipient=puller, state="waiting")
    fields = ("id", "name", "recipient", "about", "attempts", "body", "signature", "parts", "trace")
    parcels = [parcel_of(row) for row in waiting.values_list(*fields)]
    answers = [Answer(*entries[str(parcel.id)][:3]) for parcel in parcels]
    found = outcomes.judge(parcels, answers)
    with db.atomic():
        return len(outcomes.write(found, sent_at=None))


def _asker(body: bytes, signature: str, kind: str) -> str:
    header = wire.peek(signature, kind)
    trust.verify(body, signature, header)
    trust.require_me(header)
    if abs(clock.now() - header.at) > _FRESHNESS:
        raise Refused(
            "exchange.stale",
            tr("Yêu cầu đã quá cũ hoặc đồng hồ lệch.", "The request is too old, or the clocks differ."),
            field="at",
        )
    return header.sender


def _wanted(body: bytes) -> int:
    try:
        most = orjson.loads(body)["most"]
    except (ValueError, KeyError, TypeError):
        most = 0
    if not isinstance(most, int) or most < 1:
        raise wire.malformed("most", "Thiếu số thông điệp muốn nhận.", "How many letters are wanted is not said.")
    return most


# Who fetches


@dataclass(slots=True)
class _Round:
    """When a node is asked next: soon while letters come, ever more rarely while none do."""

    wait: float = 0.0
    next_at: float = 0.0


@dataclass(slots=True)
class Fetcher:
    """Asks the nodes of `[parameters.exchange] pull_from` (all of the directory by default) for letters."""

    _rounds: dict[str, _Round] = field(default_factory=dict)

    def fetch_due(self, *, now: float | None = None) -> int:
        """Ask every node whose turn it is; gives how many letters were answered."""
        directory = directory_queries.get_directory().nodes
        own = directory.get(node().agency_code)
        if own is None or not own.pull:
            return 0
        chosen = limits.limits().pull_from or tuple(directory)
        taken = 0
        for code in chosen:
            entry = directory.get(code)
            if entry is None or not entry.address or code == own.agency_code:
                continue
            this = self._rounds.setdefault(code, _Round())
            if (time.monotonic() if now is None else now) >= this.next_at:
                taken += self._ask(code, entry.address, this)
        return taken

    def _ask(self, code: str, address: str, this: _Round) -> int:
        shortest = limits.limits().pull_seconds
        taken = 0
        try:
            while more := fetch_from(code, address):
                taken += more
        except (http.Unreachable, Refused) as error:
            log.info("letters could not be fetched", peer=code, reason=str(error))
        this.wait = shortest if taken else min(max(this.wait * 2, shortest), _LONGEST_SECONDS)
        this.next_at = time.monotonic() + this.wait
        return taken


def fetch_from(code: str, address: str) -> int:
    """Fetch one batch from a node, take it and bring the receipts; gives how many letters it was."""
    asked = orjson.dumps({"most": limits.limits().batch})
    entries = batch_form.parse(_post(code, address + PULL, asked, "pull"), most=limits.BATCH_LETTERS)
    if not entries:
        return 0
    whole, answers = list[Entry](), list[Entry]()
    for entry in entries:
        try:
            _fetch_parts(code, address, entry)
            whole.append(entry)
        except Refused as refusal:  # the others must not wait for a file that cannot be had
            answers.append(Entry(400, "", orjson.dumps(refusal.as_problem()), _id_in(entry)))
    answers += [
        Entry(reply.status, reply.signature, reply.body, _id_in(entry))
        for reply, entry in zip(receive_letters(whole), whole, strict=True)
    ]
    _post(code, address + RECEIPTS, batch_form.compose(answers), "receipts")
    return len(entries)


def _id_in(entry: Entry) -> str:
    """The id that a letter claims, if it can be read at all."""
    try:
        return str(wire.peek(entry.signature, "letter").id)
    except Refused:
        return ""


def _post(code: str, url: str, body: bytes, kind: str) -> bytes:
    line = trust.sign(body, trust.own_header(kind, "letters", code))
    headers = {wire.SIGNATURE_HEADER: line, "Content-Type": "application/octet-stream"}
    answer = http.request("POST", url, body=body, headers=headers, timeout=30.0, total=_TOTAL_SECONDS, peer=True)
    if answer.status != 200:
        raise told(answer.status, answer.body)
    return answer.body


def _fetch_parts(code: str, address: str, entry: Entry) -> None:
    """Bring the parts of a letter here. Raises Refused for one that cannot be had or kept."""
    try:
        header = wire.peek(entry.signature, "letter")
        trust.verify(entry.body, entry.signature, header)
        listed: Sequence[wire.PartRef] = wire.list_parts(entry.body)
    except Refused:
        return  # the letter's own answer will say so
    for part in listed:
        while (offset := parts.offset_of(header.sender, part)) is not None:
            parts.add_fetched(header.sender, part, _piece(code, address, part, offset), offset)


def _piece(code: str, address: str, part: wire.PartRef, offset: int) -> bytes:
    line = trust.sign(b"", trust.own_header("part", wire.part_name(part.sha256), code))
    answer = http.request(
        "GET",
        address + PARTS + part.sha256,
        headers={wire.SIGNATURE_HEADER: line, "Upload-Offset": str(offset)},
        timeout=30.0,
        total=_TOTAL_SECONDS,
        peer=True,
    )
    if answer.status != 200 or not answer.body:
        raise told(answer.status, answer.body)
    return answer.body
