"""The named people of the demo's story: made up, with numbers that never change."""

from __future__ import annotations

from datetime import date
from typing import Final

from lienthong.kernel.text import tr
from lienthong.sources.population.demo.places import place_of
from lienthong.sources.population.types import DemoPerson, Relative, Residence

_MOTHER: Final = Relative("068196000101", "Trần Thị Thu Hà")
_FATHER: Final = Relative("068094000102", "Nguyễn Hoàng Nam")
_GRANDMOTHER: Final = Relative("068158000103", "Lê Thị Lan")
_GRANDFATHER: Final = Relative("068055000107", "Trần Văn Lộc")


def _living_at(gso_code: str, detail: str) -> Residence:
    place = place_of(gso_code)
    return Residence(place.gso_code, place.commune, place.province, detail)


_HOME: Final = _living_at("24781", "27/4 đường Hoa Mai, tổ dân phố 8")
_DA_LAT: Final = "Đà Lạt, Lâm Đồng"

NAMED_PEOPLE: Final[tuple[DemoPerson, ...]] = (
    DemoPerson(
        _MOTHER.number, _MOTHER.name, date(1996, 3, 14), "female", "Kinh", _HOME, _DA_LAT, _DA_LAT,
        mother=_GRANDMOTHER, father=_GRANDFATHER, spouse=_FATHER, key="mother",
        about=tr("Người mẹ đi đăng ký khai sinh cho con", "A mother who registers her child's birth"),
    ),
    DemoPerson(
        _FATHER.number, _FATHER.name, date(1994, 8, 2), "male", "Kinh", _HOME, _DA_LAT, "Bình Định",
        spouse=_MOTHER, key="father",
        about=tr("Người cha, xin bản sao trích lục hộ tịch", "The father, who asks for a civil-status extract"),
    ),
    DemoPerson(
        _GRANDMOTHER.number, _GRANDMOTHER.name, date(1958, 11, 20), "female", "Kinh", _HOME, _DA_LAT, "Quảng Ngãi",
        spouse=_GRANDFATHER, key="grandmother",
        about=tr("Bà ngoại 68 tuổi, dùng điện thoại chữ lớn", "A grandmother of 68 with large letters on her phone"),
    ),
    DemoPerson(
        "068088000104", "K'Duẩn", date(1988, 5, 6), "male", "Cơ Ho", _living_at("24846", "Tổ dân phố 3"),
        "Lạc Dương, Lâm Đồng", "Lâm Đồng", key="farmer",
        about=tr("Nông dân trồng cà phê, người Cơ Ho", "A Cơ Ho coffee farmer"),
    ),
    DemoPerson(
        "068305000105", "Võ Ngọc Khánh Linh", date(2005, 9, 9), "female", "Kinh",
        _living_at("24778", "15 đường Thông Xanh, tổ dân phố 2"), _DA_LAT, "Khánh Hòa", key="student",
        about=tr("Sinh viên mới chuyển nơi ở", "A student who has just moved"),
    ),
    DemoPerson(
        "068085000106", "Phạm Quốc Thịnh", date(1985, 1, 25), "male", "Kinh",
        _living_at("24823", "102 đường Trà Xanh, tổ dân phố 5"), "Bảo Lộc, Lâm Đồng", "Nam Định", key="shopkeeper",
        about=tr("Chủ hộ kinh doanh ở Bảo Lộc", "A shopkeeper in Bảo Lộc"),
    ),
)  # fmt: skip

# Died before the story begins; stands in the register so that nobody builds only for the living.
DEPARTED: Final = DemoPerson(
    _GRANDFATHER.number, _GRANDFATHER.name, date(1955, 2, 17), "male", "Kinh", _HOME, _DA_LAT, _DA_LAT,
    spouse=_GRANDMOTHER, status="dead", death_date=date(2021, 4, 8),
)  # fmt: skip
