"""The sweep removes what nobody refers to and nothing else, whoever stores at the same moment and whatever dies."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from lienthong.kernel import clock, file_sweep, files, jobs
from lienthong.kernel.errors import NotFound
from lienthong.kernel.models import AuditEntry, StoredFile

pytestmark = pytest.mark.django_db(transaction=True)

NOW = clock.at(2026, 11, 22, 9, 0)
LATER = NOW + file_sweep.SAFE_AGE + timedelta(hours=1)


def pdf(text: str) -> bytes:
    return f"%PDF-1.7\n1 0 obj<<>>endobj % {text}\ntrailer<<>>\n%%EOF\n".encode()


@pytest.fixture(autouse=True)
def _holder(node_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This room's ledger stands for a room that keeps digests: in a text column and in a JSON one."""
    monkeypatch.setattr(
        apps.get_app_config("kernel"),
        "holds_files",
        (("AuditEntry", "subject"), ("AuditEntry", "facts")),
        raising=False,
    )


def store(text: str, *, at: Any = NOW) -> str:
    """A stored file whose age begins at this moment."""
    with clock.frozen(at):
        sha256 = files.store(pdf(text), name="giay.pdf").sha256
        assert files.is_kept(sha256)
    return sha256


def hold(sha256: str) -> None:
    AuditEntry.objects.create(at=NOW, actor="a", action="b", subject=sha256)


def sweep(at: Any = LATER) -> None:
    with clock.frozen(at):
        file_sweep.sweep_rows()
        for number in range(256):
            file_sweep.sweep_folder(f"{number:02x}")


def is_there(sha256: str) -> bool:
    return files.path_of(sha256).exists()


def lying(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "files").rglob("*") if path.is_file())


def test_only_what_nobody_holds_goes_and_only_when_it_is_old(node_home: Path) -> None:
    held, in_json, in_job, loose = (store(word) for word in ("chữ", "json", "việc", "không ai"))
    hold(held)
    AuditEntry.objects.create(at=NOW, actor="a", action="b", facts={"rows": [{"deep": [in_json]}]})
    with transaction.atomic():
        _job.defer(file=in_job)
    sweep(NOW + file_sweep.SAFE_AGE - timedelta(hours=1))
    assert all(is_there(one) for one in (held, in_json, in_job, loose))
    sweep()
    assert lying(node_home) == sorted([held, in_json, in_job])
    assert set(StoredFile.objects.values_list("sha256", flat=True)) == {held, in_json, in_job}
    with pytest.raises(NotFound):
        files.read(loose)
    with pytest.raises(NotFound):
        files.describe(loose)


@jobs.task("kernel.test_sweep")
def _job(file: str) -> None:
    """Nothing."""


def test_what_is_held_when_it_is_old_is_not_asked_about_again() -> None:
    held = store("một")
    hold(held)
    sweep()
    assert StoredFile.objects.get().examined_at == LATER
    AuditEntry.objects.all().delete()
    sweep(LATER + timedelta(days=30))
    assert is_there(held)


def test_a_file_without_a_row_goes_by_its_age_unless_somebody_refers_to_it(node_home: Path) -> None:
    lost, referred, fresh = (store(word) for word in ("a", "b", "c"))
    StoredFile.objects.all().delete()
    hold(referred)
    with clock.frozen(LATER):
        assert files.is_kept(fresh)
    half = node_home / "files" / lost[:2] / ".77.abcdef"
    half.write_bytes(b"half")
    os.utime(half, (NOW.timestamp(), NOW.timestamp()))
    sweep()
    assert lying(node_home) == sorted([referred, fresh])


def test_storing_the_same_again_makes_it_young() -> None:
    sha256 = store("một")
    store("một", at=LATER - timedelta(days=1))
    assert StoredFile.objects.get().stored_at == NOW
    sweep()
    assert files.read(sha256) == pdf("một")
    assert files.describe(sha256).size == len(pdf("một"))
    sweep(LATER + file_sweep.SAFE_AGE + timedelta(hours=1))
    assert not is_there(sha256)
    assert not StoredFile.objects.exists()


def test_adopting_the_same_again_makes_it_young(node_home: Path) -> None:
    sha256 = store("một")
    aside = node_home / "phần"
    aside.write_bytes(pdf("một"))
    with clock.frozen(LATER):
        files.adopt(aside, sha256=sha256, name="giay.pdf")
    sweep()
    assert is_there(sha256)


def test_a_file_adopted_from_old_bytes_is_young(node_home: Path) -> None:
    aside = node_home / "phần"
    aside.write_bytes(pdf("một"))
    os.utime(aside, (NOW.timestamp(), NOW.timestamp()))
    sha256 = hashlib.sha256(pdf("một")).hexdigest()
    with clock.frozen(LATER):
        files.adopt(aside, sha256=sha256, name="giay.pdf")
    StoredFile.objects.all().delete()
    sweep()
    assert is_there(sha256)


# At the same moment


