"""Names for synthetic people: family names by how common they are, middle and given names by sex and generation.

Frequencies of family names are rounded from what is publicly known of Vietnamese names (Nguyễn about 31 in 100).
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from random import Random
from typing import Final

from lienthong.sources.population.types import Sex

# Per mille among Kinh people.
SURNAMES: Final[dict[str, int]] = {
    "Nguyễn": 315, "Trần": 109, "Lê": 89, "Phạm": 59, "Hoàng": 30, "Huỳnh": 27, "Võ": 27, "Vũ": 24, "Phan": 28,
    "Trương": 22, "Bùi": 21, "Đặng": 19, "Đỗ": 19, "Ngô": 17, "Hồ": 15, "Dương": 14, "Đinh": 10, "Đoàn": 10, "Lâm": 8,
    "Mai": 8, "Trịnh": 8, "Đào": 8, "Cao": 7, "Lương": 7, "Hà": 7, "Phùng": 6, "Lưu": 6, "Tạ": 5, "Thái": 5, "Châu": 5,
    "Tô": 5, "Vương": 4, "Quách": 3, "Nghiêm": 3, "Chu": 4, "Tống": 3, "La": 3, "Kiều": 3, "Văn": 3, "Tăng": 2,
    "Doãn": 2, "Khổng": 2, "Thạch": 2, "Từ": 2, "Lại": 3, "Ông": 1, "Viên": 1, "Giang": 1,
}  # fmt: skip

# Middle names; one that occurs twice is twice as common. Generations: born before 1965, before 1990, since.
_MIDDLE: Final[dict[tuple[Sex, int], str]] = {
    ("female", 0): "Thị Thị Thị Thị Thị Thị Thị Ngọc Kim Bích",
    ("female", 1): "Thị Thị Thị Thị Thị Ngọc Kim Thanh Thu Hồng Minh Mỹ Bích Xuân",
    ("female", 2): "Thị Thị Ngọc Ngọc Thanh Minh Bảo Khánh Phương Thảo Quỳnh Hoài Gia Như Thùy Hà An Tường Mai",
    ("male", 0): "Văn Văn Văn Văn Văn Đình Hữu Xuân Công Bá Đức",
    ("male", 1): "Văn Văn Văn Đức Hữu Quốc Minh Thanh Đình Anh Ngọc Công Xuân Hoàng Trọng Quang",
    ("male", 2): "Minh Minh Gia Hoàng Quốc Đức Anh Tuấn Nhật Bảo Thành Hải Duy Trung Quang Thiên Văn Hữu Khánh",
}
_GIVEN: Final[dict[tuple[Sex, int], str]] = {
    ("female", 0): "Lan Hoa Hồng Cúc Mai Tuyết Nga Liên Xuân Thu Sen Bé Tư Lành Nhung Hiền Mận Đào Loan Phượng "
    "Thơm Tỵ Gái Lợi Thanh Yến Oanh Vân Hạnh Bình",
    ("female", 1): "Hương Hà Hằng Hạnh Lan Hoa Thủy Nga Tuyết Phượng Oanh Vân Yến Hiền Thảo Loan Trang Dung Nhung "
    "Thu Ngọc Thúy Linh Tâm Hồng Diệp Mai Liên Bích Huệ Kiều Nguyệt Quyên Tuyền",
    ("female", 2): "Anh Linh Trang Ngọc Thảo Vy My Nhi Hân Trâm Hà Phương Quỳnh Uyên Ngân Thư Chi Châu Giang Mai "
    "Yến Như Khánh Dung Tiên Nhiên Diệp Hoa Ánh Đan Lam Mẫn Tuệ Vân",
    ("male", 0): "Hùng Dũng Sơn Long Hải Minh Thành Bình Tâm Phúc Lợi Thanh Hòa Quý Sáu Năm Tài Đức Khánh Thắng "
    "Chiến Cường Nghĩa Lộc Hiếu Tín Xuân Ba Thọ Đông",
    ("male", 1): "Hùng Dũng Tuấn Cường Sơn Hải Long Thành Minh Thắng Nam Trung Quang Hiếu Bình Đức Toàn Tú Phong "
    "Khoa Vinh Hòa Tùng Kiên Nghĩa Phước Lâm Thịnh Hưng An Trí Tiến Duy",
    ("male", 2): "Anh Huy Minh Khang Bảo Nam Khôi Phúc Đức Long Quân Kiệt Phong Duy Khoa Nguyên Tuấn Đạt Hưng Thịnh "
    "Hiếu Khánh Tín Phát Dũng Lâm Sơn An Nhân Việt Thiện Vũ Bách Trí",
}

# Peoples: (word before the name by sex, clan or family names, given names by sex).
_CO_HO_MEN: Final = "Brẻo Brít Tinh Wai Duẩn Long Minh Thoại Siêng Tàm Vinh Hải Lợi Tuấn Sép Dung Nhiên Thuận"
_CO_HO_WOMEN: Final = "Thủy Liên Hương Lan Duyên Ngoan Mai Thảo Ngọc Linh Phương Rin Hạnh Loan Trang Thương Dung"
_TAY_NUNG: Final = "Nông Hoàng Lý Triệu Ma Hứa Bế Đàm La Vi Lương Dương"
_THAI_MUONG: Final = "Lò Quàng Cầm Hà Bùi Lường Đinh Quách Vi Lữ"
_KHMER: Final = "Thạch Sơn Kim Danh Châu Lâm Kiên"
_CLANS: Final[dict[str, str]] = {
    "Tày": _TAY_NUNG, "Nùng": _TAY_NUNG, "Thái": _THAI_MUONG, "Mường": _THAI_MUONG, "Khmer": _KHMER,
    "Hoa": "Trần Lâm Quách Vương Lưu Trịnh Huỳnh Tăng Châu Diệp", "Chăm": "Đàng Bá Thiên Quảng Lưu Đạo",
    "Mông": "Giàng Vàng Sùng Lý Thào Hạng Mùa", "Dao": "Bàn Triệu Đặng Lý Phùng",
    "Chu Ru": "Touneh Touprong Ya Jơ-rlơng", "Ê Đê": "Niê Mlô Êban Byă Kbuôr",
    "Gia Rai": "Siu Rơ-mah Ksor Kpă Nay", "M'Nông": "Điểu H' Bkrông Rơ-Chăm",
}  # fmt: skip

# People of a place by the code of birth registration, per hundred; the rest is Kinh.
_PEOPLES: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "068": (("Cơ Ho", 13), ("Mạ", 3), ("Chu Ru", 2), ("Tày", 2), ("Nùng", 2), ("Hoa", 1)),
    "067": (("M'Nông", 8), ("Nùng", 5), ("Mông", 4), ("Tày", 4), ("Mạ", 1)),
    "060": (("Chăm", 3), ("Cơ Ho", 1), ("Hoa", 1)),
    "058": (("Chăm", 12),), "066": (("Ê Đê", 17), ("Nùng", 4), ("Tày", 3)),
    "064": (("Gia Rai", 30),), "062": (("Gia Rai", 5),),
    "002": (("Mông", 33), ("Tày", 23), ("Dao", 15)), "004": (("Tày", 41), ("Nùng", 30), ("Mông", 10)),
    "006": (("Tày", 52), ("Dao", 17)), "008": (("Tày", 26), ("Dao", 12)), "010": (("Mông", 24), ("Tày", 15)),
    "011": (("Thái", 38), ("Mông", 38)), "012": (("Thái", 31), ("Mông", 24)), "014": (("Thái", 54), ("Mông", 15)),
    "015": (("Tày", 18), ("Dao", 12), ("Mông", 11)), "017": (("Mường", 63), ("Thái", 4)),
    "020": (("Nùng", 42), ("Tày", 36)), "038": (("Mường", 10), ("Thái", 6)), "040": (("Thái", 10),),
    "084": (("Khmer", 31),), "094": (("Khmer", 30), ("Hoa", 5)), "091": (("Khmer", 12),), "095": (("Khmer", 7),),
    "079": (("Hoa", 4),),
}  # fmt: skip


@cache
def _surname_scale() -> tuple[tuple[str, ...], tuple[int, ...]]:
    return tuple(SURNAMES), tuple(accumulate(SURNAMES.values()))


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def generation(birth_year: int) -> int:
    """0, 1 or 2: whose fashion in names."""
    return (birth_year >= 1965) + (birth_year >= 1990)


def draw_people(rng: Random, registration_code: str) -> str:
    """An ethnicity (dân tộc) as common as it is where the family comes from."""
    throw = rng.randrange(100)
    for people, share in _PEOPLES.get(registration_code, ()):
        throw -= share
        if throw < 0:
            return people
    return "Kinh"


def draw_surname(rng: Random, ethnicity: str) -> str:
    """A family name; empty for peoples that have none (Cơ Ho, Mạ)."""
    if ethnicity in ("Cơ Ho", "Mạ"):
        return ""
    if ethnicity in _CLANS:
        return rng.choice(_words(_CLANS[ethnicity]))
    names, scale = _surname_scale()
    return rng.choices(names, cum_weights=scale)[0]


def draw_name(rng: Random, *, surname: str, ethnicity: str, sex: Sex, birth_year: int) -> str:
    """A full name: family, middle and given, or K' / Ka and a given name."""
    if not surname:
        word, given = ("K'", _CO_HO_MEN) if sex == "male" else ("Ka ", _CO_HO_WOMEN)
        return word + rng.choice(_words(given))
    fashion = sex, generation(birth_year)
    middle, given = rng.choice(_words(_MIDDLE[fashion])), rng.choice(_words(_GIVEN[fashion]))
    if middle == given:
        middle = "Thị" if sex == "female" else "Văn"
    return f"{surname} {middle} {given}"
