"""Purposes of looks (mục đích khai thác thông tin): the one table of what each may open.

A purpose opens no more than the work needs (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15; Luật Căn cước 26/2023/QH15
Điều 10 on use of the national population database). To let a new kind of work look, add a row here.
"""

from typing import Final

from lienthong.kernel.text import tr
from lienthong.sources.population.types import PERSON_FIELDS, Purpose

MIN_LEGAL_GROUND: Final = 8

LOOKUP_SERVICE: Final = "population.person-lookup"
MY_LOOKS_SERVICE: Final = "population.my-looks"

_IDENTITY: Final = frozenset({"name", "birth_date", "sex", "status"})
_ORIGIN: Final = frozenset({"ethnicity", "nationality", "hometown", "birth_place"})
_PARENTS: Final = frozenset({"mother", "father"})

PURPOSES: Final[dict[str, Purpose]] = {
    purpose.code: purpose
    for purpose in (
        Purpose(
            "own-record",
            tr("Xem và điền sẵn thông tin của chính mình", "See and prefill one's own record"),
            PERSON_FIELDS,
            "Luật Căn cước 26/2023/QH15",
            only_self=True,
        ),
        Purpose(
            "identity-check",
            tr("Xác minh danh tính", "Verify who somebody is"),
            _IDENTITY,
            "Luật Căn cước 26/2023/QH15; Nghị định 69/2024/NĐ-CP",
        ),
        Purpose(
            "birth-registration",
            tr("Giải quyết hồ sơ đăng ký khai sinh", "Handle a birth registration"),
            _IDENTITY | _ORIGIN | {"residence", "spouse"},
            "Luật Hộ tịch 60/2014/QH13; Luật Căn cước 26/2023/QH15",
        ),
        Purpose(
            "civil-status-extract",
            tr("Cấp bản sao trích lục hộ tịch", "Issue a copy of a civil-status extract"),
            _IDENTITY | _ORIGIN | _PARENTS,
            "Luật Hộ tịch 60/2014/QH13; Luật Căn cước 26/2023/QH15",
        ),
        Purpose(
            "residence-registration",
            tr("Giải quyết hồ sơ đăng ký cư trú", "Handle a residence registration"),
            _IDENTITY | {"residence", "spouse"} | _PARENTS,
            "Luật Cư trú 68/2020/QH14; Luật Căn cước 26/2023/QH15",
        ),
        Purpose(
            "dossier-handling",
            tr("Giải quyết hồ sơ thủ tục hành chính", "Handle a dossier of an administrative procedure"),
            _IDENTITY | {"residence", "nationality"},
            "Nghị định 118/2025/NĐ-CP; Luật Căn cước 26/2023/QH15",
        ),
        Purpose(
            "register-keeping",
            tr("Quản lý, cập nhật cơ sở dữ liệu dân cư", "Keep the population register"),
            PERSON_FIELDS,
            "Luật Căn cước 26/2023/QH15",
            only_holder=True,
        ),
    )
}
