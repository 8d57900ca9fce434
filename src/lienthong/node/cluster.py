"""Databases of nodes on one server: made from a migrated template, so that three nodes do not migrate three times."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

_HOUSE = Path(__file__).resolve().parents[1]
_LOCK = 7_366_001


class UpgradeFailed(Exception):
    """The tables could not be made; the text is what the upgrade printed."""


def with_database_name(server_url: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = urlsplit(server_url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, "")).replace(":///", "://@/")


def fingerprint() -> str:
    """Changes whenever a migration, a code table or a library with tables of its own changes."""
    digest = hashlib.sha256()
    for package in ("django", "django-allauth", "procrastinate"):
        digest.update(f"{package}={version(package)};".encode())
    for path in sorted([*_HOUSE.glob("**/migrations/*.py"), *_HOUSE.glob("platform/agencies/facts/*")]):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def ensure_databases(server_url: str, names: list[str], upgrade_environment: dict[str, str]) -> None:
    """Make the missing databases of these names from the template, and upgrade those of an older version.

    Raises UpgradeFailed with what the upgrade said.
    """
    current = fingerprint()
    with _maintenance(server_url) as server:
        known = _comments(server)
        if any(name not in known for name in names):
            template = _ensure_template(server, server_url, current, upgrade_environment)
            for name in names:
                if name not in known:
                    _copy_database(server, template, name, current)
        for name in names:
            if name in known and known[name].get("fingerprint") != current:
                _upgrade(with_database_name(server_url, name), upgrade_environment)
                note(server, name, fingerprint=current)


def read_note(server_url: str, name: str) -> dict[str, Any]:
    """What was noted about a database: its fingerprint, whether it is seeded."""
    with _maintenance(server_url) as server:
        return _comments(server).get(name, {})


def write_note(server_url: str, name: str, **facts: Any) -> None:
    """Note facts about a database in its comment, where a copy of the folder keeps them."""
    with _maintenance(server_url) as server:
        note(server, name, **facts)


def note(server: psycopg.Connection[Any], name: str, **facts: Any) -> None:
    merged = {**_comments(server).get(name, {}), **facts}
    server.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(json.dumps(merged)))
    )


def drop_databases(server_url: str, names: list[str]) -> None:
    with _maintenance(server_url) as server:
        for name in names:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _maintenance(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection outside all node databases that holds the lock of makers and upgraders."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield server


def _comments(server: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    rows = server.execute("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database").fetchall()
    return {name: _read_comment(comment) for name, comment in rows}


def _read_comment(comment: str | None) -> dict[str, Any]:
    try:
        found = json.loads(comment or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ensure_template(
    server: psycopg.Connection[Any], server_url: str, current: str, environment: dict[str, str]
) -> str:
    """Make it under another name and rename: a killed first start leaves no half template behind."""
    template = f"lt_template_{current}"
    databases = _comments(server)
    if template in databases:
        return template
    unfinished = "lt_template_unfinished"
    for stale in [name for name in databases if name.startswith("lt_template_")]:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(stale)))
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(unfinished)))
    _upgrade(with_database_name(server_url, unfinished), environment)
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
    )
    return template


def _copy_database(server: psycopg.Connection[Any], template: str, name: str, current: str) -> None:
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    note(server, name, fingerprint=current)


def _upgrade(database_url: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lienthong.node", "migrate"],
        env={**os.environ, **environment, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UpgradeFailed(done.stderr.strip() or done.stdout.strip())
