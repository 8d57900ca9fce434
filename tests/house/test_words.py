"""Words: one form of text, every domain word in the glossary, nothing that does not belong in the product."""

import re
import subprocess
import tomllib
import unicodedata
from pathlib import Path

from django.apps import apps

from lienthong.node.wiring import all_roles

REPOSITORY = Path(__file__).resolve().parents[2]

TEXT = {".py", ".html", ".md", ".toml", ".yaml", ".yml", ".json", ".csv", ".tsv", ".scss", ".js", ".txt", ".typ", ""}
FOREIGN = re.compile(r"/w[o]rk/|/r[o]ot/|pypi\.[o]rg|npmjs\.[o]rg|sub[a]gent|deb\.d[e]bian\.org")


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    return [path for line in listed.splitlines() if (path := REPOSITORY / line).suffix in TEXT and path.is_file()]


def glossary() -> dict[str, dict[str, str]]:
    return tomllib.loads((REPOSITORY / "docs" / "glossary.toml").read_text(encoding="utf-8"))


def test_all_text_is_composed_unicode():
    decomposed = [
        str(path.relative_to(REPOSITORY))
        for path in tracked_files()
        if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ]
    assert decomposed == []


def test_the_repository_speaks_of_the_product_alone():
    strangers = [
        f"{path.relative_to(REPOSITORY)}: {found.group()}"
        for path in tracked_files()
        if (found := FOREIGN.search(path.read_text(encoding="utf-8")))
    ]
    assert strangers == []


def test_every_domain_word_is_in_the_glossary():
    words = glossary()
    known = {word.replace("-", "").replace("_", "").replace(" ", "").casefold() for word in words}
    known |= {entry["en"].replace("-", "").replace(" ", "").casefold() for entry in words.values()}
    missing = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("lienthong.") and model.__name__.casefold() not in known
    ]
    assert missing == []


def test_the_glossary_has_both_languages():
    assert [word for word, entry in glossary().items() if not (entry.get("vi") and entry.get("en"))] == []


def test_every_table_says_what_it_is_and_what_it_is_called_officially():
    nameless = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("lienthong.") and "(" not in (model.__doc__ or "").split("\n\n", 1)[0]
    ]
    # Tables without a domain word of their own live on the ground floor.
    assert [label for label in nameless if not label.startswith("kernel.")] == []


def test_every_letter_is_received_by_some_role():
    from lienthong.platform.exchange.types import Letter

    def below(cls):
        for child in cls.__subclasses__():
            yield child
            yield from below(child)

    received = {letter.NAME for role in all_roles().values() for letter, _ in role.inbox}
    sent = {
        letter.NAME
        for letter in below(Letter)
        if letter.__module__.startswith("lienthong.") and letter.__module__.endswith("letters")
    }
    assert sent
    assert sent - received == set()
