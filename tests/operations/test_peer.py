"""The peer of `bench documents`: what is said where it is missing or broken, and that it stays outside of ours."""

import ast
import os
import sys
from pathlib import Path

import pytest

from lienthong.node.bench import peer_as2, peer_as2_site
from lienthong.node.bench.command import run
from lienthong.node.demo.passing import passing_folder

HOUSE = Path(peer_as2.__file__).parents[2]
HAS_IT = 'test "$2" = versions && echo \'{"django-pyas2": "0"}\' && exit'


def interpreter(folder: Path, *lines: str) -> Path:
    """A program that takes the words of an interpreter and does what these lines of the shell say."""
    program = folder / "python"
    program.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    program.chmod(0o755)
    return program


def why_absent(program: Path) -> str:
    with passing_folder() as folder:
        os.environ[peer_as2.INTERPRETER] = str(program)
        try:
            baseline, ratios = peer_as2.beside(100.0, folder, count=4, size=1_000)
        finally:
            del os.environ[peer_as2.INTERPRETER]
    assert ratios == {}
    assert list(baseline) == ["django-pyas2"]
    return str(baseline["django-pyas2"])


def test_without_an_interpreter_it_is_absent_and_the_table_says_how_to_have_it(tmp_path: Path):
    assert why_absent(tmp_path / "missing").startswith("absent: name an interpreter that has it: --peer")


def test_an_interpreter_without_it_is_named_by_what_is_missing():
    assert why_absent(Path(sys.executable)).startswith("absent: ")
    assert "django-pyas2" in why_absent(Path(sys.executable))


def test_a_program_that_is_no_interpreter_ends_in_a_sentence(tmp_path: Path):
    assert "it said something else: hello" in why_absent(interpreter(tmp_path, "echo hello"))
    assert why_absent(interpreter(tmp_path, "exit 7")) == "absent: it ended with 7"
    broken = interpreter(tmp_path, "exit 0")
    broken.write_bytes(b"\x00\x01")
    assert "Exec format error" in why_absent(broken)


@pytest.mark.nodes
def test_an_environment_whose_site_cannot_be_made_is_absent_and_leaves_no_server(tmp_path: Path):
    program = interpreter(tmp_path, HAS_IT, 'echo "$SITE_SOCKET" > "$0.socket"', "echo no such table >&2", "exit 1")
    assert why_absent(program) == "absent: no such table"
    assert not Path((tmp_path / "python.socket").read_text(encoding="utf-8").strip()).exists()


@pytest.mark.nodes
def test_a_server_that_does_not_come_up_is_absent(tmp_path: Path):
    program = interpreter(tmp_path, HAS_IT, 'test "$2" = gunicorn || exit 0', "echo no module >&2", "exit 1")
    assert why_absent(program) == "absent: its server did not come up. no module"


def test_the_command_takes_the_interpreter_by_its_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(peer_as2.INTERPRETER, "other")
    with pytest.raises(KeyError):
        run("no such benchmark", size=None, as_json=False, peer=tmp_path)
    assert os.environ[peer_as2.INTERPRETER] == str(tmp_path)


def test_what_the_other_interpreter_runs_needs_nothing_of_ours_nor_of_the_peer():
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(Path(peer_as2_site.__file__).read_text(encoding="utf-8")))
        for name in _names(node)
    }
    assert "django" in imported
    assert imported - {"django"} <= sys.stdlib_module_names


def test_nothing_of_ours_imports_the_peer():
    texts = [text for path in HOUSE.rglob("*.py") if "pyas2" in (text := path.read_text(encoding="utf-8"))]
    assert texts
    imported = {name.split(".")[0] for text in texts for node in ast.walk(ast.parse(text)) for name in _names(node)}
    assert not imported & {"pyas2", "pyas2lib"}
    locks = [path.read_text(encoding="utf-8") for path in HOUSE.parents[1].glob("requirements*.lock")]
    assert locks
    assert all("pyas2" not in lock for lock in locks)


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if not node.level else []
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
