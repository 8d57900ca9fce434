"""The post of people (thư liên thông): inbox, sent letters, writing and answering, as simple as e-mail."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.kernel import access, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import fold, tr
from lienthong.kernel.web.sending import send_file
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.joining_types import PostRow
from lienthong.platform.exchange.paging import page_of

_MOST_CHOICES = 12
_STATES = {
    "waiting": (tr("Đang gửi", "On its way"), "blue"),
    "accepted": (tr("Đã nhận", "Received"), "green"),
    "refused": (tr("Bị từ chối", "Refused"), "red"),
    "replaced": (tr("Đã gửi lại", "Sent anew"), "grey"),
    "discarded": (tr("Đã bỏ", "Given up"), "grey"),
}


@require_GET
@access.duty("clerk")
def arrived(request: HttpRequest) -> HttpResponse:
    """Letters that came to this agency, the latest first; unread ones stand out."""
    actor = access.acting(request)
    total = queries.count_post(actor, "in")
    page = page_of(request, total, lambda start, n: queries.list_post(actor, "in", limit=n, offset=start))
    return _list(request, actor, page, "in")


@require_GET
@access.duty("clerk")
def sent(request: HttpRequest) -> HttpResponse:
    """Letters of this agency with how far they are."""
    actor = access.acting(request)
    total = queries.count_post(actor, "out")
    page = page_of(request, total, lambda start, n: queries.list_post(actor, "out", limit=n, offset=start))
    return _list(request, actor, page, "out")


def _list(request: HttpRequest, actor: Actor, page: Any, direction: str) -> HttpResponse:
    context = {
        "direction": direction,
        "unread": queries.count_post(actor, "in", unread=True),
        "items": [_shown(row, direction) for row in page.object_list],
        "page": page,
    }
    return render(request, "exchange/post.html", context)


def _shown(row: PostRow, direction: str) -> dict[str, Any]:
    label, colour = _STATES.get(row.state, ("", ""))
    other = row.sender if direction == "in" else row.recipient
    unread = direction == "in" and row.read_at is None
    return {"row": row, "other": _named(other), "label": label, "colour": colour, "unread": unread}


def _named(code: str) -> str:
    known = agencies_queries.find_agency(code)
    return f"{known.name} ({code})" if known else code


@require_GET
@access.duty("clerk")
def read(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter; opening one that came marks it as read."""
    actor = access.acting(request)
    services.mark_read(letter_id=letter_id, actor=actor)
    row = queries.get_post(letter_id, actor)
    label, colour = _STATES.get(row.state, ("", ""))
    context = {
        "row": row,
        "label": label,
        "colour": colour,
        "sender": _named(row.sender),
        "recipient": _named(row.recipient),
        "paragraphs": [line for line in row.text.split("\n") if line.strip()],
    }
    return render(request, "exchange/post_letter.html", context)


@require_GET
@access.duty("clerk")
def part(request: HttpRequest, letter_id: UUID, sha256: str) -> FileResponse:
    """A file of a letter that this officer may see."""
    row = queries.get_post(letter_id, access.acting(request))
    found = next((one for one in row.parts if one.sha256 == sha256), None)
    if found is None:
        raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here."))
    return send_file(found, saved=True)


@require_http_methods(["GET", "POST"])
@access.duty("clerk")
def write(request: HttpRequest) -> HttpResponse:
    """Write a letter: the recipient by code or by words of its name, then text and files."""
    actor = access.acting(request)
    answered = _answered(request, actor)
    typed: dict[str, Any] = _first_words(answered) if request.method == "GET" else request.POST.dict()
    choices: list[tuple[str, str]] = []
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            code, choices = _recipient(typed)
            if code:
                row = services.send_post(
                    recipient=code,
                    subject=typed.get("subject", ""),
                    text=typed.get("text", ""),
                    actor=actor,
                    parts=_store(request),
                    reply_to=answered.letter_id if answered else None,
                )
                messages.success(request, str(tr("Thư đang được gửi.", "The letter is on its way.")))
                return redirect("exchange-post-read", letter_id=row.letter_id)
            raise _unclear(len(choices))
        except Refused as refused:
            refusal = refused
    context = {
        "typed": typed,
        "choices": choices if len(choices) <= _MOST_CHOICES else [],
        "errors": refusal,
        "answered": answered,
    }
    return render(request, "exchange/post_write.html", context, status=refusal.status if refusal else 200)


def _answered(request: HttpRequest, actor: Actor) -> PostRow | None:
    given = request.POST.get("tra-loi") or request.GET.get("tra-loi") or ""
    try:
        return queries.get_post(UUID(given), actor) if given else None
    except (ValueError, NotFound):
        return None


def _first_words(answered: PostRow | None) -> dict[str, Any]:
    if answered is None:
        return {}
    other = answered.sender if answered.direction == "in" else answered.recipient
    subject = answered.subject if answered.subject.startswith("V/v trả lời: ") else f"V/v trả lời: {answered.subject}"
    return {"recipient": other, "subject": subject[:300]}


def _recipient(typed: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """The code that the typed words name, or else the agencies among which the person has to choose.

    A part of a name is never enough to send: the one agency that has it may not be the one that was meant.
    """
    if chosen := typed.get("chosen", ""):
        return chosen, []
    words = typed.get("recipient", "").strip()
    if agencies_queries.is_code(words.upper()) or agencies_queries.is_qcvn102(words):
        return words, []
    wanted = fold(words)
    if not wanted:
        return "", []
    fitting = [
        agency
        for agency in agencies_queries.list_agencies()
        if all(word in f"{fold(agency.name)} {agency.code.lower()}" for word in wanted.split())
    ]
    reached = queries.nodes_for(agency.code for agency in fitting)
    found = [agency for agency in fitting if agency.code in reached]
    if exact := [agency.code for agency in found if fold(agency.name) == wanted]:
        return (exact[0], []) if len(exact) == 1 else ("", [(one.code, f"{one.name} ({one.code})") for one in found])
    return "", [(agency.code, f"{agency.name} ({agency.code})") for agency in found]


def _unclear(count: int) -> Refused:
    if count == 0:
        message = tr(
            "Không tìm thấy cơ quan nào có nút kết nối với tên hoặc mã này.",
            "No agency with a node has this name or code.",
        )
    elif count > _MOST_CHOICES:
        message = tr(f"Có {count} cơ quan khớp. Hãy gõ rõ hơn.", f"{count} agencies fit. Type more of the name.")
    else:
        message = tr("Hãy chọn cơ quan nhận bên dưới.", "Choose the agency below.")
    return Refused("exchange.bad-post", message, field="chosen" if 0 < count <= _MOST_CHOICES else "recipient")


def _store(request: HttpRequest) -> list[FileRef]:
    return [files.store(one.chunks(), name=one.name or "tep", field="parts") for one in request.FILES.getlist("parts")]
