"""Registers (sổ đăng ký văn bản): their lines, giving and keeping numbers, paper documents, how the agency numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lienthong.kernel import access, clock, files
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents.queries import entries
from lienthong.platform.documents.queries import numbering as numbering_queries
from lienthong.platform.documents.rights import CLERKS, READERS
from lienthong.platform.documents.services import numbering, registers
from lienthong.platform.documents.types import PaperFacts
from lienthong.platform.documents.views import parts
from lienthong.platform.documents.views.books import FOUND, periods_of
from lienthong.platform.documents.views.register_filters import STATES, chips, read_filters

BACKDATING = (
    ("refuse", tr("Không cho", "Refuse"), tr("Ngày văn bản không được trước số cuối.", "No date before the last.")),
    ("suffix", tr("Cho số phụ", "Give a suffix"), tr("Ví dụ 12a, 12b sau số 12.", "Such as 12a, 12b behind 12.")),
)


@access.duty(*READERS)
@require_safe
def list_registers(request: HttpRequest) -> HttpResponse:
    """All registers of the agency, newest year first."""
    actor, page = parts.desk(request, "registers")
    page["registers"] = [
        {"register": one, "href": f"/van-ban/so/{one.id}/"} for one in entries.list_registers(actor.agency_code, actor)
    ]
    page["results"] = list(messages.get_messages(request))
    return render(request, "documents/registers.html", page)


@access.duty(*READERS)
@require_safe
def show_register(request: HttpRequest, register_id: int) -> HttpResponse:
    """The lines of a register, newest first, and the ways to print and save it."""
    actor, page = parts.desk(request, "registers")
    register = entries.get_register(register_id, actor)
    filters = read_filters(request)
    found = entries.list_entries(register_id, actor, filters, request.GET.get("sau", ""))
    page |= {
        "register": register,
        "entries": found.entries,
        "filters": filters,
        "selected": chips(request, filters),
        "found_files": parts.query(request, ky=FOUND),
        "states": STATES,
        "types": [("", tr("Mọi loại", "All types")), *((one.code, one.name) for one in numbering_queries.list_types())],
        "following": parts.query(request) + f"&sau={found.following}" if found.following else "",
        "first": parts.query(request) if request.GET.get("sau") else "",
        "periods": periods_of(register),
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/register.html", page)


@access.duty(*READERS)
@require_safe
def show_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One line of a register."""
    return _entry_page(request, entry_id)


