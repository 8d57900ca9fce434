"""pytest plugin: gives the suite a database server and every worker a database, before Django's settings are read.

The controlling process starts one server for all workers: an embedded one in a folder of this run, begun with a copy
of a migrated cluster that is kept in `var/test/`; or DATABASE_URL's server, where databases of this run are made and
dropped. Workers copy the template, which costs a fraction of a second. Suites side by side share nothing.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from weakref import WeakSet

import psycopg
import pytest

from lienthong.node import cluster, outsiders, suite
from lienthong.node.places import place_of, throw_away
from lienthong.node.postgres import STARTER_CLUSTER, EmbeddedServer, ServerProblem

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REPOSITORY = Path(__file__).resolve().parents[3]

_CACHE = REPOSITORY / "var" / "test"
_KEPT_VERSIONS = 3
_MOST_MAKINGS = 3
_RUN_PREFIX = "lienthong-test-"
_DATABASE_PREFIX = "lt_test_"
_STALE_SECONDS = 60

_RUN = "LIENTHONG_TEST_RUN"
_TEMPLATE = "LIENTHONG_TEST_TEMPLATE"
_PROBLEM = "LIENTHONG_TEST_PROBLEM"
_SERVER = "LIENTHONG_TEST_SERVER"
_GIVEN = "LIENTHONG_TEST_GIVEN_SERVER"
_OF_A_NODE = ("LIENTHONG_PORT", "LIENTHONG_BASE_URL", "LIENTHONG_HUB_URL", "LIENTHONG_BACKGROUND")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before everybody else: Django's settings are read from this environment."""
    if not _is_worker():
        early_config.pluginmanager.register(_Run(), "lienthong-test-run")
    _become_the_test_node()
    try:
        return (yield)
    finally:
        # Countries of real nodes that tests start have embedded servers of their own, unless one was given.
        if os.environ[_SERVER] != os.environ.get(_GIVEN):
            os.environ.pop("DATABASE_URL", None)


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ and _RUN in os.environ


def _become_the_test_node() -> None:
    home = Path(os.environ[_RUN]) / f"home-{_worker_name()}"
    (home / "static").mkdir(parents=True, exist_ok=True)
    for name in _OF_A_NODE:
        os.environ.pop(name, None)
    os.environ["DATABASE_URL"] = os.environ[_SERVER]
    os.environ["LIENTHONG_DATABASES"] = _database_name()
    os.environ["LIENTHONG_PROFILE"] = str(REPOSITORY / "nodes" / "test.toml")
    os.environ["LIENTHONG_HOME"] = str(home)
    os.environ.setdefault("LIENTHONG_LOG", "critical")
    # Playwright's event loop runs in the test's own thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def _worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


class _Run:
    """One run of the suite: its folder, its server, and the end of both."""

    def __init__(self) -> None:
        _clear_stale_runs()
        self.folder = Path(tempfile.mkdtemp(prefix=_RUN_PREFIX))
        self.folder.chmod(0o755)
        self._lock = (self.folder / "run.lock").open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._server: EmbeddedServer | None = None
        self._starter_hold: BinaryIO | None = None
        self._sign_of_life: psycopg.Connection[Any] | None = None
        os.environ[_RUN] = str(self.folder)
        _keep_bytecode(self.folder / "bytecode")
        for name in (_TEMPLATE, _PROBLEM, _GIVEN):
            os.environ.pop(name, None)
        try:
            self._prepare()
        except (ServerProblem, cluster.UpgradeFailed) as problem:
            self.pytest_unconfigure()
            raise pytest.UsageError(f"No database for the tests: {problem}") from None

    def pytest_unconfigure(self) -> None:
        """Stop the server and leave nothing behind, also after Ctrl+C."""
        if self._sign_of_life is not None:
            _drop_stale_databases(self._sign_of_life, os.environ[_SERVER], self.folder.name)
            self._sign_of_life.close()
        if self._server is not None:
            self._server.stop()
        throw_away(self.folder / "pg")
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._starter_hold is not None:
            self._starter_hold.close()
        self._lock.close()

    def _prepare(self) -> None:
        if given := os.environ.get("DATABASE_URL"):
            os.environ[_SERVER] = os.environ[_GIVEN] = given
            self._use_server(given)
            return
        with _cache() as cache:
            kept = _keep_starter(cache or self.folder)
            if kept is not None:
                self._starter_hold = _hold(kept)
                os.environ[STARTER_CLUSTER] = str(place_of(kept) / "cluster")
            self._server = EmbeddedServer(self.folder / "pg", durable=False)
            self._server.start()
        os.environ[_SERVER] = self._server.url()

    def _use_server(self, server_url: str) -> None:
        """This session shows other runs on the server that the databases of this one are in use."""
        try:
            self._sign_of_life = psycopg.connect(server_url, application_name=self.folder.name, autocommit=True)
        except psycopg.OperationalError as error:
            raise ServerProblem(f"DATABASE_URL does not answer: {str(error).splitlines()[0]}") from None
        _drop_stale_databases(self._sign_of_life, server_url, "")
        # A copy of its own: another version's run on this server may drop the template at any time.
        os.environ[_TEMPLATE] = f"{_database_prefix(self.folder.name)}template"
        try:
            cluster.copy_template(server_url, os.environ[_TEMPLATE], _as_test_node(self.folder))
        except cluster.UpgradeFailed as problem:
            os.environ[_PROBLEM] = str(problem)


