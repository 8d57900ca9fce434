"""What happens in the catalogue."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Published:
    """A version was published (công bố thủ tục): on the publisher when posted, on a reader when stored."""

    NAME: ClassVar[str] = "procedures.published"

    code: str
    version: int
    revision: int
    valid_from: date
    valid_to: date | None

    def event_key(self) -> str:
        """Events of one procedure stay in order."""
        return self.code
