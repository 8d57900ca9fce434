"""Check and explain: what is wrong with this node, and which of its doors are open, in sentences."""

from collections.abc import Callable

from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from lienthong.kernel import roles
from lienthong.kernel.profile import node
from lienthong.node import wiring
from lienthong.node.cluster import OLDEST_SERVER
from lienthong.platform.exchange import services as exchange_services

Say = Callable[[str], object]


def check(say: Say) -> int:
    """Say everything that is wrong; 0 when nothing is."""
    sentences = [complaint.sentence for complaint in wiring.complaints(node())]
    sentences += [str(message.msg) for message in run_checks() if message.is_serious()]
    sentences += _database_complaints()
    for sentence in sentences:
        say(f"✗ {sentence}")
    if not sentences:
        say(f"✓ Node “{node().name}” ({node().agency_code}) is in order: {len(roles.opened())} roles open.")
    return 1 if sentences else 0


def _database_complaints() -> list[str]:
    try:
        connection.ensure_connection()
        if connection.pg_version < OLDEST_SERVER:  # type: ignore[attr-defined]  # the PostgreSQL backend has it
            return ["The database server is older than PostgreSQL 15: upgrade it."]
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return [f"The database does not answer ({type(error).__name__}): look at DATABASE_URL."]
    return [f"{len(plan)} steps of the upgrade are open: run ./lienthong migrate."] if plan else []


def explain(say: Say) -> int:
    """Print the open doors role by role."""
    me = node()
    say(f"{me.name}: {me.title.vi} ({me.agency_code}), {me.base_url}, hub {me.hub_url}")
    for role in roles.opened():
        say(f"\n{role.name} – {role.title.vi} / {role.title.en}")
        for line in _doors(role):
            say(f"  {line}")
    for complaint in wiring.complaints(me):
        say(f"✗ {complaint.sentence}")
    return 0


def _doors(role: roles.Role) -> list[str]:
    return [
        *(f"page     /{prefix} → {module}" for prefix, module in role.urls),
        *(f"letter   {letter.NAME} → {_name(function)}" for letter, function in role.inbox),
        *(f"question {service} → {_name(function)}" for service, function in role.questions),
        *(f"hears    {event.NAME} → {_name(function)}" for event, function in role.listeners),  # type: ignore[attr-defined]  # every event class has NAME
        *(f"every    {seconds:g} s → {_name(function)}" for seconds, function in role.periodic),
        *(f"port     {port.__name__} → {_name(adapter)}" for port, adapter in role.ports),
    ]


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('lienthong.')}.{getattr(function, '__qualname__', function)}"


def verify_log(say: Say, *, witness: bool = False) -> int:
    """Verify the message log; names each row that is changed, missing or out of order. `witness`: ask it as well."""
    verdict = exchange_services.examine_log(witness=witness)
    say(str(verdict))
    return 0 if verdict.intact else 1
