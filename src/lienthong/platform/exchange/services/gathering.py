"""Gathering (gom nhóm): single letters that arrive at the same moment share one transaction, as a batch would.

Whoever comes first takes what has come by then, itself included; the others wait for their answer. Nothing waits for
company: a letter that comes alone goes alone.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.services.batch_reception import receive_letters
from lienthong.platform.exchange.services.reception import failed, receive_letter

_MOST = 64


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    answer: Entry | None = None
    done: bool = False


class Gathering:
    """Takes letters of concurrent requests together."""

    def __init__(self) -> None:
        self._arriving = threading.Lock()
        self._taking = threading.Lock()
        self._waiting: list[_Waiting] = []

    def take(self, entry: Entry) -> Entry:
        """The answer to this letter: receipt or problem. Raises what taking it raised."""
        own = _Waiting(entry)
        with self._arriving:
            self._waiting.append(own)
        while not own.done:
            with self._taking:
                if not own.done:
                    self._take_group()
        if own.answer is None:
            raise failed()
        return own.answer

    def _take_group(self) -> None:
        with self._arriving:
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        try:
            for one, answer in zip(group, _answers([one.entry for one in group]), strict=True):
                one.answer = answer
        finally:
            for one in group:
                one.done = True


def _answers(entries: Sequence[Entry]) -> Sequence[Entry]:
    if len(entries) > 1:
        return receive_letters(entries)
    reply = receive_letter(entries[0].body, entries[0].signature, {})
    return [Entry(reply.status, reply.signature, reply.body)]
