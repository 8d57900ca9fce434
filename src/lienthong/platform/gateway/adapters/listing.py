"""listClients: the members and systems of the country, from the directory and the national list."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import orjson

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.gateway.adapters.doors import door
from lienthong.platform.gateway.services.describing import camel
from lienthong.platform.gateway.settings import settings
from lienthong.platform.gateway.types import Incoming, Outgoing


def clients(incoming: Incoming) -> Outgoing:
    """`GET /listClients[?xRoadInstance=…][&lienthongCodes=qcvn102]`: XML unless JSON is asked for, as X-Road does.

    Raises Refused `gateway.unknown-member` for another instance, `gateway.bad-method`.
    """
    if incoming.method not in ("GET", "HEAD"):
        raise Refused("gateway.bad-method", tr("Chỉ nhận GET.", "GET only."), status=400)
    told = parse_qs(incoming.query)
    instance = settings().instance
    if (asked := (told.get("xRoadInstance") or [instance])[-1]) != instance:
        text = tr(f"Không có hệ thống liên thông {asked}.", f"There is no instance {asked}.")
        raise Refused("gateway.unknown-member", text, field="xRoadInstance", status=404)
    members = list(_members(instance, old_codes=told.get("lienthongCodes") == ["qcvn102"]))
    if incoming.value("information-mediator-client"):
        return _answer("application/json", orjson.dumps({"member": [_in_camels(one) for one in members]}))
    if "json" in incoming.value("accept"):
        return _answer("application/json", orjson.dumps({"member": members}))
    return _answer("text/xml", _as_xml(members))


def _answer(kind: str, body: bytes) -> Outgoing:
    return Outgoing(200, "OK", [("content-type", f"{kind}; charset=utf-8")], body)


def _members(instance: str, *, old_codes: bool) -> Iterator[dict[str, Any]]:
    names = {entry.agency_code: entry.name.vi for entry in exchange_queries.list_nodes()}
    systems = [one for one in catalogue_queries.list_systems(own=False) if one.state == "active"]
    for code in sorted({*names, *(one.ref.agency_code for one in systems)}):
        agency = agencies_queries.find_agency(code)
        name = names.get(code) or (str(agency.name) if agency else code)
        member = {
            "xroad_instance": instance,
            "member_class": "GOV",
            "member_code": agencies_queries.to_qcvn102(code) if old_codes else code,
        }
        yield {"id": {"object_type": "MEMBER", **member}, "name": name}
        for one in systems:
            if one.ref.agency_code == code:
                identifier = {"object_type": "SUBSYSTEM", **member, "subsystem_code": one.ref.code}
                yield {"id": identifier, "name": name, "subsystem_name": one.name.vi}


def _in_camels(one: dict[str, Any]) -> dict[str, Any]:
    told = {camel(name): value for name, value in one.items()}
    return {**told, "id": {camel(name): value for name, value in one["id"].items()}}


def _as_xml(members: list[dict[str, Any]]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<xrd:clientList xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers">',
    ]
    for one in members:
        identifier = one["id"]
        parts = "".join(
            f"<id:{camel(name)}>{escape(value)}</id:{camel(name)}>"
            for name, value in identifier.items()
            if name != "object_type"
        )
        lines.append(
            f'<xrd:member><xrd:id id:objectType="{identifier["object_type"]}">{parts}</xrd:id>'
            f"<xrd:name>{escape(one['name'])}</xrd:name>"
            + (f"<xrd:subsystemName>{escape(one['subsystem_name'])}</xrd:subsystemName>" if len(one) > 2 else "")
            + "</xrd:member>"
        )
    return "\n".join([*lines, "</xrd:clientList>"]).encode()


list_clients = door(clients)
