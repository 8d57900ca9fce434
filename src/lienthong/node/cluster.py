"""Databases of nodes on one server: made from a migrated template, so that three nodes do not migrate three times."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

OLDEST_SERVER = 150_000
"""PostgreSQL 15, as `server_version` numbers it."""

_HOUSE = Path(__file__).resolve().parents[1]
_LOCK = 7_366_001
_TEMPLATE = "lt_template_"
_UNFINISHED = f"{_TEMPLATE}unfinished"
_SCHEMA_SOURCES = (
    "**/migrations/*.py",
    "platform/agencies/facts/*",
    "platform/agencies/fact_files.py",
    "platform/agencies/services/*.py",
)


class UpgradeFailed(Exception):
    """The databases could not be made or upgraded; the text says why."""


def with_database_name(server_url: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = urlsplit(server_url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, "")).replace(":///", "://@/")


def fingerprint() -> str:
    """Changes whenever a migration, a code table or a library with tables of its own changes."""
    digest = hashlib.sha256()
    for package in ("django", "django-allauth", "procrastinate"):
        digest.update(f"{package}={version(package)};".encode())
    for path in sorted({path for pattern in _SCHEMA_SOURCES for path in _HOUSE.glob(pattern)}):
        if path.is_file():
            digest.update(path.relative_to(_HOUSE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def template_name(of_fingerprint: str) -> str:
    """The name of the template database of a version."""
    return f"{_TEMPLATE}{of_fingerprint}"


def ensure_databases(server_url: str, names: list[str], upgrade_environment: Mapping[str, str]) -> None:
    """Make the missing databases of these names from the template, and upgrade those of an older version.

    Raises UpgradeFailed with a sentence, or with what the upgrade said.
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


def ensure_template(server_url: str, upgrade_environment: Mapping[str, str]) -> str:
    """The name of the template of this version, made when it is missing. Raises UpgradeFailed."""
    with _maintenance(server_url) as server:
        return _ensure_template(server, server_url, fingerprint(), upgrade_environment)


def copy_template(server_url: str, name: str, upgrade_environment: Mapping[str, str]) -> None:
    """A fresh database from the template, which nobody drops between its making and its copying."""
    with _maintenance(server_url) as server:
        current = fingerprint()
        template = _ensure_template(server, server_url, current, upgrade_environment)
        _drop(server, name)
        _copy_database(server, template, name, current)


def copy_database(server_url: str, source: str, name: str) -> None:
    """A fresh copy under this name, whatever was there before; fast on a server without fsync.

    Sessions with the source are ended. Raises UpgradeFailed.
    """
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with _maintenance(server_url) as server:
        _drop(server, name)
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(source)))


def replace_database(server_url: str, name: str, by: str) -> None:
    """Drop a database and give its name to another one. Raises UpgradeFailed."""
    with _maintenance(server_url) as server:
        _drop(server, name)
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(by), sql.Identifier(name)))


def drop_databases(server_url: str, names: list[str]) -> None:
    """Drop those of these databases that are there; their sessions are ended."""
    with _maintenance(server_url) as server:
        for name in names:
            _drop(server, name)


def read_note(server_url: str, name: str) -> dict[str, Any]:
    """What was noted about a database: its fingerprint, whether it is seeded."""
    with _maintenance(server_url) as server:
        return _comments(server).get(name, {})


def write_note(server_url: str, name: str, **facts: Any) -> None:
    """Note facts about a database in its comment, where a copy of the folder keeps them."""
    with _maintenance(server_url) as server:
        note(server, name, **facts)


def note(server: psycopg.Connection[Any], name: str, **facts: Any) -> None:
    """As `write_note`, in an open session."""
    merged = {**_comments(server).get(name, {}), **facts}
    server.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(json.dumps(merged)))
    )


@contextmanager
def _maintenance(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A session outside all node databases that holds the lock of makers and upgraders."""
    try:
        with psycopg.connect(_outside(server_url), autocommit=True) as server:
            if server.info.server_version < OLDEST_SERVER:
                raise UpgradeFailed("The database server is older than PostgreSQL 15: upgrade it.")
            server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            yield server
    except psycopg.errors.InsufficientPrivilege as error:
        raise UpgradeFailed(
            f"The role of DATABASE_URL may not make databases: ALTER ROLE … CREATEDB. ({error.diag.message_primary})"
        ) from None
    except psycopg.OperationalError as error:
        raise UpgradeFailed(f"The database server does not answer: {str(error).splitlines()[0]}") from None


def _outside(server_url: str) -> str:
    """Advisory locks hold within one database, so all makers meet in the same one."""
    return with_database_name(server_url, urlsplit(server_url).path.lstrip("/") or "postgres")


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
    server: psycopg.Connection[Any], server_url: str, current: str, environment: Mapping[str, str]
) -> str:
    """Make it under another name and rename: a killed first start leaves no half template behind."""
    template = template_name(current)
    databases = _own_databases(server)
    if template in databases:
        return template
    for stale in databases:
        if stale.startswith(_TEMPLATE):
            _drop(server, stale)
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(_UNFINISHED)))
    try:
        _upgrade(with_database_name(server_url, _UNFINISHED), environment)
    except BaseException:
        _drop(server, _UNFINISHED)
        raise
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(_UNFINISHED), sql.Identifier(template))
    )
    return template


def _own_databases(server: psycopg.Connection[Any]) -> set[str]:
    """On a server shared with others, their templates are not ours to use or drop."""
    rows = server.execute("SELECT datname FROM pg_database WHERE pg_has_role(datdba, 'MEMBER')").fetchall()
    return {name for (name,) in rows}


def _copy_database(server: psycopg.Connection[Any], template: str, name: str, current: str) -> None:
    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    note(server, name, fingerprint=current)


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _upgrade(database_url: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lienthong.node", "migrate"],
        env={**os.environ, **environment, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UpgradeFailed(done.stderr.strip() or done.stdout.strip())
