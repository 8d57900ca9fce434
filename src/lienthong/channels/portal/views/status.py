"""What the status of a dossier means for the citizen, and its timeline."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from lienthong.casework.dossiers.types import Status, TimelineEntry
from lienthong.kernel.text import Bilingual, tr

MEANINGS: dict[Status, Bilingual] = {
    Status.SUBMITTED: tr(
        "Hồ sơ đã gửi tới cơ quan và đang chờ tiếp nhận.", "The dossier was sent to the agency and waits for reception."
    ),
    Status.RECEIVED: tr(
        "Cơ quan đã nhận hồ sơ và sẽ giải quyết đúng hẹn.", "The agency has received it and will decide on time."
    ),
    Status.REFUSED: tr("Cơ quan không tiếp nhận hồ sơ này.", "The agency did not accept this dossier."),
    Status.IN_PROGRESS: tr("Cán bộ đang giải quyết hồ sơ.", "An officer is working on it."),
    Status.SUPPLEMENT_ASKED: tr(
        "Cơ quan cần thêm giấy tờ. Thời hạn tạm dừng cho tới khi bổ sung.",
        "The agency needs more papers. The time limit stands still until they arrive.",
    ),
    Status.FEE_ASKED: tr(
        "Cần nộp phí, lệ phí. Thời hạn tạm dừng cho tới khi nộp.",
        "A fee is to be paid. The time limit stands still until then.",
    ),
    Status.WITHDRAWN: tr("Hồ sơ đã được rút.", "The dossier was withdrawn."),
    Status.STOPPED: tr("Cơ quan đã dừng giải quyết hồ sơ.", "The agency has stopped the dossier."),
    Status.DECIDED: tr("Đã có kết quả.", "The result is ready."),
    Status.HANDED_OVER: tr("Kết quả đã được trả.", "The result was handed over."),
}


def timeline_items(entries: Iterable[TimelineEntry]) -> list[dict[str, Any]]:
    """The story of a dossier, newest first."""
    items = [
        {"title": entry.label, "moment": entry.at, "text": _text(entry), "colour": entry.colour} for entry in entries
    ]
    return items[::-1]


def _text(entry: TimelineEntry) -> SafeString:
    told = format_html("{}", entry.told)
    return format_html('{}<br><span lang="vi">{}</span>', told, lines(entry.note)) if entry.note else told


def lines(text: str) -> SafeString:
    """Text of several lines, safe to show."""
    return mark_safe("<br>".join(escape(line) for line in text.splitlines()))  # noqa: S308 (each line is escaped)
