"""The judge of a trial of documents: what all nodes have is compared with each other, and with what people were told.

Whatever a clerk was told is done must be done: each document is at each of its recipients exactly once, with the
bytes that were signed; each state came back; what was recalled, updated or replaced is so on both sides, left the
other side's work list and kept its trace; registers have neither gaps nor doubles; nothing lies half or waits.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lienthong.node.faults.documents_tables import INSTEAD_OF

Told = Mapping[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]]
"""By node what its clerks were told, and who keeps its register."""

Place = tuple[str, str]
"""Subject of a document, and an agency that is to have it."""

Change = tuple[str, str, str, str]
"""Kind, subject of the document that it changes, an agency, subject of the replacement."""

_DELIVERED: Final = "transport delivered"
_STATES: Final = {"01": f"business 01, {_DELIVERED}", "03": f"business 01, business 03, {_DELIVERED}"}
_STANDING: Final = {"recall": "recalled", "replace": "replaced", "update": "in-force"}
_TRACES: Final = {
    "recall": ("15, recalled", "15, ask-recall"),
    "replace": ("15, replaced", "15, ask-replace"),
    "update": ("15, update", "15, ask-update"),
}
"""What an arrival keeps of it: before it had a number it is done at once, afterwards people are asked; 15 is said."""


@dataclass(frozen=True, slots=True)
class DocumentsOutcome:
    """What a trial showed; documents and what changed them, each with an agency.

    `lost`, `doubled`, `phantom` · `forgotten`: confirmed to a clerk, yet not kept · `altered`: not the bytes that were
    sent · `unanswered`: without each of its states once · `unsettled`: recalled, updated or replaced, but not on both
    sides alike · `registers`: gaps, doubles, miscounts · `half`: stored in part · `waiting`: what would not rest.
    """

    sent: int
    arrived: int
    unsure: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    phantom: tuple[str, ...]
    forgotten: tuple[str, ...]
    altered: tuple[str, ...]
    unanswered: tuple[str, ...]
    unsettled: tuple[str, ...]
    registers: tuple[str, ...]
    half: tuple[str, ...]
    log_faults: tuple[str, ...]
    waiting: tuple[str, ...]
    log_rows: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    struck: dict[str, int] = field(default_factory=dict)
    calm_seconds: float = 0.0

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that must not be, each with its kind."""
        kinds = ("lost", "doubled", "phantom", "forgotten", "altered", "unanswered", "unsettled", "registers", "half")
        return tuple(f"{kind}: {one}" for kind in (*kinds, "log_faults", "waiting") for one in getattr(self, kind))


def judge(
    tallies: Mapping[str, Mapping[str, Any]],
    told: Told,
    *,
    waiting: tuple[str, ...] = (),
    struck: dict[str, int] | None = None,
    calm: float = 0.0,
) -> DocumentsOutcome:
    """Compare what all nodes have with each other, and with what their people were told."""
    seen = _Seen(tallies)
    return DocumentsOutcome(
        sent=len(seen.subjects),
        arrived=sum(seen.arrivals.values()),
        unsure=len(seen.subjects - {_new_subject(one) for said, _ in told.values() for one in said}),
        lost=tuple(seen.lost()),
        doubled=tuple(seen.doubled()),
        phantom=_named(seen.arrived.keys() - seen.sent.keys()) + _titled(seen.taken.keys() - seen.changes.keys()),
        forgotten=tuple(sorted(seen.forgotten(told))),
        altered=tuple(seen.altered()),
        unanswered=_named(seen.unanswered()),
        unsettled=tuple(seen.unsettled()),
        registers=tuple(fault for code, tally in tallies.items() for fault in _register_faults(code, tally)),
        half=tuple(f"{code}: {what}" for code, tally in tallies.items() for what in tally["half"]),
        log_faults=tuple(f"{code}: {what}" for code, tally in tallies.items() for what in tally["log_faults"]),
        waiting=waiting,
        log_rows=sum(int(tally["log_rows"]) for tally in tallies.values()),
        changed=dict(Counter(kind for kind, _, _ in {(key[0], key[1], key[3]) for key in seen.changes})),
        struck=struck or {},
        calm_seconds=calm,
    )


