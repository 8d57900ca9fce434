"""Metaservices, GovStack's spelling, SOAP: the same gateway in other words."""

import orjson
import pytest
from lxml import etree

from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.catalogue import services as catalogue
from lienthong.platform.catalogue.types import ServiceRef
from lienthong.platform.gateway.adapters import govstack, listing, soap
from lienthong.platform.gateway.tests.world import CLIENT, OPERATOR, SERVICE, World, offer

SYSTEM = "/r1/VN/GOV/G01/dan-cu"
IDENTIFIERS = "{http://x-road.eu/xsd/identifiers}"
DESCRIBED = {
    "openapi": "3.1.0",
    "info": {"title": "Tra cứu", "version": "1"},
    "servers": [{"url": "http://he-thong.noi-bo/"}],
    "paths": {"/nguoi/{so}": {"get": {"responses": {"200": {"description": "ok"}}}}},
}


def test_the_members_of_the_country(world: World) -> None:
    answer = world.call("/listClients", door=listing.list_clients, headers={"Accept": "application/json"})
    members = answer.json["member"]
    system = {"xroad_instance": "VN", "member_class": "GOV", "member_code": "G01", "subsystem_code": "dan-cu"}
    wanted = {"id": {"object_type": "SUBSYSTEM", **system}, "name": "Bộ Công an", "subsystem_name": "Dân cư"}
    assert wanted in members
    tree = etree.fromstring(world.call("/listClients", door=listing.list_clients).body)
    codes = [one.text for one in tree.iter(f"{IDENTIFIERS}memberCode")]
    assert len(codes) == len(members)
    old = world.call("/listClients", door=listing.list_clients, query="lienthongCodes=qcvn102")
    assert b"<id:memberCode>000.00.00.G01</id:memberCode>" in old.body


def test_the_members_of_no_other_country(world: World) -> None:
    answer = world.call("/listClients", door=listing.list_clients, query="xRoadInstance=EE")
    assert (answer.status, answer.json["type"]) == (500, "server.clientproxy.unknown_member")


def test_methods_that_exist_and_methods_that_are_allowed(world: World) -> None:
    with world.at("G01"):
        other = ServiceRef("G01", "dan-cu", "khac", 1)
        catalogue.draft_service(
            system=other.system, code="khac", kind="rest", title="Khác", base_url=world.system.url,
            legal_basis="Luật Căn cước 2023", actor=OPERATOR,
        )  # fmt: skip
        catalogue.set_endpoints(service=other, endpoints=["GET /a/*"], fields=[], actor=OPERATOR)
        catalogue.publish_service(service=other, actor=OPERATOR)
    catalogue_queries.forget_index()
    listed = world.call(SYSTEM + "/listMethods").json["service"]
    assert [one["service_code"] for one in listed] == ["khac.v1", "tra-cuu.v1"]
    assert listed[0] == {
        "xroad_instance": "VN", "member_class": "GOV", "member_code": "G01", "subsystem_code": "dan-cu",
        "service_code": "khac.v1", "object_type": "SERVICE", "service_type": "REST",
        "endpoint_list": [{"method": "GET", "path": "/a/*"}],
    }  # fmt: skip
    allowed = world.call(SYSTEM + "/allowedMethods")
    assert [one["service_code"] for one in allowed.json["service"]] == ["tra-cuu.v1"]
    assert allowed.value("x-road-request-hash")
    assert world.system.seen == []


def test_a_description_with_the_address_that_clients_use(world: World) -> None:
    with world.at("G01"):
        catalogue.set_openapi(
            service=ServiceRef("G01", "dan-cu", "tra-cuu", 1), content=orjson.dumps(DESCRIBED), actor=OPERATOR
        )
    catalogue_queries.forget_index()
    answer = world.call(SYSTEM + "/getOpenAPI", query="serviceCode=tra-cuu.v1")
    assert answer.json["servers"] == [{"url": SERVICE}]
    assert answer.json["paths"] == DESCRIBED["paths"]
    assert answer.body == world.call(SYSTEM + "/getOpenAPI", query="serviceCode=tra-cuu").body


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", "client.bad_request"),
        ("serviceCode=khong-co", "server.serverproxy.unknown_service"),
        ("serviceCode=tra-cuu.v1", "server.serverproxy.invalid_request"),
    ],
)
def test_descriptions_that_there_are_not(world: World, query: str, kind: str) -> None:
    assert world.call(SYSTEM + "/getOpenAPI", query=query).json["type"] == kind


