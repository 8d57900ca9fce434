"""Finding a service: search with filters, type-ahead, the page of a procedure."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lienthong.channels.portal import places
from lienthong.channels.portal.views import wording
from lienthong.kernel import access
from lienthong.kernel.text import Bilingual, nfc, show_number, tr
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import FieldOfWork, Hit, LifeEvent, Procedure

PER_PAGE = 20
_LONGEST = 200
_SHOWN_PLACES = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to, as it stands in the address."""

    text: str = ""
    field: str = ""
    level: str = ""
    audience: str = ""
    life_event: str = ""
    online: bool = False

    @property
    def count(self) -> int:
        """How many are in force, the text not counted."""
        return sum(map(bool, (self.field, self.level, self.audience, self.life_event, self.online)))


def read_filters(query: QueryDict) -> Filters:
    """Filters out of the address; what is not one of the choices is left out."""
    return Filters(
        text=clean_text(query.get("q", "")),
        field=clean_text(query.get("linh-vuc", "")),
        level=query.get("cap", "") if query.get("cap") in wording.LEVELS else "",
        audience=query.get("doi-tuong", "") if query.get("doi-tuong") in wording.AUDIENCES else "",
        life_event=clean_text(query.get("su-kien", "")),
        online=query.get("truc-tuyen") == "1",
    )


def clean_text(text: str) -> str:
    """What somebody typed into a search box: composed, on one line, no control characters, not endless."""
    kept = "".join(letter if letter.isprintable() else " " for letter in nfc(text))
    return " ".join(kept.split())[:_LONGEST]


def page_number(query: QueryDict) -> int:
    written = query.get("page", "")
    return int(written) if written.isascii() and written.isdigit() and 0 < len(written) < 6 else 1


@access.public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The catalogue: filtered, a page at a time, everything in the address."""
    filters = read_filters(request.GET)
    found = procedures_queries.search_procedures(
        filters.text,
        field=filters.field or None,
        level=filters.level or None,
        audience=filters.audience or None,
        life_event=filters.life_event or None,
        with_form=filters.online,
        page=page_number(request.GET),
        size=PER_PAGE,
    )
    pages: Page[Any] = Paginator(range(found.total), PER_PAGE).get_page(found.number)
    fields = procedures_queries.list_fields()
    events = procedures_queries.list_life_events()
    return render(
        request,
        "portal/search.html",
        {
            "filters": filters,
            "hits": [hit_line(hit) for hit in found.hits],
            "total": show_number(found.total),
            "found_any": found.total > 0,
            "page": pages,
            "selected": _selected(request.GET, filters, fields, events),
            "field_options": _field_options(fields),
            "level_options": [("", tr("Mọi cấp", "All levels")), *wording.LEVELS.items()],
            "audience_options": [("", tr("Mọi đối tượng", "Everybody")), *wording.AUDIENCES.items()],
            "event_options": [("", tr("Mọi sự kiện", "All events")), *((one.key, one.name) for one in events)],
            "online_options": [("1", tr("Chỉ thủ tục nộp được trực tuyến", "Only what can be filed online"))],
        },
    )


def hit_line(hit: Hit) -> dict[str, Any]:
    """One search result."""
    facts = [hit.field, *(wording.LEVELS[level] for level in hit.levels if level in wording.LEVELS)]
    if hit.time_limit is not None:
        facts.append(hit.time_limit.as_words())
    fee = wording.hit_fee_words(hit)
    if fee is not None:
        facts.append(fee)
    return {"code": hit.code, "name": hit.name, "facts": facts, "has_form": hit.has_form}


def _field_options(fields: list[FieldOfWork]) -> list[tuple[str, Bilingual]]:
    def counted(one: FieldOfWork) -> Bilingual:
        return tr(f"{one.name.vi} ({one.count})", f"{one.name.en} ({one.count})")

    return [("", tr("Mọi lĩnh vực", "All fields")), *((one.key, counted(one)) for one in fields)]


def _selected(
    query: QueryDict, filters: Filters, fields: list[FieldOfWork], events: list[LifeEvent]
) -> list[dict[str, Any]]:
    """One chip per filter in force, with the address that takes it off."""
    field = next((one.name for one in fields if one.key == filters.field), filters.field)
    event = next((one.name for one in events if one.key == filters.life_event), filters.life_event)
    chips = (
        ("linh-vuc", filters.field, field),
        ("cap", filters.level, wording.LEVELS.get(filters.level)),
        ("doi-tuong", filters.audience, wording.AUDIENCES.get(filters.audience)),
        ("su-kien", filters.life_event, event),
        ("truc-tuyen", filters.online, tr("Nộp được trực tuyến", "Online")),
    )
    return [{"text": text, "href": _without(query, name)} for name, value, text in chips if value]


def _without(query: QueryDict, name: str) -> str:
    kept = query.copy()
    kept.pop(name, None)
    kept.pop("page", None)
    return "?" + kept.urlencode()


@access.public
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Type-ahead under the search box: a fragment of links; empty below two letters."""
    text = clean_text(request.GET.get("q", ""))
    hits = procedures_queries.suggest(text) if text else []
    response = render(request, "portal/_suggestions.html", {"hits": hits, "text": text})
    response["Cache-Control"] = "max-age=60"
    return response


@access.public
@require_safe
def show_procedure(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a procedure; local and case codes lead to the national one."""
    procedure = procedures_queries.get_procedure(code)
    if procedure.code != code:
        return redirect(reverse("portal-procedure", args=[procedure.code]))
    attached = {one.component for one in procedure.form.fields()} if procedure.form else set()
    papers = [wording.paper_row(part, attached=part.code in attached) for part in procedure.components]
    limit = procedure.time_limit_for("online")
    return render(
        request,
        "portal/procedure.html",
        {
            "procedure": procedure,
            "crumbs": [
                (tr("Trang chủ", "Home"), "/"),
                (tr("Thủ tục", "Services"), reverse("portal-search")),
                procedure.name,
            ],
            "audiences": [wording.AUDIENCES[one] for one in procedure.subjects if one in wording.AUDIENCES],
            "needed": [paper for paper in papers if not paper["register"] or paper["attached"]],
            "found_by_office": [paper for paper in papers if paper["register"] and not paper["attached"]],
            "channels": wording.channel_rows(procedure),
            "receivers": [wording.PLACES[level] for level in procedure.receivers if level in wording.PLACES],
            "online": wording.ONLINE[procedure.online],
            "online_fee": wording.fee_words(procedure.fee_for("online")),
            "online_time": limit.as_words() if limit else None,
            **_connected(procedure),
        },
    )


def _connected(procedure: Procedure) -> dict[str, Any]:
    """Where it can be filed online now: the first few places, and how many more."""
    level = procedure.form.receiver_level if procedure.form else ""
    if level not in ("commune", "province"):
        return {"places": [], "more_places": 0}
    listed = places.list_places(level)
    by_province: dict[str, list[str]] = {}
    for place in listed[:_SHOWN_PLACES]:
        by_province.setdefault(place.province, []).append(place.name)
    grouped = [{"province": province, "names": ", ".join(names)} for province, names in by_province.items()]
    return {"places": grouped, "more_places": max(0, len(listed) - _SHOWN_PLACES)}
