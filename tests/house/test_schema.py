"""Tables and contracts: migrations complete and linear, letters as published."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from lienthong.node.wiring import all_roles
from lienthong.platform.exchange import services as exchange

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_no_table_changed_without_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_each_room_has_one_line_of_migrations():
    loader = MigrationLoader(None)
    leaves: dict[str, list[str]] = {}
    for app, name in loader.graph.leaf_nodes():
        leaves.setdefault(app, []).append(name)
    assert {app: names for app, names in leaves.items() if len(names) > 1} == {}


def test_the_letters_are_as_published_in_contracts():
    letters = {letter for role in all_roles().values() for letter, _ in role.inbox}
    drift = exchange.check_contracts(REPOSITORY / "contracts", sorted(letters, key=lambda letter: letter.NAME))
    assert list(drift) == []
