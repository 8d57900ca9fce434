"""Questions about administrative units."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import cast

from django.db.models import Case, IntegerField, QuerySet, Value, When

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.agencies import models
from lienthong.platform.agencies.queries.agencies import valid_on
from lienthong.platform.agencies.rules import search_text
from lienthong.platform.agencies.types import Level, UnitKind, UnitRef


def find_unit(code: str, on: date | None = None) -> UnitRef | None:
    """The unit that bore a statistics code on the day: province (2 digits), district (3) or commune (5)."""
    form = find_form(code, on or clock.today())
    return unit_refs([form])[0] if form else None


def get_province(gso_code: str, on: date | None = None) -> UnitRef:
    """The province of a statistics code on the day.

    Raises:
        NotFound: ``agencies.unit-unknown``.
    """
    return _get(gso_code, "province", on)


def get_commune(gso_code: str, on: date | None = None) -> UnitRef:
    """The commune, ward or special zone of a statistics code on the day.

    Raises:
        NotFound: ``agencies.unit-unknown``.
    """
    return _get(gso_code, "commune", on)


def list_provinces(on: date | None = None) -> list[UnitRef]:
    """All provinces and cities of the day, by code: 34 since 1/7/2025, 63 before."""
    return unit_refs(_on(on).filter(unit__level="province").order_by("unit__code"))


def list_communes(province_gso: str, on: date | None = None) -> list[UnitRef]:
    """All communes of a province on the day, by code."""
    return unit_refs(_on(on).filter(unit__level="commune", province_code=province_gso).order_by("unit__code"))


def list_bearers(code: str) -> list[UnitRef]:
    """Everybody who ever bore a statistics code, oldest first, once per name, type and place."""
    forms = models.UnitForm.objects.filter(unit__code=code)
    return sorted(unit_refs(forms), key=lambda ref: ref.valid_from or date.min)


def search_units(text: str, kind: Level | None = None, limit: int = 20, on: date | None = None) -> list[UnitRef]:
    """Units of the day by name, with or without accents, type and province; best matches first."""
    forms = _on(on).filter(unit__level=kind) if kind else _on(on)
    return unit_refs(matching(forms, text)[:limit])


# --- for the other questions of this room ---------------------------------------------------------------------


def find_form(code: str, day: date) -> models.UnitForm | None:
    """The row behind `find_unit`."""
    return _on(day).filter(unit__code=code).first()


def unknown_unit(code: str) -> NotFound:
    """The refusal of a code that nobody bore on the day."""
    return NotFound(
        "agencies.unit-unknown",
        tr(
            f"Không có đơn vị hành chính mang mã {code[:10]} vào ngày này.",
            f"No administrative unit has the code {code[:10]} on that day.",
        ),
        field="gso_code",
    )


def matching(forms: QuerySet[models.UnitForm], text: str) -> QuerySet[models.UnitForm]:
    """The forms that hold every word of the text (numbers whole, words from their start), best first."""
    words = search_text(text)
    if not words.strip():
        return forms.none()
    for word in words.split():
        forms = forms.filter(search_text__contains=f" {word} " if word.isdigit() else f" {word}")
    rank = Case(
        When(name_text=words, then=Value(0)),
        When(search_text__startswith=words, then=Value(1)),
        When(name_text__startswith=words.rstrip(), then=Value(2)),
        When(name_text__contains=words.rstrip(), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    size = Case(
        When(unit__level="province", then=Value(0)),
        When(unit__level="district", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    still = Case(When(valid_to__isnull=True, then=Value(0)), default=Value(1), output_field=IntegerField())
    return forms.order_by(rank, size, still, "name", "unit__code")


def unit_refs(forms: Iterable[models.UnitForm] | QuerySet[models.UnitForm]) -> list[UnitRef]:
    """Forms as others see them, under the province and district of their own time; two queries in all."""
    rows = list(forms.select_related("unit") if isinstance(forms, QuerySet) else forms)
    codes = {code for row in rows if row.parent_code for code in (row.parent_code, row.province_code)}
    above: dict[str, list[models.UnitForm]] = {}
    if codes:
        for form in models.UnitForm.objects.filter(unit__code__in=codes).select_related("unit"):
            above.setdefault(form.unit.code, []).append(form)
    return [_unit_ref(row, above) for row in rows]


def last_day(form: models.UnitForm | UnitRef) -> date:
    """The last day on which a form held; far ahead while it holds."""
    return form.valid_to - timedelta(days=1) if form.valid_to else date.max


def _unit_ref(row: models.UnitForm, above: dict[str, list[models.UnitForm]]) -> UnitRef:
    own = f"{UnitKind(row.kind).prefix} {row.name}"
    day = last_day(row)
    return UnitRef(
        code=row.unit.code,
        level=cast("Level", row.unit.level),
        kind=UnitKind(row.kind),
        name=row.name,
        province_code=row.province_code,
        province_name=_name_on(above.get(row.province_code, []), day) if row.parent_code else own,
        parent_code=row.parent_code,
        parent_name=_name_on(above.get(row.parent_code, []), day),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _name_on(forms: Iterable[models.UnitForm], day: date) -> str:
    for form in forms:
        if (form.valid_from or date.min) <= day <= last_day(form):
            return f"{UnitKind(form.kind).prefix} {form.name}"
    return ""


def _on(day: date | None) -> QuerySet[models.UnitForm]:
    return models.UnitForm.objects.filter(valid_on(day or clock.today()))


def _get(gso_code: str, level: Level, on: date | None) -> UnitRef:
    unit = find_unit(gso_code, on)
    if unit is None or unit.level != level:
        raise unknown_unit(gso_code)
    return unit
