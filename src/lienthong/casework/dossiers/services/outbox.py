"""Status changes on their way to the portal: claimed and written as letters by the set."""

from __future__ import annotations

from typing import Final

from django.db import connection

from lienthong.casework.dossiers import letters
from lienthong.kernel import db
from lienthong.kernel.profile import node
from lienthong.platform.exchange import services as exchange

MOST: Final = 500

_CLAIM: Final = """
WITH claimed AS (
    DELETE FROM dossiers_unsentchange WHERE change_id = ANY(ARRAY(
        SELECT change_id FROM dossiers_unsentchange ORDER BY change_id LIMIT %s FOR UPDATE SKIP LOCKED))
    RETURNING change_id)
SELECT count(*), '{"changes":[' || coalesce(string_agg(change.body::text, ','), '') || ']}'
FROM claimed JOIN dossiers_statuschange AS change ON change.id = claimed.change_id
"""
# An array, not IN (…): joined with the whole queue, a claim would cost more the longer the queue is.


def send_next_letter(limit: int = MOST) -> int:
    """Claim up to `limit` unsent changes and post them as one letter, in one transaction; gives how many.

    Two senders at once take different changes (SKIP LOCKED); a crash leaves all of them unsent.
    """
    with db.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [min(limit, MOST)])
            count, body = cursor.fetchone()
        if count:
            letter = letters.DossierStatus.model_validate_json(body)
            exchange.post_letter(letter, recipient=str(node().parameters.get("portal", "G22")))
        return int(count)