def _keep_bytecode(folder: Path) -> None:
    """Who wants no bytecode beside the sources gets it here: each of the many nodes would compile the house anew."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


# The migrated cluster, kept between runs


@contextmanager
def _cache() -> Iterator[Path | None]:
    """The cache's folder, held by this run alone; None where it cannot be written."""
    try:
        _CACHE.mkdir(parents=True, exist_ok=True)
        lock = (_CACHE / "lock").open("wb")
    except OSError:
        yield None
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _CACHE


def _keep_starter(cache: Path) -> Path | None:
    """The folder of a stopped cluster with the migrated template, made once for each version of the tables.

    Tables that cannot be made leave their reason to the tests that need a database; the others run.
    """
    for _ in range(_MOST_MAKINGS):
        current = cluster.fingerprint()
        kept = cache / current
        try:
            if kept.exists() or _make_starter(cache / "making", kept, current):
                os.utime(kept)
                os.environ[_TEMPLATE] = cluster.template_name(current)
                _forget_old_versions(cache, kept)
                return kept
        except cluster.UpgradeFailed as problem:
            os.environ[_PROBLEM] = str(problem)
            return None
        finally:
            throw_away(cache / "making")
    os.environ[_PROBLEM] = "The sources of the tables change faster than the tables can be made."
    return None


def _make_starter(making: Path, kept: Path, current: str) -> bool:
    """Not so when somebody changed the tables meanwhile: what was made is then of no known version."""
    print("Preparing the test database (once for each version of the tables) …", flush=True)
    throw_away(making)
    with EmbeddedServer(making, durable=False) as server:
        made = cluster.ensure_template(server.url(), _as_test_node(making))
    if made != cluster.template_name(current) or cluster.fingerprint() != current:
        return False
    making.rename(kept)
    return True


def _hold(kept: Path) -> BinaryIO:
    """While this is open nobody forgets the starter: databases of real nodes begin as its copies until the end."""
    hold = (kept / "held").open("ab")
    fcntl.flock(hold, fcntl.LOCK_SH)
    return hold


def _forget_old_versions(cache: Path, kept: Path) -> None:
    others = [path for path in cache.iterdir() if (path / "server.log").exists() or (path / "lies-in").exists()]
    newest_first = sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)
    for old in newest_first[_KEPT_VERSIONS:]:
        if old != kept and not _is_held(old):
            throw_away(old)


def _is_held(kept: Path) -> bool:
    with (kept / "held").open("ab") as hold:
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _as_test_node(home: Path) -> dict[str, str]:
    return {"LIENTHONG_PROFILE": str(REPOSITORY / "nodes" / "test.toml"), "LIENTHONG_HOME": str(home / "node")}


# What killed runs left


