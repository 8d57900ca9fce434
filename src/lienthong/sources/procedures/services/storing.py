"""Storing versions and keeping the searchable face of each procedure up to date. Runs in the caller's transaction."""

import hashlib
from collections.abc import Iterable
from typing import Any, Literal

import orjson
from django.db import connection

from lienthong.kernel import clock
from lienthong.kernel.text import fold
from lienthong.sources.procedures.models import Entry, Version
from lienthong.sources.procedures.types import Procedure

Outcome = Literal["added", "corrected", "unchanged"]
Origin = Literal["definition", "crawl"]


def as_stored(procedure: Procedure) -> dict[str, Any]:
    """The procedure as JSON for the table and for letters."""
    return procedure.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def digest_of(definition: dict[str, Any]) -> str:
    """SHA-256 over the definition with sorted keys: equal content, equal digest, on every node."""
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()


def store_ours(procedure: Procedure, revision: int | None = None) -> tuple[Outcome, Version]:
    """Store a version of ours; other content for a stored version is a correction and raises its revision.

    With `revision` (on readers) the publisher's number counts: an older or the same one changes nothing.
    A listing imported from a crawl under the same code gives way.
    """
    definition = as_stored(procedure)
    digest = digest_of(definition)
    Version.objects.filter(code=procedure.code, origin="crawl").delete()
    row = Version.objects.select_for_update().filter(code=procedure.code, version=procedure.version).first()
    if row is None:
        row = Version(code=procedure.code, version=procedure.version, revision=revision or 1, origin="definition")
        outcome: Outcome = "added"
    elif row.digest == digest or (revision is not None and revision <= row.revision):
        return "unchanged", row
    else:
        row.revision = revision or row.revision + 1
        outcome = "corrected"
    row.valid_from, row.valid_to = procedure.valid_from, procedure.valid_to
    row.definition, row.digest, row.stored_at = definition, digest, clock.now()
    row.save()
    refresh_entry(procedure.code)
    return outcome, row


def refresh_entry(code: str) -> None:
    """Make the entry show the version in force today, or the nearest one when none is."""
    today = clock.today()
    versions = list(Version.objects.filter(code=code).order_by("version"))
    in_force = [row for row in versions if row.valid_from <= today and (row.valid_to is None or row.valid_to > today)]
    row = in_force[-1] if in_force else versions[-1]
    face = face_of(Procedure.model_validate(row.definition), origin="definition")
    Entry.objects.update_or_create(code=code, defaults={**face, "current_version": row.version})


def refresh_entries() -> int:
    """Bring entries up to date whose version in force changed with the day; gives how many. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.code FROM procedures_entry AS e
               JOIN LATERAL (
                   SELECT max(v.version) AS version FROM procedures_version AS v
                   WHERE v.code = e.code AND v.valid_from <= %(day)s AND (v.valid_to IS NULL OR v.valid_to > %(day)s)
               ) AS now ON now.version <> e.current_version
               WHERE e.origin = 'definition'""",
            {"day": clock.today()},
        )
        codes = [row[0] for row in cursor.fetchall()]
    for code in codes:
        refresh_entry(code)
    return len(codes)


def face_of(procedure: Procedure, *, origin: Origin) -> dict[str, Any]:
    """The columns of an entry for a procedure."""
    name = procedure.name
    english = [] if name.en == name.vi else [name.en]
    limit = procedure.time_limit
    return {
        "name_vi": name.vi,
        "name_en": name.en,
        "field_key": field_key(procedure.field.vi),
        "field_vi": procedure.field.vi,
        "field_en": procedure.field.en,
        "owner_code": procedure.owner_code,
        "levels": list(procedure.levels),
        "audiences": list(procedure.subjects),
        "channels": list(procedure.channels),
        "life_events": list(procedure.life_events),
        "online": procedure.online,
        "time_limit": None if limit is None else limit.model_dump(mode="json", exclude_defaults=True),
        "fee_direct": _plain_fee(procedure, "direct"),
        "fee_online": _plain_fee(procedure, "online"),
        "has_form": procedure.form is not None,
        "origin": origin,
        "folded_name": searchable([name.vi]),
        "folded": searchable([name.vi, *english, *procedure.synonyms, procedure.field.vi, procedure.code]),
    }


def _plain_fee(procedure: Procedure, channel: Literal["direct", "online"]) -> int | None:
    fee = procedure.fees.get(channel)
    return None if fee is None else fee.amount


def field_key(name_vi: str) -> str:
    """The key of a field in addresses and filters: `ho-tich`."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in fold(name_vi)).split())[:200]


def searchable(texts: Iterable[str]) -> str:
    """Folded text for the trigram index: words between single spaces; `|` around every text and for commas."""
    folded = fold(" | ".join(texts))
    plain = "".join(one if one.isalnum() or one in ".|" else "|" if one in ",;:()/" else " " for one in folded)
    return f" | {' '.join(plain.replace('|', ' | ').split())} | "
