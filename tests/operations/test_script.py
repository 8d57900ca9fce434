"""The root script on bare machines: help without an environment, and one sentence for whatever is missing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

PYTHON = f"{shutil.which('python3', path='/usr/bin:/bin')}"

WITHOUT_PIP = 'case "$2" in pip) exit 1 ;; *) exit 0 ;; esac'

FAILING_PIP = """
case "$*" in
*--version*) exit 0 ;;
*install*) echo "WARNING: Retrying" >&2; echo "$COMPLAINT" >&2; exit 1 ;;
*venv*) for word; do venv=$word; done; mkdir -p "$venv/bin" "$venv/lib/python3/site-packages"
    ln -s "$0" "$venv/bin/python" ;;
esac
"""

pytestmark = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="a POSIX shell is needed")


@pytest.fixture
def checkout(folder: Path) -> Path:
    """What the script itself needs, in a path with a space and Vietnamese letters."""
    place = folder / "thư mục a b"
    house, copied = REPOSITORY / "src" / "lienthong", place / "src" / "lienthong"
    (copied / "node" / "bench").mkdir(parents=True)
    shutil.copy(REPOSITORY / "lienthong", place)
    for path in (house / "__init__.py", *(house / "node").glob("*.py"), house / "node" / "bench" / "__init__.py"):
        shutil.copy(path, copied / path.relative_to(house))
    for name in ("requirements.lock", "requirements-test.lock"):
        (place / name).write_text("nothing==1\n")
    return place


def run(checkout: Path, *words: str, python: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the script with a machine's tools, where `python` is the body of its python3."""
    tools = checkout.parent / "bin"
    tools.mkdir(exist_ok=True)
    for name in ("dirname", "readlink", "cat", "cmp", "flock", "rm", "mkdir", "ln", "cp", "grep", "tail", "sh"):
        if (program := shutil.which(name)) and not (tools / name).exists():
            (tools / name).symlink_to(program)
    if python:
        stub = tools / "python3"
        stub.write_text(f"#!/bin/sh\n{python}\n")
        stub.chmod(0o755)
    return subprocess.run(
        [checkout / "lienthong", *words],
        env={"PATH": str(tools), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


@pytest.mark.parametrize("words", [[], ["--help"], ["demo", "--help"], ["--version"]])
def test_help_needs_no_environment(checkout, words):
    done = run(checkout, *words, python=f'exec {PYTHON} "$@"')
    assert done.returncode == 0, done.stderr
    assert "lienthong" in done.stdout
    assert not (checkout / ".venv").exists()


def test_the_script_may_be_called_through_a_link(checkout):
    link = checkout.parent / "lt"
    link.symlink_to(checkout / "lienthong")
    done = subprocess.run([link, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("lienthong ")


def test_pip_is_missing(checkout):
    done = run(checkout, "explain", python=WITHOUT_PIP)
    assert done.returncode == 1
    assert re.fullmatch(r"lienthong: pip is missing for \S+/python3\. .*apt-get install python3-pip\n", done.stderr)


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        ("NewConnectionError: Temporary failure in name resolution", "check the network and pip's proxy settings"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "the lines above say why"),
    ],
)
def test_packages_that_cannot_be_brought_are_explained(checkout, complaint, sentence):
    done = run(checkout, "explain", python=FAILING_PIP, COMPLAINT=complaint)
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if line.startswith("lienthong: ")]
    assert len(told) == 1
    assert sentence in told[0]
    assert not list((checkout / ".venv").glob("installed-*"))


def test_a_checkout_of_somebody_else_is_explained(checkout):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    checkout.chmod(0o555)
    done = run(checkout, "explain", python=FAILING_PIP)
    assert "clone it into a folder of your own" in done.stderr


def test_an_environment_of_another_interpreter_is_made_anew(checkout):
    old = checkout / ".venv"
    (old / "bin").mkdir(parents=True)
    (old / "bin" / "python").symlink_to("/nowhere/python3")
    (old / "made-with").write_text("/nowhere/python3\n")
    (old / "left-over").write_text("")
    shutil.copy(checkout / "requirements.lock", old / "installed-requirements.lock")
    run(checkout, "explain", python=FAILING_PIP, COMPLAINT="any")
    assert not (old / "left-over").exists()


def test_the_lock_of_the_tests_contains_the_lock_of_the_program():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+==\S+)", (REPOSITORY / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock")
    assert pins("requirements.lock") <= pins("requirements-test.lock")


def test_the_locks_pin_by_hash_and_name_no_registry():
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (REPOSITORY / name).read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
