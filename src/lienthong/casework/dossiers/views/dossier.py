"""The dossier page (trang hồ sơ): what it says, its papers, its story, the register beside it, the next thing to do."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from lienthong.casework.dossiers import queries, rules, services, states
from lienthong.casework.dossiers.types import CHANNEL_LABELS, RETURN_LABELS, Dossier
from lienthong.casework.dossiers.views import deed_forms
from lienthong.casework.dossiers.views.worklist import DUTIES
from lienthong.kernel import access, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import show_date, show_dong, show_moment, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.population.types import SEX_LABELS, STATUS_LABELS, PersonRecord
from lienthong.sources.procedures import queries as procedure_queries

LOOK_PURPOSES = {
    "1.001193": "birth-registration",
    "2.000635": "civil-status-extract",
    "1.004222": "residence-registration",
}
DEFAULT_PURPOSE = "dossier-handling"
LEGAL_GROUNDS = {
    "birth-registration": "Luật Hộ tịch 60/2014/QH13; Luật Căn cước 26/2023/QH15",
    "civil-status-extract": "Luật Hộ tịch 60/2014/QH13; Luật Căn cước 26/2023/QH15",
    "residence-registration": "Luật Cư trú 68/2020/QH14; Luật Căn cước 26/2023/QH15",
    DEFAULT_PURPOSE: "Nghị định 118/2025/NĐ-CP; Luật Căn cước 26/2023/QH15",
}


@access.duty(*DUTIES)
@require_safe
def show_dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """One dossier of the officer's agency."""
    actor = access.acting(request)
    return render(request, "dossiers/dossier.html", page_context(queries.get_dossier(dossier_id, actor), actor))


