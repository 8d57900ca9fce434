"""The directory on the wire: composing and reading its JSON. Pure."""

import base64
import re
from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.types import Directory, GrantEntry, KeptCertificate, NodeEntry
from lienthong.platform.exchange.wire import AGENCY_CODE

AgencyCode = Annotated[str, Field(pattern=rf"^{AGENCY_CODE.pattern}$", max_length=40)]


HISTORY_LENGTH = 64
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_ADDRESS = r"^https?://[^\s/@?#]+$"
Address = Annotated[str, Field(pattern=_ADDRESS, max_length=300)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _OpenForm(BaseModel):
    """From version 2 on a reader passes over what it does not know, so that a directory can say more later."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Name(_Form):
    vi: str
    en: str


class _NodeForm(_Form):
    agency_code: AgencyCode
    name: _Name
    base_url: Address
    certificates: Annotated[tuple[str, ...], Field(min_length=1)]


class _KeptForm(_OpenForm):
    certificate: str
    listed_from: AwareDatetime
    listed_until: AwareDatetime
    revoked_at: AwareDatetime | None = None


class _NodeForm2(_OpenForm):
    agency_code: AgencyCode
    name: _Name
    base_url: Address | Literal[""]
    exchange_url: Address | Literal[""] = ""
    pull: bool = False
    witness: AgencyCode | Literal[""] = ""
    certificates: Annotated[tuple[str, ...], Field(min_length=1)]
    tls_certificates: tuple[str, ...] = ()
    kept_certificates: tuple[_KeptForm, ...] = ()


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


class _DirectoryForm2(_OpenForm):
    version: Literal[2]
    issuer: AgencyCode
    serial: Annotated[int, Field(ge=1)]
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    previous: Digest | Literal[""]
    history: Annotated[tuple[Digest, ...], Field(max_length=HISTORY_LENGTH)]
    nodes: tuple[_NodeForm2, ...]
    grants: tuple[_GrantForm, ...]


def compose(directory: Directory) -> bytes:
    """The directory as JSON of its version. Raises Refused `exchange.bad-directory` when an entry cannot be published.

    Version 1 is for readers that know no other: it leaves out what they cannot read.
    """
    facts: dict[str, Any] = {
        "version": directory.version,
        "issuer": directory.issuer,
        "serial": directory.serial,
        "issued_at": directory.issued_at,
        "expires_at": directory.expires_at,
        "grants": tuple(asdict(grant) for grant in directory.grants),
    }
    form: _DirectoryForm | _DirectoryForm2
    try:
        if directory.version == 1:
            nodes = tuple(_node_form(entry) for entry in directory.nodes.values())
            form = _DirectoryForm.model_validate({**facts, "nodes": nodes})
        else:
            more = {"previous": directory.previous, "history": directory.history}
            nodes = tuple(_node_form_2(entry) for entry in directory.nodes.values())
            form = _DirectoryForm2.model_validate({**facts, **more, "nodes": nodes})
    except ValidationError as error:
        raise _unreadable(error) from None
    return orjson.dumps(form.model_dump(mode="json"))


def _node_form(entry: NodeEntry) -> dict[str, Any]:
    # A reader of version 1 wants an address; of a node that cannot be reached it gets one that never answers.
    nowhere = f"https://{entry.agency_code.lower()}.invalid"
    return {
        "agency_code": entry.agency_code,
        "name": entry.name.as_dict(),
        "base_url": entry.base_url or nowhere,
        "certificates": entry.certificates,
    }


def _node_form_2(entry: NodeEntry) -> dict[str, Any]:
    return {
        "agency_code": entry.agency_code,
        "name": entry.name.as_dict(),
        "base_url": entry.base_url,
        "exchange_url": entry.exchange_url,
        "pull": entry.pull,
        "witness": entry.witness,
        "certificates": entry.certificates,
        "tls_certificates": entry.tls_certificates,
        "kept_certificates": tuple(
            {
                "certificate": one.pem,
                "listed_from": one.listed_from,
                "listed_until": one.listed_until,
                "revoked_at": one.revoked_at,
            }
            for one in entry.kept
        ),
    }


def parse(body: bytes) -> Directory:
    """Read a directory of version 1 or 2. Raises Refused `exchange.bad-directory`, naming the field."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_directory(tr("Danh bạ không phải là JSON.", "The directory is no JSON."), "body") from None
    version = told.get("version") if isinstance(told, dict) else None
    kind = _DirectoryForm2 if version == 2 else _DirectoryForm
    try:
        form = kind.model_validate_json(body)
    except ValidationError as error:
        raise _unreadable(error) from None
    return Directory(
        issuer=form.issuer,
        serial=form.serial,
        issued_at=form.issued_at,
        expires_at=form.expires_at,
        nodes={one.agency_code: _entry(one) for one in form.nodes},
        grants=tuple(
            GrantEntry(g.client, g.provider, g.service, g.purpose, g.legal_ground, g.valid_from, g.valid_to)
            for g in form.grants
        ),
        version=form.version,
        previous=form.previous if isinstance(form, _DirectoryForm2) else "",
        history=form.history if isinstance(form, _DirectoryForm2) else (),
    )


def _entry(form: _NodeForm | _NodeForm2) -> NodeEntry:
    name = Bilingual(form.name.vi, form.name.en)
    if isinstance(form, _NodeForm):
        return NodeEntry(form.agency_code, name, form.base_url, form.certificates)
    return NodeEntry(
        agency_code=form.agency_code,
        name=name,
        base_url=form.base_url,
        certificates=form.certificates,
        exchange_url=form.exchange_url,
        pull=form.pull,
        witness=form.witness,
        tls_certificates=form.tls_certificates,
        kept=tuple(
            KeptCertificate(one.certificate, one.listed_from, one.listed_until, one.revoked_at)
            for one in form.kept_certificates
        ),
    )


def link(previous: str, digest: str) -> str:
    """The link of an issue: over the link before it and the digest of its bytes, all in hex."""
    return sha256(bytes.fromhex(previous) + bytes.fromhex(digest)).hexdigest()


def digest_of(body: bytes) -> str:
    return sha256(body).hexdigest()


def listed_certificate(entry: NodeEntry, kid: str, at: datetime) -> str | None:
    """The PEM of the certificate that a node could sign with at this moment: one in use, or one listed then."""
    for pem in entry.certificates:
        if thumbprint(pem) == kid:
            return pem
    for one in entry.kept:
        if thumbprint(one.pem) == kid and one.listed_from <= at <= (one.revoked_at or one.listed_until):
            return one.pem
    return None


def is_address(text: str) -> bool:
    """Can the directory name this as the address of a node?"""
    return len(text) <= 300 and re.fullmatch(_ADDRESS, text) is not None


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
