"""The application to join on the wire (docs/protocols/joining.md), and the digits that people compare. Pure."""

from hashlib import sha256
from typing import Annotated, Literal
from urllib.parse import urlsplit

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, read_text, tr
from lienthong.platform.exchange.directory_form import Address, AgencyCode
from lienthong.platform.exchange.types import NewNode

MAX_BYTES = 64 * 1024
_GROUPS, _GROUP = 5, 5


def _clean(value: str) -> str:
    text = read_text(value)
    if not text:
        raise ValueError("empty or unreadable text")
    return text


def _maybe(value: str) -> str:
    return _clean(value) if value else ""


Name = Annotated[str, Field(max_length=300), AfterValidator(_clean)]
Short = Annotated[str, Field(max_length=200), AfterValidator(_maybe)]
Pem = Annotated[
    str, Field(max_length=16_384, pattern=r"^-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\r\n]+-----END [A-Z ]+-----\s*$")
]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Name(_Form):
    vi: Name
    en: Name


class _Contact(_Form):
    name: Name
    phone: Annotated[str, Field(max_length=40), AfterValidator(_clean)]
    email: Short = ""


class _Requests(_Form):
    node: Pem
    tls: Pem | Literal[""] = ""


class ApplicationForm(_Form):
    """Application to join (đơn đăng ký kết nối), as a node posts it to the hub."""

    version: Literal[1]
    agency_code: AgencyCode
    name: _Name
    contact: _Contact
    base_url: Address | Literal[""] = ""
    exchange_url: Address | Literal[""] = ""
    pull: bool = False
    witness: AgencyCode | Literal[""] = ""
    requests: _Requests


def compose(new: NewNode) -> bytes:
    """The bytes of an application. Raises Refused `exchange.bad-application`, naming the field."""
    facts = {
        "version": 1,
        "agency_code": new.agency_code,
        "name": new.name.as_dict(),
        "contact": {"name": new.contact_name, "phone": new.contact_phone, "email": new.contact_email},
        "base_url": new.base_url,
        "exchange_url": new.exchange_url,
        "pull": new.pull,
        "witness": new.witness,
        "requests": {"node": new.node_request, "tls": new.tls_request},
    }
    body = orjson.dumps(facts, option=orjson.OPT_INDENT_2)
    parse(body)
    return body


def parse(body: bytes) -> NewNode:
    """Read an application strictly. Raises Refused `exchange.bad-application`, naming the field."""
    if len(body) > MAX_BYTES:
        raise Refused(
            "exchange.too-large",
            tr(f"Đơn lớn hơn {MAX_BYTES // 1024} KB.", f"The application is larger than {MAX_BYTES // 1024} KB."),
            status=413,
        )
    try:
        form = ApplicationForm.model_validate_json(body)
    except ValidationError as error:
        raise _bad(
            ".".join(str(step) for step in error.errors(include_url=False, include_input=False)[0]["loc"])
        ) from None
    if not (form.base_url or form.exchange_url or form.pull):
        raise Refused(
            "exchange.bad-application",
            tr(
                "Cần địa chỉ nhận thông điệp, hoặc pull = true nếu nút tự lấy về.",
                "An address is needed, or pull = true for a node that fetches its letters.",
            ),
            field="base_url",
        )
    return NewNode(
        agency_code=form.agency_code,
        name=Bilingual(form.name.vi, form.name.en),
        contact_name=form.contact.name,
        contact_phone=form.contact.phone,
        contact_email=form.contact.email,
        base_url=form.base_url.rstrip("/"),
        exchange_url=form.exchange_url.rstrip("/"),
        pull=form.pull,
        witness=form.witness,
        node_request=form.requests.node,
        tls_request=form.requests.tls,
    )


def _bad(field: str) -> Refused:
    return Refused(
        "exchange.bad-application",
        tr(f"Đơn đăng ký sai tại “{field}”.", f"The application is wrong at “{field}”."),
        field=field,
    )


def fingerprint(digest: bytes) -> str:
    """25 digits of a SHA-256 digest in groups of five, to be read out by telephone (83 bits).

    >>> fingerprint(sha256(b"").digest())
    '49933 79397 00111 56650 86549'
    """
    digits = f"{int.from_bytes(digest, 'big') % 10 ** (_GROUPS * _GROUP):0{_GROUPS * _GROUP}d}"
    return " ".join(digits[start : start + _GROUP] for start in range(0, _GROUPS * _GROUP, _GROUP))


def same_fingerprint(typed: str, expected: str) -> bool:
    """Did the person type these digits, however spaced?"""
    return "".join(letter for letter in typed if letter.isdecimal()) == expected.replace(" ", "") and typed.isascii()


def digest_of(body: bytes) -> bytes:
    return sha256(body).digest()


def hosts_of(*addresses: str) -> tuple[str, ...]:
    """The host names of https addresses, for the TLS certificate."""
    found = [urlsplit(one).hostname or "" for one in addresses if one.startswith("https://")]
    return tuple(dict.fromkeys(host for host in found if host))
