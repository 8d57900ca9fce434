"""Commands of the operator: what is wrong is said in a sentence, and the exit code tells."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from lienthong.kernel.profile import BadProfile, read_profile
from lienthong.node import cli, cluster, serve, wiring
from lienthong.node.demo.passing import free_ports
from lienthong.node.postgres import EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[2]

PROFILE = """
[node]
name = "sample"
agency_code = "H36"
title = "Nút mẫu"
title_en = "Sample node"
port = {port}
roles = {roles}
"""


def write_profile(folder: Path, *, port: object = 8090, roles: str = "[]") -> Path:
    path = folder / "node.toml"
    path.write_text(PROFILE.format(port=port, roles=roles))
    return path


def environment(folder: Path, **more: str) -> dict[str, str]:
    ours = ("PYTEST_", "LIENTHONG_", "DATABASE_URL")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    starter = {k: v for k, v in os.environ.items() if k == "LIENTHONG_STARTER_CLUSTER"}
    return {**kept, **starter, "LIENTHONG_HOME": str(folder / "home"), "PYTHONPATH": str(REPOSITORY / "src"), **more}


def run(folder: Path, *words: object, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "lienthong.node", *map(str, words)],
        env=environment(folder, **more),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "There is no node profile"),
        ("node = 1", "node must be a table"),
        ("[node", "is not valid TOML"),
        ('[node]\nname = "x"', "lacks agency_code, title, title_en, roles, port"),
        (PROFILE.format(port=8090, roles='"exchange.member"'), "roles must be a list"),
        (PROFILE.format(port='"eighty"', roles="[]"), "port eighty is not a port"),
        (PROFILE.format(port=70000, roles="[]"), "port 70000 is not a port"),
        (PROFILE.format(port=8090, roles="[]").replace('"H36"', "36"), "agency_code must be text in quotes"),
    ],
)
def test_a_bad_profile_is_a_sentence(folder, monkeypatch, capsys, text, sentence):
    monkeypatch.delenv("LIENTHONG_PORT", raising=False)
    path = folder / "node.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadProfile, match=re.escape(sentence)):
        read_profile(path)
    assert cli.main(["serve", "--profile", str(path)]) == 1
    assert capsys.readouterr().err.startswith("lienthong: ")


def test_a_profile_that_cannot_be_read_is_a_sentence(folder):
    with pytest.raises(BadProfile, match="cannot be read"):
        read_profile(folder)


def test_a_taken_port_is_named(folder, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.run(write_profile(folder, port=port)) == 1
    said = capsys.readouterr().err
    assert f"port {port} is taken by another program" in said
    assert said.count("\n") == 1


def test_unknown_roles_and_missing_needs_are_sentences(folder):
    needy = next(role for role in wiring.all_roles().values() if role.needs)
    profile = read_profile(write_profile(folder, roles=f'["no.such", "{needy.name}"]'))
    sentences = [complaint.sentence for complaint in wiring.complaints(profile)]
    assert sentences[0].startswith("Role “no.such” is unknown. Known roles: ")
    assert f"Role “{needy.name}” needs the role “{needy.needs[0]}”" in sentences[1]


def test_a_role_named_twice_is_a_sentence(folder):
    name = next(role.name for role in wiring.all_roles().values() if not role.needs and "demo" not in role.name)
    sentences = [one.sentence for one in wiring.complaints(read_profile(write_profile(folder, roles=f'["{name}"]')))]
    assert sentences == []
    twice = read_profile(write_profile(folder, roles=f'["{name}", "{name}"]'))
    assert [one.sentence for one in wiring.complaints(twice)] == [f"Role “{name}” is named twice: name it once."]


def test_check_says_what_is_wrong_and_gives_1_and_serve_does_not_start(folder):
    profile = write_profile(folder, port=free_ports(1)[0], roles='["no.such"]')
    checked = run(folder, "check", "--profile", profile)
    assert checked.returncode == 1
    assert "✗ Role “no.such” is unknown." in checked.stdout
    served = run(folder, "serve", "--profile", profile)
    assert served.returncode == 1
    assert "lienthong: Role “no.such” is unknown." in served.stderr


def test_a_database_that_does_not_answer_is_a_sentence(folder):
    profile = write_profile(folder)
    for command in (["check"], ["migrate"]):
        done = run(folder, *command, "--profile", profile, DATABASE_URL="postgresql://127.0.0.1:1/nothing")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "does not answer" in done.stdout + done.stderr


def read_health(port: int) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/suc-khoe/", timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def wait_for(port: int, status: int, process: "subprocess.Popen[str]") -> dict[str, object]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        found, body = read_health(port)
        if found == status:
            return body
        time.sleep(0.2)
    pytest.fail(f"no {status} on port {port}; exit code {process.poll()}")


@pytest.fixture
def served(folder):
    """Starts `serve`; ends what is left of it."""
    running = []

    def start(profile: Path, **more: str) -> "subprocess.Popen[str]":
        words = [sys.executable, "-m", "lienthong.node", "serve", "--profile", str(profile)]
        running.append(subprocess.Popen(words, env=environment(folder, **more), cwd=folder, text=True))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_serve_keeps_an_embedded_server_and_other_commands_join_it(folder, served):
    port = free_ports(1)[0]
    profile = write_profile(folder, port=port)
    process = served(profile)
    assert wait_for(port, 200, process)["status"] == "ok"
    checked = run(folder, "check", "--profile", profile)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "is in order" in checked.stdout
    assert run(folder, "log", "verify", "--profile", profile).returncode == 0
    server = EmbeddedServer(folder / "home" / "postgres")
    with psycopg.connect(server.url()) as session:
        pid = int((folder / "home" / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        assert session.execute("SELECT 1").fetchone() == (1,)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert not Path(f"/proc/{pid}").exists()
    assert read_health(port) == (0, {})


def test_a_killed_serve_leaves_neither_node_nor_server(folder, served):
    port = free_ports(1)[0]
    process = served(write_profile(folder, port=port))
    wait_for(port, 200, process)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while read_health(port)[0]:
        assert time.monotonic() < deadline, "the node outlived its starter"
        time.sleep(0.2)
    with EmbeddedServer(folder / "home" / "postgres") as server:
        assert server.is_running


def test_health_says_why_it_fails_and_recovers_with_the_database(folder, served):
    port = free_ports(1)[0]
    server = EmbeddedServer(folder / "pg")
    server.start()
    cluster.ensure_databases(
        server.url(), ["lt_sample"], {"LIENTHONG_HOME": str(folder / "home"), "LIENTHONG_PORT": "8090"}
    )
    process = served(write_profile(folder, port=port), DATABASE_URL=server.url("lt_sample"))
    try:
        wait_for(port, 200, process)
        server.stop()
        started = time.monotonic()
        status, body = read_health(port)
        assert time.monotonic() - started < 8
        assert (status, body["status"], body["reasons"]) == (503, "failing", ["The database does not answer."])
        server.start()
        wait_for(port, 200, process)
    finally:
        process.terminate()
        process.wait(60)
        server.stop()


def test_the_command_line_explains_itself(capsys):
    for words in ([], ["--help"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert ended.value.code == 0
        assert "Start with ./lienthong demo." in capsys.readouterr().out


@pytest.mark.parametrize("command", ["demo", "test", "serve", "story", "bench", "check", "explain", "migrate", "log"])
def test_every_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: ./lienthong {command}")
    assert len(said.split("\n\n")[1].split()) >= 4, "a description in a sentence"
