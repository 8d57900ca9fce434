"""What the documents tell people to type, open and follow is there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.node import cli

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "contracts/**/*.md", "src/**/*.md")
    for path in REPOSITORY.glob(pattern)
    if "node_modules" not in path.parts
)

CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OUTSIDE = ("http://", "https://", "mailto:", "#")
NAMED = re.compile(r"(?:docs|src|tests|nodes|contracts|assets|\.ci)/[\w./-]*")


def codes(text: str) -> Iterator[str]:
    """Every line of code blocks, and every piece of code in a sentence."""
    for block, inline in CODE.findall(text):
        yield from block.splitlines() if block else [inline]


def commands(path: Path) -> list[str]:
    lines = (line.strip().removeprefix("$ ") for line in codes(path.read_text(encoding="utf-8")))
    return [line for line in lines if line.startswith("./lienthong")]


def understands(words: list[str]) -> bool:
    try:
        cli.parser().parse_args(words)
    except SystemExit as ended:
        return ended.code == 0
    return True


def test_the_documents_are_found():
    assert REPOSITORY / "README.md" in DOCUMENTS
    assert "./lienthong demo" in commands(REPOSITORY / "README.md")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_command_is_one_that_the_program_knows(path):
    for line in commands(path):
        words = shlex.split(line.replace("…", "WORD"), comments=True)[1:]
        if not words or words[0] in ("test", "manage"):
            continue
        assert understands(words), f"{line} is not understood"


@pytest.mark.parametrize("folder", ["operations", "protocols"])
def test_the_contents_link_every_page(folder):
    docs = REPOSITORY / "docs"
    linked = set(LINK.findall((docs / "README.md").read_text(encoding="utf-8")))
    assert {f"{folder}/{page.name}" for page in (docs / folder).glob("*.md")} <= linked


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(path):
    targets = [target for target in LINK.findall(path.read_text(encoding="utf-8")) if not target.startswith(OUTSIDE)]
    assert [target for target in targets if not (path.parent / target.split("#")[0]).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_file_that_is_named_is_there(path):
    named = [code for code in codes(path.read_text(encoding="utf-8")) if NAMED.fullmatch(code)]
    assert [name for name in named if not (REPOSITORY / name).exists() and not (path.parent / name).exists()] == []
