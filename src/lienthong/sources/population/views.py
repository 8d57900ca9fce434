"""Pages of the holder's officers: find a person, see the record, its versions and everybody who looked.

Everything is a POST: a personal number or a name in an address would end up in histories and logs.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access
from lienthong.kernel.errors import FieldError, NotFound, Refused
from lienthong.kernel.text import Bilingual, show_date, show_moment, tr
from lienthong.sources.population import queries, services
from lienthong.sources.population.types import (
    SEX_LABELS,
    STATUS_LABELS,
    IdentityRow,
    LookSeen,
    PersonRecord,
    Relative,
)

FIELD_LABELS: dict[str, Bilingual] = {
    "name": tr("Họ và tên", "Full name"),
    "birth_date": tr("Ngày sinh", "Date of birth"),
    "sex": tr("Giới tính", "Sex"),
    "status": tr("Tình trạng", "Status"),
    "ethnicity": tr("Dân tộc", "Ethnicity"),
    "nationality": tr("Quốc tịch", "Nationality"),
    "residence": tr("Nơi thường trú", "Permanent residence"),
    "birth_place": tr("Nơi sinh", "Place of birth"),
    "hometown": tr("Quê quán", "Hometown"),
    "mother": tr("Mẹ", "Mother"),
    "father": tr("Cha", "Father"),
    "spouse": tr("Vợ, chồng", "Spouse"),
}
_OUTCOMES = {
    "answered": (tr("Đã xem", "Shown"), "green"),
    "unknown": (tr("Không có người này", "No such person"), "grey"),
    "denied": (tr("Bị từ chối", "Refused"), "red"),
}
_SOURCES = {
    "synthetic": tr("Dữ liệu mô phỏng", "Synthetic"),
    "birth": tr("Đăng ký khai sinh", "Birth registration"),
}


@access.duty("handling")
@never_cache
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Find a person by number or name, for a named purpose on a named ground."""
    context = _form_context(request)
    if request.method == "GET":
        return render(request, "population/search.html", context)
    errors = _missing(context)
    if not errors:
        try:
            people, more = services.search_people(
                text=context["q"],
                purpose=context["purpose"],
                legal_ground=context["legal_ground"],
                actor=access.acting(request),
            )
            return render(request, "population/search.html", {**context, "people": people, "more": more})
        except Refused as refusal:
            # The page calls its field q; the rules speak of a text or of a number.
            errors = [FieldError(_FIELDS.get(refusal.field, refusal.field), refusal.message, refusal.code)]
    return render(request, "population/search.html", {**context, "errors": errors}, status=422)


@access.duty("handling")
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """One person; the look is on the ledger before the page is made. Its bare address begins a new search."""
    if request.method == "GET":
        return redirect("/dan-cu/")
    context = _form_context(request)
    errors = _missing(context)
    if errors:
        return render(request, "population/search.html", {**context, "errors": errors}, status=422)
    try:
        record = services.open_record(
            personal_number=context["q"],
            purpose=context["purpose"],
            legal_ground=context["legal_ground"],
            actor=access.acting(request),
        )
    except NotFound as refusal:
        errors = [FieldError("q", refusal.message, refusal.code)]
        return render(request, "population/search.html", {**context, "errors": errors}, status=404)
    history = queries.get_history(record.personal_number, record.fields)
    context |= {
        "record": record,
        "synthetic": history.synthetic,
        "rows": record_rows(record),
        "versions": [_version_row(one) for one in history.versions],
        "version_head": _VERSION_HEAD,
        "looks": [_look_row(look) for look in history.looks],
        "look_head": _LOOK_HEAD,
        "purpose_title": queries.get_purpose(context["purpose"]).title,
    }
    return render(request, "population/person.html", context)


_FIELDS = {"text": "q", "personal_number": "q"}
_VERSION_HEAD = [
    tr("Từ ngày", "From"),
    tr("Đến trước", "Until"),
    tr("Nội dung", "Content"),
    tr("Nguồn", "Source"),
]
_LOOK_HEAD = [
    tr("Thời điểm", "When"),
    tr("Cơ quan", "Agency"),
    tr("Mục đích", "Purpose"),
    tr("Căn cứ pháp lý", "Legal ground"),
    tr("Kết quả", "Outcome"),
]


def _form_context(request: HttpRequest) -> dict[str, Any]:
    purposes = queries.list_purposes(at_holder=True)
    return {
        "q": request.POST.get("q", "").strip(),
        "purpose": request.POST.get("purpose", ""),
        "legal_ground": request.POST.get("legal_ground", "").strip(),
        "purposes": [("", tr("Chọn mục đích", "Choose a purpose")), *((one.code, one.title) for one in purposes)],
        "grounds": [(one.title, one.legal_ground) for one in purposes],
    }


def _missing(context: dict[str, Any]) -> list[FieldError]:
    wanted = {
        "q": tr("Nhập số định danh hoặc họ tên.", "Type a personal number or a name."),
        "purpose": tr("Chọn mục đích tra cứu.", "Choose the purpose of the search."),
        "legal_ground": tr("Ghi căn cứ pháp lý của việc tra cứu.", "Write the legal ground of the search."),
    }
    return [
        FieldError(name, message, f"population.no-{name.replace('_', '-')}")
        for name, message in wanted.items()
        if not context[name]
    ]


def record_rows(record: PersonRecord) -> list[dict[str, Any]]:
    """The record as rows of a summary: only what the purpose opened."""
    number = {"key": tr("Số định danh cá nhân", "Personal number"), "value": record.personal_number}
    rows = [
        {"key": label, "value": _shown(record, name)} for name, label in FIELD_LABELS.items() if name in record.fields
    ]
    return [number, *rows]


def _shown(record: PersonRecord, name: str) -> object:
    value = getattr(record, name)
    if name == "birth_date":
        return show_date(value)
    if name == "sex":
        return SEX_LABELS[value]
    if name == "status":
        return STATUS_LABELS[value]
    if name == "residence":
        return value.text if value else "–"
    if isinstance(value, Relative):
        return f"{value.name} ({value.number})" if value.number else value.name
    return value or "–"


def _version_row(one: IdentityRow) -> list[object]:
    shown = [one.record.name, one.record.residence.text if one.record.residence else ""]
    source = _SOURCES.get(one.source.partition(":")[0], tr(one.source, one.source))
    return [
        show_date(one.valid_from),
        show_date(one.valid_to) or tr("nay", "now"),
        ", ".join(part for part in shown if part) or "–",
        f"{source}. {one.basis}",
    ]


def _look_row(look: LookSeen) -> list[object]:
    text, colour = _OUTCOMES[look.outcome]
    return [
        show_moment(look.at),
        f"{look.agency_name} ({look.agency_code})",
        look.purpose_title,
        look.legal_ground,
        {"text": text, "tag": colour},
    ]
