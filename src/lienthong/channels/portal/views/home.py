"""The first page and the help page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers.types import DossierRow, Status
from lienthong.channels.portal import queries
from lienthong.channels.portal.views.catalogue import hit_line
from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.text import show_number
from lienthong.sources.procedures import queries as procedures_queries

AWAITING = (Status.SUPPLEMENT_ASKED, Status.FEE_ASKED)
"""Statuses in which the citizen is waited for."""
_SHOWN = 3


@access.public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The portal's first page: what waits for you, search, life events, what people file most."""
    popular, counted = queries.list_popular()
    events = [one for one in procedures_queries.list_life_events() if one.count]
    return render(
        request,
        "portal/home.html",
        {
            "popular": [hit_line(hit) for hit in popular],
            "popular_is_counted": counted,
            "citizen_events": [one for one in events if one.audience == "citizen"],
            "business_events": [one for one in events if one.audience == "business"],
            "procedure_count": show_number(procedures_queries.count_procedures()),
            "online_count": show_number(procedures_queries.count_procedures(with_form=True)),
            **_waiting(access.actor_of(request)),
        },
    )


def _waiting(actor: Actor | None) -> dict[str, Any]:
    """Drafts, and dossiers that wait for a fee or a supplement, of the person signed in."""
    if actor is None or actor.kind != "person":
        return {"drafts": [], "awaited": []}
    return {"drafts": queries.list_drafts(actor)[:_SHOWN], "awaited": awaited_by(actor)}


def awaited_by(actor: Actor) -> list[DossierRow]:
    """The dossiers in which the agency waits for this person."""
    counts = dossiers_queries.count_my_dossiers(actor)
    return [
        row
        for status in AWAITING
        if counts.get(status)
        for row in dossiers_queries.list_my_dossiers(actor, status=status, per_page=_SHOWN).object_list
        if not row.awaiting
    ]


@access.public
@require_safe
def show_help(request: HttpRequest) -> HttpResponse:
    """Answers to what people ask most."""
    return render(request, "portal/help.html")
