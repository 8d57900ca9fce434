"""The suite's own set-up: a database for every worker, nothing left behind, no quarrel between suites."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from lienthong.node import cluster, outsiders, suite, testing
from lienthong.node.postgres import EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[2]

SMALL_SUITE = """
import os, subprocess, sys, time
from pathlib import Path
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from lienthong.platform.agencies import queries

@pytest.mark.django_db
def test_the_code_tables_are_there():
    assert queries.find_agency("H36")

@pytest.mark.django_db(transaction=True)
def test_a_commit_is_seen():
    ContentType.objects.create(app_label="committed", model="row")

@pytest.mark.django_db(transaction=True)
def test_a_commit_is_forgotten_and_what_the_session_loaded_is_not():
    assert not ContentType.objects.filter(app_label="committed").exists()
    assert ContentType.objects.filter(app_label="loaded").exists()
    assert queries.find_agency("H36")

def test_a_process_of_a_test_keeps_its_bytecode_with_the_run():
    told = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", os.environ["LIENTHONG_TEST_RUN"] + "/bytecode"]

@pytest.mark.django_db
def test_stays_a_while():
    with Path(os.environ["NOTE"]).open("a") as note:
        note.write(f"{connection.settings_dict['NAME']} {os.environ['LIENTHONG_TEST_RUN']}\\n")
    time.sleep(float(os.environ["STAY"]))
"""

CONFTEST = """
import pytest
from lienthong.node import testing

base = testing.django_db_setup

@pytest.fixture(scope="session")
def django_db_setup(base, django_db_blocker):
    from django.contrib.contenttypes.models import ContentType
    with django_db_blocker.unblock():
        ContentType.objects.create(app_label="loaded", model="row")