@access.duty("reception", "handling")
@require_POST
def look_up(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Ask the population register about a person of this dossier; the answer is shown and not kept."""
    actor = access.acting(request)
    dossier = queries.get_dossier(dossier_id, actor)
    context = page_context(dossier, actor)
    number = request.POST.get("number", "").strip()
    context["looked_number"] = number
    purpose = LOOK_PURPOSES.get(dossier.procedure_code, DEFAULT_PURPOSE)
    try:
        person = services.look_up_person(
            dossier_id=dossier.id,
            personal_number=number,
            purpose=purpose,
            legal_ground=LEGAL_GROUNDS[purpose],
            actor=actor,
        )
    except Refused as refusal:
        context["look_error"] = refusal.message
        return render(request, "dossiers/dossier.html", context, status=refusal.status)
    context["person_rows"] = person_rows(person)
    return render(request, "dossiers/dossier.html", context)


def page_context(dossier: Dossier, actor: Actor) -> dict[str, Any]:
    """Everything the dossier page shows."""
    actions = queries.list_next_actions(dossier, actor)
    primary = next((action for action in actions if action.primary), None)
    return {
        "dossier": dossier,
        "crumbs": [(tr("Hồ sơ", "Dossiers"), "/mot-cua/"), (dossier.shown_code, "")],
        "facts": _facts(dossier),
        "applicant_rows": _applicant_rows(dossier),
        "answer_rows": answer_rows(dossier),
        "timeline": _timeline(dossier),
        "primary": primary,
        "primary_form": deed_forms.fields_of(primary.deed, dossier) if primary else None,
        "others": [action for action in actions if not action.primary],
        "notices": _notices(dossier, actor),
        "papers_to_print": _papers_to_print(dossier),
        "people": queries.list_people_named(dossier),
        "may_look": actor.has("reception", "handling") and dossier.finished_at is None,
        "overdue": dossier.due_at is not None and dossier.finished_at is None
        and states.state_of(dossier.status).clock == "runs" and dossier.due_at < clock.now(),
    }  # fmt: skip


def _facts(dossier: Dossier) -> list[dict[str, Any]]:
    rows = [
        (tr("Thủ tục", "Procedure"), f"{dossier.procedure_code} · {dossier.subject}"),
        (tr("Cơ quan giải quyết", "Deciding agency"), agency_queries.name_of_agency(dossier.agency_code)),
        (tr("Kênh nộp", "Channel"), CHANNEL_LABELS[dossier.channel]),
        (tr("Nộp lúc", "Filed"), show_moment(dossier.submitted_at)),
        (tr("Tiếp nhận lúc", "Received"), show_moment(dossier.received_at)),
        (tr("Hẹn trả", "Due"), show_moment(dossier.due_at)),
        (tr("Nhận kết quả", "Return"), RETURN_LABELS[dossier.return_way]),
        (tr("Phí, lệ phí", "Fee"), _fee_words(dossier)),
        (tr("Số định danh của trẻ", "The child's number"), _number_words(dossier)),
        (tr("Số kết quả", "Number of the result"), dossier.result_number if dossier.result else ""),
        (tr("Xong lúc", "Finished"), _finished_words(dossier)),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _fee_words(dossier: Dossier) -> object:
    if dossier.fee_paid_at is not None:
        paid = show_moment(dossier.fee_paid_at)
        return tr(
            f"{show_dong(dossier.fee_amount)}, đã nộp lúc {paid}", f"{show_dong(dossier.fee_amount)}, paid at {paid}"
        )
    if dossier.fee_amount:
        return tr(f"{show_dong(dossier.fee_amount)}, chưa nộp", f"{show_dong(dossier.fee_amount)}, not paid")
    if dossier.published_fee:
        return show_dong(dossier.published_fee)
    return tr("Không thu", "Free") if dossier.published_fee == 0 else ""


def _number_words(dossier: Dossier) -> object:
    if dossier.number_state == "waiting":
        return tr("Đang chờ số định danh", "Waiting for the number")
    if dossier.number_state == "refused":
        return tr("Chưa cấp được", "Not issued yet")
    return dossier.personal_number


def _finished_words(dossier: Dossier) -> object:
    if dossier.finished_at is None:
        return ""
    when = show_moment(dossier.finished_at)
    if dossier.result is None:
        return when
    told = {
        "early": tr("trước hạn", "before time"),
        "on_time": tr("đúng hạn", "on time"),
        "late": tr("quá hạn", "late"),
    }[rules.punctuality(dossier.due_at, dossier.finished_at)]
    return tr(f"{when}, {told.vi}", f"{when}, {told.en}")


def _applicant_rows(dossier: Dossier) -> list[dict[str, Any]]:
    one = dossier.applicant
    rows = [
        (tr("Họ tên", "Name"), one.name),
        (tr("Số định danh", "Personal number"), one.number),
        (tr("Điện thoại", "Phone"), one.phone),
        (tr("Thư điện tử", "E-mail"), one.email),
        (tr("Địa chỉ", "Address"), one.address),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def answer_rows(dossier: Dossier) -> list[dict[str, Any]]:
    """The form's answers as words; places by name, and without what the applicant block shows already."""
    procedure = procedure_queries.find_procedure(dossier.procedure_code, version=dossier.procedure_version)
    if procedure is None or procedure.form is None:
        return []
    filed = dossier.submitted_at.astimezone(clock.ZONE).date()
    return [
        {"key": row.title, "value": _place(row.raw, filed) if row.widget in ("commune", "province") else row.value}
        for row in procedure_queries.review(procedure.form, dossier.answers)
        if not row.path.startswith("applicant.")
    ]


def _place(gso_code: object, on: date) -> str:
    """The place as it was called when the dossier was filed: codes went to other places with the mergers."""
    unit = agency_queries.find_unit(str(gso_code), on) or agency_queries.find_unit(str(gso_code))
    return unit.address if unit else str(gso_code)


def _timeline(dossier: Dossier) -> list[dict[str, Any]]:
    return [
        {"title": entry.label, "moment": entry.at, "text": entry.note, "colour": entry.colour, "by": ""}
        for entry in reversed(dossier.timeline)
    ]


def _notices(dossier: Dossier, actor: Actor) -> list[Any]:
    """What the officer must know before doing anything."""
    told = []
    if dossier.number_state == "waiting":
        told.append(
            tr(
                "Đang chờ số định danh từ cơ sở dữ liệu dân cư. Trang này tự có số khi tải lại.",
                "Waiting for the personal number from the population register. Reload to see it.",
            )
        )
    if dossier.number_state == "refused":
        told.append(tr("Chưa cấp được số định danh: {why}", "No number: {why}").format(why=dossier.number_problem))
    if dossier.draft_remarks and dossier.drafted_at is None:
        told.append(tr("Lãnh đạo trả lại: {why}", "Sent back by the leader: {why}").format(why=dossier.draft_remarks))
    if any(fee.refund_due for fee in dossier.fees):
        told.append(tr("Có khoản phí phải hoàn trả cho người nộp.", "A fee is to be paid back to the applicant."))
    return told


def _papers_to_print(dossier: Dossier) -> list[dict[str, Any]]:
    """The one-stop forms that exist for this dossier now."""
    deeds = {entry.deed for entry in dossier.timeline}
    forms = [
        ("01", dossier.received_at is not None, tr("Giấy tiếp nhận và hẹn trả (mẫu 01)", "Receipt (form 01)")),
        ("02", bool(dossier.supplements), tr("Phiếu yêu cầu bổ sung (mẫu 02)", "Supplement request (form 02)")),
        ("03", "refuse" in deeds, tr("Phiếu từ chối tiếp nhận (mẫu 03)", "Refusal (form 03)")),
        ("05", "stop" in deeds, tr("Thông báo dừng giải quyết (mẫu 05)", "Stop notice (form 05)")),
        ("06", bool(dossier.steps), tr("Phiếu kiểm soát quá trình (mẫu 06)", "Control sheet (form 06)")),
    ]
    return [{"href": f"/mot-cua/{dossier.id}/phieu/{form}.pdf", "text": text} for form, there, text in forms if there]


def person_rows(person: PersonRecord) -> list[dict[str, Any]]:
    """The register's answer: only what the purpose opened."""
    rows = [
        (tr("Số định danh", "Personal number"), person.personal_number),
        (tr("Họ tên", "Name"), person.name),
        (tr("Ngày sinh", "Date of birth"), show_date(person.birth_date)),
        (tr("Giới tính", "Sex"), SEX_LABELS.get(person.sex or "")),
        (tr("Dân tộc", "Ethnic group"), person.ethnicity),
        (tr("Quốc tịch", "Nationality"), person.nationality),
        (tr("Thường trú", "Residence"), person.residence.text if person.residence else ""),
        (tr("Quê quán", "Hometown"), person.hometown),
        (tr("Mẹ", "Mother"), person.mother.name if person.mother else ""),
        (tr("Cha", "Father"), person.father.name if person.father else ""),
        (tr("Vợ, chồng", "Spouse"), person.spouse.name if person.spouse else ""),
        (tr("Tình trạng", "Status"), STATUS_LABELS.get(person.status or "")),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]
