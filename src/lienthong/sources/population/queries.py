"""Asking population: people, purposes, who looked at whom, the demo's people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from lienthong.kernel import clock, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.sources.population import rules
from lienthong.sources.population.demo.country import COUNT, SEED, make_people
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from lienthong.sources.population.models import BirthEvent, CounterLook, IdentityVersion, Person
from lienthong.sources.population.ports import PersonRegister
from lienthong.sources.population.purposes import LOOKUP_SERVICE, MY_LOOKS_SERVICE, PURPOSES
from lienthong.sources.population.rules import contradictions, parse_number, registration_code
from lienthong.sources.population.types import (
    PERSON_FIELDS,
    BirthOutcome,
    DemoPerson,
    IdentityRow,
    LookSeen,
    PersonHistory,
    PersonLine,
    PersonRecord,
    Purpose,
    Relative,
    Residence,
    is_sex,
)

__all__ = [
    "contradictions",
    "demo_people",
    "find_birth",
    "get_demo_person",
    "get_history",
    "get_purpose",
    "list_demo_people",
    "list_grants_needed",
    "list_looks_at",
    "list_my_looks",
    "list_purposes",
    "look_up",
    "parse_number",
    "registration_code",
]


# --- people --------------------------------------------------------------------------------------------------


def look_up(personal_number: str, *, purpose: str, legal_ground: str, actor: Actor) -> PersonRecord:
    """A person (tra cứu thông tin công dân) as far as the purpose allows; every look is on a ledger.

    At a reader this asks the holder over the exchange: never inside a transaction.
    Raises NotFound ``population.person-unknown``, NotAllowed ``population.*``, Refused ``exchange.*``.
    """
    return roles.port(PersonRegister).look_up(personal_number, purpose=purpose, legal_ground=legal_ground, actor=actor)


def find_record(personal_number: str, fields: frozenset[str]) -> PersonRecord | None:
    """The record in this node's own tables with these fields; the caller writes the look down."""
    version = (
        IdentityVersion.objects.select_related("person")
        .filter(person__personal_number=personal_number, valid_to__isnull=True)
        .first()
    )
    return record_of(version, fields) if version else None


def find_death_date(personal_number: str) -> date | None:
    """When the person died, if they did and the day is known."""
    return Person.objects.filter(personal_number=personal_number).values_list("death_date", flat=True).first()


def record_of(version: IdentityVersion, fields: frozenset[str] = PERSON_FIELDS) -> PersonRecord:
    """A stored version as the frozen record, with only these fields filled."""
    facts: dict[str, object] = {
        name: getattr(version, name)
        for name in fields & {"name", "birth_date", "ethnicity", "nationality", "birth_place", "hometown"}
    }
    if "sex" in fields:
        facts["sex"] = is_sex(version.sex)
    if "status" in fields:
        facts["status"] = rules.status_of(version.person.status)
    if "residence" in fields:
        facts["residence"] = _residence(version)
    for role in fields & {"mother", "father", "spouse"}:
        name = getattr(version, f"{role}_name")
        facts[role] = Relative(getattr(version, f"{role}_number"), name) if name else None
    return PersonRecord(personal_number=version.person.personal_number, fields=fields, **facts)  # type: ignore[arg-type]


def _residence(version: IdentityVersion) -> Residence | None:
    if not version.residence_commune_gso:
        return None
    unit = agency_queries.find_unit(version.residence_commune_gso, version.valid_to or clock.today())
    return Residence(
        commune_gso=version.residence_commune_gso,
        commune_name=unit.full_name if unit else "",
        province_name=unit.province_name if unit else "",
        detail=version.residence_detail,
    )


def lines_of(versions: Iterable[IdentityVersion]) -> list[PersonLine]:
    """Search results."""
    lines = []
    for version in versions:
        home = _residence(version)
        lines.append(
            PersonLine(
                personal_number=version.person.personal_number,
                name=version.name,
                birth_date=version.birth_date,
                sex=is_sex(version.sex),
                commune_name=f"{home.commune_name}, {home.province_name}" if home else "",
                synthetic=version.person.synthetic,
            )
        )
    return lines


