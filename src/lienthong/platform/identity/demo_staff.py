"""Synthetic officers of the demo country: made-up names, real kinds of positions. No real person is meant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from lienthong.platform.identity.types import (
    CLERK,
    COMMAND,
    HANDLING,
    LEADER,
    OPERATOR,
    PUBLISHER,
    RECEPTION,
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the demo: the last part of the user name, the position and its duties.

    ``{kind}`` in the position stands for phường, xã or đặc khu.
    """

    username: str
    position: str
    duties: tuple[str, ...]


COMMUNE_POSTS: Final = (
    Post("tiepnhan", "Công chức Trung tâm Phục vụ hành chính công", (RECEPTION,)),
    Post("hotich", "Công chức tư pháp - hộ tịch", (HANDLING,)),
    Post("chutich", "Chủ tịch Ủy ban nhân dân {kind}", (LEADER,)),
    Post("vanthu", "Văn thư", (CLERK,)),
)
PROVINCE_POSTS: Final = (
    Post("vanhanh", "Quản trị hệ thống", (OPERATOR,)),
    Post("chidao", "Chuyên viên theo dõi điều hành", (COMMAND,)),
    Post("chutich", "Chủ tịch Ủy ban nhân dân tỉnh", (LEADER,)),
    Post("vanphong", "Chuyên viên Văn phòng Ủy ban nhân dân tỉnh", (HANDLING,)),
    Post("vanthu", "Văn thư", (CLERK,)),
)
POPULATION_POSTS: Final = (
    Post("vanhanh", "Quản trị hệ thống", (OPERATOR,)),
    Post("dancu", "Cán bộ quản lý dân cư", (HANDLING,)),
    Post("vanthu", "Văn thư", (CLERK,)),
)
HUB_POSTS: Final = (
    Post("chidao", "Chuyên viên Trung tâm điều hành", (COMMAND,)),
    Post("vanhanh", "Quản trị hệ thống", (OPERATOR,)),
    Post("congbo", "Chuyên viên kiểm soát thủ tục hành chính", (PUBLISHER,)),
    Post("vanthu", "Văn thư", (CLERK,)),
    Post("lanhdao", "Phó Chủ nhiệm Văn phòng Chính phủ", (LEADER,)),
    Post("chuyenvien", "Chuyên viên", (HANDLING,)),
)

_FAMILY: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương")
_GIVEN: Final = (
    *("Thị Mai Anh", "Thị Thu Hà", "Ngọc Lan", "Thị Kim Oanh", "Thanh Vân", "Thị Hồng Nhung", "Thùy Dương"),
    *("Thị Bích Ngọc", "Minh Châu", "Văn Lâm", "Quốc Bảo", "Minh Tuấn", "Đình Khải", "Hữu Phước", "Thanh Sơn"),
    *("Đức Thịnh", "Công Danh", "Trung Hiếu", "Hoàng Nam"),
)


def name_of(agency_code: str, place: int) -> str:
    """The made-up name of the officer at a place of an agency's list; the same on every node and start."""
    seed = hashlib.sha256(f"{agency_code}/{place}".encode()).digest()
    return f"{_FAMILY[seed[0] % len(_FAMILY)]} {_GIVEN[seed[1] % len(_GIVEN)]}"


def kind_of(agency_name: str) -> str:
    """The kind of commune in the name of its people's committee: phường, xã or đặc khu.

    >>> kind_of("Ủy ban nhân dân phường Xuân Hương - Đà Lạt")
    'phường'
    """
    name = agency_name.lower()
    return next((kind for kind in ("phường", "đặc khu") if kind in name), "xã")


def posts_of(agency_code: str) -> tuple[Post, ...]:
    """Which posts an agency of the demo has; none for a unit inside a commune."""
    if agency_code == "G22":
        return HUB_POSTS
    if agency_code == "G01":
        return POPULATION_POSTS
    depth = agency_code.count(".")
    if agency_code.startswith("H"):
        return (PROVINCE_POSTS, COMMUNE_POSTS, ())[min(depth, 2)]
    return ()
