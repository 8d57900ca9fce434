"""Errors that people and programs can act on: a stable code, a sentence in both languages, the field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lienthong.kernel.text import Bilingual, bilingual, tr


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: its path (`child.birth_date`), a sentence that says what to do, a code."""

    path: str
    message: Bilingual
    code: str


class Refused(Exception):
    """An input or an act that is refused. `code` is stable (`room.reason`); `field` names the culprit.

    Pages show the sentence, APIs send it as a problem body (RFC 9457) with `status`.
    """

    status = 422

    def __init__(
        self,
        code: str,
        message: Bilingual | str,
        *,
        field: str = "",
        status: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {bilingual(message).en}")
        self.code = code
        self.message = bilingual(message)
        self.field = field
        self.status = status or type(self).status
        self.details: Mapping[str, Any] = details or {}

    @property
    def field_errors(self) -> Sequence[FieldError]:
        return (FieldError(self.field, self.message, self.code),) if self.field else ()

    def as_problem(self) -> dict[str, Any]:
        """The problem body: type, title in both languages, status, code, the fields at fault."""
        return {
            "type": f"urn:lienthong:problem:{self.code}",
            "title": self.message.vi,
            "title_en": self.message.en,
            "status": self.status,
            "code": self.code,
            "errors": [
                {
                    "field": error.path,
                    "message": error.message.vi,
                    "message_en": error.message.en,
                    "code": error.code,
                }
                for error in self.field_errors
            ],
            **self.details,
        }


class NotAllowed(Refused):
    """The person may not do or see this."""

    status = 403


class NotFound(Refused):
    """There is no such thing, or not for this person."""

    status = 404


class Conflict(Refused):
    """The thing has moved on: somebody else acted first, or the same id came with other content."""

    status = 409


class Invalid(Refused):
    """Several fields are wrong at once."""

    def __init__(self, errors: Sequence[FieldError], code: str = "form.invalid") -> None:
        super().__init__(code, tr("Có thông tin cần sửa.", "Some answers need correcting."))
        self._errors = tuple(errors)

    @property
    def field_errors(self) -> Sequence[FieldError]:
        return self._errors
