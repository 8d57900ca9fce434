"""Letters of the catalogue: definitions from the publisher to those who handle dossiers."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from lienthong.platform.exchange.types import Letter

MAX_VERSIONS = 50


class PublishedVersion(BaseModel):
    """One version: `definition` is the procedure with its form (JSON Schema), as GET /api/v1/procedures/… shows it.

    `revision` counts corrections of the same version; the highest one counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    version: Annotated[int, Field(ge=1)]
    revision: Annotated[int, Field(ge=1)]
    definition: dict[str, Any]


class ProcedurePublished(Letter):
    """Procedures published (công bố thủ tục hành chính): up to 50 versions, publisher to reader."""

    NAME: ClassVar[str] = "procedure-published.v1"

    versions: Annotated[tuple[PublishedVersion, ...], Field(min_length=1, max_length=MAX_VERSIONS)]

    @classmethod
    def sample(cls) -> Self:
        """A small procedure without a form."""
        definition = {
            "code": "2.000635",
            "version": 1,
            "valid_from": "2025-07-01",
            "name": {"vi": "Cấp bản sao Trích lục hộ tịch", "en": "Copy of a civil-status extract"},
            "field": {"vi": "Hộ tịch", "en": "Civil status"},
            "levels": ["commune"],
            "owner_code": "G15",
            "owner_name": {"vi": "Bộ Tư pháp", "en": "Ministry of Justice"},
            "receivers": ["commune"],
            "deciders": ["commune"],
            "subjects": ["citizen"],
            "time_limit": {"kind": "same_day"},
            "fees": {"direct": {"amount": 8000}, "online": {"amount": 8000}},
            "result": {"code": "KQ.G15.000342", "name": {"vi": "Bản sao Trích lục hộ tịch", "en": "Copy"}},
            "online": "full",
        }
        return cls(versions=(PublishedVersion(code="2.000635", version=1, revision=1, definition=definition),))