def get_history(personal_number: str, fields: frozenset[str]) -> PersonHistory:
    """All versions of a person, newest first, and who looked; for the holder's own officers.

    Raises NotFound ``population.person-unknown``.
    """
    versions = list(
        IdentityVersion.objects.select_related("person")
        .filter(person__personal_number=personal_number)
        .order_by("-valid_from", "-id")
    )
    if not versions:
        raise NotFound("population.person-unknown", tr("Không có người này.", "There is no such person."))
    rows = tuple(
        IdentityRow(one.valid_from, one.valid_to, record_of(one, fields), one.source, one.basis) for one in versions
    )
    return PersonHistory(
        rows[0].record, rows, tuple(list_looks_at(personal_number)), synthetic=versions[0].person.synthetic
    )


def find_birth(request_id: UUID) -> BirthOutcome | None:
    """What became of a birth reported under this id."""
    event = BirthEvent.objects.filter(request_id=request_id).first()
    return event.outcome() if event else None


# --- purposes and looks --------------------------------------------------------------------------------------


def list_purposes(*, at_holder: bool = False) -> list[Purpose]:
    """The purposes an officer may choose from; the holder's own officers have one more."""
    return [one for one in PURPOSES.values() if not one.only_self and (at_holder or not one.only_holder)]


def get_purpose(code: str) -> Purpose:
    """A purpose by its code; raises NotFound ``population.purpose``."""
    if code not in PURPOSES:
        raise NotFound("population.purpose", tr("Không có mục đích này.", "There is no such purpose."))
    return PURPOSES[code]


def list_grants_needed(*, for_citizens: bool) -> list[tuple[str, str, str]]:
    """(service, purpose, legal ground) to grant to a reader.

    The portal asks for citizens about themselves, a one-stop shop for its officers.
    """
    own, *others = (PURPOSES["own-record"], *list_purposes())
    if not for_citizens:
        return [(LOOKUP_SERVICE, one.code, one.legal_ground) for one in others]
    return [(service, own.code, own.legal_ground) for service in (LOOKUP_SERVICE, MY_LOOKS_SERVICE)]


def list_my_looks(actor: Actor) -> list[LookSeen]:
    """Who looked at the actor's own record (ai đã xem thông tin của tôi), newest first; asks the holder if need be.

    Never inside a transaction. Raises NotAllowed ``population.only-self`` for anybody but a person, or Refused
    ``exchange.*``.
    """
    return roles.port(PersonRegister).my_looks(actor=actor)


def list_looks_at(personal_number: str, limit: int = 200) -> list[LookSeen]:
    """Everybody who looked at a person, from other agencies and at the holder's own counter, newest first."""
    asked = (
        _seen(look.at, look.client, look.purpose, look.legal_ground, look.outcome)
        for look in exchange_queries.list_looks(personal_number, limit=limit)
        if look.service == LOOKUP_SERVICE
    )
    counter = (
        _seen(look.at, look.agency_code, look.purpose, look.legal_ground, "answered")
        for look in CounterLook.objects.filter(personal_number=personal_number).order_by("-at")[:limit]
    )
    return sorted((*asked, *counter), key=lambda look: look.at, reverse=True)[:limit]


def _seen(at: object, agency_code: str, purpose: str, legal_ground: str, outcome: str) -> LookSeen:
    known = PURPOSES.get(purpose)
    answered = outcome == "answered"
    unknown = outcome == "population.person-unknown"
    return LookSeen(
        at=at,  # type: ignore[arg-type]
        agency_code=agency_code,
        agency_name=_agency_name(agency_code),
        purpose=purpose,
        purpose_title=known.title if known else Bilingual(purpose, purpose),
        legal_ground=legal_ground,
        outcome="answered" if answered else "unknown" if unknown else "denied",
        fields=tuple(sorted(known.fields)) if known and answered else (),
    )


def _agency_name(code: str) -> str:
    agency = agency_queries.find_agency(code)
    return agency.name if agency else code


def holder_code() -> str:
    """Agency code of the node that holds the register (profile parameter ``population_holder``)."""
    return str(node().parameters.get("population_holder", "G01"))


# --- the demo ------------------------------------------------------------------------------------------------


def demo_people() -> tuple[DemoPerson, ...]:
    """The named people of the demo's story: synthetic, always the same, no database needed."""
    return NAMED_PEOPLE


def get_demo_person(key: str) -> DemoPerson:
    """One of them by key (``mother``, ``father``, ``grandmother``, ``farmer``, ``student``, ``shopkeeper``)."""
    for person in NAMED_PEOPLE:
        if person.key == key:
            return person
    raise KeyError(key)


def list_demo_people(count: int = COUNT, seed: int = SEED) -> list[DemoPerson]:
    """The whole synthetic population (20,000 in about a second), no database needed."""
    return list(make_people(count, seed))
