"""Watched folders: what people and programs lay into a folder is taken once, whatever is killed in between.

Each step is a rename. A claim is a folder named by an id, with what was taken below it; the room that works on it keeps
the id with what it made of it, so that a claim found again tells whether its work was done.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from lienthong.kernel import files

QUIET_SECONDS = 3.0
"""What was written to within this time may still be being written."""

REASON_SUFFIX = ".ly-do.txt"
"""The text beside a file that says why it was not taken."""

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "~", ".swp")


def quiet(paths: Iterable[Path], *, beside: Path) -> Iterator[Path]:
    """Those that look finished and that nobody has written to for a while; `beside`: a folder on the same disk."""
    latest = _now_there(beside) - QUIET_SECONDS
    for path in paths:
        if is_finished(path) and _last_change(path) <= latest:
            yield path


def _now_there(folder: Path) -> float:
    """The moment by the clock of the disk that holds the folder, which may be another machine's."""
    mark = folder / ".dang-xem"
    mark.write_bytes(b"")
    os.utime(mark)
    return float(mark.stat().st_mtime)


def is_finished(path: Path) -> bool:
    """Is this neither a link nor a name that programs give to what they are still writing?"""
    return not (path.is_symlink() or path.name.startswith((".", "~")) or path.name.lower().endswith(_UNFINISHED))


def _last_change(path: Path) -> float:
    inside = path.rglob("*") if path.is_dir() else ()
    return max(float(one.lstat().st_mtime) for one in (path, *inside))


def claims(sending: Path) -> list[Path]:
    """What was taken and is not done with."""
    return sorted(path for path in sending.iterdir() if path.is_dir())


def claim_id(claim: Path) -> UUID | None:
    """The id of a claim; None for a folder that somebody else put there."""
    try:
        return UUID(claim.name)
    except ValueError:
        return None


def free_name(into: Path, name: str) -> Path:
    """A name in the folder that nothing has yet: an earlier file of the same name is never covered."""
    safe = files.clean_name(name)
    target, number = into / safe, 1
    while target.exists() or target.with_name(f"{target.name}{REASON_SUFFIX}").exists():
        number += 1
        target = into / f"{Path(safe).stem} ({number}){Path(safe).suffix}"
    return target


def write_text(path: Path, text: str) -> None:
    """Write beside and rename: nobody meets half of it."""
    side = path.with_name(f".{path.name}.{os.getpid()}")
    side.write_text(text, encoding="utf-8")
    side.replace(path)