class _Seen:
    """The tables of all nodes by what they are about."""

    def __init__(self, tallies: Mapping[str, Mapping[str, Any]]) -> None:
        def all_of(table: str) -> list[list[Any]]:
            return [row for tally in tallies.values() for row in tally[table]]

        self.sent: dict[Place, list[Any]] = {(row[0], row[1]): row for row in all_of("sent")}
        self.arrived: dict[Place, list[Any]] = {(row[0], row[1]): row for row in all_of("arrived")}
        self.arrivals = Counter((row[0], row[1]) for row in all_of("arrived"))
        self.subjects = {subject for subject, _ in self.sent}
        self.changes: dict[Change, list[Any]] = {_change(row): row for row in all_of("changes")}
        self.ordered = Counter(_change(row) for row in all_of("changes"))
        self.taken: dict[Change, list[Any]] = {_change(row): row for row in all_of("taken")}
        self.takings = Counter(_change(row) for row in all_of("taken"))
        self._to_do = {(subject, code) for code, tally in tallies.items() for subject in tally["to_do"]}
        self._taken_back = {(subject, code) for code, tally in tallies.items() for subject in tally["taken_back"]}

    def lost(self) -> Iterator[str]:
        """Documents and changes that a recipient has not got; a replacement that nothing binds to what it replaces."""
        yield from _named(self.sent.keys() - self.arrived.keys())
        yield from _titled(self.changes.keys() - self.taken.keys())
        meant = {
            ("replace", subject.partition(INSTEAD_OF)[2], agency, subject)
            for subject, agency in self.sent
            if INSTEAD_OF in subject
        }
        yield from _titled(meant - self.changes.keys())
        for kind, about, newer in {(key[0], key[1], key[3]) for key in self.changes}:
            to = {agency for subject, agency in self.sent if subject == about}
            yield from _titled({(kind, about, code, newer) for code in to} - self.changes.keys())

    def doubled(self) -> Iterator[str]:
        """What is somewhere twice; documents that were changed twice, for everybody changes one once."""
        yield from _named(key for key, times in self.arrivals.items() if times > 1)
        yield from _titled(key for key, times in (self.ordered | self.takings).items() if times > 1)
        changed = Counter(about for _, about, _ in {(key[0], key[1], key[3]) for key in self.changes})
        changed |= Counter(subject.partition(INSTEAD_OF)[2] for subject in self.subjects if INSTEAD_OF in subject)
        yield from (f"{times} changes of {about}" for about, times in changed.items() if times > 1)

    def altered(self) -> Iterator[str]:
        """Where envelope or files are not those that were sent, or where the document says something else."""
        both = self.sent.keys() & self.arrived.keys()
        yield from _named(
            key
            for key in both
            if (*self.sent[key][4:6], self.sent[key][7]) != (*self.arrived[key][3:5], self.arrived[key][6])
        )
        yield from _titled(
            key for key in self.changes.keys() & self.taken.keys() if self.changes[key][4:6] != self.taken[key][4:6]
        )

    def unanswered(self) -> Iterator[Place]:
        """Where the sender does not know what the recipient did; what was taken back need not have got a number."""
        changed = {(about, agency): kind for kind, about, agency, _ in self.changes}
        for key, row in self.sent.items():
            ends = ("03",) if changed.get(key, "update") == "update" else ("01", "03")
            there = self.arrived[key][2] if key in self.arrived else row[3]
            if row[2] != "delivered" or row[3] not in ends or row[3] != there or row[6] != _STATES[row[3]]:
                yield key

    def unsettled(self) -> Iterator[str]:
        """Changes without their whole effect at the sender, at the recipient, in lists or traces; effects of none."""
        changed = {(about, agency): key for key in self.changes for _, about, agency, _ in [key]}
        for key, row in self.changes.items():
            if row[6:10] != [_STANDING[key[0]], "delivered", "15", "15"]:
                yield f"{_title(key)}: the sender has {row[6:10]}"
        for place, row in self.arrived.items():
            kind = changed[place][0] if place in changed else ""
            standing, traces = _STANDING.get(kind, "in-force"), _TRACES.get(kind, ("",))
            if row[7] != standing or row[8] not in traces:
                yield f"{kind or 'no change'} of {place[0]} → {place[1]}: stands as {row[7]}, its trace is “{row[8]}”"
        gone = {place for place, row in self.arrived.items() if row[7] != "in-force"}
        yield from (f"{one} is on the work list" for one in _named(gone & self._to_do))
        yield from (f"{one} is not listed alike as taken back" for one in _named(gone ^ self._taken_back))

    def forgotten(self, told: Told) -> Iterator[str]:
        """Confirmed to somebody, yet not kept."""
        changed = {(kind, about, newer) for kind, about, _, newer in self.changes}
        for code, (said, registered) in told.items():
            for one in said:
                if kind := one.get("kind"):
                    if (kind, one["subject"], one.get("newer", "")) not in changed:
                        yield f"{kind} of {one['subject']} by {code}"
                    continue
                yield from (
                    f"{one['subject']} → {to}" for to in one["receivers"] if (one["subject"], to) not in self.sent
                )
            for one in registered:
                row = self.arrived.get((one["subject"], code))
                if row is None or row[5] != str(one["number"]):
                    yield f"number {one['number']} of {one['subject']} at {code}"


def _change(row: list[Any]) -> Change:
    kind, about, agency, newer = (str(one or "") for one in row[:4])
    return kind, about, agency, newer


def _new_subject(one: Mapping[str, Any]) -> str:
    """The subject of what somebody was told to have sent; "" when it was about something older."""
    return str(one.get("newer", "") if "kind" in one else one["subject"])


def _named(keys: Iterable[Place]) -> tuple[str, ...]:
    return tuple(sorted(f"{subject} → {agency}" for subject, agency in keys))


def _titled(keys: Iterable[Change]) -> tuple[str, ...]:
    return tuple(sorted(_title(key) for key in keys))


def _title(key: Change) -> str:
    kind, about, agency, newer = key
    return f"{kind} of {about}{f' by {newer}' if newer else ''} → {agency}"


def _register_faults(code: str, tally: Mapping[str, Any]) -> Iterator[str]:
    """Gaps, doubles, numbers without document, registered without number, days whose count is not the documents'."""
    for name, last, numbers, bound in tally["registers"]:
        given = [number for number in numbers if number is not None]
        if given != list(range(1, last + 1)):
            missing = sorted(set(range(1, last + 1)) - set(given))
            twice = sorted(number for number, times in Counter(given).items() if times > 1)
            yield f"{code} {name}: missing {missing}, twice {twice}, last {last}"
        if bound != len(given):
            yield f"{code} {name}: {len(given) - bound} numbers without a document"
    for row in tally["arrived"]:
        subject, status, number = row[0], row[2], row[5]
        if (status == "03") != bool(number) or " " in (number or ""):
            yield f"{code}: {subject} has the state {status} and the numbers {number}"
    counted = dict(tally["counted"])
    for direction, there in (("out", {row[0] for row in tally["sent"]}), ("in", {row[0] for row in tally["arrived"]})):
        if counted.get(direction, 0) != len(there):
            yield f"{code}: {counted.get(direction, 0)} documents {direction} counted, {len(there)} are there"