@access.duty(*CLERKS)
@require_POST
def change_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Strike a number out, name the document of a reserved one, or write down who got it."""
    actor, deed = access.acting(request), request.POST.get("viec", "")
    try:
        if deed == "strike":
            numbering.strike_number(entry_id, request.POST.get("reason", ""), actor)
        elif deed == "use":
            numbering.use_reserved(
                entry_id,
                actor=actor,
                subject=parts.word(request.POST, "subject", 2000),
                signer=parts.word(request.POST, "signer", 250),
                receivers=parts.word(request.POST, "receivers", 2000),
                keeper=parts.word(request.POST, "keeper", 250),
                copies=parts.count(request.POST, "copies"),
            )
        else:
            registers.note_delivery(
                entry_id, receivers=request.POST.get("receivers", ""), note=request.POST.get("note", ""), actor=actor
            )
    except Refused as refusal:
        return _entry_page(request, entry_id, refusal)
    parts.say(request, tr("Đã ghi vào sổ.", "Written into the register."))
    return HttpResponseRedirect(f"/van-ban/so/dong/{entry_id}/")


def _entry_page(request: HttpRequest, entry_id: int, refusal: Refused | None = None) -> HttpResponse:
    actor, page = parts.desk(request, "registers")
    entry = entries.get_entry(entry_id, actor)
    page |= {
        "entry": entry,
        "register": entries.get_register(entry.register_id, actor),
        "urgency": parts.PRIORITIES.get(entry.priority, parts.PRIORITIES[0])[0],
        "may_strike": page["is_clerk"] and not (entry.struck_at or entry.document_id or entry.arrival_id),
        "errors": refusal,
        "typed": request.POST,
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/entry.html", page, status=refusal.status if refusal else 200)


@access.duty(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def give_number(request: HttpRequest) -> HttpResponse:
    """The next number for an outgoing document, or several kept for later."""
    actor, page = parts.desk(request, "number")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_give(request, actor))
        except Refused as caught:
            refusal = caught
    page |= {
        "types": [(one.code, one.name) for one in numbering_queries.list_types(numbered=True)],
        "priorities": [(str(key), label) for key, (label, _) in parts.PRIORITIES.items()],
        "typed": request.POST,
        "today": clock.today(),
        "reserved": entries.list_reserved(actor.agency_code, "out", actor),
        "errors": refusal,
    }
    return render(request, "documents/give_number.html", page, status=refusal.status if refusal else 200)


def _give(request: HttpRequest, actor: Any) -> str:
    on = parts.day(request.POST, "on") or clock.today()
    type_code, unit = parts.word(request.POST, "type_code", 16), parts.word(request.POST, "unit", 32)
    if request.POST.get("viec") == "reserve":
        given = numbering.reserve_numbers(
            actor.agency_code,
            type_code,
            on=on,
            unit=unit,
            count=parts.count(request.POST, "count", 1),
            reason=request.POST.get("reason", ""),
            actor=actor,
        )
        codes = f"{given[0].code} – {given[-1].code}" if len(given) > 1 else given[0].code
        parts.say(request, tr("Đã giữ chỗ: {codes}.", "Reserved: {codes}.").format(codes=codes))
        return f"/van-ban/so/{given[0].register_id}/?tinh_trang=reserved"
    subject = parts.word(request.POST, "subject", 2000)
    if not subject:
        raise Refused("documents.subject-missing", tr("Hãy ghi trích yếu.", "Say what it is about."), field="subject")
    number = numbering.give_number(
        actor.agency_code,
        type_code,
        on=on,
        unit=unit,
        subject=subject,
        signer=parts.word(request.POST, "signer", 250),
        receivers=parts.word(request.POST, "receivers", 2000),
        keeper=parts.word(request.POST, "keeper", 250),
        copies=parts.count(request.POST, "copies"),
        priority=min(3, parts.count(request.POST, "priority")),
        actor=actor,
    )
    parts.say(request, tr("Đã cấp số {code}.", "The number is {code}.").format(code=number.code))
    return f"/van-ban/so/dong/{number.entry_id}/"


@access.duty(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def register_paper(request: HttpRequest) -> HttpResponse:
    """A document that came on paper, with its scan."""
    actor, page = parts.desk(request, "paper")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_take_paper(request, actor))
        except Refused as caught:
            refusal = caught
    page |= {
        "types": [("", tr("Không rõ", "Unknown")), *((one.code, one.name) for one in numbering_queries.list_types())],
        "priorities": [(str(key), label) for key, (label, _) in parts.PRIORITIES.items()],
        "typed": request.POST,
        "reserved": entries.list_reserved(actor.agency_code, "in", actor),
        "reserving": request.POST.get("viec") == "reserve",
        "errors": refusal,
    }
    return render(request, "documents/paper.html", page, status=refusal.status if refusal else 200)


def _take_paper(request: HttpRequest, actor: Any) -> str:
    if request.POST.get("viec") == "reserve":
        count, reason = parts.count(request.POST, "count"), request.POST.get("reason", "")
        given = registers.reserve_arrival_numbers(actor.agency_code, count=count, reason=reason, actor=actor)
        numbers = ", ".join(f"{one.number:02d}" for one in given)
        parts.say(request, tr("Đã giữ chỗ số đến: {n}.", "Reserved numbers of arrival: {n}.").format(n=numbers))
        return f"/van-ban/so/{given[0].register_id}/?tinh_trang=reserved"
    wanted = parts.word(request.POST, "number", 10)
    scan = _scan(request)
    number = registers.register_paper(actor.agency_code, _paper(request), actor=actor, scan=scan, number=wanted)
    parts.say(request, tr("Đã đăng ký, số đến {n}.", "Registered with the number {n}.").format(n=number.number))
    return f"/van-ban/so/dong/{number.entry_id}/"


def _paper(request: HttpRequest) -> PaperFacts:
    on = parts.day(request.POST, "document_date")
    if on is None:
        raise Refused(
            "documents.day-missing", tr("Hãy ghi ngày của văn bản.", "Give the document's day."), field="document_date"
        )
    text = {
        name: request.POST.get(name, "")
        for name in ("code", "author", "subject", "type_code", "signer", "receivers", "note")
    }
    return PaperFacts(document_date=on, priority=min(9, parts.count(request.POST, "priority")), **text)


def _scan(request: HttpRequest) -> files.FileRef | None:
    given = request.FILES.get("scan")
    if given is None:
        return None
    allowed = frozenset({files.PDF, files.PNG, files.JPEG})
    return files.store(given.chunks(), name=given.name or "", allowed=allowed, max_bytes=50 * 2**20, field="scan")


@access.duty(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def numbering_rule(request: HttpRequest) -> HttpResponse:
    """How the agency divides its numbers, from a year on."""
    actor, page = parts.desk(request, "rule")
    refusal: Refused | None = None
    year = clock.today().year
    if request.method == "POST":
        try:
            registers.set_numbering_rule(
                actor.agency_code,
                from_year=parts.count(request.POST, "from_year"),
                by_type=request.POST.get("by_type") == "1",
                own_types=request.POST.getlist("own_types"),
                abbreviation=request.POST.get("abbreviation", ""),
                backdating=request.POST.get("backdating", ""),
                actor=actor,
            )
            parts.say(request, tr("Đã lưu cách đánh số.", "Numbering is saved."))
            return HttpResponseRedirect("/van-ban/so/cach-danh-so/")
        except Refused as caught:
            refusal = caught
    rule = numbering_queries.rule_of(actor.agency_code, year)
    page |= {
        "rule": rule,
        "years": [(str(year), str(year)), (str(year + 1), str(year + 1))],
        "ways": [
            ("1", tr("Mỗi loại văn bản một dãy số", "Each type its own numbers")),
            ("0", tr("Một dãy số chung, trừ các loại chọn dưới đây", "One series, but for the types below")),
        ],
        "way": "1" if rule.by_type else "0",
        "types": [(one.code, one.name) for one in numbering_queries.list_types(numbered=True) if one.form != "copy"],
        "backdating": BACKDATING,
        "usual": _usual(actor.agency_code, year),
        "errors": refusal,
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/numbering_rule.html", page, status=refusal.status if refusal else 200)


def _usual(agency_code: str, year: int) -> str:
    try:
        return numbering_queries.abbreviation_of(agency_code, year)
    except Refused:
        return ""
