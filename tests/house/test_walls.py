"""The walls of the house: who may import whom, what a room may be called, where foreign keys may point."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from lienthong.node.rooms import FLOORS, installed

REPOSITORY = Path(__file__).resolve().parents[2]
HOUSE = REPOSITORY / "src" / "lienthong"

DOORS = {"services", "queries", "events", "types"}
"""What outsiders may import of a room."""

WIRING = {"roles", "context", "middleware", "urls"}
"""What only the roof may name besides: by dotted path in settings and profiles."""

SHARED_TABLES = {"agencies.Agency", "identity.Account"}
BANNED = {"utils", "helpers", "common", "core", "manager", "data", "info"}


def sources():
    return [path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts]


def room_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[1:3]) if len(parts) > 2 and parts[1] in FLOORS else parts[1] if len(parts) > 1 else ""


def imports_of(path: Path):
    """Every `lienthong…` module a file imports, with what it takes from it."""
    for element in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(element, ast.ImportFrom) and element.module and element.module.startswith("lienthong"):
            for name in element.names:
                yield element.module, name.name, element.lineno
        elif isinstance(element, ast.Import):
            for name in element.names:
                if name.name.startswith("lienthong"):
                    yield name.name, "", element.lineno


def test_the_import_contracts_hold():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_outsiders_come_in_by_the_four_doors():
    through_the_wall = []
    for path in sources():
        here = room_of(".".join(path.relative_to(HOUSE.parent).with_suffix("").parts))
        if here in ("node", ""):
            continue
        for module, name, line in imports_of(path):
            there = room_of(module)
            if "." not in there or there == here:
                continue
            door = (module.split(".")[3:] or [name])[0]
            if door not in DOORS:
                through_the_wall.append(f"{path.relative_to(REPOSITORY)}:{line} takes {module}.{name}")
    assert through_the_wall == []


def test_foreign_keys_across_rooms_point_only_to_agencies_and_accounts():
    astray = []
    for model in apps.get_models():
        if not model.__module__.startswith("lienthong."):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model._meta.app_label != model._meta.app_label:
                target = field.related_model._meta.label
                if target not in SHARED_TABLES:
                    astray.append(f"{model._meta.label}.{field.name} → {target}")
    assert astray == []


def test_no_file_or_folder_bears_a_banned_name():
    bad = [
        str(path.relative_to(REPOSITORY))
        for path in sources()
        if path.stem in BANNED or BANNED & set(path.relative_to(HOUSE).parts[:-1]) or path.stem.startswith("process_")
    ]
    assert bad == []


@pytest.mark.parametrize("room", installed())
def test_each_room_has_its_front_page_and_its_tests(room):
    folder = HOUSE.joinpath(*room.split(".")[1:])
    assert (folder / "README.md").exists(), f"{room} has no README.md"
    assert list((folder / "tests").glob("test_*.py")), f"{room} has no tests"


def test_files_stay_readable():
    long = {
        str(path.relative_to(REPOSITORY)): count
        for path in sources()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_functions_stay_short():
    """Nine of ten under 40 lines, none over 80."""
    lengths = [
        (element.end_lineno - element.lineno + 1, f"{path.relative_to(REPOSITORY)}:{element.name}")
        for path in sources()
        if "tests" not in path.parts
        for element in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(element, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [name for length, name in lengths if length > 80] == []
    assert sum(length <= 40 for length, _ in lengths) >= 0.9 * len(lengths)
