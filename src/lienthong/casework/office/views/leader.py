"""The leader's pages (trình ký), made for a phone: what waits, one paper to read, one or fifty to sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lienthong.casework.office import states
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.services import leading, remote_signing
from lienthong.casework.office.types import PRIORITIES, PRIORITY_COLOURS, DraftRow
from lienthong.casework.office.views import draft as draft_pages
from lienthong.casework.office.views import draft_forms, frame
from lienthong.kernel import access, clock, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, NotAllowed, NotFound, Refused
from lienthong.kernel.text import bilingual, tr
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import RemoteBatch, SigningProof

_PROVED: Final = "signing_proved"


@access.duty("leader")
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for this leader, urgent first; the chosen ones go to be signed together."""
    actor = access.acting(request)
    problem: list[FieldError] = []
    if request.method == "POST":
        try:
            batch_id = leading.start_batch(_chosen(request), actor=actor)
            if leading.signs_by_phone(actor):
                remote_signing.go_on_by_phone(batch_id, actor=actor)
            return redirect("office-batch", batch_id=batch_id)
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = [FieldError("draft", bilingual(refusal.message), refusal.code)]
    rows = draft_queries.list_signing(actor)
    context = {
        "every": [f"{row.id}:{row.version}" for row in rows[: leading.MAX_AT_ONCE]],
        "rows": [_card(row) for row in rows],
        "signed": draft_queries.list_signed(actor),
        "errors": problem,
        "most": leading.MAX_AT_ONCE,
        "chosen": request.POST.getlist("draft"),
        "by_phone": leading.signs_by_phone(actor),
    }
    return render(request, "office/sign.html", context, status=422 if problem else 200)


@access.duty("leader")
@require_http_methods(["GET", "HEAD", "POST"])
def read_one(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One paper to read page by page, with the opinions about it, to be signed with the PIN or returned."""
    actor = access.acting(request)
    if request.method != "POST":
        return _reading(request, draft_id, actor)
    try:
        leading.require_signable(draft_id, actor=actor)
        proof = _prove(request, actor)
        leading.sign_draft(draft_id, seen=frame.whole(request.POST.get("seen")) or 0, proof=proof, actor=actor)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        return _reading(request, draft_id, actor, refusal)
    done = states.DRAFT_DEEDS["sign"].told
    messages.success(request, str(tr(f"{done.vi}.", f"{done.en}.")))
    return redirect("office-sign")


def _reading(request: HttpRequest, draft_id: UUID, actor: Actor, problem: Refused | None = None) -> HttpResponse:
    draft = draft_queries.get_draft(draft_id, actor)
    rows = draft_queries.list_signing(actor)
    ids = [row.id for row in rows]
    here = ids.index(draft_id) if draft_id in ids else -1
    context: dict[str, Any] = draft_pages.page_context(draft, actor) | {
        "next": ids[here + 1] if 0 <= here < len(ids) - 1 else None,
        "position": here + 1,
        "count": len(ids),
        "errors": _errors(problem),
        "asks_pin": _asks_pin(request),
        "by_phone": leading.signs_by_phone(actor),
    }
    return render(request, "office/read.html", context, status=problem.status if problem else 200)


@access.duty("leader")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Confirm a batch with the PIN or on the phone, then see each document's result as it comes."""
    actor = access.acting(request)
    problem: Refused | None = None
    remote: RemoteBatch | None = None
    by_phone = leading.own_batch(batch_id, actor).remote_id is not None or leading.signs_by_phone(actor)
    try:
        if by_phone:
            ask = remote_signing.go_on_by_phone if request.method == "POST" else remote_signing.look_by_phone
            remote = ask(batch_id, actor=actor)
        elif request.method == "POST":
            if "confirm" in request.POST:
                leading.confirm_batch(batch_id, proof=_prove(request, actor), actor=actor)
            leading.go_on_with_batch(batch_id, actor=actor)
    except NotFound:
        raise
    except Refused as refusal:
        problem = refusal
    batch = draft_queries.get_batch(batch_id, actor)
    is_open = problem is None and batch.finished_at is None
    context = {
        "batch": batch,
        "remote": remote,
        "by_phone": by_phone,
        "has_phone": roles.is_open("signing.demo_phone"),
        "is_running": is_open and (remote is not None if by_phone else request.method == "POST"),
        "total": len(batch.items),
        "errors": _errors(problem),
        "asks_pin": _asks_pin(request),
    }
    if request.headers.get("HX-Request"):
        return render(request, "office/_batch.html", context)
    return render(request, "office/batch.html", context, status=problem.status if problem else 200)


def _prove(request: HttpRequest, actor: Actor) -> SigningProof:
    """The PIN as typed; where the profile lets one PIN do for some minutes, the session keeps when it was given."""
    proof = signing.prove_pin(request.POST.get("pin", ""), actor=actor, remembered=_remembered(request))
    if signing_queries.pin_lasts():
        request.session[_PROVED] = proof.at.isoformat()
    return proof


def _remembered(request: HttpRequest) -> datetime | None:
    given = request.session.get(_PROVED)
    return datetime.fromisoformat(given) if isinstance(given, str) else None


def _asks_pin(request: HttpRequest) -> bool:
    given = _remembered(request)
    return given is None or clock.now() - given >= signing_queries.pin_lasts()


def _errors(problem: Refused | None) -> list[FieldError]:
    """What is wrong beside no field stands at the PIN, which is where the eye is."""
    if problem is None:
        return []
    return list(problem.field_errors) or [FieldError("pin", problem.message, problem.code)]


def _chosen(request: HttpRequest) -> list[tuple[UUID, int]]:
    """Drafts with the version that the leader saw: `<id>:<version>`."""
    found = []
    for text in request.POST.getlist("every" if "all" in request.POST else "draft"):
        name, _, version = text.partition(":")
        draft_id, seen = draft_forms.as_uuid(name), frame.whole(version)
        if draft_id is not None and seen is not None:
            found.append((draft_id, seen))
    return found


def _card(row: DraftRow) -> dict[str, Any]:
    return {"row": row, "urgency": PRIORITIES[row.priority], "colour": PRIORITY_COLOURS[row.priority]}
