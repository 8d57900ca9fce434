"""Giving personal numbers (cấp số định danh cá nhân): unique by construction, however many give at once."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.db import connection

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import SYSTEM, Actor, require
from lienthong.kernel.errors import Conflict, NotFound
from lienthong.kernel.text import tr
from lienthong.sources.population import rules
from lienthong.sources.population.models import NumberAllocation

# One statement tries this many at once; in a block that is 90 % full all of them are taken once in 10^29 tries.
_CANDIDATES: Final = 640

# The unique key (prefix, serial) decides races: of two who want the same number one gets no row back.
_TAKE_A_CANDIDATE: Final = """
INSERT INTO population_numberallocation (prefix, serial, basis, allocated_at)
SELECT %(prefix)s, wish.serial, %(basis)s, %(now)s
FROM unnest(%(candidates)s::int[]) WITH ORDINALITY AS wish(serial, place)
WHERE NOT EXISTS (
    SELECT FROM population_numberallocation taken WHERE taken.prefix = %(prefix)s AND taken.serial = wish.serial)
ORDER BY wish.place LIMIT 1
ON CONFLICT (prefix, serial) DO NOTHING
RETURNING serial
"""

_COUNT_FREE: Final = "SELECT %(size)s - count(*) FROM population_numberallocation WHERE prefix = %(prefix)s"

_TAKE_A_FREE_ONE: Final = """
INSERT INTO population_numberallocation (prefix, serial, basis, allocated_at)
SELECT %(prefix)s, free.serial, %(basis)s, %(now)s
FROM (SELECT generate_series(0, %(size)s - 1) AS serial
      EXCEPT SELECT serial FROM population_numberallocation WHERE prefix = %(prefix)s) AS free
ORDER BY free.serial OFFSET %(place)s LIMIT 1
ON CONFLICT (prefix, serial) DO NOTHING
RETURNING serial
"""


def allocate_number(*, prefix: str, basis: str) -> str:
    """Take a random number of the block for ever, in the caller's transaction; gives the 12 digits.

    ``basis`` names the act that needs it (``birth:<request id>``). A number is never given twice, not even after it was
    cancelled. Raises Conflict ``population.block-full`` when all million numbers of the block are given.
    """
    with db.atomic():
        serial = _take_a_candidate(prefix, basis)
        while serial is None:
            serial = _take_a_free_one(prefix, basis)
    return rules.make_number(prefix, serial)


def _take_a_candidate(prefix: str, basis: str) -> int | None:
    candidates = [secrets.randbelow(rules.SERIALS_PER_PREFIX) for _ in range(_CANDIDATES)]
    return _one(_TAKE_A_CANDIDATE, prefix=prefix, basis=basis, now=clock.now(), candidates=candidates)


def _take_a_free_one(prefix: str, basis: str) -> int | None:
    """A random free number of a block that is nearly full; None when another giver was faster."""
    size = rules.SERIALS_PER_PREFIX
    free = _one(_COUNT_FREE, prefix=prefix, size=size)
    if not free:
        raise Conflict(
            "population.block-full",
            tr(
                f"Đã cấp hết số định danh có sáu chữ số đầu {prefix}.",
                f"All personal numbers that begin with {prefix} are given.",
            ),
            details={"prefix": prefix},
        )
    return _one(_TAKE_A_FREE_ONE, prefix=prefix, basis=basis, now=clock.now(), size=size, place=secrets.randbelow(free))


def _one(statement: str, **values: Any) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def cancel_number(*, personal_number: str, actor: Actor = SYSTEM) -> None:
    """Cancel a number (hủy số định danh): it stays taken for ever. Raises NotFound ``population.number-unknown``."""
    require(actor, "handling")
    number = rules.parse_number(personal_number)
    with db.atomic():
        changed = NumberAllocation.objects.filter(
            prefix=number.prefix, serial=int(number.serial), cancelled_at__isnull=True
        ).update(cancelled_at=clock.now())
        if not changed:
            raise NotFound(
                "population.number-unknown",
                tr("Số này chưa được cấp hoặc đã hủy.", "This number was not given, or is already cancelled."),
            )
        audit.record(actor, "population.cancel-number", f"person:{number.text}")
