"""Health: the checks and numbers of all open roles, gathered."""

import shutil
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Lock

import structlog
from django.db import DatabaseError, connection

from lienthong.kernel import roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.health import LEVELS, Check, Level, Measure
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.monitoring.models import Finding

log = structlog.get_logger()

_GOOD_FOR_SECONDS = 2.0
_FULL_BYTES = 256 * 2**20
_ROOMY_BYTES = 20 * 2**30
_SCARCE = 0.1
_TROUBLES = (DatabaseError, Refused, OSError, LookupError, ValueError)

_lock = Lock()
_last: list[tuple[float, tuple[roles.Role, ...], tuple[Check, ...]]] = []


def run_checks(*, fresh: bool = False) -> tuple[Check, ...]:
    """All checks of the open roles, the worst first. One that breaks is itself a finding.

    The database is asked every time. What the rooms say is kept for two seconds, so that whoever asks often does not
    keep the node busy.
    """
    database = check_database()
    with _lock:
        if database.level != "ok":
            # Every other check would wait for it in vain, and what was found before holds no more.
            _last.clear()
            return (database,)
        opened = roles.opened()
        if fresh or not _last or _last[0][1] != opened or time.monotonic() - _last[0][0] >= _GOOD_FOR_SECONDS:
            found = [check for role in opened for function in role.checks for check in _ask(function)]
            _last[:] = [(time.monotonic(), opened, tuple(found))]
        checks = dict.fromkeys((database, *_last[0][2]))
        return tuple(sorted(checks, key=lambda check: -LEVELS.index(check.level)))


def worst_level(checks: Iterable[Check]) -> str:
    """`ok`, `warn` or `failing`."""
    return max((check.level for check in checks), key=LEVELS.index, default="ok")


def take_measures() -> tuple[Measure, ...]:
    """All numbers of the open roles; those of a room that cannot tell are left out, its check says why."""
    found: list[Measure] = []
    for function in dict.fromkeys(function for role in roles.opened() for function in role.measures):
        try:
            found += function()
        except _TROUBLES as error:
            log.warning("measure broke", measure=_name_of(function), error=type(error).__name__)
    return tuple(found)


def check_database() -> Check:
    """Does the database answer?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Check(
            "database",
            "failing",
            tr("Cơ sở dữ liệu không trả lời.", "The database does not answer."),
            tr(
                "Kiểm tra máy chủ PostgreSQL và DATABASE_URL; nút tự hoạt động lại khi cơ sở dữ liệu trở lại.",
                "Check the PostgreSQL server and DATABASE_URL; the node recovers by itself when it is back.",
            ),
        )
    return Check("database", "ok", tr("Cơ sở dữ liệu trả lời.", "The database answers."))


def check_disk() -> Iterable[Check]:
    """Room for files, keys and, with the embedded server, the database."""
    usage = shutil.disk_usage(node().home if node().home.exists() else node().home.anchor)
    share = usage.free / usage.total
    level: Level = "ok"
    if usage.free < _FULL_BYTES:
        level = "failing"
    elif share < _SCARCE and usage.free < _ROOMY_BYTES:
        level = "warn"
    left = f"{usage.free / 2**30:.1f} GB"
    yield Check(
        "disk",
        level,
        tr(f"Ổ đĩa của nút còn trống {left}.".replace(".", ",", 1), f"The node's disk has {left} left."),
        None
        if level == "ok"
        else tr(
            "Giải phóng dung lượng hoặc chuyển kho lưu trữ đi nơi khác: khi đầy, nút không nhận thêm được.",
            "Make room or move the archive before it is full: a full node can take nothing in.",
        ),
    )


def check_findings() -> Iterable[Check]:
    """What checks that run by themselves or by hand found when they last ran."""
    for one in Finding.objects.order_by("name"):
        at = show_moment(one.at)
        yield Check(
            one.name,
            "ok" if one.good else "warn",
            tr(f"{one.sentence_vi} (kiểm tra lúc {at})", f"{one.sentence_en} (checked {at})"),
            None if one.good or not one.hint_vi else Bilingual(one.hint_vi, one.hint_en),
        )


def last_finding(name: str) -> datetime | None:
    """When this check last ran; None: never."""
    return Finding.objects.filter(name=name).values_list("at", flat=True).first()


def measure_disk() -> Iterable[Measure]:
    """Free bytes where the node keeps its files."""
    yield Measure("disk_free_bytes", "Free bytes on the node's disk", shutil.disk_usage(node().home).free)


def _ask(function: Callable[[], Iterable[Check]]) -> list[Check]:
    try:
        return list(function())
    except _TROUBLES as error:
        kind = type(error).__name__
        log.warning("check broke", check=_name_of(function), error=kind)
        sentence = tr(
            f"Không kiểm tra được “{_name_of(function)}” ({kind}).",
            f"“{_name_of(function)}” could not be checked ({kind}).",
        )
        return [Check(_name_of(function), "warn", sentence, tr("Xem nhật ký của nút.", "See the node's log."))]


def _name_of(function: Callable[[], object]) -> str:
    room = function.__module__.split(".")[3:4] or [function.__module__]
    return f"{room[0]}.{getattr(function, '__name__', 'check')}"
