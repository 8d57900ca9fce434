"""The archive: old rows leave the tables for files that prove them, whole, linked and never twice."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from lienthong.kernel import clock
from lienthong.kernel.profile import node, playing
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.models import ArchiveFile, CallRecord, IncomingLetter, LogEntry, Stream
from lienthong.platform.exchange.services import archive
from lienthong.platform.exchange.tests.country import Homes, Note, sealed_letter
from lienthong.platform.exchange.tests.test_checkpoints import stamping
from lienthong.platform.exchange.tests.test_together import entry
from lienthong.platform.signing import queries as signing_queries

__all__ = ["stamping"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(province: Homes, tmp_path: Path) -> Iterator[Path]:
    with playing(node(), home=node().home, parameters={"archive": {"folder": str(tmp_path / "archive")}}):
        yield tmp_path / "archive"


def receive(homes: Homes, number: int) -> UUID:
    body, signature, header = sealed_letter(homes, Note(subject="Giấy khai sinh", number=number))
    services.receive_letter(body, signature, {})
    return header.id


@pytest.fixture
def old(province: Homes, folder: Path) -> datetime:
    """Five letters before the moment that this gives and one after it, all closed by a checkpoint."""
    for number in range(5):
        receive(province, number)
    moment = clock.now()
    receive(province, 6)
    services.make_checkpoint()
    return moment


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def verdict(folder: Path, **words: Any) -> queries.ArchiveVerdict:
    return queries.verify_archive(folder, **words)


def test_old_rows_move_and_young_ones_stay(old: datetime, folder: Path) -> None:
    done = services.run_archive(before=old)
    assert (done.files, done.rows) == (1, 5)
    assert names(folder) == ["00000001-G22-in-letter.zip"]
    assert LogEntry.objects.count() == 6  # the checkpoint closed a row that stays, so its rows stay
    assert queries.verify_log().intact
    found = verdict(folder)
    assert (found.intact, found.files, found.rows, found.containers) == (True, 1, 5, 10), str(found)


def test_rows_leave_by_whole_checkpoints(province: Homes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST_ROWS", 3)
    for number in range(4):
        receive(province, number)
    services.make_checkpoint()
    kept = receive(province, 5)
    services.make_checkpoint()
    cut = LogEntry.objects.get(position=5).at
    assert services.run_archive(before=cut).files == 2
    assert [row.position for row in LogEntry.objects.all()] == [5]
    assert queries.verify_log().intact
    assert verdict(folder).intact
    assert services.proof_of(kept, "in").content


def test_a_second_run_finds_nothing_to_do(old: datetime, folder: Path) -> None:
    services.run_archive(before=old)
    assert services.run_archive(before=old) == services.Archived(0, 0, 0)


def test_files_are_linked_and_small(old: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST_ROWS", 2)
    assert services.run_archive(before=old).files == 3
    found = verdict(folder)
    assert (found.intact, found.files, found.rows) == (True, 3, 5), str(found)
    assert verdict(folder, recorded=False).intact


def test_the_proofs_in_a_file_are_good_by_themselves(
    old: datetime, folder: Path, stamping: None, province: Homes
) -> None:
    services.stamp_checkpoints()
    services.run_archive(before=old)
    root = (province.base / "demo" / "authority" / "root.crt").read_text("ascii")
    with (folder / "00000001-G22-in-letter.zip").open("rb") as file:
        verdicts = list(signing_queries.verify_proof(file, trusted_roots=[root]))
    assert len(verdicts) == 10
    assert all(one.good and one.log_node == "H36" and one.timestamped_at for _, one in verdicts)


def test_a_repeated_letter_still_gets_its_receipt(province: Homes, folder: Path) -> None:
    body, signature, _ = sealed_letter(province, Note(subject="a", number=1))
    first = services.receive_letter(body, signature, {})
    services.make_checkpoint()
    services.run_archive(before=clock.now())
    assert bytes(IncomingLetter.objects.get().body) == b""
    again = services.receive_letter(body, signature, {})
    assert (again.body, again.signature) == (first.body, first.signature)


def test_calls_leave_with_their_rows(province: Homes, folder: Path) -> None:
    services.log_together([entry(1)])
    services.make_checkpoint()
    services.run_archive(before=clock.now())
    assert not CallRecord.objects.exists()
    assert Stream.objects.get(kind="call").archived == 1
    with zipfile.ZipFile(folder / "00000001-G01-out-call.zip") as held:  # its certificate is known to nobody
        assert any(name.endswith("-kept.json") for name in held.namelist())
    assert verdict(folder).intact


def test_rows_without_a_checkpoint_stay(province: Homes, folder: Path) -> None:
    receive(province, 1)
    assert services.run_archive(before=clock.now()).rows == 0


def test_the_profile_says_after_how_many_days(province: Homes, folder: Path) -> None:
    receive(province, 1)
    services.make_checkpoint()
    assert services.run_archive().rows == 0
    parameters = {"archive": {"folder": str(folder), "after_days": 0}}
    with playing(node(), home=node().home, parameters=parameters):
        assert services.run_archive().rows == 1


def test_a_run_that_was_killed_is_repeated(old: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(archive, "_record", killed)
    with pytest.raises(KeyboardInterrupt):
        services.run_archive(before=old)
    assert (names(folder), ArchiveFile.objects.count()) == (["00000001-G22-in-letter.zip"], 0)
    monkeypatch.undo()
    assert services.run_archive(before=old).rows == 5
    assert names(folder) == ["00000001-G22-in-letter.zip"]
    assert verdict(folder).intact


def test_the_log_goes_on_after_the_archive(old: datetime, folder: Path, province: Homes) -> None:
    services.run_archive(before=old)
    receive(province, 7)
    services.make_checkpoint()
    assert queries.verify_log().intact
    services.run_archive(before=clock.now() + timedelta(days=1))
    assert queries.verify_log().intact
    found = verdict(folder)
    assert (found.intact, found.files) == (True, 2), str(found)


@pytest.mark.parametrize("trouble", ["changed", "missing", "row", "container"])
def test_a_changed_archive_is_found(old: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    monkeypatch.setattr(archive, "_MOST_ROWS", 2)
    services.run_archive(before=old)
    path = folder / "00000002-G22-in-letter.zip"
    if trouble == "missing":
        path.unlink()
    else:
        path.write_bytes(_repacked(path.read_bytes(), trouble))
    assert not verdict(folder).intact
    assert not verdict(folder, recorded=False).intact


def _repacked(content: bytes, trouble: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as held, zipfile.ZipFile(target, "w") as made:
        for name in held.namelist():
            inner = held.read(name)
            if trouble == "row" and name == "index.json":
                inner = inner.replace(b"accepted", b"refused!", 1)
            if trouble == "container" and name.endswith("message.asice"):
                inner = inner.replace(b"attachment1", b"attachment9")
            made.writestr(name, inner + (b" " if trouble == "changed" and name == "index.json" else b""))
    return target.getvalue()


def test_the_transfer_command_gets_each_file_once(old: datetime, folder: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    safe.mkdir()
    there = {"archive": {"folder": str(folder), "transfer": f"mv -t {safe}"}}
    with playing(node(), home=node().home, parameters=there):
        assert services.run_archive(before=old).transferred == 1
        assert services.run_archive(before=old).transferred == 0
        found = verdict(folder)
        assert (found.intact, found.files, found.elsewhere) == (True, 0, 1)
        assert verdict(safe, recorded=False).intact


def test_a_transfer_that_fails_is_tried_again(old: datetime, folder: Path) -> None:
    with playing(node(), home=node().home, parameters={"archive": {"folder": str(folder), "transfer": "false"}}):
        assert services.run_archive(before=old).transferred == 0
    assert ArchiveFile.objects.get().transferred_at is None
    with playing(node(), home=node().home, parameters={"archive": {"folder": str(folder), "transfer": "true"}}):
        assert services.transfer_files() == 1
