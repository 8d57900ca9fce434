"""First answers from what the state knows (điền sẵn): only the applicant's own record is ever opened.

Another person's facts are never shown to whoever types a number: a stranger's number is checked later, by the
officer.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from lienthong.channels.portal.types import Source
from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.sources.population import queries as population_queries
from lienthong.sources.population.types import PersonRecord
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import Answers, Field, Form, Page

log = structlog.get_logger()

APPLICANT = "applicant"
_PURPOSE = "own-record"
_RELATION = ".relation"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the applicant, by the names that forms use, and who says so."""

    known: Mapping[str, Any]
    source: Source
    at: datetime


def facts_of(actor: Actor) -> Facts:
    """The applicant's own record; only the account's own facts while the register does not answer."""
    now = clock.now()
    account = {"name": actor.name, "number": actor.personal_number}
    try:
        ground = population_queries.get_purpose(_PURPOSE).legal_ground
        record = population_queries.look_up(actor.personal_number, purpose=_PURPOSE, legal_ground=ground, actor=actor)
    except Refused as refusal:
        log.warning("prefill without the register", code=refusal.code)
        return Facts(account, "account", now)
    return Facts(account | _as_known(record), "register", now)


def _as_known(record: PersonRecord) -> dict[str, Any]:
    home = record.residence
    unit = agencies_queries.find_unit(home.commune_gso) if home else None
    facts = {
        "name": record.name,
        "birth_date": record.birth_date,
        "sex": record.sex,
        "ethnicity": record.ethnicity,
        "nationality": record.nationality,
        "hometown": record.hometown,
        "birth_place": record.birth_place,
        "residence": home.text if home else "",
        "commune": home.commune_gso if home else "",
        "province": unit.province_code if unit else "",
    }
    return {name: value for name, value in facts.items() if value}


def fill(
    form: Form, answers: Mapping[str, Any], sources: Mapping[str, Facts], *, skip: Container[str] = ()
) -> tuple[Answers, dict[str, Any]]:
    """The answers with the empty ones filled in, and for each filled one where it came from (JSON).

    `skip`: questions filled in before; who emptied one wants it empty.
    """
    first = procedures_queries.prefill(form, {name: facts.known for name, facts in sources.items()}, answers)
    marks = {}
    for one in form.fields():
        value = procedures_queries.answer_at(first, one.path)
        name, _, fact = one.prefill.partition(".")
        if value is None or name not in sources or sources[name].known.get(fact) in (None, ""):
            continue
        if one.path in skip:
            group, _, question = one.path.partition(".")
            del first[group][question]
        else:
            marks[one.path] = {"value": value, "source": sources[name].source, "at": sources[name].at.isoformat()}
    return procedures_queries.merge_answers(answers, first), marks


def opened_by(
    page: Page, form: Form, answers: Mapping[str, Any], actor: Actor, *, skip: Container[str] = ()
) -> set[str]:
    """Whom of the form this page shows to be the applicant: "I am the mother", or the own number as the mother's."""
    lookups = {one.lookup: one for one in form.fields() if one.lookup}
    opened = set()
    for one in page.fields:
        answer = procedures_queries.answer_at(answers, one.path)
        if one.path.endswith(_RELATION) and answer in lookups:
            opened.add(str(answer))
        elif one.lookup and answer == actor.personal_number:
            opened.add(one.lookup)
    return {name for name in opened if _has_gap(name, form, answers, skip)}


def _has_gap(name: str, form: Form, answers: Mapping[str, Any], skip: Container[str]) -> bool:
    """Is any question still open that this person's record answers?"""
    return any(
        one.prefill.startswith(f"{name}.")
        and one.path not in skip
        and procedures_queries.answer_at(answers, one.path) in (None, "")
        for one in form.fields()
    )


def contradicts(name: str, form: Form, facts: Facts) -> bool:
    """A man who ticks “mother” by mistake does not get his record into the mother's answers."""
    lookup: Field | None = next((one for one in form.fields() if one.lookup == name), None)
    wanted = lookup.agrees.get("sex", "") if lookup else ""
    sex = facts.known.get("sex")
    return wanted.startswith("=") and sex is not None and wanted != f"={sex}"
