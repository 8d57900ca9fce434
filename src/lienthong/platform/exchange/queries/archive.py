"""Checking the archive of the log: files, their links to one another, the rows in them, the proofs of each message."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import orjson

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.models import ArchiveFile, LogEntry, Stream
from lienthong.platform.signing import queries as signing_queries

_MAX_INDEX = 64 * 1024 * 1024
_FIRST = bytes(32).hex()


@dataclass(frozen=True, slots=True)
class ArchiveFault:
    """What is wrong with a file of the archive."""

    file: str
    text: Bilingual


@dataclass(frozen=True, slots=True)
class ArchiveVerdict:
    """What a check of the archive found; `elsewhere`: files that were transferred and are not here."""

    files: int
    rows: int
    containers: int
    elsewhere: int
    faults: tuple[ArchiveFault, ...]

    @property
    def intact(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        """The verdict in sentences, one line per fault."""
        told = tr(
            f"{self.files} tệp, {self.rows} dòng, {self.containers} bằng chứng, {self.elsewhere} tệp ở nơi khác: ",
            f"{self.files} files, {self.rows} rows, {self.containers} proofs, {self.elsewhere} files elsewhere: ",
        )
        end = tr("nguyên vẹn.", "intact.") if self.intact else tr("KHÔNG nguyên vẹn.", "NOT intact.")
        return "\n".join([f"{told}{end}", *(f"{fault.file}: {fault.text}" for fault in self.faults)])


def verify_archive(folder: Path, *, recorded: bool = True) -> ArchiveVerdict:
    """Check every file of the archive in a folder, its links and all proofs in it.

    `recorded`: against this node's own records too; otherwise the folder is judged by itself.
    """
    check = _Check(folder, {one.name: one for one in ArchiveFile.objects.all()} if recorded else None)
    for path in sorted(folder.glob("[0-9]*.zip")):
        check.file(path)
    return check.verdict()


class _Check:
    """A walk through the files in the order of their numbers."""

    def __init__(self, folder: Path, records: Mapping[str, ArchiveFile] | None) -> None:
        self._folder, self._records = folder, records
        self._faults: list[ArchiveFault] = []
        self._seen: set[str] = set()
        self._last_digest: tuple[int, str] | None = None
        self._ends: dict[str, tuple[int, str]] = {}
        self._rows = self._containers = 0

    def file(self, path: Path) -> None:
        self._seen.add(path.name)
        with path.open("rb") as content:
            digest = file_digest(content, "sha256").digest()
        record = self._records.get(path.name) if self._records is not None else None
        if self._records is not None and (record is None or bytes(record.digest) != digest):
            self._bad(path, "Tệp không phải tệp đã lưu trữ.", "The file is not the one that was archived.")
        try:
            with zipfile.ZipFile(path) as held:
                index = _read_index(held)
                self._follow(path, index, digest.hex())
                self._walk(path, held, index)
        except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError, EOFError):
            self._bad(path, "Không đọc được tệp.", "The file cannot be read.")

    def _follow(self, path: Path, index: dict[str, Any], digest: str) -> None:
        """The file names the one before it, and its rows go on where that stream's rows ended."""
        number = int(index["number"])
        if self._last_digest is not None and (
            self._last_digest[0] + 1 == number and index["previous_file"] != self._last_digest[1]
        ):
            self._bad(path, "Tệp không nối với tệp trước.", "The file does not follow the one before it.")
        self._last_digest = (number, digest)
        start = self._ends.get(index["stream"])
        here = (int(index["first"]) - 1, str(index["previous_link"]))
        if (start is not None and start != here) or (start is None and here[0] == 0 and here[1] != _FIRST):
            self._bad(path, "Chuỗi dòng bị đứt.", "The chain of rows is torn.")

    def _walk(self, path: Path, held: zipfile.ZipFile, index: dict[str, Any]) -> None:
        position, link = int(index["first"]), bytes.fromhex(index["previous_link"])
        named = set(held.namelist())
        for row in index["rows"]:
            facts = str(row["facts"]).encode()
            link = sha256(link + sha256(facts).digest() + position.to_bytes(8, "big")).digest()
            if link.hex() != row["link"]:
                self._bad(path, f"Dòng {position} đã bị sửa.", f"Row {position} was changed.")
                link = bytes.fromhex(row["link"])
            for name in sorted(one for one in named if one.startswith(f"{position:012d}-") and one.endswith(".asice")):
                self._container(path, held, name)
            position += 1
            self._rows += 1
        self._ends[index["stream"]] = (position - 1, link.hex())

    def _container(self, path: Path, held: zipfile.ZipFile, name: str) -> None:
        self._containers += 1
        with held.open(name) as content:
            verdict = signing_queries.verify_container_here(content)
        if not verdict.good:
            why = next((one.sentence for one in verdict.findings if one.level == "bad"), tr("?", "?"))
            self._bad(path, f"{name}: {why.vi}", f"{name}: {why.en}")

    def verdict(self) -> ArchiveVerdict:
        elsewhere = 0
        for name, record in sorted((self._records or {}).items()):
            if name in self._seen:
                continue
            if record.transferred_at is None:
                self._bad(self._folder / name, "Thiếu tệp.", "The file is missing.")
            else:
                elsewhere += 1
        if self._records is not None:
            for stream in Stream.objects.filter(archivefile__isnull=False).distinct():
                self._meet(stream)
        return ArchiveVerdict(len(self._seen), self._rows, self._containers, elsewhere, tuple(self._faults))

    def _meet(self, stream: Stream) -> None:
        """The last row in the files is the one that the log still has, or the last that left it."""
        name = f"{stream.peer}/{stream.direction}/{stream.kind}"
        position, link = self._ends.get(name, (0, ""))
        row = LogEntry.objects.filter(stream=stream, position=position).values_list("link", flat=True).first()
        held = stream.archived_link if position == stream.archived else row
        if held is not None and bytes(held).hex() != link:
            self._bad(Path(name), "Tệp cuối không nối với nhật ký.", "The last file does not meet the log.")

    def _bad(self, path: Path, vi: str, en: str) -> None:
        self._faults.append(ArchiveFault(path.name, tr(vi, en)))


def _read_index(held: zipfile.ZipFile) -> dict[str, Any]:
    if held.getinfo("index.json").file_size > _MAX_INDEX:
        raise Refused("exchange.bad-archive", tr("Mục lục quá lớn.", "The index is too large."))
    index = orjson.loads(held.read("index.json"))
    if not isinstance(index, dict):
        raise TypeError("the index is no object")
    return index
