"""One part of the trial of documents, in the process of one node. What was confirmed is written down at once.

Whoever works here may be killed at any moment: a line of the journal says that a commit was confirmed, nothing else.
"""

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lienthong.node.faults.documents_tables import INSTEAD_OF, rows, tally
from lienthong.node.parts import run_as_node

_CLERKS = 2
_BYTES = 20_000
_TYPE = "TB"
_KINDS = ("recall", "replace", "update")
_REASON = "Ban hành nhầm"


def _clerks(journal: str, stop: str, pause: str, *others: str) -> None:
    """Clerks take numbers and send under them, one thinks better of it, until the file `stop` is there."""

    def send(_number: int) -> None:
        chance = random.Random()  # noqa: S311 (protects nothing)
        while not Path(stop).exists():
            receivers = chance.sample(others, chance.randint(1, len(others)))
            _try(partial(_number_and_send, receivers, chance.randint(1, 2)), Path(journal))
            time.sleep(float(pause))

    def think_better() -> None:
        chance = random.Random()  # noqa: S311 (protects nothing)
        kinds = chance.sample(_KINDS, len(_KINDS))
        while not Path(stop).exists():
            if _try(partial(_change, kinds[0], chance), Path(journal)):
                kinds.append(kinds.pop(0))
            time.sleep(float(pause))

    with ThreadPoolExecutor(_CLERKS + 1) as people:
        thinking = people.submit(think_better)
        list(people.map(send, range(_CLERKS)))
        thinking.result()


def _try(deed: Callable[[], dict[str, Any] | None], journal: Path) -> bool:
    """Do it, and write down what was confirmed. What became of a deed that broke off, the tables tell."""
    import psycopg
    from django.db import DatabaseError, connection

    from lienthong.kernel.errors import Refused

    try:
        told = deed()
    except (DatabaseError, psycopg.Error, OSError, Refused):
        connection.close()
        time.sleep(0.2)
        return False
    if told is not None:
        with journal.open("ab") as lines:
            lines.write(json.dumps(told).encode("utf-8") + b"\n")
    return told is not None


def _number_and_send(receivers: list[str], papers: int) -> dict[str, Any]:
    """A number out of the register and the document that bears it, together or not at all."""
    from lienthong.kernel import db
    from lienthong.kernel.ids import new_id
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services

    subject, given = f"Về việc thử sự cố {new_id()}", _files(papers)
    with db.atomic():
        document = _numbered(subject)
        services.send_document(document, given, receivers=receivers, actor=bench.clerk())
    return {"subject": subject, "receivers": receivers, "number": document.number}


def _files(papers: int) -> Any:
    from lienthong.kernel import files
    from lienthong.platform.documents import sending_bench as bench

    return [files.store(bench.pdf(_BYTES, number), name=f"cong-van-{number}.pdf") for number in range(papers)]


def _numbered(subject: str) -> Any:
    """What is said of a new document under the next number."""
    from lienthong.kernel import clock
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services

    actor = bench.clerk()
    number = services.give_number(actor.agency_code, _TYPE, on=clock.today(), actor=actor, subject=subject)
    return replace(
        bench.document(number.number),
        type_code=_TYPE,
        notation=number.code.partition("/")[2],
        promulgated_on=clock.today(),
        subject=subject,
    )


def _change(kind: str, chance: random.Random) -> dict[str, Any] | None:
    """Recall, update or replace a document of which that was never done: one just sent, or any."""
    from lienthong.kernel import db
    from lienthong.kernel.ids import new_id
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services

    unchanged = rows(_UNCHANGED)
    if not unchanged:
        return None
    pk, about, number, notation, day = unchanged[0] if chance.random() < 0.5 else chance.choice(unchanged)
    actor, told = bench.clerk(), {"kind": kind, "subject": about}
    if kind == "recall":
        services.send_recall(pk, reason=_REASON, actor=actor)
        return told
    given = _files(1)
    if kind == "update":
        said = replace(bench.document(number), type_code=_TYPE, notation=notation, promulgated_on=day, subject=about)
        said = replace(said, content=f"Nội dung cập nhật {new_id()}")
        services.send_update(pk, reason=_REASON, actor=actor, document=said, attachments=given)
        return told
    newer = f"Bản mới {new_id()}{INSTEAD_OF}{about}"
    with db.atomic():
        services.send_replacement(pk, document=_numbered(newer), attachments=given, reason=_REASON, actor=actor)
    return {**told, "newer": newer}


# A replacement may be changed in its turn, as long as its subject has room for the next one.
_UNCHANGED = """
SELECT d.id, d.subject, d.number, d.notation, d.promulgated_on FROM documents_document d
JOIN documents_message m ON m.document_id = d.id AND m.direction = 'out'
GROUP BY d.id HAVING count(*) = 1 AND d.standing = 'in-force' AND length(d.subject) < 1500 ORDER BY d.created_at DESC
"""


def _registry(journal: str, stop: str) -> None:
    """Somebody registers what has arrived and was announced, and agrees to give back, until the file `stop` is there.

    The work list is all that there is to do: what was taken back before it had a number gets none.
    """
    from django.db import DatabaseError, connection

    from lienthong.platform.documents import queries, services
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents.types import ArrivalFilters

    actor = bench.clerk()

    def register(arrival_id: Any, subject: str) -> dict[str, Any]:
        return {"subject": subject, "number": services.register_arrival(arrival_id, actor=actor).number}

    def agree(arrival_id: Any, _subject: str) -> None:
        services.answer_request(arrival_id, agree=True, actor=actor)

    duties: tuple[tuple[ArrivalFilters, Callable[..., Any]], ...] = (
        (ArrivalFilters(kind="unhandled", status="01"), register),
        (ArrivalFilters(kind="asked"), agree),
    )
    while not Path(stop).exists():
        for what, duty in duties:
            try:
                found = queries.list_arrivals(actor.agency_code, what, actor=actor, count=50)
            except DatabaseError:
                connection.close()
                found = []
            for one in found:
                _try(partial(duty, one.id, one.document.subject), Path(journal))
        time.sleep(0.1)


PARTS: dict[str, Callable[..., Any]] = {"clerks": _clerks, "registry": _registry, "tally": tally}

if __name__ == "__main__":
    run_as_node(PARTS)
