"""Publishing (công bố): our definitions into the catalogue, then by letter to every other node, each once."""

from collections.abc import Sequence
from pathlib import Path

from django.db import connection
from pydantic import ValidationError

from lienthong.kernel import access, audit, clock, db, events
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange_services
from lienthong.sources.procedures.events import Published
from lienthong.sources.procedures.letters import MAX_VERSIONS, ProcedurePublished, PublishedVersion
from lienthong.sources.procedures.models import Publication, Version
from lienthong.sources.procedures.services.definitions import FOLDER, read_definitions
from lienthong.sources.procedures.services.storing import store_ours
from lienthong.sources.procedures.types import LoadReport, Procedure

_LOCK = "procedures.publish"


def load_definitions(*, actor: Actor = SYSTEM, folder: Path = FOLDER) -> LoadReport:
    """Put the definitions of a folder into this node's catalogue; nothing changes where nothing changed.

    Raises DefinitionError (before anything is stored) and NotAllowed.
    """
    access.require(actor, "publisher")
    procedures = read_definitions(folder)
    done: dict[str, list[str]] = {"added": [], "corrected": [], "unchanged": []}
    with db.atomic():
        db.advisory_lock(_LOCK)
        for procedure in procedures:
            outcome, row = store_ours(procedure)
            done[outcome].append(procedure.code)
            if outcome != "unchanged":
                _announce(row, actor, f"procedures.{outcome}")
    return LoadReport(tuple(done["added"]), tuple(done["corrected"]), tuple(done["unchanged"]))


def publish_procedures(*, actor: Actor = SYSTEM) -> int:
    """Post to every other node what it has not been sent yet; gives the number of letters. Safe to repeat.

    Raises NotAllowed, and what post_letter raises while the directory is missing or expired.
    """
    access.require(actor, "publisher")
    own = node().agency_code
    posted = 0
    with db.atomic():
        db.advisory_lock(_LOCK)
        for other in exchange_queries.list_nodes():
            if other.agency_code == own:
                continue
            waiting = _not_sent_to(other.agency_code)
            for start in range(0, len(waiting), MAX_VERSIONS):
                _post(waiting[start : start + MAX_VERSIONS], other.agency_code, actor)
                posted += 1
    return posted


def _not_sent_to(node_code: str) -> list[Version]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.id FROM procedures_version AS v
               WHERE v.origin = 'definition' AND NOT EXISTS (
                   SELECT FROM procedures_publication AS p WHERE p.node_code = %s
                      AND (p.code, p.version, p.revision) = (v.code, v.version, v.revision))
               ORDER BY v.code, v.version""",
            [node_code],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Version.objects.filter(id__in=ids).order_by("code", "version"))


def _post(rows: Sequence[Version], node_code: str, actor: Actor) -> None:
    letter = ProcedurePublished(
        versions=tuple(
            PublishedVersion(code=row.code, version=row.version, revision=row.revision, definition=row.definition)
            for row in rows
        )
    )
    letter_id = exchange_services.post_letter(letter, recipient=node_code, actor=actor, about="procedures")
    now = clock.now()
    Publication.objects.bulk_create(
        Publication(
            node_code=node_code,
            code=row.code,
            version=row.version,
            revision=row.revision,
            letter_id=letter_id,
            posted_at=now,
        )
        for row in rows
    )
    audit.record(actor, "procedures.publish", f"node:{node_code}", letter=letter_id, versions=len(rows))


def store_published(*, versions: Sequence[PublishedVersion], actor: Actor) -> int:
    """On a reader: store what the publisher sent, by its own revision numbers; gives how many changed anything.

    Runs in the caller's transaction. Raises Refused `procedures.bad-definition`.
    """
    changed = 0
    for one in versions:
        outcome, row = store_ours(_read_published(one), revision=one.revision)
        if outcome != "unchanged":
            changed += 1
            _announce(row, actor, "procedures.store")
    return changed


def _read_published(one: PublishedVersion) -> Procedure:
    """The procedure in a letter. Raises Refused `procedures.bad-definition` when it is not one, or not that one."""
    try:
        procedure = Procedure.model_validate(one.definition)
        problem = "" if (procedure.code, procedure.version) == (one.code, one.version) else "code or version"
    except ValidationError as error:
        problem = ".".join(str(part) for part in error.errors()[0]["loc"]) or "definition"
    if problem:
        raise Refused(
            "procedures.bad-definition",
            tr(
                "Định nghĩa thủ tục {code} không đọc được: {problem}.",
                "The definition of {code} cannot be read: {problem}.",
            ).format(code=one.code, problem=problem),
        )
    return procedure


def _announce(row: Version, actor: Actor, action: str) -> None:
    audit.record(actor, action, f"procedure:{row.code}", version=row.version, revision=row.revision)
    events.publish(Published(row.code, row.version, row.revision, row.valid_from, row.valid_to))
