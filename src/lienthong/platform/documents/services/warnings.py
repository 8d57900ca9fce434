"""Counting what had to be tolerated in messages of a partner (cảnh báo theo đối tác)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from lienthong.kernel import clock
from lienthong.platform.documents.services.storing import NewMessage

_COUNT = """
INSERT INTO documents_partnerwarning (sender_code, code, day, count, last_document_id)
SELECT %s, code, %s, 1, %s FROM unnest(%s::text[]) AS code ORDER BY code
ON CONFLICT (sender_code, code, day)
DO UPDATE SET count = documents_partnerwarning.count + 1, last_document_id = EXCLUDED.last_document_id
"""


def count_warnings(message: NewMessage) -> None:
    """One more for each kind of warning that the reading or the signature of this message gave."""
    count_kinds(message.sender_code, message.document.document_id, message.verdict_facts.get("warnings", ()))


def count_kinds(sender_code: str, document_id: str, warnings: Iterable[object]) -> None:
    """The same for a message of this sender about this document; a kind that occurs twice in it is one."""
    codes = sorted({str(code)[:64] for code in warnings})
    if not codes:
        return
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [sender_code[:64], clock.today(), document_id[:300], codes])
