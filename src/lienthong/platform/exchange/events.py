"""What the exchange tells the rooms above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LetterRefused:
    """A letter of ours came back with a signed refusal; its room may tell the people concerned."""

    NAME: ClassVar[str] = "exchange.letter-refused"

    letter_id: UUID
    letter_name: str
    recipient: str
    about: str
    code: str
    reason_vi: str
    reason_en: str

    def event_key(self) -> str:
        return self.about or str(self.letter_id)
