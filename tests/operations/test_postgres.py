"""The embedded server among real processes: it starts, recovers, and leaves nothing behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from lienthong.node import places
from lienthong.node.places import place_of, throw_away
from lienthong.node.postgres import STARTER_CLUSTER, EmbeddedServer, ServerProblem

EXTENSIONS = ("unaccent", "pg_trgm", "btree_gist", "ltree", "pg_stat_statements", "postgres_fdw")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 30
    while lives(pid):
        assert time.monotonic() < deadline, f"process {pid} still lives"
        time.sleep(0.05)


def write_row(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 1 AS row")


def read_row(server: EmbeddedServer) -> int:
    with psycopg.connect(server.url()) as session:
        return session.execute("SELECT row FROM kept").fetchone()[0]


def test_a_second_start_finds_what_the_first_wrote_and_a_stop_leaves_no_process(folder, monkeypatch):
    monkeypatch.delenv(STARTER_CLUSTER, raising=False)
    with EmbeddedServer(folder / "pg") as server:
        write_row(server)
        pid = server.pid
        assert lives(pid)
    assert not lives(pid)
    with EmbeddedServer(folder / "pg") as server:
        assert read_row(server) == 1
        assert server.is_running


def test_the_extensions_are_there(folder):
    with EmbeddedServer(folder / "pg") as server, psycopg.connect(server.url(), autocommit=True) as session:
        for name in EXTENSIONS:
            session.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        assert session.execute("SELECT unaccent('Đăng ký khai sinh')").fetchone()[0] == "Dang ky khai sinh"


def test_a_killed_starter_leaves_no_server_and_the_next_start_works_at_once(folder, starter):
    killed = starter(folder / "pg")
    pid = int(killed.said())
    write_row(EmbeddedServer(folder / "pg"))
    killed.kill()
    with EmbeddedServer(folder / "pg") as server:
        assert not lives(pid)
        assert read_row(server) == 1


def test_a_killed_server_with_a_busy_session_is_recovered_by_the_next_start(folder, starter):
    keeper = starter(folder / "pg")
    pid = int(keeper.said())
    server = EmbeddedServer(folder / "pg")
    write_row(server)
    busy = psycopg.connect(server.url(), autocommit=True)
    backend = busy.info.backend_pid
    # Outlives the server: it looks up only when the computation ends.
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 3000000000)")
    busy.pgconn.flush()
    time.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    keeper.kill()
    started = time.monotonic()
    with EmbeddedServer(folder / "pg") as again:
        assert time.monotonic() - started < 30
        assert not lives(backend)
        assert read_row(again) == 1
    busy.close()


def test_a_process_id_that_now_belongs_to_another_does_not_block_the_start(folder, starter):
    killed = starter(folder / "pg")
    pid = int(killed.said())
    killed.kill()
    wait_until_gone(pid)
    note = folder / "pg" / "cluster" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n")
    with EmbeddedServer(folder / "pg") as server:
        assert server.is_running


def test_a_killed_first_start_leaves_nothing_half_made(folder, starter, monkeypatch):
    monkeypatch.delenv(STARTER_CLUSTER, raising=False)
    killed = starter(folder / "pg")
    deadline = time.monotonic() + 30
    while not (folder / "pg" / "cluster.unfinished" / "base").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    killed.kill()
    with EmbeddedServer(folder / "pg") as server:
        assert server.is_running


def test_a_second_starter_is_told_in_one_sentence(folder, starter):
    with EmbeddedServer(folder / "pg") as server:
        second = starter(folder / "pg")
        assert second.said() == f"problem: The database in {folder}/pg is in use by another running lienthong."
        assert server.is_running
        with psycopg.connect(server.url()):
            pass


def test_a_path_longer_than_a_socket_may_be(folder):
    deep = folder / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    with EmbeddedServer(deep / "pg") as server:
        write_row(server)
        assert len(server.url()) < 120
        socket_folder = server._socket_folder
        assert socket_folder.parent == Path("/tmp")
    assert not socket_folder.exists()


def test_a_socket_folder_laid_by_a_stranger_is_not_used(folder):
    deep = folder / ("c" * 60) / ("d" * 60)
    deep.mkdir(parents=True)
    trap = places.socket_folder_of(deep / "pg")
    trap.symlink_to("/etc")
    try:
        with pytest.raises(ServerProblem, match="belongs to somebody else"):
            EmbeddedServer(deep / "pg").start()
    finally:
        trap.unlink()


@as_root
def test_in_a_folder_closed_to_others_the_data_lie_in_var_lib(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wanted = closed / "pg"
    with EmbeddedServer(wanted) as server:
        place = server.folder
        assert place.parent == Path("/var/lib/lienthong")
        write_row(server)
    with EmbeddedServer(wanted) as server:
        assert server.folder == place
        assert read_row(server) == 1
    throw_away(wanted)
    assert not place.exists()
    assert not wanted.exists()
    assert place_of(wanted) != place


@as_root
def test_an_engine_closed_to_others_is_copied_to_var_lib(folder, monkeypatch):
    from lienthong.node import postgres

    site = folder / "system"
    monkeypatch.setattr(postgres, "SYSTEM_HOME", site)
    monkeypatch.setattr(postgres, "open_to_all", lambda _path: False)
    monkeypatch.delenv(STARTER_CLUSTER, raising=False)
    site.mkdir(mode=0o755)
    with EmbeddedServer(folder / "pg") as server:
        assert Path(f"/proc/{server.pid}/exe").readlink().is_relative_to(site)


@as_root
def test_a_full_disk_is_said_in_a_sentence(folder):
    small = folder / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", small], check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        with pytest.raises(ServerProblem, match=f"^The disk that holds {small}/pg is full"):
            EmbeddedServer(small / "pg").start()
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(folder):
    (folder / "file").write_text("in the way")
    with pytest.raises(ServerProblem, match=f"{folder}/file/pg"):
        EmbeddedServer(folder / "file" / "pg").start()


def test_a_cluster_of_another_version_is_said_in_a_sentence(folder):
    with EmbeddedServer(folder / "pg"):
        pass
    (folder / "pg" / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerProblem, match="was made by another version of PostgreSQL"):
        EmbeddedServer(folder / "pg").start()
