"""Jobs (việc nền): work put off until after the change, kept in the same database and transaction.

The queue is procrastinate's; this file is the only place that knows it. A job is delivered at least once:
its function must bear being run twice.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

CHANNEL = "lienthong_wake"

_RETRY = RetryStrategy(max_attempts=12, linear_wait=1, exponential_wait=2)


class Task:
    """A function that can be put off. Call it to run it now, `defer` to run it after commit."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.function = function
        self._task = app.task(name=name, retry=_RETRY, pass_context=False)(function)

    def __call__(self, **arguments: Any) -> Any:
        return self.function(**arguments)

    def defer(self, *, lock: str | None = None, **arguments: Any) -> None:
        """Run after commit. Jobs of the same `lock` run one at a time, in order."""
        self._task.configure(lock=lock).defer(**arguments)

    def defer_many(self, jobs: Iterable[dict[str, Any]], *, lock: str | None = None) -> None:
        """Several jobs in one round trip."""
        batch = list(jobs)
        if batch:
            self._task.configure(lock=lock).batch_defer(*batch)


def task(name: str) -> Callable[[Callable[..., Any]], Task]:
    """Make a function a job: `@jobs.task("notices.send_mail")`; its arguments are keywords of JSON values."""
    return lambda function: Task(name, function)


def wake(channel: str) -> None:
    """Wake the periodic function of that name on this node as soon as this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, channel])


MENTIONED = """
SELECT found[1] AS sha256 FROM procrastinate_jobs, regexp_matches(args::text, '[0-9a-f]{64}', 'g') AS found
WHERE status <> 'succeeded'
"""
"""Digests of files that jobs speak of which are still to run, or failed and may be run again; for the sweep."""


def run_waiting(limit: int = 1000) -> int:
    """Run the jobs that wait now, one after another in this connection; gives how many ran.

    For tests and one-off commands; a node's background thread does it in service. A failing job raises.
    """
    ran = 0
    while ran < limit and (job := _take_one()) is not None:
        with transaction.atomic():
            app.tasks[job[1]].func(**job[2])
            _finish(job[0])
        ran += 1
    return ran


def _take_one() -> tuple[int, str, dict[str, Any]] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1"
        )
        row = cursor.fetchone()
    if row is None:
        return None
    arguments = row[2] if isinstance(row[2], dict) else json.loads(row[2])
    return row[0], row[1], arguments


def _finish(job_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", [job_id])
