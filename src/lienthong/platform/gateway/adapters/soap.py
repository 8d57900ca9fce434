"""X-Road's SOAP message protocol 4.0 as far as its clients need it: calls pass through as they are, getWsdl.

The envelope's own header says who calls what; the body is never looked into.
"""

import io
import re
from urllib.parse import parse_qs, quote, urlencode
from xml.sax.saxutils import escape

from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.gateway import faults, identifiers, services, spool
from lienthong.platform.gateway.adapters.doors import door
from lienthong.platform.gateway.settings import settings
from lienthong.platform.gateway.types import Incoming, Outgoing, Pairs

MAX_ENVELOPE = 16 * 2**20

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_PARTS = ("xRoadInstance", "memberClass", "memberCode", "subsystemCode")
_FIELDS = {"id": "x-road-id", "userId": "x-road-userid", "issue": "x-road-issue"}
_VERSION = re.compile(r"v?([1-9][0-9]{0,4})")


def take(incoming: Incoming) -> Outgoing:
    """A SOAP call: refusals are faults, everything else is the service's own answer."""
    try:
        if incoming.method != "POST":
            raise bad_soap("method")
        answer = _pass_on(incoming)
    except Refused as refusal:
        return _fault(refusal, "")
    return _fault(answer.refusal, str(answer.message_id or "")) if answer.refusal else answer


def _pass_on(incoming: Incoming) -> Outgoing:
    body = spool.spool(spool.reading(incoming.body.read, incoming.length), MAX_ENVELOPE)
    envelope = b"".join(body.blocks())
    body.close()
    told = read_header(envelope)
    headers: Pairs = [pair for pair in incoming.headers if not pair[0].startswith("x-road-")]
    headers += [("x-road-client", told["client"])]
    headers += [(header, told[field]) for field, header in _FIELDS.items() if told.get(field)]
    call = Incoming(
        method="POST",
        path="/",
        query="",
        headers=headers,
        body=io.BytesIO(envelope),
        length=len(envelope),
        caller=incoming.caller,
        trace=incoming.trace,
    )
    service, _ = identifiers.read_path(f"/r1/{told['service']}", settings().instance)
    return services.call_service(call, service, "")


def read_header(envelope: bytes) -> dict[str, str]:
    """Client and service as identifiers, and the plain fields, from a SOAP header.

    Raises Refused `gateway.bad-soap`.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(envelope, parser)
    except etree.XMLSyntaxError:
        raise bad_soap("body") from None
    if b"<!DOCTYPE" in envelope or root.tag != f"{{{_ENVELOPE}}}Envelope":
        raise bad_soap("Envelope")
    header = root.find(f"{{{_ENVELOPE}}}Header")
    told: dict[str, str] = {}
    for element in header if header is not None else ():
        name = _local(element)
        if name in ("client", "service"):
            told[name] = _identifier(element, name)
        elif name in _FIELDS:
            told[name] = " ".join((element.text or "").split())[:255]
    for name in ("client", "service"):
        if name not in told:
            raise bad_soap(name)
    return told


def _local(element: "etree._Element") -> str:
    # The tag of a comment is a function.
    return str(element.tag).rpartition("}")[2]


def _identifier(element: "etree._Element", field: str) -> str:
    found = {_local(child): " ".join((child.text or "").split()) for child in element}
    parts = [found.get(name, "") for name in _PARTS]
    if not all(parts):
        raise bad_soap(field)
    if field == "service":
        if not found.get("serviceCode"):
            raise bad_soap("serviceCode")
        version = _VERSION.fullmatch(found.get("serviceVersion", ""))
        parts.append(f"{found['serviceCode']}.v{version[1]}" if version else found["serviceCode"])
    return "/".join(quote(part, safe="'()+,-.=?_") for part in parts)


def bad_soap(field: str) -> Refused:
    return Refused(
        "gateway.bad-soap",
        tr(f"Thông điệp SOAP sai cấu trúc tại {field}.", f"The SOAP message is malformed at {field}."),
        field=field,
        status=400,
    )


def _fault(refusal: Refused, detail: str) -> Outgoing:
    kind = faults.type_of(refusal.code, settings().fault_codes)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_ENVELOPE}"'
        ' xmlns:xroad="http://x-road.eu/xsd/xroad.xsd"><SOAP-ENV:Body><SOAP-ENV:Fault>'
        f"<faultcode>{escape(kind)}</faultcode><faultstring>{escape(refusal.message.en)}</faultstring>"
        f"<faultactor></faultactor><detail><xroad:faultDetail>{escape(detail)}</xroad:faultDetail></detail>"
        "</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()
    headers: Pairs = [("content-type", "text/xml; charset=utf-8"), ("x-road-error", kind)]
    return Outgoing(500, "Internal Server Error", headers, body)


def describe(incoming: Incoming) -> Outgoing:
    """`GET /wsdl?xRoadInstance=…&memberClass=…&memberCode=…&subsystemCode=…&serviceCode=…`, from the provider's node.

    The request names no client: it is asked for in the name of the system of ours that the caller proves to be.
    """
    told = {name: values[-1] for name, values in parse_qs(incoming.query).items()}
    parts = [told.get(name, "") for name in _PARTS]
    if incoming.method != "GET" or not all(parts) or not told.get("serviceCode"):
        raise bad_soap("query")
    place = "/".join(quote(part, safe="'()+,-.=?_") for part in parts)
    service, _ = identifiers.read_path(f"/r1/{place}/getWsdl", settings().instance)
    query = {"serviceCode": told["serviceCode"], "version": told.get("version") or told.get("serviceVersion") or ""}
    call = Incoming(
        method="GET",
        path="/",
        query=urlencode(query),
        headers=[("x-road-client", _who(incoming))],
        body=io.BytesIO(),
        length=0,
        caller=incoming.caller,
        trace=incoming.trace,
    )
    return services.call_service(call, service, "")


def _who(incoming: Incoming) -> str:
    caller, last = incoming.caller, Refused("catalogue.client-not-proven", tr("Chưa có hệ thống.", "No system."))
    for system in catalogue_queries.list_systems(own=True):
        try:
            catalogue_queries.check_client(
                system.ref, address=caller.address, thumbprint=caller.certificate, key=caller.key
            )
        except Refused as refusal:
            last = refusal
        else:
            return f"{settings().instance}/GOV/{system.ref}"
    raise last


call = door(take)
wsdl = door(describe)