def test_govstack_spells_it_otherwise(world: World) -> None:
    headers = {"X-Road-Client": "", "Information-Mediator-Client": CLIENT}
    answer = world.call("/VN/GOV/G01/dan-cu/allowedMethods", door=govstack.call, headers=headers)
    assert answer.json["member"][0]["serviceCode"] == "tra-cuu.v1"
    assert answer.json["member"][0]["xRoadInstance"] == "VN"
    assert world.call("/VN/GOV/G01/dan-cu/tra-cuu.v1/a", door=govstack.call, headers=headers).status == 200
    assert world.system.last.headers["x-road-client"] == CLIENT
    clients = world.call("/listClients", door=listing.list_clients, headers=headers).json["member"]
    assert clients[0]["id"]["memberClass"] == "GOV"


# SOAP


def envelope(service: str = "hoi", client: str = "mot-cua", extra: str = "") -> bytes:
    def parts(kind: str, member: str, system: str, more: str = "") -> str:
        return (
            f"<x:{kind}><i:xRoadInstance>VN</i:xRoadInstance><i:memberClass>GOV</i:memberClass>"
            f"<i:memberCode>{member}</i:memberCode><i:subsystemCode>{system}</i:subsystemCode>{more}</x:{kind}>"
        )

    code = f"<i:serviceCode>{service}</i:serviceCode><i:serviceVersion>v1</i:serviceVersion>"
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers"><s:Header>'
        + parts("client", "H36", client)
        + parts("service", "G01", "dan-cu", code)
        + f"<!-- a note --><x:id>id-9</x:id><x:userId>VN001</x:userId>{extra}</s:Header>"
        "<s:Body><hoi>001</hoi></s:Body></s:Envelope>"
    ).encode()


def post(world: World, body: bytes) -> tuple[int, str, bytes]:
    answer = world.call(
        "/xroad-endpoint",
        door=soap.call,
        method="POST",
        body=body,
        headers={"Content-Type": "text/xml", "X-Road-Client": ""},
    )
    return answer.status, answer.value("x-road-error"), answer.body


def test_an_envelope_passes_as_it_is(world: World) -> None:
    offer(world, "hoi", kind="soap")
    world.system.headers, world.system.body = {"Content-Type": "text/xml"}, b"<answer/>"
    assert post(world, envelope()) == (200, "", b"<answer/>")
    seen = world.system.last
    assert (seen.method, seen.target, seen.body) == ("POST", "/api", envelope())
    assert (seen.headers["x-road-client"], seen.headers["x-road-id"]) == (CLIENT, "id-9")
    assert (seen.headers["x-road-userid"], seen.headers["content-type"]) == ("VN001", "text/xml")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "client.bad_request"),
        (b"<a/>", "client.bad_request"),
        (b"{}", "client.bad_request"),
        (envelope().replace(b"x:client", b"x:khach"), "client.bad_request"),
        (envelope().replace(b"<i:serviceCode>hoi</i:serviceCode>", b""), "client.bad_request"),
        (
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + envelope().partition(b"?>")[2],
            "client.bad_request",
        ),
        (envelope(client="khac"), "server.clientproxy.unknown_member"),
        (envelope(service="khong-co"), "server.serverproxy.unknown_service"),
    ],
)
def test_a_refused_envelope_gets_a_fault(world: World, body: bytes, kind: str) -> None:
    status, error, answer = post(world, body)
    assert (status, error) == (500, kind)
    found = etree.fromstring(answer).find(".//faultcode")
    assert found is not None
    assert found.text == kind
    assert world.system.seen == []


def test_a_wsdl_points_back_to_the_gateway(world: World) -> None:
    offer(world, "hoi", kind="soap")
    world.system.headers = {"Content-Type": "text/xml"}
    world.system.body = (
        b'<d xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"><soap:address location="http://noi-bo/soap"/></d>'
    )
    query = "xRoadInstance=VN&memberClass=GOV&memberCode=G01&subsystemCode=dan-cu&serviceCode=hoi&version=1"
    answer = world.call("/wsdl", door=soap.wsdl, query=query, headers={"X-Road-Client": ""})
    assert (answer.status, world.system.last.target) == (200, "/api?wsdl")
    assert b'location="http://example.org/xroad-endpoint"' in answer.body
    assert b"noi-bo" not in answer.body
    stranger = world.call("/wsdl", door=soap.wsdl, query=query, address="192.0.2.1")
    assert stranger.json["type"] == "server.clientproxy.access_denied"
    rest = world.call("/wsdl", door=soap.wsdl, query=query.replace("=hoi", "=tra-cuu"))
    assert rest.json["type"] == "server.serverproxy.invalid_request"
