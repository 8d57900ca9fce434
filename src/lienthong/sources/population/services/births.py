"""Births (khai sinh) at the holder: judge the declaration, enter the child, give the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Q

from lienthong.kernel import audit, clock, db, events
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import FieldError, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import fold, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.population import queries, rules
from lienthong.sources.population.events import PersonBorn
from lienthong.sources.population.models import BirthEvent, IdentityVersion, Person
from lienthong.sources.population.services.numbers import allocate_number
from lienthong.sources.population.services.requests import close_request, open_request
from lienthong.sources.population.types import BirthDeclaration, BirthOutcome, ParentRole, PersonRecord, Residence

_BASIS: Final = "Luật Hộ tịch 60/2014/QH13; Luật Căn cước 26/2023/QH15"
_PARENT_FACTS: Final = frozenset({"name", "birth_date", "sex", "status", "residence"})

Parents = Mapping[ParentRole, PersonRecord | None]


def record_birth(birth: BirthDeclaration, *, sender: str, actor: Actor = SYSTEM) -> BirthOutcome:
    """Judge a birth, enter the child and give the number: exactly once per request.

    The outcome is ``issued``, or ``refused`` with the first reason. Raises Refused only for what is no answerable
    request: ``population.sender`` (the commune is not the sender's), Conflict ``population.request-changed``.
    """
    birth = rules.tidy_birth(birth)
    with db.atomic():
        event, is_new = open_request(birth, sender=sender)
        if not is_new:
            return event.outcome()
        province = _province_of(birth.registered_at_commune_gso, sender)
        # Two reports of one child under two ids must not both find the register without it.
        db.advisory_lock(f"population.family:{_family_of(birth)}")
        parents: Parents = {
            role: queries.find_record(one.personal_number, _PARENT_FACTS) for role, one in birth.parents
        }
        fault = next(iter(_judge(birth, parents)), None)
        if fault is None:
            _enter(event, birth, parents, province, actor)
        else:
            close_request(
                event,
                state="refused",
                refusal_code=fault.code,
                reason_vi=fault.message.vi,
                reason_en=fault.message.en,
            )
            audit.record(actor, "population.refuse-birth", f"birth:{event.request_id}", code=fault.code)
        return event.outcome()


def _family_of(birth: BirthDeclaration) -> str:
    for _, parent in birth.parents:
        return parent.personal_number
    return birth.registered_at_commune_gso


def _province_of(commune_gso: str, sender: str) -> str:
    """GSO code of the province the commune lies in; the sender must be the state body that serves it."""
    unit = agency_queries.find_unit(commune_gso)
    body = agency_queries.agency_of_unit(commune_gso) if unit and unit.level == "commune" else None
    own = sender == node().agency_code
    if unit is None or body is None or not (own or f"{body.code}.".startswith(f"{sender}.")):
        raise Refused(
            "population.sender",
            tr(
                f"Xã, phường mã {commune_gso} không thuộc cơ quan gửi {sender}.",
                f"The commune {commune_gso} does not belong to the sender {sender}.",
            ),
            field="registered_at_commune_gso",
        )
    return unit.province_code


def _judge(birth: BirthDeclaration, parents: Parents) -> list[FieldError]:
    """Everything that speaks against the birth; the register is searched for the child only when nothing else does."""
    faults = rules.check_birth(birth, today=clock.today())
    for role, declared in birth.parents:
        fault = rules.check_parent(
            role,
            declared,
            parents[role],
            death_date=queries.find_death_date(declared.personal_number),
            child_birth_date=birth.child.birth_date,
        )
        if fault is not None:
            faults.append(fault)
    if not faults and _is_known(birth):
        message = tr(
            "Trẻ này đã được đăng ký khai sinh và đã có số định danh.",
            "This child's birth is registered already, and the child has a number.",
        )
        faults.append(FieldError("child", message, "population.child-known"))
    return faults


def _is_known(birth: BirthDeclaration) -> bool:
    """The same mother (else father, else commune), the same birth date and the same name: it is the same child."""
    same = Q(birth_date=birth.child.birth_date, name_folded=fold(birth.child.name))
    if birth.mother is not None:
        same &= Q(mother_number=birth.mother.personal_number)
    elif birth.father is not None:
        same &= Q(father_number=birth.father.personal_number)
    else:
        registered_there = BirthEvent.objects.filter(
            registered_at_commune_gso=birth.registered_at_commune_gso, state="issued"
        )
        numbers = registered_there.values("personal_number")
        same &= Q(mother_number="", father_number="", person__personal_number__in=numbers)
    return IdentityVersion.objects.filter(same).exists()


def _enter(event: BirthEvent, birth: BirthDeclaration, parents: Parents, province: str, actor: Actor) -> None:
    child = birth.child
    prefix = rules.number_prefix(rules.registration_code(province), child.sex, child.birth_date.year)
    number = allocate_number(prefix=prefix, basis=f"birth:{event.request_id}")
    person = Person.objects.create(personal_number=number, synthetic=node().demo)
    home = _home_of(parents)
    IdentityVersion.objects.create(
        person=person,
        name=child.name,
        name_folded=fold(child.name),
        birth_date=child.birth_date,
        sex=child.sex,
        ethnicity=child.ethnicity,
        nationality=child.nationality,
        residence_commune_gso=home.commune_gso if home else "",
        residence_detail=home.detail if home else "",
        hometown=child.hometown,
        birth_place=child.birth_place,
        mother_number=birth.mother.personal_number if birth.mother else "",
        mother_name=_name_of(parents.get("mother")),
        father_number=birth.father.personal_number if birth.father else "",
        father_name=_name_of(parents.get("father")),
        valid_from=child.birth_date,
        source=f"birth:{event.request_id}",
        basis=_BASIS,
    )
    close_request(event, state="issued", personal_number=number)
    audit.record(actor, "population.enter-birth", f"person:{number}", request=event.request_id)
    events.publish(PersonBorn(event.request_id, number, event.registered_at_commune_gso))


def _home_of(parents: Parents) -> Residence | None:
    """A child lives where the mother lives, else the father (Luật Cư trú 68/2020/QH14 Điều 12)."""
    roles: tuple[ParentRole, ...] = ("mother", "father")
    for role in roles:
        record = parents.get(role)
        if record is not None and record.residence is not None:
            return record.residence
    return None


def _name_of(record: PersonRecord | None) -> str:
    return record.name if record else ""
