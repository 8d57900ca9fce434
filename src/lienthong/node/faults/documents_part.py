"""One part of the trial of documents, in the process of one node. What was confirmed is written down at once.

Whoever works here may be killed at any moment: a line of the journal says that a commit was confirmed, nothing else.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from lienthong.node.parts import run_as_node

_CLERKS = 2
_BYTES = 20_000
_TYPE = "TB"

# What each table says, as the trial wants to know it.
_SENT = """
SELECT d.subject, v.agency_code, v.transport, v.status, encode(sha256(m.envelope), 'hex'),
    (SELECT string_agg(a.sha256, ' ' ORDER BY a.position) FROM documents_attachment a WHERE a.message_id = m.id),
    (SELECT string_agg(s.level || ' ' || s.state, ', ' ORDER BY s.level, s.state) FROM documents_step s
      WHERE s.delivery_id = v.id AND s.state IN ('delivered', '01', '03'))
FROM documents_delivery v JOIN documents_message m ON m.id = v.message_id
JOIN documents_document d ON d.id = m.document_id
"""
_ARRIVED = """
SELECT d.subject, a.agency_code, a.status, encode(sha256(m.envelope), 'hex'),
    (SELECT string_agg(t.sha256, ' ' ORDER BY t.position) FROM documents_attachment t WHERE t.message_id = m.id),
    (SELECT string_agg(e.number::text, ' ') FROM documents_registerentry e WHERE e.arrival_id = a.id)
FROM documents_arrival a JOIN documents_message m ON m.id = a.message_id
JOIN documents_document d ON d.id = a.document_id
"""
_REGISTERS = """
SELECT r.direction || ' ' || r.series, r.last_number, array_agg(e.number ORDER BY e.number), count(e.document_id)
FROM documents_register r LEFT JOIN documents_registerentry e ON e.register_id = r.id GROUP BY r.id
"""
_HALF = {
    "a document without a message": "SELECT subject FROM documents_document d"
    " WHERE NOT EXISTS (SELECT FROM documents_message m WHERE m.document_id = d.id)",
    "a message without attachments": "SELECT id::text FROM documents_message m"
    " WHERE NOT EXISTS (SELECT FROM documents_attachment a WHERE a.message_id = m.id)",
    "a message that went nowhere": "SELECT id::text FROM documents_message m WHERE direction = 'out'"
    " AND NOT EXISTS (SELECT FROM documents_delivery v WHERE v.message_id = m.id)",
    "a message that arrived nowhere": "SELECT id::text FROM documents_message m WHERE direction = 'in'"
    " AND NOT EXISTS (SELECT FROM documents_arrival a WHERE a.message_id = m.id)",
    "a document that the search does not know": "SELECT subject FROM documents_document d"
    " WHERE NOT EXISTS (SELECT FROM documents_searchline l WHERE l.document_id = d.id)",
    "an attachment that is not on record": "SELECT a.sha256 FROM documents_attachment a"
    " WHERE NOT EXISTS (SELECT FROM kernel_storedfile f WHERE f.sha256 = a.sha256 AND f.size = a.size)",
}


def _clerks(journal: str, stop: str, pause: str, *others: str) -> None:
    """Clerks take numbers and send under them, to some of the others, until the file `stop` is there."""

    def work(_number: int) -> None:
        chance = random.Random()  # noqa: S311 (protects nothing)
        while not Path(stop).exists():
            receivers = chance.sample(others, chance.randint(1, len(others)))
            _try(partial(_number_and_send, receivers, chance.randint(1, 2)), Path(journal))
            time.sleep(float(pause))

    with ThreadPoolExecutor(_CLERKS) as people:
        list(people.map(work, range(_CLERKS)))


def _try(deed: Callable[[], dict[str, Any]], journal: Path) -> bool:
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
    with journal.open("ab") as lines:
        lines.write(json.dumps(told).encode("utf-8") + b"\n")
    return True


def _number_and_send(receivers: list[str], papers: int) -> dict[str, Any]:
    """A number out of the register and the document that bears it, together or not at all."""
    from dataclasses import replace

    from lienthong.kernel import clock, db, files
    from lienthong.kernel.ids import new_id
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services

    actor, subject = bench.clerk(), f"Về việc thử sự cố {new_id()}"
    given = [files.store(bench.pdf(_BYTES, number), name=f"cong-van-{number}.pdf") for number in range(papers)]
    with db.atomic():
        number = services.give_number(actor.agency_code, _TYPE, on=clock.today(), actor=actor, subject=subject)
        document = replace(
            bench.document(number.number),
            type_code=_TYPE,
            notation=number.code.partition("/")[2],
            promulgated_on=clock.today(),
            subject=subject,
        )
        services.send_document(document, given, receivers=receivers, actor=actor)
    return {"subject": subject, "receivers": receivers, "number": number.number}


def _registry(journal: str, stop: str) -> None:
    """Somebody registers what has arrived and was announced, until the file `stop` is there."""
    from django.db import DatabaseError, connection

    from lienthong.platform.documents import queries, services
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents.types import ArrivalFilters

    actor = bench.clerk()

    def register(arrival_id: Any, subject: str) -> dict[str, Any]:
        return {"subject": subject, "number": services.register_arrival(arrival_id, actor=actor).number}

    while not Path(stop).exists():
        try:
            announced = ArrivalFilters(status="01")
            found = queries.list_arrivals(actor.agency_code, announced, actor=actor, count=50)
        except DatabaseError:
            connection.close()
            found = []
        for one in found:
            _try(partial(register, one.id, one.document.subject), Path(journal))
        time.sleep(0.1)


def _tally() -> dict[str, Any]:
    """What this node sent, holds, counts and gave numbers for; what lies half here; whether its log is whole."""
    from lienthong.platform.documents import services
    from lienthong.platform.exchange import queries as exchange

    services.count_changed(at_once=True)
    verdict = exchange.verify_log()
    return {
        "sent": _rows(_SENT),
        "arrived": _rows(_ARRIVED),
        "registers": _rows(_REGISTERS),
        "counted": _rows("SELECT direction, sum(documents)::int FROM documents_daysum GROUP BY direction"),
        "half": [f"{what}: {row[0]}" for what, statement in _HALF.items() for row in _rows(statement)]
        + [f"an attachment whose bytes are not here: {one}" for one in _unreadable()],
        "log_rows": verdict.rows,
        "log_faults": [str(fault.text) for fault in verdict.faults],
    }


def _unreadable() -> Iterator[str]:
    from lienthong.kernel import files
    from lienthong.kernel.errors import NotFound

    for sha256, size in _rows("SELECT DISTINCT sha256, size FROM documents_attachment"):
        try:
            content = files.read(sha256)
        except NotFound:
            yield sha256
            continue
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            yield sha256


def _rows(statement: str) -> list[list[Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [list(row) for row in cursor.fetchall()]


PARTS: dict[str, Callable[..., Any]] = {"clerks": _clerks, "registry": _registry, "tally": _tally}

if __name__ == "__main__":
    run_as_node(PARTS)
