"""Parameters of a call: from its headers, else from its JSON body or the query."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from django.http import HttpRequest

from lienthong.kernel.text import read_text
from lienthong.platform.documents.axis_api.bodies import MOST_JSON_BYTES, bad_request
from lienthong.platform.documents.partner_types import ItemKind, PartnerEntry
from lienthong.platform.documents.services.partners import not_your_agency, read_code

_MOST = 2000


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a call says besides its file."""

    headers: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The header of this name, else the value of the body; "" when neither is there. Raises Refused."""
        if name in self.headers:
            return _clean(_utf8(self.headers[name]), name)
        value = self.body.get(name, "")
        if value is None or isinstance(value, bool | dict | list):
            value = ""
        return _clean(str(value), name)

    def need(self, name: str) -> str:
        """Raises Refused `documents.bad-request` when it is missing."""
        if not (value := self.get(name)):
            raise bad_request(name, f"Thiếu tham số {name}.", f"The parameter {name} is missing.")
        return value

    def agency(self, name: str, partner: PartnerEntry) -> str:
        """One of the partner's agencies, or "". Raises Refused, NotAllowed `documents.not-your-agency`."""
        if not (text := self.get(name)):
            return ""
        code = read_code(text, name)
        if not partner.speaks_for(code):
            raise not_your_agency(code)
        return code

    def mailboxes(self, name: str, partner: PartnerEntry) -> tuple[str, ...]:
        """The one agency that is named, else all of the partner's."""
        code = self.agency(name, partner)
        return (code,) if code else partner.codes

    def kind(self) -> ItemKind:
        """`messagetype`: edoc or status. Raises Refused `documents.bad-request`."""
        return read_kind(self.need("messagetype"), "messagetype")

    def check_service(self) -> None:
        """`servicetype` is eDoc, if it is said at all."""
        if self.get("servicetype").casefold() not in ("", "edoc"):
            raise bad_request("servicetype", "servicetype phải là eDoc.", "servicetype must be eDoc.")


def read_kind(text: str, field_name: str) -> ItemKind:
    kinds: dict[str, ItemKind] = {"edoc": "edoc", "status": "status"}
    kind = kinds.get(text.casefold())
    if kind is None:
        raise bad_request(
            field_name, f"{field_name} phải là edoc hoặc status.", f"{field_name} must be edoc or status."
        )
    return kind


def parameters_of(request: HttpRequest, body: IO[bytes] | None) -> Parameters:
    """The parameters of a call whose body, if it is JSON, is read whole."""
    told: Mapping[str, Any] = dict(request.GET.items())
    if body is not None and request.content_type in ("application/json", "text/json"):
        content = body.read(MOST_JSON_BYTES)
        told = {**told, **(_object(content) if content.strip() else {})}
    return Parameters(request.headers, told)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise bad_request("body", "Nội dung phải là một đối tượng JSON.", "The body must be a JSON object.")
    return read


def _utf8(text: str) -> str:
    """Servers hand headers over as Latin-1; systems send Vietnamese in UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _clean(text: str, name: str) -> str:
    read = read_text(text)
    if read is None or len(read) > _MOST:
        raise bad_request(name, f"Tham số {name} không đọc được.", f"The parameter {name} cannot be read.")
    return read
