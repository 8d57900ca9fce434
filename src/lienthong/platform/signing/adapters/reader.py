"""Reading strangers' PDFs in processes of their own: killed when time is up, short of memory, without keys."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

import lienthong
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.signing.adapters import reading_form
from lienthong.platform.signing.rules.pades.reading import Reading

log = structlog.get_logger()

_PROCESSES = 2
_FILES_EACH = 200
_MODULE = "lienthong.platform.signing.adapters.reading_process"


class ReaderProcesses:
    """At most two processes for the whole node process, made when needed, kept while they behave."""

    def read(self, content: bytes, seconds: float) -> Reading:
        told = _ask(reading_form.PDF, content, seconds)
        try:
            return reading_form.read(told["reading"])
        except (KeyError, TypeError, ValueError):
            raise _unread() from None

    def rehearse_xml(self, content: bytes, seconds: float) -> None:
        _ask(reading_form.XML, content, seconds)

    def warm(self) -> None:
        with _lock:
            if not _idle:
                _idle.append(_Worker())


class _Worker:
    """One process and the line to it."""

    def __init__(self) -> None:
        self.files = 0
        ours, theirs = socket.socketpair()
        self.line = ours
        folder = str(Path(lienthong.__file__).resolve().parents[1])
        environment = {"PATH": os.defpath, "PYTHONPATH": folder, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "-m", _MODULE, str(theirs.fileno())],
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._is_ready = False

    def starts(self, deadline: float) -> bool:
        """Wait until the process is up; False when it is not by then, and goes on starting."""
        if not self._is_ready:
            try:
                self._is_ready = reading_form.take(self.line, len(reading_form.READY), deadline) == reading_form.READY
            except TimeoutError:
                return False
        return True

    def ask(self, content: bytes, deadline: float) -> bytes | None:
        """The answer; None when the process died of the file. Raises TimeoutError."""
        self.files += 1
        reading_form.send(self.line, content, deadline)
        return reading_form.receive(self.line, deadline)

    def end(self) -> None:
        self.line.close()
        with suppress(OSError):
            self.process.kill()
        self.process.wait()


_room = threading.BoundedSemaphore(_PROCESSES)
_lock = threading.Lock()
_idle: list[_Worker] = []


def _ask(kind: bytes, content: bytes, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    if not _room.acquire(timeout=seconds):
        raise _too_slow()
    try:
        return _understood(_hand_over(kind + content, deadline))
    finally:
        _room.release()


def _hand_over(content: bytes, deadline: float) -> bytes | None:
    """The answer of a process; None when it died of the file."""
    with _lock:
        worker = _idle.pop() if _idle else None
    if worker is None or worker.process.poll() is not None:
        worker = _Worker()
    if not worker.starts(deadline):
        with _lock:
            _idle.append(worker)
        raise _too_slow()
    answer = None
    try:
        answer = worker.ask(content, deadline)
    except TimeoutError:
        log.warning("file takes too long to read", size=len(content))
        raise _too_slow() from None
    except OSError:
        answer = None
    finally:
        if answer is None or worker.files >= _FILES_EACH:
            worker.end()
        else:
            with _lock:
                _idle.append(worker)
    return answer


def _understood(answer: bytes | None) -> dict[str, Any]:
    """A process that dies of a file, or has not memory enough for it, says that the file cannot be read."""
    try:
        told: dict[str, Any] = json.loads(answer or b"{}")
        if "refused" not in told and told:
            return told
        refused = told["refused"]
        words = Bilingual(str(refused["vi"]), str(refused["en"]))
        raise Refused(str(refused["code"]), words, field=str(refused["field"]), status=int(refused["status"]))
    except (KeyError, TypeError, ValueError):
        raise _unread() from None


def _unread() -> Refused:
    log.warning("file not read")
    return Refused(
        "signing.unreadable",
        tr("Không đọc được tệp này: tệp đã hỏng.", "This file cannot be read: it is damaged."),
        field="file",
    )


def _too_slow() -> Refused:
    return Refused(
        "signing.too-slow",
        tr(
            "Tệp quá phức tạp hoặc đang có quá nhiều người kiểm tra, chưa trả lời được trong vài giây. Hãy thử lại.",
            "The file is too complex, or too many are checking, so there is no answer within seconds. Try again.",
        ),
        field="file",
        status=503,
    )
