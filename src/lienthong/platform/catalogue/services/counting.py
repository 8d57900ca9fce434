"""Counting calls (đếm lượt gọi): stored in the transaction that stores the calls themselves."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from lienthong.platform.catalogue.queries.usage import COUNTS
from lienthong.platform.catalogue.types import Permission

_COUNT = """
INSERT INTO catalogue_daycount (day, purpose_id, client, service, calls)
SELECT * FROM unnest(%s::date[], %s::uuid[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (day, purpose_id) DO UPDATE SET calls = catalogue_daycount.calls + excluded.calls
RETURNING day, purpose_id, calls
"""


def count_calls(permissions: Sequence[Permission]) -> None:
    """Store calls that were let through: one statement, on Django's connection and in its transaction."""
    if not permissions:
        return
    named = {(one.day, one.purpose_id): one for one in permissions}
    tally = sorted(Counter((one.day, one.purpose_id) for one in permissions).items())
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            [
                [day for (day, _), _ in tally],
                [purpose for (_, purpose), _ in tally],
                [str(named[key].client) for key, _ in tally],
                [str(named[key].service) for key, _ in tally],
                [calls for _, calls in tally],
            ],
        )
        totals = [((day, purpose), calls) for day, purpose, calls in cursor.fetchall()]

    def stored() -> None:
        COUNTS.learn(totals)
        COUNTS.settle(tally)

    transaction.on_commit(stored)


def give_back(permissions: Iterable[Permission]) -> None:
    """Calls that were let through and never came to be: they do not count."""
    COUNTS.settle(Counter((one.day, one.purpose_id) for one in permissions).items())
