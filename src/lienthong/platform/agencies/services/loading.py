"""Load the fact files into the tables: in sets, in one transaction, as often as one likes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from lienthong.kernel import clock, db
from lienthong.platform.agencies import fact_files, models
from lienthong.platform.agencies.rules import search_text, to_qcvn102
from lienthong.platform.agencies.types import AgencyKind, UnitKind

_NAME = "country"

_STAGE = """
CREATE TEMP TABLE staged_unit (level text, code text, valid_from date, valid_to date);
CREATE TEMP TABLE staged_form (unit_code text, unit_from date, kind text, name text, name_text text, search_text text,
    parent_code text, province_code text, valid_from date, valid_to date, decision text);
CREATE TEMP TABLE staged_change (old_code text, old_from date, new_code text, new_from date, relation text,
    main boolean, effective_date date, decision text);
"""

_MERGE = """
INSERT INTO agencies_administrativeunit (level, code, valid_from, valid_to)
SELECT level, code, valid_from, valid_to FROM staged_unit
ON CONFLICT ON CONSTRAINT unit_once DO UPDATE SET valid_to = excluded.valid_to;

ANALYZE agencies_administrativeunit;

INSERT INTO agencies_unitform (unit_id, kind, name, name_text, search_text, parent_code, province_code,
                               valid_from, valid_to, decision)
SELECT u.id, f.kind, f.name, f.name_text, f.search_text, f.parent_code, f.province_code,
       f.valid_from, f.valid_to, f.decision
FROM staged_form f
JOIN agencies_administrativeunit u ON u.code = f.unit_code AND u.valid_from IS NOT DISTINCT FROM f.unit_from
ON CONFLICT ON CONSTRAINT unit_form_once DO UPDATE SET
    kind = excluded.kind, name = excluded.name, name_text = excluded.name_text, search_text = excluded.search_text,
    parent_code = excluded.parent_code, province_code = excluded.province_code,
    valid_to = excluded.valid_to, decision = excluded.decision;

INSERT INTO agencies_unitchange (old_id, new_id, relation, main, effective_date, decision)
SELECT o.id, n.id, c.relation, c.main, c.effective_date, c.decision
FROM staged_change c
JOIN agencies_administrativeunit o ON o.code = c.old_code AND o.valid_from IS NOT DISTINCT FROM c.old_from
JOIN agencies_administrativeunit n ON n.code = c.new_code AND n.valid_from IS NOT DISTINCT FROM c.new_from
ON CONFLICT ON CONSTRAINT unit_change_once DO UPDATE SET
    relation = excluded.relation, main = excluded.main, decision = excluded.decision;

DROP TABLE staged_unit, staged_form, staged_change;
ANALYZE agencies_unitform, agencies_unitchange;
"""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load found: rows per table, and whether anything had to be written."""

    changed: bool
    agencies: int
    units: int
    unit_changes: int
    calendar_days: int


def load_facts() -> LoadReport:
    """Bring the country's codes and calendar into the database; at once when they are there already.

    Later declarations of operators stay: a national day that was withdrawn or declared by hand is left alone.
    """
    digest = fact_files.digest()
    with db.atomic():
        db.advisory_lock("agencies.load_facts")
        loaded = models.LoadedFacts.objects.filter(name=_NAME).first()
        changed = loaded is None or loaded.sha256 != digest
        if changed:
            _load_units(fact_files.administrative_units())
            _load_agencies()
            _load_calendar()
            models.LoadedFacts.objects.update_or_create(
                name=_NAME, defaults={"sha256": digest, "loaded_at": clock.now()}
            )
    return LoadReport(
        changed=changed,
        agencies=models.Agency.objects.count(),
        units=models.AdministrativeUnit.objects.count(),
        unit_changes=models.UnitChange.objects.count(),
        calendar_days=models.CalendarDay.objects.count(),
    )


def load_demo_agencies() -> int:
    """Add the demo's communes of Lâm Đồng (``H36.101`` …) and their one-stop units (``H36.101.01`` …).

    The names and statistics codes are real; the numbers are the demo's own, since no official catalogue of
    level-2 agencies is published. Returns how many agencies there are of them. Needs ``load_facts()`` before.
    """
    communes = {row.gso_code: row.number for row in fact_files.demo_communes()}
    forms = models.UnitForm.objects.select_related("unit").filter(
        unit__level="commune", unit__code__in=communes, unit__valid_to__isnull=True, valid_to__isnull=True
    )
    rows = []
    for form in forms:
        kind = UnitKind(form.kind).prefix
        place = f"{kind[0].lower()}{kind[1:]} {form.name}"
        code = f"H36.{communes[form.unit.code]}"
        rows.append(_agency(code, f"Ủy ban nhân dân {place}", AgencyKind.COMMUNE, "H36", form.unit.code))
        rows.append(
            _agency(
                f"{code}.01",
                f"Trung tâm Phục vụ hành chính công {place}",
                AgencyKind.ONE_STOP,
                code,
                form.unit.code,
            )
        )
    _save_agencies(rows)
    return len(rows)


