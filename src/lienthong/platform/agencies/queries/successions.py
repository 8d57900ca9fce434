"""Questions about what became of units and agencies, and who answers for them now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django.db.models import Q

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import nfc
from lienthong.platform.agencies import models
from lienthong.platform.agencies.queries.agencies import agency_refs, answers_for, committees, load_agency, valid_on
from lienthong.platform.agencies.queries.units import find_form, last_day, matching, unit_refs, unknown_unit
from lienthong.platform.agencies.rules import search_text
from lienthong.platform.agencies.types import (
    AgencyRef,
    AgencyResolution,
    Found,
    Relation,
    Succession,
    UnitRef,
    UnitResolution,
)

_LAST_OLD_DAY = date(2025, 6, 30)


def successors_of_unit(code: str, was_on: date) -> list[Succession]:
    """What became of the unit that bore the code on a day, main successor first; empty while nothing changed."""
    form = find_form(code, was_on)
    if form is None:
        return []
    found = _successions(Q(old=form.unit_id, effective_date__gt=was_on))
    return sorted(found, key=lambda succession: (not succession.main, succession.new.code))


def successors_of_commune(old_code: str) -> list[Succession]:
    """What became on 1/7/2025 of the commune that bore this code before; main successor first."""
    return successors_of_unit(old_code, _LAST_OLD_DAY)


def list_predecessors(code: str, on: date | None = None) -> list[Succession]:
    """From which units the unit of the day was made."""
    day = on or clock.today()
    form = find_form(code, day)
    return _successions(Q(new=form.unit_id, effective_date__lte=day)) if form else []


def resolve_unit(code: str, was_on: date, on: date | None = None) -> UnitResolution:
    """Who bore the code on one day, and who stands there and answers on another (today).

    Raises:
        NotFound: ``agencies.unit-unknown``; nobody bore the code on ``was_on``.
    """
    form = find_form(code, was_on)
    if form is None:
        raise unknown_unit(code)
    return _resolve([form], on or clock.today())[0]


def agency_of_unit(gso_code: str, on: date | None = None) -> AgencyRef | None:
    """The People's Committee of the unit of that day; of its province where the unit's own is not listed."""
    day = on or clock.today()
    form = find_form(gso_code, day)
    return _resolve([form], day)[0].answers if form else None


def look_up(text: str, limit: int = 20) -> Found:
    """All that a code or a name, old or new, may mean (accents forgiven), each with who answers today."""
    wanted, today = nfc(text).strip()[:120], clock.today()
    forms = models.UnitForm.objects.select_related("unit")
    found = forms.filter(unit__code=wanted).order_by("valid_to") if wanted.isdigit() else matching(forms, wanted)
    return Found(agencies=_look_up_agencies(wanted, limit, today), units=tuple(_resolve(found[:limit], today)))


@dataclass(frozen=True, slots=True)
class _Heir:
    """A unit that stands where another stood."""

    unit_id: int
    split: bool
    decision: str


def _look_up_agencies(text: str, limit: int, today: date) -> tuple[AgencyResolution, ...]:
    try:
        found = [load_agency(text.upper(), today)]
    except Refused:
        found = _search_agencies(text, limit, today)
    answering = [(was, _answering(was, today)) for was in found]
    return tuple(AgencyResolution(was, now is not None and was == now, now) for was, now in answering)


def _search_agencies(text: str, limit: int, today: date) -> list[AgencyRef]:
    """Agencies by their name of today, then by names their codes had before."""
    words = search_text(text).split()
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(search_text__contains=f" {word}")
    found = agency_refs(models.Agency.objects.filter(named).order_by("code")[:limit], today)
    listed = {ref.code for ref in found}
    for form in models.FormerForm.objects.filter(named).exclude(agency__in=listed)[:limit]:
        then = form.valid_to - timedelta(days=1)
        found += agency_refs(models.Agency.objects.filter(pk=form.agency_id), then)
    return found[:limit]


def _answering(agency: AgencyRef, today: date) -> AgencyRef | None:
    try:
        return answers_for(agency.code, today)
    except NotFound:
        return None


def _successions(which: Q) -> list[Succession]:
    changes = list(models.UnitChange.objects.filter(which).order_by("effective_date", "-main", "pk"))
    ids = {change.old_id for change in changes} | {change.new_id for change in changes}
    forms = _forms_of(ids)
    found = []
    for change in changes:
        before = _form_on(forms[change.old_id], change.effective_date - timedelta(days=1))
        after = _form_on(forms[change.new_id], change.effective_date)
        old, new = unit_refs([before, after])
        relation = cast("Relation", change.relation)
        found.append(Succession(old, new, relation, change.main, change.effective_date, change.decision))
    return found


def _resolve(forms: Iterable[models.UnitForm], day: date) -> list[UnitResolution]:
    """Resolve many at once: the number of queries grows with the depth of the history, not with the forms."""
    starts = list(forms)
    heirs = _heirs({form.unit_id for form in starts}, day)
    provinces = _province_heirs(starts, day)
    wanted = {heir.unit_id for found in heirs.values() for heir in found}
    current = {form.unit_id: form for form in _current_forms(wanted | set(provinces.values()), day)}
    offices = committees(day, [form.unit.code for form in current.values()])
    refs = dict(zip(current, unit_refs(current.values()), strict=True))
    was = unit_refs(starts)
    resolved = []
    for form, ref in zip(starts, was, strict=True):
        line = [heir for heir in heirs[form.unit_id] if heir.unit_id in refs]
        now = tuple(refs[heir.unit_id] for heir in line)
        fallback = refs.get(provinces.get(form.pk, 0))
        resolved.append(
            UnitResolution(
                was=ref,
                is_current=(form.valid_from or date.min) <= day <= last_day(form),
                now=now,
                split=len(line) > 1 or any(heir.split for heir in line),
                decision=next((heir.decision for heir in line if heir.decision), ""),
                answers=_office(now[0] if now else fallback, offices),
            )
        )
    return resolved


def _office(unit: UnitRef | None, offices: dict[str, AgencyRef]) -> AgencyRef | None:
    if unit is None:
        return None
    return offices.get(unit.code) or offices.get(unit.province_code)


def _heirs(unit_ids: set[int], day: date) -> dict[int, list[_Heir]]:
    """Who stands for each unit on the day: itself while it is there, else its heirs, main line first."""
    edges: dict[int, list[models.UnitChange]] = {}
    frontier = set(unit_ids)
    alive: set[int] = set()
    while frontier:
        alive |= set(
            models.AdministrativeUnit.objects.filter(valid_on(day), pk__in=frontier).values_list("pk", flat=True)
        )
        changes = models.UnitChange.objects.filter(old__in=frontier - alive, effective_date__lte=day).exclude(
            relation="kept"
        )
        for change in changes.order_by("-main", "new__code"):
            edges.setdefault(change.old_id, []).append(change)
        reached = {change.new_id for found in edges.values() for change in found}
        frontier = reached - alive - set(edges) - frontier
    return {unit: _walk(unit, edges, alive) for unit in unit_ids}


def _walk(unit: int, edges: dict[int, list[models.UnitChange]], alive: set[int]) -> list[_Heir]:
    if unit in alive:
        return [_Heir(unit, split=False, decision="")]
    heirs: dict[int, _Heir] = {}
    for change in edges.get(unit, []):
        for heir in _walk(change.new_id, edges, alive):
            split = heir.split or change.relation == "part"
            heirs.setdefault(heir.unit_id, _Heir(heir.unit_id, split, heir.decision or change.decision))
    return list(heirs.values())


def _province_heirs(forms: list[models.UnitForm], day: date) -> dict[int, int]:
    """For each form the unit that its province of that time has become by the day; for units without heirs."""
    provinces = _forms_of_provinces({form.province_code for form in forms})
    units = {
        form.pk: next((p.unit_id for p in provinces if p.unit.code == form.province_code and _overlap(p, form)), 0)
        for form in forms
    }
    heirs = _heirs({unit for unit in units.values() if unit}, day)
    return {pk: heirs[unit][0].unit_id for pk, unit in units.items() if unit and heirs[unit]}


def _overlap(province: models.UnitForm, form: models.UnitForm) -> bool:
    return (province.valid_from or date.min) <= last_day(form) <= last_day(province)


def _forms_of_provinces(codes: set[str]) -> list[models.UnitForm]:
    rows = models.UnitForm.objects.filter(unit__level="province", unit__code__in=codes)
    return list(rows.select_related("unit"))


def _forms_of(unit_ids: set[int]) -> dict[int, list[models.UnitForm]]:
    forms: dict[int, list[models.UnitForm]] = {}
    for form in models.UnitForm.objects.filter(unit__in=unit_ids).select_related("unit"):
        forms.setdefault(form.unit_id, []).append(form)
    return forms


def _current_forms(unit_ids: set[int], day: date) -> list[models.UnitForm]:
    return list(models.UnitForm.objects.filter(valid_on(day), unit__in=unit_ids).select_related("unit"))


def _form_on(forms: list[models.UnitForm], day: date) -> models.UnitForm:
    return next(form for form in forms if (form.valid_from or date.min) <= day <= last_day(form))