def _clear_stale_runs() -> None:
    """Remove folders of runs that were killed: nobody holds their lock."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_RUN_PREFIX}*"):
        try:
            status = folder.stat()
            if status.st_uid != os.geteuid() or time.time() - status.st_mtime < _STALE_SECONDS:  # noqa: TID251 (a file's age)
                continue
            with (folder / "run.lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                throw_away(folder / "pg")
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _drop_stale_databases(session: psycopg.Connection[Any], server_url: str, ending: str) -> None:
    """Drop the databases of runs that live no more, and those of the run that is ending."""
    living = {row[0] for row in session.execute("SELECT DISTINCT application_name FROM pg_stat_activity")}
    names = [row[0] for row in session.execute("SELECT datname FROM pg_database WHERE pg_has_role(datdba, 'MEMBER')")]
    runs = {_database_prefix(run) for run in living if run.startswith(_RUN_PREFIX) and run != ending}
    stale = [n for n in names if n.startswith(_DATABASE_PREFIX) and not n.startswith(tuple(runs))]
    cluster.drop_databases(server_url, stale)


def _database_prefix(run: str) -> str:
    return f"{_DATABASE_PREFIX}{run.removeprefix(_RUN_PREFIX)}_"


def _database_name() -> str:
    return f"{_database_prefix(Path(os.environ[_RUN]).name)}{_worker_name()}"


# Programs that nobody here wrote


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose outside programs are not here; `outsiders` names them, without names it means all."""
    missing = set(outsiders.find_missing())
    without: list[pytest.Item] = []
    for item in items if missing else ():
        mark = item.get_closest_marker("outsiders")
        if mark is not None and missing & set(mark.args or outsiders.PACKAGES):
            without.append(item)
    if without:
        config.hook.pytest_deselected(items=without)
        left_out = set(without)
        items[:] = [item for item in items if item not in left_out]


def pytest_report_collectionfinish() -> str:
    missing = outsiders.find_missing()
    return outsiders.explain_missing(missing) if missing else ""


@pytest.fixture
def outside_tool() -> Callable[[str], str]:
    """`outside_tool("xmlsec1")` is the path of a program that nobody here wrote, for a test so marked."""

    def path_of(name: str) -> str:
        found = outsiders.find_tool(name)
        if not found:
            pytest.fail(f"{name} is not here: mark this test with @pytest.mark.outsiders({name!r})", pytrace=False)
        return found

    return path_of


# The worker's database


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """This worker's own copy of the migrated template, with the country's code tables.

    A test that commits (`transaction=True`) works on the database of which a copy was laid aside, and the copy takes
    its place afterwards: what rooms loaded for the whole session stays, what the test wrote goes.
    """
    from django.db.backends.signals import connection_created
    from django.test import TransactionTestCase

    if problem := os.environ.get(_PROBLEM):
        pytest.fail(f"The tables could not be made:\n{problem}", pytrace=False)
    database = _WorkerDatabase()
    connection_created.connect(database.remember)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        database.begin()
        patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(lambda _class: database.lay_aside()))
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: database.restore())
        yield
        database.close_sessions()
    connection_created.disconnect(database.remember)


class _WorkerDatabase:
    """The database of this worker, and every session of this process with it."""

    def __init__(self) -> None:
        self._name = _database_name()
        self._kept = f"{self._name}_kept"
        self._server_url = os.environ[_SERVER]
        self._sessions: WeakSet[Any] = WeakSet()

    def remember(self, connection: Any, **_: Any) -> None:
        """Sessions of whatever thread or event loop: none may outlive its database."""
        self._sessions.add(connection)

    def begin(self) -> None:
        from django.db import connection

        self.close_sessions()
        cluster.copy_database(self._server_url, os.environ[_TEMPLATE], self._name)
        connection.settings_dict["NAME"] = self._name

    def lay_aside(self) -> None:
        self.close_sessions()
        cluster.copy_database(self._server_url, self._name, self._kept)

    def restore(self) -> None:
        self.close_sessions()
        cluster.replace_database(self._server_url, self._name, self._kept)

    def close_sessions(self) -> None:
        from django.db import connection

        for session in list(self._sessions):
            session.inc_thread_sharing()
            session.close()
            session.dec_thread_sharing()
        connection.close_pool()  # type: ignore[attr-defined]  # the PostgreSQL backend has it


@contextmanager
def chromium_browser() -> "Iterator[Browser]":
    """A headless Chromium for a test, skipped where there is none; in CI its absence is a failure.

    Close it as soon as it is not needed: an open one looks to Django like asynchronous code.
    """
    from playwright.sync_api import sync_playwright

    found = suite.find_browser()
    if not found:
        sentence = f"No Chromium was found; {suite.BROWSER} may name one."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_BROWSER_WORDS))
        yield browser
        browser.close()


_BROWSER_WORDS = ("--no-sandbox", "--disable-background-networking", "--disable-gpu")
