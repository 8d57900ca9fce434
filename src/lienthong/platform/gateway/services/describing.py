"""Metaservices of a provider's system (siêu dịch vụ): which methods it has, which the caller may use, how they work."""

import re
from typing import Any
from urllib.parse import parse_qs

import orjson
from lxml import etree

from lienthong.kernel import http
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.catalogue.types import ServiceEntry, ServiceRef, SystemRef
from lienthong.platform.gateway import spool
from lienthong.platform.gateway.settings import settings
from lienthong.platform.gateway.types import ClientId, ServiceId

CAMEL = "camel"
"""GovStack's spelling of the answers; X-Road's own is with low lines."""

ENDPOINT = "http://example.org/xroad-endpoint"
"""Where a WSDL points after rewriting: X-Road's clients put their own security server there."""

_JSON = "application/json; charset=utf-8"
_KINDS = {"openapi": "OPENAPI", "rest": "REST"}
_MAX_WSDL = 4 * 2**20
_SOAP_ADDRESSES = ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/")
_LOW_LINE = re.compile(r"_([a-z])")


def describe(service: ServiceId, client: ClientId, query: str, style: str) -> tuple[str, bytes]:
    """Content type and body of a metaservice's answer. Raises Refused `gateway.no-description`, `.bad-request`."""
    system = SystemRef(service.member, service.system)
    if service.service == "listMethods":
        return _JSON, _listing(service, catalogue_queries.list_offered(system), style)
    if service.service == "allowedMethods":
        allowed = set(catalogue_queries.list_allowed(SystemRef(client.member, client.system), system))
        offered = [one for one in catalogue_queries.list_offered(system) if one.ref in allowed]
        return _JSON, _listing(service, offered, style)
    entry = _asked(system, query)
    if service.service == "getOpenAPI":
        return _JSON, _openapi(service, entry)
    return "text/xml; charset=utf-8", _wsdl(entry)


def _listing(service: ServiceId, entries: list[ServiceEntry], style: str) -> bytes:
    found: list[dict[str, Any]] = [
        {
            "member_class": service.member_class,
            "member_code": service.written.split("/")[2],
            "object_type": "SERVICE",
            "service_code": entry.ref.name,
            "subsystem_code": service.system,
            "xroad_instance": service.instance,
            "endpoint_list": [{"method": one.method, "path": one.path} for one in entry.endpoints],
            "service_type": _KINDS[entry.kind],
        }
        for entry in entries
        if entry.kind in _KINDS
    ]
    if style != CAMEL:
        return orjson.dumps({"service": found})
    return orjson.dumps({"member": [{camel(name): value for name, value in one.items()} for one in found]})


def camel(name: str) -> str:
    """`xroad_instance` → `xRoadInstance`, as the annex of X-Road's metadata protocol and GovStack write it."""
    return "xRoadInstance" if name == "xroad_instance" else _LOW_LINE.sub(lambda found: found[1].upper(), name)


def _asked(system: SystemRef, query: str) -> ServiceEntry:
    """The service that the query names, the newest version when it names none. Drafts are no service."""
    told = parse_qs(query)
    code = (told.get("serviceCode") or [""])[-1]
    if not code:
        raise Refused(
            "gateway.bad-request",
            tr("Thiếu tham số serviceCode.", "The parameter serviceCode is missing."),
            field="serviceCode",
            status=400,
        )
    wanted = ServiceRef.of(system, code)
    number = (told.get("version") or told.get("serviceVersion") or [""])[-1].lstrip("v")
    version = wanted.version or (int(number) if number.isdigit() and number.isascii() and len(number) < 6 else 0)
    found = [
        one
        for one in catalogue_queries.list_offered(system)
        if one.ref.code == wanted.code and version in (0, one.ref.version)
    ]
    if not found:
        raise Refused(
            "catalogue.unknown-service",
            tr(f"Danh mục không có dịch vụ {system}/{code}.", f"The catalogue has no service {system}/{code}."),
            field="serviceCode",
            status=404,
        )
    return found[-1]


def _openapi(service: ServiceId, entry: ServiceEntry) -> bytes:
    document = catalogue_queries.find_openapi(entry.ref)
    if not document:
        raise _no_description(entry)
    place = "/".join(service.written.split("/")[:4])
    return orjson.dumps({**document, "servers": [{"url": f"/r1/{place}/{entry.ref.name}"}]})


def _no_description(entry: ServiceEntry) -> Refused:
    return Refused(
        "gateway.no-description",
        tr(f"Dịch vụ {entry.ref} không có mô tả.", f"The service {entry.ref} has no description."),
        status=404,
    )


def _wsdl(entry: ServiceEntry) -> bytes:
    """The description as the provider's system gives it, its addresses pointing to the client's own node."""
    address, described_at = catalogue_queries.find_address(entry.ref)
    if entry.kind != "soap" or not address:
        raise _no_description(entry)
    try:
        with http.stream("GET", described_at or f"{address}?wsdl", permit=settings().permits, timeout=10) as answer:
            body = spool.spool(answer.chunks, _MAX_WSDL)
    except http.Unreachable as error:
        text = tr(f"Không lấy được WSDL ({error.reason}).", f"The WSDL cannot be fetched ({error.reason}).")
        raise Refused("gateway.provider-unreachable", text, status=502) from None
    wsdl = b"".join(body.blocks())
    body.close()
    if answer.status != 200:
        raise _no_description(entry)
    return point_elsewhere(wsdl, entry)


def point_elsewhere(wsdl: bytes, entry: ServiceEntry) -> bytes:
    """The WSDL with every SOAP address replaced. Raises Refused `gateway.no-description` for what is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(wsdl, parser)
    except etree.XMLSyntaxError:
        raise _no_description(entry) from None
    for namespace in _SOAP_ADDRESSES:
        for address in tree.iter(f"{{{namespace}}}address"):
            address.set("location", ENDPOINT)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))
