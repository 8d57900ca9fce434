"""Contracts (`contracts/letters/<name>/`): JSON Schema and sample of every letter, made from the classes.

They are what another maker of software builds against, so drift fails the tests.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps

from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.types import Letter

_FORM = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def letter_classes() -> dict[str, type[Letter]]:
    """Every letter that a room declares in its `letters.py`, by name. Raises ValueError for a name used twice."""
    found: dict[str, type[Letter]] = {}
    for app in apps.get_app_configs():
        for letter_class in _letters_of(app.name):
            if letter_class.NAME in found:
                raise ValueError(f"two letters are called {letter_class.NAME}")
            found[letter_class.NAME] = letter_class
    return dict(sorted(found.items()))


def _letters_of(room: str) -> Iterator[type[Letter]]:
    if not room.startswith("lienthong."):
        return
    try:
        module = import_module(f"{room}.letters")
    except ModuleNotFoundError as error:
        if error.name != f"{room}.letters":
            raise
        return
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Letter) and value.NAME and value.__module__ == module.__name__:
            yield value


def _named(letters: Iterable[type[Letter]] | None) -> dict[str, type[Letter]]:
    return letter_classes() if letters is None else {one.NAME: one for one in letters}


def contracts(letters: Iterable[type[Letter]] | None = None) -> dict[str, bytes]:
    """The files that `contracts/` should hold: relative path → content."""
    files: dict[str, bytes] = {}
    for name, letter_class in _named(letters).items():
        files[f"letters/{name}/schema.json"] = orjson.dumps(_schema(letter_class), option=_FORM)
        files[f"letters/{name}/sample.json"] = orjson.dumps(_sample(letter_class), option=_FORM)
    return files


def _schema(letter_class: type[Letter]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lienthong:letter:{letter_class.NAME}",
        **letter_class.model_json_schema(),
    }


def _sample(letter_class: type[Letter]) -> Any:
    return letter_class.sample().model_dump(mode="json")


def write_contracts(folder: Path, letters: Iterable[type[Letter]] | None = None) -> list[Path]:
    """Write the contracts below `folder` and remove those of letters that are gone; gives the files that changed.

    `letters`: these classes instead of all that the rooms declare.
    """
    changed = []
    wanted = contracts(letters)
    for path, content in wanted.items():
        target = folder / path
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            changed.append(target)
    for stray in _strays(folder, wanted):
        stray.unlink()
        if not any(stray.parent.iterdir()):
            stray.parent.rmdir()
        changed.append(stray)
    return changed


def check_contracts(folder: Path, letters: Iterable[type[Letter]] | None = None) -> list[str]:
    """What does not fit between the classes and `folder`, in sentences; empty when all is well."""
    named = _named(letters)
    wanted = contracts(named.values())
    wrong = []
    for path, content in wanted.items():
        target = folder / path
        if not target.exists():
            wrong.append(f"{path} is missing: write the contracts anew.")
        elif target.read_bytes() != content:
            wrong.append(f"{path} differs from its class: a released letter never changes, make a new version.")
    wrong += [f"{stray.relative_to(folder)} belongs to no letter." for stray in _strays(folder, wanted)]
    for name, letter_class in named.items():
        try:
            wire.parse_letter(letter_class, wire.compose_letter(letter_class.sample(), ()))
        except Refused as refusal:
            wrong.append(f"The sample of {name} is refused by its own schema at “{refusal.field}”.")
    return wrong


def _strays(folder: Path, wanted: dict[str, bytes]) -> list[Path]:
    known = {folder / path for path in wanted}
    return sorted(path for path in (folder / "letters").glob("*/*.json") if path not in known)
