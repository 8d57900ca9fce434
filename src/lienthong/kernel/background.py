"""Background of a node: the job worker, the periodic functions, and the ear that wakes them.

All of it may be killed at any moment: what it works on lies in the database.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

import psycopg
import structlog
from django.db import close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from lienthong.kernel.errors import Refused
from lienthong.kernel.jobs import CHANNEL

log = structlog.get_logger()

Periodic = tuple[float, Callable[[], object]]

_HEARTBEAT_SECONDS = 2.0
_STALLED_SECONDS = 6.0


def wake_name(function: Callable[[], object]) -> str:
    """The channel that wakes a periodic function: `exchange.deliver_due`."""
    return f"{function.__module__.split('.')[-2]}.{function.__name__}"


def start(periodic: Sequence[Periodic]) -> None:
    """Start the background threads of this process; they end with it."""
    bells = start_periodic(periodic)
    _thread("ear", _listen, bells)
    _thread("jobs", _work)


def start_periodic(periodic: Sequence[Periodic]) -> dict[str, threading.Event]:
    """Start a thread for each function; gives the bells that call it before its time, by `wake_name`."""
    bells: dict[str, threading.Event] = {}
    for seconds, function in periodic:
        bell = bells.setdefault(wake_name(function), threading.Event())
        _thread(f"periodic {wake_name(function)}", _repeat, seconds, function, bell)
    return bells


def _thread(name: str, target: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=target, args=arguments, name=name, daemon=True).start()


def _repeat(seconds: float, function: Callable[[], object], bell: threading.Event) -> None:
    """Call the function whenever its bell rings or its time has come; at once again while it gives true.

    The thread ends with its process and never before: whatever fails here, telling of it included, is tried again.
    """
    while True:
        try:
            if not _call(seconds, function):
                bell.wait(seconds)
                bell.clear()
        except Exception:  # noqa: BLE001 (not even a log that cannot be written may end it)
            time.sleep(min(seconds, 5.0))


def _call(seconds: float, function: Callable[[], object]) -> object:
    more: object = False
    close_old_connections()
    try:
        more = function()
    except Refused as refusal:
        log.warning("periodic function put off", function=wake_name(function), code=refusal.code)
        time.sleep(min(seconds, 1.0))
    except Exception:
        log.exception("periodic function failed", function=wake_name(function))
        time.sleep(min(seconds, 5.0))
    close_old_connections()
    return more


def _listen(bells: dict[str, threading.Event]) -> None:
    while True:
        try:
            _listen_until_cut(bells)
        except psycopg.Error as error:
            time.sleep(1)
            with suppress(Exception):
                log.warning("ear lost its connection", error=type(error).__name__)


def _listen_until_cut(bells: dict[str, threading.Event]) -> None:
    parameters = connection.get_connection_params()
    parameters = {key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")}
    with psycopg.connect(**parameters, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        for bell in bells.values():
            bell.set()
        for notice in listening.notifies():
            if notice.payload in bells:
                bells[notice.payload].set()


def _work() -> None:
    while True:
        try:
            asyncio.run(_run_worker())
        except Exception:
            with suppress(Exception):
                log.exception("job worker failed")
        time.sleep(2)


async def _run_worker() -> None:
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    worker_app = app.with_connector(connector)
    async with worker_app.open_async():
        rescue = asyncio.create_task(_rescue_stalled(worker_app))
        try:
            await worker_app.run_worker_async(
                install_signal_handlers=False,
                concurrency=2,
                delete_jobs="successful",
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=_HEARTBEAT_SECONDS,
                stalled_worker_timeout=_STALLED_SECONDS,
            )
        finally:
            rescue.cancel()


async def _rescue_stalled(worker_app: App) -> None:
    """Give jobs of a killed worker back to the queue within seconds."""
    while True:
        for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            log.warning("job of a dead worker runs again", job=job.id, task=job.task_name)
            await worker_app.job_manager.retry_job(job)
        await asyncio.sleep(_HEARTBEAT_SECONDS)
