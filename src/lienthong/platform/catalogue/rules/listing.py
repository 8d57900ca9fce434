"""The national list on the wire: composing and reading its JSON. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.types import AgreementEntry, NationalList, ServiceEntry, SystemEntry

MAX_BYTES = 48 * 2**20


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Head(_Form):
    """What must be right before the rest is read; further fields of a later version are passed over."""

    version: Literal[1]
    issuer: Annotated[str, Field(max_length=40)]
    serial: Annotated[int, Field(ge=1)]
    issued_at: AwareDatetime
    systems: list[dict[str, Any]]
    services: list[dict[str, Any]]
    agreements: list[dict[str, Any]]


_SYSTEMS = TypeAdapter(tuple[SystemEntry, ...])
_SERVICES = TypeAdapter(tuple[ServiceEntry, ...])
_AGREEMENTS = TypeAdapter(tuple[AgreementEntry, ...])


def compose(
    *,
    issuer: str,
    serial: int,
    issued_at: datetime,
    systems: Iterable[SystemEntry],
    services: Iterable[ServiceEntry],
    agreements: Iterable[AgreementEntry],
) -> bytes:
    """The list as JSON; what is told between the two sides alone (notes, reasons, names) is not in it."""
    return orjson.dumps(
        {
            "version": 1,
            "issuer": issuer,
            "serial": serial,
            "issued_at": issued_at,
            "systems": list(systems),
            "services": list(services),
            "agreements": list(agreements),
        }
    )


def parse(body: bytes) -> NationalList:
    """Raises Refused `catalogue.bad-list`, naming the field."""
    try:
        head = _Head.model_validate_json(body)
        return NationalList(
            issuer=head.issuer,
            serial=head.serial,
            issued_at=head.issued_at,
            systems=_SYSTEMS.validate_python(head.systems, strict=False),
            services=_SERVICES.validate_python(head.services, strict=False),
            agreements=_AGREEMENTS.validate_python(head.agreements, strict=False),
        )
    except ValidationError as error:
        path = ".".join(str(step) for step in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise bad_list(
            tr(f"Danh mục sai cấu trúc tại “{path}”.", f"The list is malformed at “{path}”."), path
        ) from None


def bad_list(message: Bilingual, field: str = "") -> Refused:
    return Refused("catalogue.bad-list", message, field=field, status=502)
