"""One part of the harness, in the process of one node: `python -m lienthong.node.faults.part WORD …`."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lienthong.node.parts import run_as_node


def _found(*members: str) -> None:
    """At the hub: keys and directory of everybody; each is reached by its relay."""
    from lienthong.kernel.access import SYSTEM
    from lienthong.kernel.profile import node
    from lienthong.platform.exchange import services as exchange
    from lienthong.platform.signing import services as signing

    authority = Path(os.environ["LIENTHONG_AUTHORITY"])
    for code, port in (member.split("=") for member in members):
        home = node().home.parent / code.lower()
        certificate = signing.issue_certificate(
            authority, name="node", kind="node", agency_code=code, common_name=f"Nút {code}", into=home
        )
        exchange.register_node(
            agency_code=code,
            name=f"Nút {code}",
            base_url=f"http://127.0.0.1:{port}",
            certificate_pem=certificate.pem,
            actor=SYSTEM,
        )


def _loosen() -> None:
    """Take away what else would hide a letter applied twice: only the exchange's own promise is left."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'exchange_postitem'::regclass AND contype = 'u'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE exchange_postitem DROP CONSTRAINT "{name}"')


def _post(count: str, pause: str, *recipients: str) -> None:
    """Post letters, in turn to the recipients; prints the subjects whose commit was confirmed."""
    import psycopg
    from django.db import DatabaseError, connection

    from lienthong.kernel.access import SYSTEM
    from lienthong.kernel.errors import Refused
    from lienthong.kernel.profile import node
    from lienthong.platform.exchange import services as exchange

    confirmed, number = [], 0
    while number < int(count):
        subject = f"{node().agency_code}-{number}"
        try:
            exchange.send_post(
                recipient=recipients[number % len(recipients)], subject=subject, text=_TEXT, actor=SYSTEM
            )
        except (DatabaseError, psycopg.Error, OSError, Refused):
            # What became of this one is not known: the next takes another number, and the tables tell.
            connection.close()
            time.sleep(0.2)
        else:
            confirmed.append(subject)
        number += 1
        time.sleep(float(pause))
    print(json.dumps(confirmed))


_TEXT = "Thư của bộ kiểm thử sự cố. " * 30


def _tally() -> None:
    """What this node sent, what it has in its post, and whether its log is whole."""
    from lienthong.platform.exchange import queries as exchange

    verdict = exchange.verify_log()
    told = {
        "sent": _rows("SELECT subject, recipient, (SELECT state FROM exchange_outgoingletter o WHERE o.id = letter_id)"
                      " FROM exchange_postitem WHERE direction = 'out'"),
        "arrived": _rows("SELECT subject, sender, letter_id::text FROM exchange_postitem WHERE direction = 'in'"),
        "log_rows": verdict.rows,
        "log_faults": [str(fault.text) for fault in verdict.faults],
    }  # fmt: skip
    print(json.dumps(told))


def _rows(statement: str) -> list[list[Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [list(row) for row in cursor.fetchall()]


PARTS: dict[str, Callable[..., None]] = {
    "found": _found,
    "loosen": _loosen,
    "post": _post,
    "tally": _tally,
}

if __name__ == "__main__":
    run_as_node(PARTS)
