"""Questions of a form as the templates show them: one dict per field, whatever its widget."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html

from lienthong.channels.portal import places
from lienthong.channels.portal.types import DraftRef, Known, ReceivingPlace
from lienthong.channels.portal.views.wording import SOURCES
from lienthong.kernel.text import Bilingual, show_number, tr
from lienthong.kernel.web.fields import id_of
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import Field, Page

ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx"
_CHOOSE = ("", tr("Chọn…", "Choose…"))
_INPUTS: dict[str, dict[str, str]] = {
    "text": {},
    "personal-name": {},
    "personal-number": {"inputmode": "numeric", "width": "20"},
    "phone": {"type": "tel", "width": "20"},
    "email": {"type": "email"},
    "integer": {"inputmode": "numeric", "width": "10"},
    "money": {"inputmode": "numeric", "width": "10"},
}
"""Attributes of the widgets that are one line of text."""


def questions_of(page: Page, draft: DraftRef, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the form page shows, in order. `answers` are the stored ones, or what was typed wrongly."""
    alone = len(page.fields) == 1 and page.title == page.fields[0].title
    return [_question(one, draft, procedures_queries.answer_at(answers, one.path), alone) for one in page.fields]


def _question(one: Field, draft: DraftRef, value: Any, heading: bool) -> dict[str, Any]:
    known = draft.known.get(one.path)
    shown = one.default if value is None and one.path not in draft.known else value
    question: dict[str, Any] = {
        "name": one.path,
        "id": id_of(one.path),
        "label": one.title,
        "widget": "input" if one.widget in _INPUTS else one.widget,
        "value": shown,
        "hint": _hint(one, known if known and _same(shown, known) else None),
        "optional": not one.required,
        "heading": heading and one.widget != "checkbox",
        "autocomplete": one.autocomplete,
        "type": "text",
        "inputmode": "",
        "width": one.width,
        "inline": one.inline,
        "options": [(option.value, option.label) for option in one.options],
    }
    question |= {key: value for key, value in _INPUTS.get(one.widget, {}).items() if key != "width" or not one.width}
    return question | _by_widget(one, draft, shown)


def _by_widget(one: Field, draft: DraftRef, value: Any) -> dict[str, Any]:
    """What only some widgets need."""
    if one.widget == "select":
        return {"options": [_CHOOSE, *((option.value, option.label) for option in one.options)]}
    if one.widget in ("commune", "province"):
        listed = places.list_places(one.widget)
        return {"widget": "select", "options": _place_options(listed), "missing": _missing(value, listed)}
    if one.widget == "checkbox":
        return {"options": [("yes", one.title)], "checked": ["yes"] if value is True or value == "yes" else []}
    if one.widget == "date":
        return {"birthday": one.autocomplete == "bday"}
    if one.widget == "money" and isinstance(value, int):
        return {"value": show_number(value)}
    if one.widget == "file":
        return {"accept": ACCEPT, "kept": value if isinstance(value, Mapping) and value.get("sha256") else None}
    return {}


def _place_options(listed: Sequence[ReceivingPlace]) -> list[tuple[str, Any]]:
    return [_CHOOSE, *((place.gso_code, place.full_name) for place in listed)]


def _missing(value: Any, listed: Sequence[ReceivingPlace]) -> str:
    """The applicant's own place, when it does not take online filing yet."""
    if not value or any(place.gso_code == value for place in listed):
        return ""
    return places.place_names({"": str(value)}).get("", "")


def _hint(one: Field, known: Known | None) -> Bilingual | str:
    """The form's own hint, and where a filled-in answer came from."""
    if known is None:
        return one.hint or ""
    return format_html('{} <span class="portal-source">{}</span>', one.hint or "", SOURCES[known.source])


def _same(value: Any, known: Known) -> bool:
    """Is the answer still what was filled in?"""
    return bool(value == known.value)


def review_groups(draft: DraftRef) -> list[dict[str, Any]]:
    """Check your answers: the answered questions by page, places by their names."""
    rows = procedures_queries.review(draft.form, draft.answers)
    named = places.place_names({row.path: str(row.raw) for row in rows if row.widget in ("commune", "province")})
    groups: list[dict[str, Any]] = []
    for page in draft.pages:
        mine = [
            {
                "id": id_of(row.path),
                "key": row.title,
                "value": named.get(row.path, row.value),
                "source": SOURCES[draft.known[row.path].source] if _is_known(draft, row.path, row.raw) else None,
                "lines": row.widget == "textarea",
            }
            for row in rows
            if row.page_key == page.key
        ]
        if mine:
            alone = len(mine) == 1 and mine[0]["key"] == page.title
            groups.append({"page": page.key, "title": None if alone else page.title, "rows": mine})
    return groups


def _is_known(draft: DraftRef, path: str, raw: Any) -> bool:
    known = draft.known.get(path)
    return known is not None and _same(raw, known)