"""


def start(folder: Path, *options: str, stay: float = 0) -> "subprocess.Popen[str]":
    """A suite in the suite: as a person would start it, without this run's variables."""
    (folder / "test_small.py").write_text(SMALL_SUITE)
    ours = ("PYTEST_", "LIENTHONG_TEST_", "LIENTHONG_STARTER_", "LIENTHONG_HOME", "LIENTHONG_DATABASES")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", f"--rootdir={REPOSITORY}"]
    (folder / "conftest.py").write_text(CONFTEST)
    return subprocess.Popen(
        [*command, "-p", "no:cacheprovider", *options, folder / "test_small.py"],
        cwd=REPOSITORY,
        env={
            **environment,
            "NOTE": str(folder / "note"),
            "STAY": str(stay),
            "PYTHONPATH": str(REPOSITORY / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell that started this in the background has it ignore Ctrl+C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (one call, no lock is taken)
    )


def read_note(folder: Path) -> tuple[str, Path]:
    deadline = time.monotonic() + 120
    while not (folder / "note").exists() or not (folder / "note").read_text().endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    name, run = (folder / "note").read_text().split()
    return name, Path(run)


def servers_in(run: Path) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(run):
                found.append(process)
        except OSError:
            continue
    return found


def wait_until_empty(run: Path) -> None:
    deadline = time.monotonic() + 30
    while servers_in(run):
        assert time.monotonic() < deadline, "the server of a suite that ended still runs"
        time.sleep(0.1)


def test_two_suites_side_by_side_pass_and_share_nothing(folder):
    for name in ("one", "two"):
        (folder / name).mkdir()
    running = [start(folder / "one", "-n", "2", stay=1), start(folder / "two", "-n", "0", stay=1)]
    for process in running:
        said, _ = process.communicate(timeout=240)
        assert process.returncode == 0, said
    runs = [read_note(folder / name) for name in ("one", "two")]
    assert runs[0] != runs[1]
    assert not any(run.exists() for _, run in runs)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_suite_that_is_ended_leaves_no_server(folder, how):
    process = start(folder, "-n", "0", stay=60)
    _, run = read_note(folder)
    assert servers_in(run) or "DATABASE_URL" in os.environ
    process.send_signal(how)
    process.wait(60)
    wait_until_empty(run)
    assert run.exists() == (how == signal.SIGKILL)


def test_the_template_is_made_once_and_a_half_made_one_is_made_anew(folder, monkeypatch):
    upgrades = []
    monkeypatch.delenv("LIENTHONG_STARTER_CLUSTER", raising=False)
    monkeypatch.setattr(cluster, "_upgrade", lambda url, _environment: upgrades.append(url))
    with EmbeddedServer(folder / "pg", durable=False) as server:
        with psycopg.connect(server.url(), autocommit=True) as session:
            session.execute("CREATE DATABASE lt_template_unfinished")
        cluster.ensure_databases(server.url(), ["lt_one", "lt_two"], {})
        cluster.ensure_databases(server.url(), ["lt_one", "lt_two", "lt_three"], {})
        assert len(upgrades) == 1
        assert cluster.read_note(server.url(), "lt_three")["fingerprint"] == cluster.fingerprint()
        monkeypatch.setattr(cluster, "fingerprint", lambda: "of-a-later-version")
        cluster.ensure_databases(server.url(), ["lt_one"], {})
        assert [url.split("?")[0].rsplit("/", 1)[-1] for url in upgrades[1:]] == ["lt_one"]


def test_a_failed_upgrade_leaves_no_template(folder, monkeypatch):
    def fail(_url, _environment):
        raise cluster.UpgradeFailed("a reason")

    monkeypatch.delenv("LIENTHONG_STARTER_CLUSTER", raising=False)
    monkeypatch.setattr(cluster, "_upgrade", fail)
    with EmbeddedServer(folder / "pg", durable=False) as server:
        with pytest.raises(cluster.UpgradeFailed, match="a reason"):
            cluster.ensure_databases(server.url(), ["lt_one"], {})
        with psycopg.connect(server.url()) as session:
            rows = session.execute("SELECT datname FROM pg_database WHERE datname LIKE 'lt%'").fetchall()
    assert rows == []


def test_a_role_that_may_not_make_databases_is_told_so(folder):
    with EmbeddedServer(folder / "pg", durable=False) as server:
        with psycopg.connect(server.url(), autocommit=True) as session:
            session.execute("CREATE ROLE weak LOGIN")
        with pytest.raises(cluster.UpgradeFailed, match="CREATEDB"):
            cluster.ensure_databases(server.url().replace("postgres@", "weak@"), ["lt_one"], {})
    with pytest.raises(cluster.UpgradeFailed, match="does not answer"):
        cluster.ensure_databases(server.url(), ["lt_one"], {})


@pytest.fixture
def starters(folder, monkeypatch):
    """Where starters would be kept; their making is quick, and this run's own variables stay."""
    for name in (testing._TEMPLATE, testing._PROBLEM, "LIENTHONG_STARTER_CLUSTER"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(cluster, "_upgrade", lambda _url, _environment: None)
    return folder


def databases_of(starter, monkeypatch):
    """The databases of a server that begins as a copy of this starter."""
    with monkeypatch.context() as patched:
        patched.setenv("LIENTHONG_STARTER_CLUSTER", str(starter / "cluster"))
        with EmbeddedServer(starter.parent / "pg", durable=False) as server, psycopg.connect(server.url()) as session:
            return {row[0] for row in session.execute("SELECT datname FROM pg_database")}


def test_tables_that_change_while_they_are_made_are_made_anew(starters, monkeypatch):
    """A colleague adds a migration just then: what was made carries neither version's name."""
    versions = iter(["old", "old", "new"])
    monkeypatch.setattr(cluster, "fingerprint", lambda: next(versions, "new"))
    kept = testing._keep_starter(starters)
    assert kept == starters / "new"
    assert os.environ[testing._TEMPLATE] == "lt_template_new"
    assert not (starters / "old").exists()
    assert not (starters / "making").exists()
    assert "lt_template_new" in databases_of(kept, monkeypatch)


def test_tables_that_never_stand_still_are_told(starters, monkeypatch):
    versions = (str(number) for number in range(100))
    monkeypatch.setattr(cluster, "fingerprint", lambda: next(versions))
    assert testing._keep_starter(starters) is None
    assert "change faster" in os.environ[testing._PROBLEM]
    assert list(starters.iterdir()) == []


def test_a_starter_in_use_is_not_forgotten(starters):
    made = []
    for number in range(8):
        (starters / str(number)).mkdir()
        (starters / str(number) / "server.log").touch()
        os.utime(starters / str(number), (number, number))
        made.append(starters / str(number))
    with testing._hold(made[0]):
        os.utime(made[0], (0, 0))
        testing._forget_old_versions(starters, made[7])
        assert [one.name for one in made if one.exists()] == ["0", "5", "6", "7"]
    testing._forget_old_versions(starters, made[7])
    assert [one.name for one in made if one.exists()] == ["5", "6", "7"]


def test_another_version_on_the_same_server_takes_nobodys_template(starters, monkeypatch):
    version = ["one"]
    monkeypatch.setattr(cluster, "fingerprint", lambda: version[0])
    with EmbeddedServer(starters / "pg", durable=False) as server:
        cluster.copy_template(server.url(), "lt_test_one_template", {})
        version[0] = "two"
        cluster.copy_template(server.url(), "lt_test_two_template", {})
        for run in ("one", "two"):
            cluster.copy_database(server.url(), f"lt_test_{run}_template", f"lt_test_{run}_main")
            assert cluster.read_note(server.url(), f"lt_test_{run}_template")["fingerprint"] == run


def test_a_country_and_a_module_are_one_workers(request):
    conftest = request.config.pluginmanager.get_plugin(str(REPOSITORY / "conftest.py"))

    def worker_of(nodeid):
        return conftest._ByModule._split_scope(None, nodeid)

    assert worker_of("tests/browser/test_fee.py::test_a") == worker_of("tests/browser/test_menus.py::test_b")
    assert worker_of("tests/nodes/test_story.py::test_a") == worker_of("tests/nodes/test_trace.py::test_b[1]")
    alone = {worker_of(f"tests/nodes/test_{name}.py::test_a") for name in ("tls", "joining", "story")}
    assert len(alone) == 3
    assert worker_of("src/a/tests/test_b.py::test_a[1::2]") == worker_of("src/a/tests/test_b.py::test_c")
    for start in (*conftest.SHARED, *conftest.LONG):
        assert (REPOSITORY / start).exists() or list(REPOSITORY.glob(f"{start}*.py")), start


def test_words_go_on_to_pytest_and_a_missing_browser_fails_only_in_ci(monkeypatch, capsys):
    became = []
    monkeypatch.setenv(suite.BROWSER, "")  # `run` sets it for the processes to come; here it is to be set back
    monkeypatch.setattr(suite, "find_browser", lambda: "")
    monkeypatch.setattr(suite, "_install_browser", lambda: "")
    monkeypatch.setattr(outsiders, "install_missing", lambda: ())
    monkeypatch.setattr(os, "execv", lambda _program, words: became.append(words[3:]) or 0)
    monkeypatch.delenv("CI", raising=False)
    assert suite.run(["-k", "letter"]) == 0
    assert became == [["-m", "not browser", "-k", "letter"]]
    assert capsys.readouterr().out.startswith("No working Chromium was found")
    monkeypatch.setenv("CI", "true")
    assert suite.run([]) == 1
    monkeypatch.setattr(suite, "find_browser", lambda: "/usr/bin/true")
    assert suite.run([]) == 0
    assert became[1:] == [["-n", "2", "--dist", "loadgroup"]]


def test_missing_outside_programs_are_said_in_a_sentence_and_the_rest_runs(monkeypatch, capsys):
    monkeypatch.setenv(suite.BROWSER, "")
    monkeypatch.setattr(suite, "find_browser", lambda: "/usr/bin/true")
    monkeypatch.setattr(outsiders, "find_missing", lambda *_: ("nginx", "engine"))
    monkeypatch.setattr(outsiders, "can_install", lambda: False)
    monkeypatch.setattr(os, "execv", lambda _program, _words: 0)
    monkeypatch.setenv("CI", "true")
    assert suite.run([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Without nginx, engine the tests")
    assert "apt-get install nginx-light libengine-pkcs11-openssl" in said


OUTSIDERS = """
import pytest

@pytest.mark.outsiders("openssl")
def test_one_tool(outside_tool): assert outside_tool("openssl")

@pytest.mark.outsiders
def test_all_tools(): pass

def test_none(): pass
"""


@pytest.mark.parametrize(
    ("gone", "outcome"),
    [("", "3 passed"), ("nginx", "2 passed, 1 deselected"), ("openssl", "1 passed, 2 deselected")],
)
def test_tests_of_missing_programs_are_left_out_one_by_one(folder, gone, outcome):
    (folder / "test_outsiders.py").write_text(OUTSIDERS)
    (folder / "conftest.py").write_text(
        "from lienthong.node import outsiders\n"
        f"outsiders.find_tool = lambda name: '' if name == {gone!r} else '/there'\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", "-c", "pyproject.toml"),
            *(f"--rootdir={folder}", folder / "test_outsiders.py"),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
    assert ("Without" in done.stdout) == bool(gone)


def test_a_stub_that_only_explains_itself_is_no_browser(folder, monkeypatch):
    stub = folder / "chromium"
    stub.write_text("#!/bin/sh\necho install me\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv(suite.BROWSER, raising=False)
    assert suite.find_browser() == ""
