"""Reading our own definitions: strict YAML, shared pieces laid in, every mistake named by file and path."""

from collections.abc import Mapping
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from lienthong.kernel.text import nfc
from lienthong.sources.procedures.queries.life_events import LIFE_EVENTS
from lienthong.sources.procedures.types import FormError, Procedure

FOLDER = Path(__file__).parent.parent / "definitions"
SHARED = "shared.yaml"


class DefinitionError(ValueError):
    """A definition is written wrongly. The text names the file and the path inside, and says what to do."""

    def __init__(self, file: str, path: str, message: str) -> None:
        super().__init__(f"{file}: {path}: {message}" if path else f"{file}: {message}")
        self.file = file
        self.path = path
        self.message = message


class _Loader(yaml.CSafeLoader):
    """YAML without its traps: `no` is a word, not false, and a key written twice is a mistake."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.MarkedYAMLError(
                problem=f"the key {sorted(map(str, twice))} stands twice; keep one", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or letter in "tTfF"]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_definitions(folder: Path = FOLDER) -> tuple[Procedure, ...]:
    """All definitions of a folder by code and version. Raises DefinitionError for the first that is wrong."""
    shared = _read_yaml(folder / SHARED) if (folder / SHARED).exists() else {}
    files = sorted(path for path in folder.glob("*.yaml") if path.name != SHARED)
    procedures = tuple(read_definition(path, shared) for path in files)
    _check_versions(procedures)
    return tuple(sorted(procedures, key=lambda one: (one.code, one.version)))


def read_definition(path: Path, shared: Mapping[str, Any]) -> Procedure:
    """One definition. The file is named by its code: `1.001193.yaml`, a later version `1.001193.v2.yaml`."""
    written = _lay_in(_read_yaml(path), shared, path.name, "")
    try:
        procedure = Procedure.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, FormError):
            raise DefinitionError(path.name, cause.path, cause.message) from error
        where = ".".join(str(part) for part in first["loc"])
        raise DefinitionError(path.name, where, f"{first['msg']} (found {str(first['input'])[:80]!r})") from error
    expected = procedure.code if procedure.version == 1 else f"{procedure.code}.v{procedure.version}"
    if path.stem != expected:
        raise DefinitionError(path.name, "code", f"the file must be called {expected}.yaml, or change code and version")
    unknown = sorted(set(procedure.life_events) - set(LIFE_EVENTS))
    if unknown:
        raise DefinitionError(path.name, "life_events", f"unknown {unknown}; use keys of life_events.yaml")
    return procedure


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        text = nfc(path.read_text(encoding="utf-8"))
        written = yaml.load(text, Loader=_Loader)  # noqa: S506 -- _Loader is a safe loader, made stricter
    except UnicodeDecodeError as error:
        raise DefinitionError(path.name, "", f"is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise DefinitionError(path.name, "", f"is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(written, dict):
        raise DefinitionError(path.name, "", "must be a mapping with `code`, `name`, …")
    return written


def _lay_in(part: Any, shared: Mapping[str, Any], file: str, where: str) -> Any:
    """Replace every `$ref` by a copy of the shared piece, with the keys beside it laid over."""
    if isinstance(part, list):
        return [_lay_in(one, shared, file, f"{where}[{at}]") for at, one in enumerate(part)]
    if not isinstance(part, dict):
        return part
    beside = {key: _lay_in(value, shared, file, f"{where}.{key}".lstrip(".")) for key, value in part.items()}
    reference = beside.pop("$ref", None)
    if reference is None:
        return beside
    name = str(reference).removeprefix(SHARED).removeprefix("#/")
    if name not in shared:
        raise DefinitionError(file, where, f"{SHARED} has no {name!r}; correct the $ref or add the piece")
    piece = _lay_in(deepcopy(shared[name]), shared, SHARED, name)
    if not isinstance(piece, dict):
        if beside:
            raise DefinitionError(file, where, f"{name!r} is a list, so no keys may stand beside its $ref")
        return piece
    return {**piece, **beside}


def _check_versions(procedures: tuple[Procedure, ...]) -> None:
    """Versions of one code follow each other without overlap."""
    by_code: dict[str, list[Procedure]] = {}
    for one in procedures:
        by_code.setdefault(one.code, []).append(one)
    for code, versions in by_code.items():
        versions.sort(key=lambda one: one.version)
        for older, newer in pairwise(versions):
            if older.valid_to is None or older.valid_to > newer.valid_from:
                raise DefinitionError(
                    f"{code}.yaml",
                    "valid_to",
                    f"version {older.version} must end by {newer.valid_from}, when version {newer.version} begins",
                )
