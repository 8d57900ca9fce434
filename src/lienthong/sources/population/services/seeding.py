"""Filling a demo register with synthetic people: one COPY per table, seconds for tens of thousands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Conflict, NotAllowed
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import fold, tr
from lienthong.sources.population.demo.country import COUNT, SEED, make_people
from lienthong.sources.population.models import Person
from lienthong.sources.population.types import VIETNAMESE, DemoPerson, Relative

_BASIS: Final = "Không phải người thật"
_SOURCE: Final = "synthetic"
_NOBODY: Final = Relative("", "")

_PERSON_COLUMNS: Final = "id, personal_number, status, death_date, synthetic, entered_at"
_NUMBER_COLUMNS: Final = "prefix, serial, basis, allocated_at"
_VERSION_COLUMNS: Final = (
    "person_id, name, name_folded, birth_date, sex, ethnicity, nationality, residence_commune_gso, residence_detail,"
    " hometown, birth_place, mother_number, mother_name, father_number, father_name, spouse_number, spouse_name,"
    " valid_from, source, basis, recorded_at"
)


def seed_demo_people(count: int = COUNT, seed: int = SEED) -> int:
    """Enter the synthetic people of the demo; gives how many synthetic people the register then has.

    Runs once: a register that has them is left alone. Raises NotAllowed ``population.not-a-demo`` outside a demo node
    and Conflict ``population.has-real-people`` when anybody in the register is not synthetic.
    """
    if not node().demo:
        raise NotAllowed(
            "population.not-a-demo",
            tr("Chỉ nút thử nghiệm mới có người mô phỏng.", "Only a demo node may hold synthetic people."),
        )
    with db.atomic():
        db.advisory_lock("population.seed")
        if Person.objects.filter(synthetic=False).exists():
            raise Conflict(
                "population.has-real-people",
                tr("Cơ sở dữ liệu đã có người thật.", "The register already holds real people."),
            )
        if not Person.objects.exists():
            people = list(make_people(count, seed))
            _copy_in(people)
            audit.record(SYSTEM, "population.seed", "person:*", count=len(people), seed=seed)
        return Person.objects.filter(synthetic=True).count()


def _copy_in(people: Sequence[DemoPerson]) -> None:
    now = clock.now()
    ids = [new_id() for _ in people]
    persons = (
        (id_, one.personal_number, one.status, one.death_date, True, now) for id_, one in zip(ids, people, strict=True)
    )
    numbers = ((one.personal_number[:6], int(one.personal_number[6:]), _SOURCE, now) for one in people)
    versions = ((id_, *_version(one), _SOURCE, _BASIS, now) for id_, one in zip(ids, people, strict=True))
    _copy("population_person", _PERSON_COLUMNS, persons)
    _copy("population_numberallocation", _NUMBER_COLUMNS, numbers)
    _copy("population_identityversion", _VERSION_COLUMNS, versions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE population_person, population_numberallocation, population_identityversion")


def _version(one: DemoPerson) -> tuple[object, ...]:
    mother, father, spouse = one.mother or _NOBODY, one.father or _NOBODY, one.spouse or _NOBODY
    return (
        one.name, fold(one.name), one.birth_date, one.sex, one.ethnicity, VIETNAMESE,
        one.residence.commune_gso, one.residence.detail, one.hometown, one.birth_place,
        mother.number, mother.name, father.number, father.name, spouse.number, spouse.name, one.birth_date,
    )  # fmt: skip


def _copy(table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
