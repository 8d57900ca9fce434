"""Logs: one line per happening on standard error, without personal data.

Messages of exceptions quote what they choked on (a database error shows the row, a failed check the answer), and the
job queue prints a job's arguments. So exceptions are logged by kind and place, jobs by number and name.
"""

import logging
import sys
import traceback
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO, cast

import psycopg
import structlog

from lienthong.kernel.errors import Refused

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

_HARMLESS = (AttributeError, ImportError, NotImplementedError, OSError, RuntimeError, TypeError)
"""Kinds whose messages speak of the program and of files, never of people."""


def configure_logs(level: str) -> None:
    """Send structlog and the libraries' loggers to standard error."""
    number = getattr(logging, level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionRenderer(_write),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Steady(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[quiet_handler(sys.stderr)])


class Steady:
    """A stream that swallows what it cannot write: a full disk under the log must stop nothing that could go on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write if that is possible."""
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if that is possible."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def quiet_handler(stream: TextIO) -> logging.Handler:
    """Where the libraries' loggers write."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Quiet("%(levelname)s %(name)s %(message)s"))
    return handler


class Quiet(logging.Formatter):
    """Lines of the libraries: exceptions by kind and place, jobs without their arguments."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 (the name that logging calls)
        """See the class."""
        return told(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        """See the class."""
        # A copy, because records keep the text of their exception as the first formatter wrote it.
        quiet = logging.makeLogRecord({**vars(record), "exc_text": None})
        if record.name.partition(".")[0] == "procrastinate":
            job = getattr(record, "job", None) or {}
            said = {"action": getattr(record, "action", ""), "task": job.get("task_name"), "job": job.get("id")}
            quiet.msg, quiet.args = " ".join(f"{name}={value}" for name, value in said.items() if value), None
        return super().format(quiet)


def told(error: BaseException | None) -> str:
    """An exception with its causes: where it was raised and of what kind, without what it says of the matter."""
    parts, seen = [], set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts.append("".join(traceback.format_tb(error.__traceback__)) + _kind(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nafter\n".join(reversed(parts))


def _kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, Refused):
        return f"{name}: {error.code}"
    if isinstance(error, psycopg.Error):
        known = (error.sqlstate, error.diag.table_name, error.diag.constraint_name)
        return ": ".join([name, ", ".join(part for part in known if part)])
    return f"{name}: {error}" if isinstance(error, _HARMLESS) else name


def _write(exc_info: ExcInfo) -> str:
    return told(exc_info[1])
