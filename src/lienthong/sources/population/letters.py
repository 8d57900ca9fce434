"""Letters of population: a birth goes to the holder, the number or a refusal comes back.

The protocol is in docs/protocols/population.md.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lienthong.platform.exchange.types import Letter

Number = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=250)]
Commune = Annotated[str, Field(pattern=r"^[0-9]{5}$")]

_REQUEST = UUID("0192f0aa-4c1e-7b6a-9b57-3d5ad3a2c001")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Child(_Part):
    """The child as declared."""

    name: Name
    birth_date: date
    sex: Literal["male", "female"]
    ethnicity: Name
    nationality: Name
    birth_place: Text
    hometown: Text


class Parent(_Part):
    """A parent as declared: the number, and the name as a second fact."""

    personal_number: Number
    name: Name


class BirthRegistered(Letter):
    """Birth registered (đã đăng ký khai sinh): a commune entered a birth and asks for the child's number."""

    NAME: ClassVar[str] = "birth-registered.v1"

    request_id: UUID
    child: Child
    mother: Parent | None
    father: Parent | None
    registered_at_commune_gso: Commune
    registration_date: date

    @classmethod
    def sample(cls) -> Self:
        """Invented people."""
        return cls(
            request_id=_REQUEST,
            child=Child(
                name="Nguyễn Trần An Nhiên",
                birth_date=date(2026, 11, 12),
                sex="female",
                ethnicity="Kinh",
                nationality="Việt Nam",
                birth_place="Bệnh viện Đa khoa Lâm Đồng",
                hometown="Lâm Đồng",
            ),
            mother=Parent(personal_number="068196000101", name="Trần Thị Thu Hà"),
            father=Parent(personal_number="068094000102", name="Nguyễn Hoàng Nam"),
            registered_at_commune_gso="24781",
            registration_date=date(2026, 11, 21),
        )


class PersonalNumberIssued(Letter):
    """Personal number issued (đã cấp số định danh cá nhân): the holder's answer to a birth."""

    NAME: ClassVar[str] = "personal-number-issued.v1"

    request_id: UUID
    personal_number: Number

    @classmethod
    def sample(cls) -> Self:
        """The number of the sample child."""
        return cls(request_id=_REQUEST, personal_number="068326417305")


class BirthRefused(Letter):
    """Birth refused (từ chối cấp số định danh): what speaks against it, in both languages, with a stable code."""

    NAME: ClassVar[str] = "birth-refused.v1"

    request_id: UUID
    code: Annotated[str, Field(pattern=r"^population\.[a-z0-9-]+$", max_length=100)]
    reason_vi: Annotated[str, Field(min_length=1, max_length=1000)]
    reason_en: Annotated[str, Field(min_length=1, max_length=1000)]

    @classmethod
    def sample(cls) -> Self:
        """A number that was mistyped."""
        return cls(
            request_id=_REQUEST,
            code="population.mother-unknown",
            reason_vi="Người mẹ không có trong cơ sở dữ liệu dân cư; hãy kiểm tra lại số định danh.",
            reason_en="The mother is not in the population register; check the personal number.",
        )
