"""The public look-up page: anyone types an old or new code or name and sees who answers today."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.text import Bilingual, nfc, show_date, tr
from lienthong.platform.agencies import queries
from lienthong.platform.agencies.types import AgencyRef, AgencyResolution, UnitResolution

_LIMIT = 20
_NOW = tr("Đang hoạt động", "In office")
_CURRENT = tr("Hiện nay", "Today")


@access.public
@require_safe
def look_up(request: HttpRequest) -> HttpResponse:
    """Look up an agency or a place (tra cứu cơ quan, đơn vị hành chính)."""
    text = nfc(request.GET.get("q", "").replace("\x00", "")).strip()[:120]
    found = queries.look_up(text, _LIMIT) if text else None
    cards = [_agency_card(agency) for agency in found.agencies] if found else []
    cards += [_unit_card(unit) for unit in found.units] if found else []
    context = {"typed": text, "asked": found is not None, "cards": cards, "many": len(cards) >= _LIMIT}
    return render(request, "agencies/look_up.html", context)


def _unit_card(found: UnitResolution) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    if not found.is_current and found.now:
        names = "; ".join(unit.address for unit in found.now)
        rows.append(_row(tr("Nay là", "Today it is"), names))
    if found.split:
        rows.append(
            _row(
                tr("Lưu ý", "Note"),
                tr(
                    "Địa bàn cũ đã chia cho nhiều đơn vị; hãy hỏi theo thôn, tổ dân phố nơi bạn ở.",
                    "The old area was divided; ask by the hamlet or street where you live.",
                ),
            )
        )
    rows.append(_row(tr("Cơ quan trả lời", "Who answers"), _office(found.answers)))
    rows.append(_row(tr("Mã thống kê", "Statistics code"), found.was.code))
    if found.decision:
        rows.append(_row(tr("Theo", "By"), found.decision))
    tag, colour = _tag(found.is_current, found.was.valid_from, found.was.valid_to, _CURRENT)
    return {"title": found.was.address, "tag": tag, "colour": colour, "rows": rows}


def _agency_card(found: AgencyResolution) -> dict[str, Any]:
    rows = []
    if not found.is_current:
        rows.append(_row(tr("Cơ quan trả lời", "Who answers"), _office(found.answers)))
    rows.append(_row(tr("Mã cơ quan", "Agency code"), found.was.code))
    rows.append(_row(tr("Mã cũ (QCVN 102)", "Old code (QCVN 102)"), found.was.qcvn102_code or "–"))
    if found.was.note:
        rows.append(_row(tr("Ghi chú", "Note"), found.was.note))
    tag, colour = _tag(found.is_current, found.was.valid_from, found.was.valid_to, _NOW)
    return {"title": found.was.name, "tag": tag, "colour": colour, "rows": rows}


def _row(key: Bilingual, value: Bilingual | str) -> dict[str, Any]:
    return {"key": key, "value": value}


def _office(agency: AgencyRef | None) -> Bilingual | str:
    if agency is None:
        return tr("Chưa rõ cơ quan kế thừa", "No successor is on record")
    return f"{agency.name} ({agency.code})"


def _tag(is_current: bool, valid_from: date | None, valid_to: date | None, current: Bilingual) -> tuple[Bilingual, str]:
    if is_current:
        return current, "green"
    if valid_to is not None:
        last = show_date(valid_to - timedelta(days=1))
        return tr(f"Đến hết {last}", f"Until {last}"), "grey"
    if valid_from is not None:
        first = show_date(valid_from)
        return tr(f"Từ {first}", f"From {first}"), "blue"
    return tr("Tên cũ", "Former name"), "grey"
