"""Invented samples that fill the style guide: every component in its ordinary, erroneous and empty state."""

from datetime import timedelta
from typing import Any

from lienthong.kernel.clock import at
from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, tr

SOME_MOMENT = at(2026, 11, 21, 9, 30)


def all_samples() -> dict[str, Any]:
    """The context of the style guide."""
    return {"form_errors": _errors(), "tags": _tags(), **_choices(), **_lists(), **_tables()}


def _errors() -> list[FieldError]:
    return [
        FieldError("bad_name", tr("Hãy điền họ và tên.", "Enter your full name."), "sample.required"),
        FieldError(
            "bad_day",
            tr(
                "Ngày sinh phải là một ngày có thật, ví dụ 27 3 1990.",
                "Date of birth must be a real date, like 27 3 1990.",
            ),
            "sample.date",
        ),
        FieldError(
            "bad_choice", tr("Hãy chọn cách nhận kết quả.", "Choose how to receive the result."), "sample.choice"
        ),
        FieldError("bad_file", tr("Tệp lớn hơn 10 MB.", "The file is larger than 10 MB."), "sample.size"),
    ]


def _tags() -> list[tuple[Bilingual, str]]:
    return [
        (tr("Mới nộp", "New"), "grey"),
        (tr("Đang xử lý", "In progress"), "blue"),
        (tr("Chờ bổ sung", "Waiting for papers"), "orange"),
        (tr("Chờ nộp phí", "Waiting for the fee"), "yellow"),
        (tr("Đã có kết quả", "Result issued"), "green"),
        (tr("Đã trả", "Handed over"), "teal"),
        (tr("Từ chối", "Refused"), "red"),
        (tr("Đã rút", "Withdrawn"), "purple"),
        (tr("Dừng", "Stopped"), "magenta"),
    ]


def _choices() -> dict[str, Any]:
    return {
        "receive_options": [
            (
                "online",
                tr("Bản điện tử trên Cổng", "Electronic copy on the portal"),
                tr("Có ngay khi ký", "As soon as signed"),
            ),
            ("direct", tr("Tại bộ phận một cửa", "At the one-stop desk")),
            ("postal", tr("Qua bưu điện", "By post"), tr("Cước do bưu điện thu", "The post office charges for it")),
        ],
        "yes_no": [("yes", tr("Có", "Yes")), ("no", tr("Không", "No"))],
        "places": [
            ("", tr("Chọn một nơi", "Choose a place")),
            ("1", "Phường Xuân Hương - Đà Lạt"),
            ("2", "Xã Đạ Huoai"),
        ],
        "papers": [
            ("birth", tr("Giấy chứng sinh", "Certificate of birth from the hospital")),
            ("marriage", tr("Giấy chứng nhận kết hôn", "Marriage certificate")),
        ],
    }


def _lists() -> dict[str, Any]:
    return {
        "summary_rows": [
            {"key": tr("Họ và tên con", "Child's name"), "value": "Nguyễn Ngọc Thảo Nguyên", "href": "#bad_name"},
            {"key": tr("Ngày sinh", "Date of birth"), "value": "12/11/2026", "href": "#bad_day"},
            {"key": tr("Nơi nhận hồ sơ", "Where it is filed"), "value": "UBND phường Xuân Hương - Đà Lạt"},
        ],
        "timeline_items": [
            {
                "title": tr("Đã có kết quả", "Result issued"),
                "moment": SOME_MOMENT + timedelta(days=2),
                "by": "UBND phường Xuân Hương - Đà Lạt",
                "text": tr("Giấy khai sinh đã ký và đóng dấu số.", "The birth certificate is signed and sealed."),
                "colour": "green",
            },
            {
                "title": tr("Yêu cầu bổ sung", "More papers asked for"),
                "moment": SOME_MOMENT + timedelta(hours=5),
                "by": tr("Bộ phận một cửa", "One-stop desk"),
                "text": tr(
                    "Ảnh giấy chứng sinh bị mờ, hãy chụp lại.", "The photo of the paper is blurred, take it again."
                ),
                "colour": "orange",
            },
            {"title": tr("Đã nộp", "Filed"), "moment": SOME_MOMENT, "by": "Trần Thị Bích Ngọc"},
        ],
        "crumbs": [
            (tr("Trang đầu", "Start page"), "/"),
            (tr("Thủ tục", "Procedures"), "/thu-tuc/"),
            (tr("Đăng ký khai sinh", "Birth registration"), ""),
        ],
        "side_items": [
            {"heading": tr("Hồ sơ", "Dossiers")},
            {"text": tr("Mới nộp", "New"), "href": "#side", "count": 12, "active": True},
            {"text": tr("Đang xử lý", "In progress"), "href": "#side-2", "count": 48},
            {"text": tr("Quá hạn", "Overdue"), "href": "#side-3", "count": 0},
        ],
        "figures": [
            {
                "number": "1.284",
                "unit": tr("hồ sơ", "dossiers"),
                "label": tr("Đã tiếp nhận", "Received"),
                "note": tr("Tháng 11/2026 · từ hồ sơ của tỉnh", "November 2026 · from the province's dossiers"),
            },
            {
                "number": "97,4",
                "unit": "%",
                "label": tr("Đúng hạn", "On time"),
                "note": tr("Tháng 11/2026 · từ hồ sơ đã trả", "November 2026 · of finished dossiers"),
                "tone": "good",
            },
            {
                "number": "11",
                "unit": tr("hồ sơ", "dossiers"),
                "label": tr("Quá hạn", "Overdue"),
                "note": tr("Lúc 09:30 21/11/2026", "At 09:30 21/11/2026"),
                "tone": "bad",
            },
        ],
        "selected": [{"text": tr("Quá hạn", "Overdue"), "href": "?"}, {"text": "Đăng ký khai sinh", "href": "?"}],
    }


def _tables() -> dict[str, Any]:
    return {
        "table_head": [
            tr("Mã hồ sơ", "Code"),
            tr("Thủ tục", "Procedure"),
            tr("Hạn trả", "Due"),
            {"text": tr("Phí (đồng)", "Fee (đồng)"), "numeric": True},
            tr("Tình trạng", "Status"),
        ],
        "table_rows": [
            [
                {"text": "H36.101.01-261121-0001", "href": "#table", "code": True},
                tr("Đăng ký khai sinh", "Birth registration"),
                {"text": "21/11/2026", "sort_value": 20261121},
                {"text": "0", "sort_value": 0},
                {"text": tr("Đang xử lý", "In progress"), "tag": "blue"},
            ],
            [
                {"text": "H36.101.01-261120-0017", "href": "#table", "code": True},
                tr("Cấp bản sao trích lục hộ tịch", "Copy of a civil status extract"),
                {"text": "23/11/2026", "sort_value": 20261123},
                {"text": "8.000", "sort_value": 8000},
                {"text": tr("Chờ bổ sung", "Waiting for papers"), "tag": "orange"},
            ],
            [
                {"text": "H36.101.01-261118-0004", "href": "#table", "code": True},
                tr("Đăng ký thường trú", "Permanent residence"),
                {"text": "20/11/2026", "sort_value": 20261120},
                {"text": "10.000", "sort_value": 10000},
                {"text": tr("Quá hạn", "Overdue"), "tag": "red"},
            ],
        ],
    }
