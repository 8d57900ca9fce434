"""The directory on the wire: composing and reading its JSON. Pure."""

import base64
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.types import Directory, GrantEntry, NodeEntry
from lienthong.platform.exchange.wire import AGENCY_CODE

AgencyCode = Annotated[str, Field(pattern=rf"^{AGENCY_CODE.pattern}$", max_length=40)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Name(_Form):
    vi: str
    en: str


class _NodeForm(_Form):
    agency_code: AgencyCode
    name: _Name
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s/@]+$")]
    certificates: Annotated[tuple[str, ...], Field(min_length=1)]


class _GrantForm(_Form):
    client: AgencyCode
    provider: AgencyCode
    service: str
    purpose: str
    legal_ground: str
    valid_from: date
    valid_to: date | None


class _DirectoryForm(_Form):
    version: Literal[1]
    issuer: AgencyCode
    serial: Annotated[int, Field(ge=1)]
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    nodes: tuple[_NodeForm, ...]
    grants: tuple[_GrantForm, ...]


def compose(
    *,
    issuer: str,
    serial: int,
    issued_at: datetime,
    expires_at: datetime,
    nodes: Iterable[NodeEntry],
    grants: Iterable[GrantEntry],
) -> bytes:
    """The directory as JSON. Raises Refused `exchange.bad-directory` when an entry cannot be published."""
    try:
        form = _DirectoryForm(
            version=1,
            issuer=issuer,
            serial=serial,
            issued_at=issued_at,
            expires_at=expires_at,
            nodes=tuple(_node_form(node) for node in nodes),
            grants=tuple(_GrantForm(**asdict(grant)) for grant in grants),
        )
    except ValidationError as error:
        raise _unreadable(error) from None
    return orjson.dumps(form.model_dump(mode="json"))


def _node_form(node: NodeEntry) -> _NodeForm:
    return _NodeForm(
        agency_code=node.agency_code,
        name=_Name(vi=node.name.vi, en=node.name.en),
        base_url=node.base_url,
        certificates=node.certificates,
    )


def parse(body: bytes) -> Directory:
    """Raises Refused `exchange.bad-directory`, naming the field."""
    try:
        form = _DirectoryForm.model_validate_json(body)
    except ValidationError as error:
        raise _unreadable(error) from None
    nodes = (
        NodeEntry(node.agency_code, Bilingual(node.name.vi, node.name.en), node.base_url, node.certificates)
        for node in form.nodes
    )
    return Directory(
        issuer=form.issuer,
        serial=form.serial,
        issued_at=form.issued_at,
        expires_at=form.expires_at,
        nodes={node.agency_code: node for node in nodes},
        grants=tuple(
            GrantEntry(g.client, g.provider, g.service, g.purpose, g.legal_ground, g.valid_from, g.valid_to)
            for g in form.grants
        ),
    )


def bad_directory(message: Bilingual, field: str = "") -> Refused:
    return Refused("exchange.bad-directory", message, field=field, status=502)


def _unreadable(error: ValidationError) -> Refused:
    path = ".".join(str(step) for step in error.errors(include_url=False, include_input=False)[0]["loc"])
    return bad_directory(tr(f"Danh bạ sai cấu trúc tại “{path}”.", f"The directory is malformed at “{path}”."), path)


@lru_cache(maxsize=4096)
def thumbprint(pem: str) -> str:
    """SHA-256 (hex) of the first certificate of a PEM chain: what a signature names as `kid`; "" if unreadable."""
    body = pem.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END CERTIFICATE-----")[0]
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except ValueError:
        return ""
    return sha256(der).hexdigest() if der else ""
