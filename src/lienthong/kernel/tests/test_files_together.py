"""Files of a set: kept all at once or not at all, each as safely as one alone."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db.models import Model

from lienthong.kernel import bulk, files
from lienthong.kernel.errors import Refused
from lienthong.kernel.models import StoredFile

pytestmark = pytest.mark.django_db


def pdf(number: int, size: int = 0) -> bytes:
    return b"%%PDF-1.7\n%% %d%s\ntrailer<<>>\n%%%%EOF\n" % (number, b" " * size)


def keep(*contents: bytes) -> list[files.FileRef]:
    with files.together() as kept:
        return [kept.write(content, name="giay.pdf") for content in contents]


def on_disk(home: Path) -> list[Path]:
    return sorted(path for path in (home / "files").rglob("*") if path.is_file())


def test_a_set_is_readable_known_and_private_when_the_block_ends(
    node_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    insert = bulk.insert_new

    def inserted(rows: Sequence[Model]) -> None:
        asked.append(len(rows))
        insert(rows)

    monkeypatch.setattr(bulk, "insert_new", inserted)
    with files.together() as kept:
        refs = [kept.write(pdf(number), name=f"{number}.pdf") for number in range(30)]
        large = kept.write(pdf(31, 3 * 2**20), name="lon.pdf")
        assert [path for path in on_disk(node_home) if not path.name.startswith(".")] == [files.path_of(large.sha256)]
    assert asked == [31]
    assert [files.read(one.sha256) for one in refs] == [pdf(number) for number in range(30)]
    assert files.describe(refs[3].sha256) == refs[3]
    assert large.size == len(pdf(31, 3 * 2**20)) == len(files.read(large.sha256))
    assert len(on_disk(node_home)) == 31
    assert {path.stat().st_mode & 0o777 for path in on_disk(node_home)} == {0o600}


def test_the_same_content_is_kept_once(node_home: Path) -> None:
    before = files.store(pdf(1), name="mot.pdf")
    refs = keep(*(pdf(number) for number in (1, 2, 2)))
    assert refs[0].sha256 == before.sha256
    assert refs[1] == refs[2]
    assert len(on_disk(node_home)) == StoredFile.objects.count() == 2


def test_one_bad_file_leaves_nothing_of_the_set(node_home: Path) -> None:
    with pytest.raises(Refused, match="wrong-type"):
        keep(pdf(1), b"MZ not a paper")
    with pytest.raises(Refused, match="empty"):
        keep(pdf(2), b"")
    assert on_disk(node_home) == []
    assert not StoredFile.objects.exists()


def test_a_full_disk_leaves_nothing_of_the_set(node_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []

    def full(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(*(pdf(number) for number in range(5)))
    assert on_disk(node_home) == []
    assert not StoredFile.objects.exists()


def test_every_file_reaches_the_disk_before_it_gets_its_name(node_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    sync, rename = os.fsync, os.rename

    def synced(handle: int) -> None:
        seen.append("sync")
        sync(handle)

    def renamed(side: str, place: str) -> None:
        seen.append("name")
        rename(side, place)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    keep(*(pdf(number) for number in range(9)))
    assert seen == ["sync"] * 9 + ["name"] * 9