def _agency(code: str, name: str, kind: AgencyKind, parent: str, gso_code: str) -> models.Agency:
    return models.Agency(
        code=code,
        qcvn102_code=to_qcvn102(code),
        name=name,
        search_text=search_text(name),
        kind=kind,
        parent_id=parent,
        gso_code=gso_code,
        valid_from=fact_files.MERGER_DAY,
        note="Số thứ tự trong mã do bản trình diễn đặt",
    )


def _load_units(units: fact_files.Units) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
    _copy("staged_unit", ((u.level, u.code, u.valid_from, u.valid_to) for u in units.units))
    _copy(
        "staged_form",
        (
            (
                *(f.unit_code, f.unit_from, f.kind.value, f.name, f.name_text, f.search_text, f.parent_code),
                *(f.province_code, f.valid_from, f.valid_to, f.decision),
            )
            for f in units.forms
        ),
    )
    _copy(
        "staged_change",
        (
            (c.old_code, c.old_from, c.new_code, c.new_from, c.relation, c.main, fact_files.MERGER_DAY, c.decision)
            for c in units.changes
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(_MERGE)


def _copy(table: str, rows: Iterable[Sequence[str | bool | date | None]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _load_agencies() -> None:
    _save_agencies(
        models.Agency(
            code=row.code,
            qcvn102_code=row.qcvn102_code,
            name=row.name,
            search_text=search_text(row.name),
            kind=row.kind,
            gso_code=row.gso_code,
            valid_to=row.valid_to,
            note=row.note,
        )
        for row in fact_files.agencies()
    )
    former = fact_files.former_forms()
    models.FormerForm.objects.filter(agency__in=[row.code for row in former]).delete()
    models.FormerForm.objects.bulk_create(
        models.FormerForm(
            agency_id=row.code,
            name=row.name,
            search_text=search_text(row.name),
            kind=row.kind,
            gso_code=row.gso_code,
            valid_to=row.valid_to,
            decision=row.decision,
        )
        for row in former
    )
    models.AgencyChange.objects.bulk_create(
        (
            models.AgencyChange(
                old_id=row.old,
                new_id=row.new,
                main=row.main,
                matters=row.matters,
                effective_date=row.effective_date,
                decision=row.decision,
            )
            for row in fact_files.agency_changes()
        ),
        update_conflicts=True,
        unique_fields=["old", "new"],
        update_fields=["main", "matters", "effective_date", "decision"],
    )


def _save_agencies(rows: Iterable[models.Agency]) -> None:
    fields = ["qcvn102_code", "name", "search_text", "kind", "parent", "gso_code", "valid_from", "valid_to", "note"]
    models.Agency.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)


def _load_calendar() -> None:
    facts = {row.day: row for row in fact_files.calendar_days()}
    known = {row.day: row for row in models.CalendarDay.objects.filter(agency__isnull=True).order_by("declared_at")}
    shipped = [row for row in known.values() if row.from_facts and row.withdrawn_at is None]
    for row in shipped:
        if (fact := facts.get(row.day)) is None:
            row.withdrawn_at = clock.now()
        else:
            row.kind, row.name_vi, row.name_en = fact.kind, fact.name_vi, fact.name_en
            row.in_place_of, row.decision = fact.in_place_of, fact.decision
    models.CalendarDay.objects.bulk_update(
        shipped, ["kind", "name_vi", "name_en", "in_place_of", "decision", "withdrawn_at"]
    )
    models.CalendarDay.objects.bulk_create(
        models.CalendarDay(
            day=row.day,
            kind=row.kind,
            name_vi=row.name_vi,
            name_en=row.name_en,
            in_place_of=row.in_place_of,
            decision=row.decision,
            from_facts=True,
        )
        for row in facts.values()
        if row.day not in known
    )
    if not models.OfficeHours.objects.filter(agency__isnull=True).exists():
        models.OfficeHours.objects.bulk_create(
            models.OfficeHours(
                weekdays=list(row.weekdays),
                opens=row.opens,
                closes=row.closes,
                decision=row.decision,
                from_facts=True,
            )
            for row in fact_files.office_hours()
        )
