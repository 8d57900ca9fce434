"""Places of an embedded server: where its data and its socket lie, and as whom it runs there."""

import os
import pwd
import shutil
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

SYSTEM_HOME = Path("/var/lib/lienthong")
_LONGEST_SOCKET_PATH = 90


class ServerProblem(Exception):
    """The embedded server could not be started; the sentence says why."""


class ServerInUse(ServerProblem):
    """Another process keeps a server in this folder."""


def place_of(folder: Path) -> Path:
    """Where the data of a database folder lie: there, or, as root in a folder closed to others, in /var/lib.

    PostgreSQL does not run as root, and the user it runs as could not get into /root.
    """
    folder = folder.absolute()
    if noted := _read_note(folder):
        return noted
    if os.geteuid() != 0 or open_to_all(folder):
        return folder
    return SYSTEM_HOME / uuid4().hex[:12]


def throw_away(folder: Path) -> None:
    """Remove a database folder, wherever its data lie. The server must be stopped."""
    shutil.rmtree(place_of(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _read_note(wanted: Path) -> Path | None:
    try:
        noted = Path(_note_of(wanted).read_text(encoding="utf-8").strip())
    except OSError:
        return None
    return noted if noted.parent == SYSTEM_HOME else None


def _note_of(wanted: Path) -> Path:
    return wanted / "lies-in"


def make_place(wanted: Path, folder: Path) -> None:
    """Make the folder; data that lie elsewhere are noted where they were wanted, and forgotten with it."""
    wanted.mkdir(parents=True, exist_ok=True)
    if folder != wanted:
        for made in (folder.parent, folder):
            made.mkdir(parents=True, exist_ok=True)
            made.chmod(0o755)
        _note_place(wanted, folder)


def _note_place(wanted: Path, folder: Path) -> None:
    try:
        with _note_of(wanted).open("x", encoding="utf-8") as note:
            note.write(f"{folder}\n")
    except FileExistsError:
        if place_of(wanted) != folder:
            raise ServerProblem(f"The database in {wanted} is being made by another start: start again.") from None


def socket_folder_of(folder: Path) -> Path:
    """In the folder, or in /tmp when that path is longer than a socket's may be."""
    inside = folder / "socket"
    if len(str(inside)) <= _LONGEST_SOCKET_PATH:
        return inside
    name = sha256(str(folder).encode()).hexdigest()[:12]
    return Path("/tmp") / f"lienthong-{os.geteuid()}-{name}"  # noqa: S108 (its owner is checked before use)


def user_for(folder: Path) -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: as root it runs as the data's owner, else as `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    cluster = folder / "cluster"
    if cluster.exists() and (owner := cluster.stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerProblem("Running as root needs a system user `postgres` or `nobody` for the database.")


def open_to_all(path: Path) -> bool:
    """Can any user reach this path? Folders that are still to be made get their rights from the umask."""
    for parent in path.parents:
        if parent.exists():
            if not parent.stat().st_mode & 0o001:
                return False
        elif _umask() & 0o001:
            return False
    return True


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
