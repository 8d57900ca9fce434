"""Numbers of dossiers: one counter per agency and day, without gaps, whoever counts at the same time."""

from __future__ import annotations

from datetime import date

from django.db import connection

from lienthong.casework.dossiers import rules
from lienthong.kernel.profile import node


def next_number(agency_code: str, day: date) -> int:
    """The next number of this agency on this day; a transaction that rolls back gives its number back.

    The row stays locked to the end of the transaction, so receptions of one agency queue up behind each other;
    that is the price of having no gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dossiers_codecounter AS counter (agency_code, day, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (agency_code, day) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [agency_code, day],
        )
        return int(cursor.fetchone()[0])


def next_code(reception_code: str, day: date) -> str:
    """The official dossier code (mã hồ sơ) of a reception on this day."""
    pattern = str(node().parameters.get("dossier_code_pattern", rules.CODE_PATTERN))
    return rules.make_code(reception_code, day, next_number(reception_code, day), pattern)


def next_reference(agency_code: str, day: date) -> str:
    """The portal's own reference of a filing (mã tham chiếu), until the official code is there."""
    return rules.make_code(agency_code, day, next_number(agency_code, day), rules.REFERENCE_PATTERN)
