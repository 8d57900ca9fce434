"""What the tables of one node say of its documents, as the trial wants to know it."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

INSTEAD_OF: Final = " thay cho "
"""In the subject of a replacement, between its own and that of what it replaces: a record beside the tables."""

_PAPERS = "(SELECT string_agg(f.sha256, ' ' ORDER BY f.position) FROM documents_attachment f WHERE f.message_id = m.id)"
_ENVELOPE = "encode(sha256(m.envelope), 'hex')"
_SENT = f"""
SELECT d.subject, v.agency_code, v.transport, v.status, {_ENVELOPE}, {_PAPERS},
    (SELECT string_agg(s.level || ' ' || s.state, ', ' ORDER BY s.level, s.state) FROM documents_step s
      WHERE s.delivery_id = v.id AND s.state IN ('delivered', '01', '03')),
    md5(d.content)
FROM documents_delivery v JOIN documents_message m ON m.id = v.message_id
JOIN documents_document d ON d.id = m.document_id WHERE m.kind IN ('new', 'replace')
"""  # noqa: S608 (pieces of our own)
_ARRIVED = f"""
SELECT d.subject, a.agency_code, a.status, {_ENVELOPE}, {_PAPERS},
    (SELECT string_agg(e.number::text, ' ') FROM documents_registerentry e WHERE e.arrival_id = a.id),
    md5(d.content), a.standing,
    coalesce((SELECT string_agg(s.state, ', ' ORDER BY s.state) FROM documents_step s WHERE s.arrival_id = a.id
      AND s.level = 'business' AND s.state NOT IN ('01', '03')), '')
FROM documents_arrival a JOIN documents_message m ON m.id = a.message_id
JOIN documents_document d ON d.id = a.document_id
"""  # noqa: S608 (pieces of our own)
_CHANGES = f"""
SELECT m.kind, o.subject, v.agency_code, CASE m.kind WHEN 'replace' THEN d.subject ELSE '' END, {_ENVELOPE}, {_PAPERS},
    o.standing, v.transport, v.answer,
    (SELECT string_agg(s.state, ', ') FROM documents_step s WHERE s.delivery_id = v.id AND s.state IN ('15', '16'))
FROM documents_delivery v JOIN documents_message m ON m.id = v.message_id
JOIN documents_document d ON d.id = m.document_id
LEFT JOIN documents_document o ON o.agency_code = d.agency_code
    AND CASE m.kind WHEN 'replace' THEN o.replaced_by = d.document_id ELSE o.id = d.id END
WHERE m.kind <> 'new'
"""  # noqa: S608 (pieces of our own)
_TAKEN = f"""
SELECT m.kind, o.subject, a.agency_code, CASE m.kind WHEN 'replace' THEN d.subject ELSE '' END, {_ENVELOPE}, {_PAPERS}
FROM documents_message m JOIN documents_document d ON d.id = m.document_id
LEFT JOIN documents_document o ON o.agency_code = d.agency_code
    AND CASE m.kind WHEN 'replace' THEN o.replaced_by = d.document_id ELSE o.id = d.id END
LEFT JOIN documents_arrival a ON a.document_id = o.id
WHERE m.direction = 'in' AND m.kind <> 'new'
"""  # noqa: S608 (pieces of our own)
_REGISTERS = """
SELECT r.direction || ' ' || r.series, r.last_number, array_agg(e.number ORDER BY e.number), count(e.document_id)
FROM documents_register r LEFT JOIN documents_registerentry e ON e.register_id = r.id GROUP BY r.id
"""
_HALF = {
    "a document without a message": "SELECT subject FROM documents_document d"
    " WHERE NOT EXISTS (SELECT FROM documents_message m WHERE m.document_id = d.id)",
    "a message without attachments": "SELECT id::text FROM documents_message m WHERE kind <> 'recall'"
    " AND NOT EXISTS (SELECT FROM documents_attachment a WHERE a.message_id = m.id)",
    "a message that went nowhere": "SELECT id::text FROM documents_message m WHERE direction = 'out'"
    " AND NOT EXISTS (SELECT FROM documents_delivery v WHERE v.message_id = m.id)",
    "a message that arrived nowhere": "SELECT id::text FROM documents_message m WHERE direction = 'in'"
    " AND NOT EXISTS (SELECT FROM documents_arrival a WHERE a.document_id = m.document_id"
    " AND (a.message_id = m.id OR m.kind IN ('recall', 'update')))",
    "a document that the search does not know": "SELECT subject FROM documents_document d"
    " WHERE NOT EXISTS (SELECT FROM documents_searchline l WHERE l.document_id = d.id)",
    "an attachment that is not on record": "SELECT a.sha256 FROM documents_attachment a"
    " WHERE NOT EXISTS (SELECT FROM kernel_storedfile f WHERE f.sha256 = a.sha256 AND f.size = a.size)",
}
_MOST = 100_000


def tally() -> dict[str, Any]:
    """What this node sent, holds, took back, counts and gave numbers for; what lies half here; is its log whole?"""
    from lienthong.platform.documents import queries, services
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents.types import ArrivalFilters
    from lienthong.platform.exchange import queries as exchange

    actor = bench.clerk()

    def listed(filters: ArrivalFilters) -> list[str]:
        found = queries.list_arrivals(actor.agency_code, filters, actor=actor, count=_MOST)
        return [one.document.subject for one in found]

    services.count_changed(at_once=True)
    verdict = exchange.verify_log()
    return {
        "sent": rows(_SENT),
        "arrived": rows(_ARRIVED),
        "changes": rows(_CHANGES),
        "taken": rows(_TAKEN),
        "to_do": listed(ArrivalFilters(kind="unhandled")),
        "taken_back": listed(ArrivalFilters(kind="recalled")),
        "registers": rows(_REGISTERS),
        "counted": rows("SELECT direction, sum(documents)::int FROM documents_daysum GROUP BY direction"),
        "half": [f"{what}: {row[0]}" for what, statement in _HALF.items() for row in rows(statement)]
        + [f"an attachment whose bytes are not here: {one}" for one in _unreadable()],
        "log_rows": verdict.rows,
        "log_faults": [str(fault.text) for fault in verdict.faults],
    }


def _unreadable() -> Iterator[str]:
    from lienthong.kernel import files
    from lienthong.kernel.errors import NotFound

    for sha256, size in rows("SELECT DISTINCT sha256, size FROM documents_attachment"):
        try:
            content = files.read(sha256)
        except NotFound:
            yield sha256
            continue
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            yield sha256


def rows(statement: str) -> list[list[Any]]:
    """What a statement gives."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [list(row) for row in cursor.fetchall()]