def while_sweeping(monkeypatch: pytest.MonkeyPatch, step: str, deed: Callable[[], None], *, before: bool) -> None:
    """Do something in another thread's transaction right before or after a step of the sweep."""
    real = getattr(file_sweep, step)
    done: list[threading.Thread] = []

    def between(*arguments: Any) -> Any:
        if done:
            return real(*arguments)
        answer = None if before else real(*arguments)
        thread = threading.Thread(target=_alone, args=(deed,))
        done.append(thread)
        thread.start()
        # What needs the row waits for the sweep's transaction; the rest has happened by now.
        thread.join(0.5)
        return real(*arguments) if before else answer

    monkeypatch.setattr(file_sweep, step, between)
    with clock.frozen(LATER):
        file_sweep.sweep_rows()
    for one in done:
        one.join(20)
        assert not one.is_alive()
    assert done


def _alone(deed: Callable[[], None]) -> None:
    try:
        deed()
    finally:
        connection.close()


@pytest.mark.parametrize("step", ["_move_aside", "held_of", "_is_young", "_tell"])
@pytest.mark.parametrize("before", [True, False])
def test_who_stores_while_it_is_swept_has_it_whole(
    node_home: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    sha256 = store("một")

    def again() -> None:
        with clock.frozen(LATER), transaction.atomic():
            ref = files.store(pdf("một"), name="giay.pdf")
            assert files.read(ref.sha256) == pdf("một")
            hold(ref.sha256)

    while_sweeping(monkeypatch, step, again, before=before)
    assert files.read(sha256) == pdf("một")
    assert files.describe(sha256).sha256 == sha256
    sweep(LATER + timedelta(hours=2))
    assert files.read(sha256) == pdf("một")
    assert lying(node_home) == [sha256]


@pytest.mark.parametrize("before", [True, False])
def test_who_stores_during_the_sweep_and_commits_after_it_has_file_and_row(
    node_home: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    sha256, swept = store("một"), threading.Event()

    def slowly() -> None:
        with clock.frozen(LATER), transaction.atomic():
            hold(files.store(pdf("một"), name="giay.pdf").sha256)
            assert swept.wait(20)

    def told(_: int) -> None:
        swept.set()

    monkeypatch.setattr(file_sweep, "_tell", told)
    while_sweeping(monkeypatch, "_move_aside", slowly, before=before)
    assert files.read(sha256) == pdf("một")
    assert files.describe(sha256).sha256 == sha256


@pytest.mark.parametrize("turn", range(6))
def test_many_stores_and_sweeps_at_once_lose_nothing_that_is_referred_to(node_home: Path, turn: int) -> None:
    """Old files that nobody holds, two sweeps that take them, and writers who store the same content just then."""
    words = [f"{turn} {number}" for number in range(12)]
    ours = {store(word) for word in words}
    StoredFile.objects.filter(sha256__in=list(StoredFile.objects.values_list("sha256", flat=True))[::3]).delete()
    threads = [threading.Thread(target=_alone, args=(lambda: _write(words[::2]),)) for _ in range(2)]
    threads += [threading.Thread(target=_alone, args=(lambda: _write(words[1::4], kept=False),))]
    threads += [threading.Thread(target=_alone, args=(sweep,)) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
        assert not one.is_alive()
    held = set(AuditEntry.objects.filter(subject__in=ours).values_list("subject", flat=True))
    assert len(held) == 6
    for sha256 in held:
        assert files.read(sha256).startswith(b"%PDF")
        assert files.describe(sha256).sha256 == sha256
    sweep(LATER + timedelta(days=30))
    known = set(StoredFile.objects.filter(sha256__in=ours).values_list("sha256", flat=True))
    assert set(lying(node_home)) == held == known


def _write(words: list[str], *, kept: bool = True) -> None:
    """A message for each word, taken or refused after its file was stored."""
    for word in words:
        with clock.frozen(LATER), transaction.atomic():
            hold(files.store(pdf(word), name="giay.pdf").sha256)
            transaction.set_rollback(not kept)


# Killed


class Killed(BaseException):
    """The process died here."""


@pytest.mark.parametrize("step", ["_move_aside", "held_of", "_is_young", "_put_back"])
@pytest.mark.parametrize("held_meanwhile", [True, False])
def test_a_death_at_any_step_keeps_what_is_held_and_the_next_round_ends_it(
    node_home: Path, monkeypatch: pytest.MonkeyPatch, step: str, held_meanwhile: bool
) -> None:
    sha256 = store("một")
    real, calls = getattr(file_sweep, step), []

    def die(*arguments: Any) -> Any:
        calls.append(step)
        # held_of is asked twice; the second time the file lies aside.
        if step == "held_of" and len(calls) == 1:
            return real(*arguments)
        if step == "_move_aside":
            real(*arguments)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(file_sweep, step, die)
        if step == "_put_back":
            patched.setattr(file_sweep, "_is_young", lambda *_: True)
        with clock.frozen(LATER), pytest.raises(Killed):
            file_sweep.sweep_rows()
    assert StoredFile.objects.filter(sha256=sha256).exists()
    assert files.read(sha256) == pdf("một")
    if held_meanwhile:
        hold(sha256)
    sweep(LATER + timedelta(days=30))
    assert lying(node_home) == ([sha256] if held_meanwhile else [])
    assert StoredFile.objects.exists() is held_meanwhile
