"""What happened in the register, heard by the rooms above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PersonalNumberIssued:
    """Personal number issued (đã cấp số định danh cá nhân) for a birth that this node reported."""

    NAME: ClassVar[str] = "population.personal-number-issued"

    request_id: UUID
    personal_number: str

    def event_key(self) -> str:
        """Events of one request arrive in order."""
        return str(self.request_id)


@dataclass(frozen=True, slots=True)
class BirthRefused:
    """Birth refused by the register (từ chối cấp số định danh): why, in both languages, and a stable code."""

    NAME: ClassVar[str] = "population.birth-refused"

    request_id: UUID
    code: str
    reason_vi: str
    reason_en: str

    def event_key(self) -> str:
        """Events of one request arrive in order."""
        return str(self.request_id)


@dataclass(frozen=True, slots=True)
class PersonBorn:
    """Person born (công dân mới): the holder entered a child into the register."""

    NAME: ClassVar[str] = "population.person-born"

    request_id: UUID
    personal_number: str
    registered_at_commune_gso: str

    def event_key(self) -> str:
        """Events of one person arrive in order."""
        return self.personal_number
