"""What a benchmark asks a node's database while it measures: rarely, for whoever watches must not eat what is measured.

Plain sessions outside the node.
"""

import time

import psycopg

LETTERS_WAIT = "SELECT EXISTS (SELECT FROM exchange_outgoingletter WHERE state = 'waiting')"
"""Is there a letter without its signed receipt?"""


def await_no_more(database_url: str, question: str = LETTERS_WAIT, *, every: float = 0.02) -> int:
    """Ask every so many seconds until the answer is no; gives the moment (ns)."""
    with psycopg.connect(database_url, autocommit=True) as watching:
        while watching.execute(question.encode()).fetchone() == (True,):
            time.sleep(every)
        return time.time_ns()


def ask(database_url: str, question: str) -> tuple[int, ...]:
    """The one row that answers; empty when there is none."""
    with psycopg.connect(database_url, autocommit=True) as asking:
        return asking.execute(question.encode()).fetchone() or ()
