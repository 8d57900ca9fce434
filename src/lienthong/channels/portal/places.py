"""Places that receive: which agency stands behind the commune or province chosen in a form."""

from collections.abc import Mapping
from typing import Any

from lienthong.channels.portal.types import ReceivingPlace
from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.agencies.types import AgencyKind, AgencyRef
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.sources.procedures.types import Procedure

_LEVELS = {"commune": AgencyKind.COMMUNE, "province": AgencyKind.PROVINCE}


def list_places(level: str = "commune") -> list[ReceivingPlace]:
    """Communes or provinces whose node is in the directory: only there can a dossier be delivered.

    Raises nothing: while the directory is missing, no place is connected.
    """
    try:
        nodes = exchange_queries.list_nodes()
    except Refused:
        return []
    wanted = _LEVELS[level]
    places = []
    for node in nodes:
        owner = agencies_queries.find_agency(node.agency_code)
        if owner is None or owner.kind not in (AgencyKind.PROVINCE, AgencyKind.COMMUNE):
            continue
        below = agencies_queries.list_agencies(under=node.agency_code)
        province = _place_name(owner.name) if wanted == AgencyKind.COMMUNE else ""
        places += [
            ReceivingPlace(agency.gso_code, agency.code, _place_name(agency.name), province)
            for agency in {one.code: one for one in (owner, *below)}.values()
            if agency.kind == wanted and agency.gso_code
        ]
    return sorted(places, key=lambda place: (place.province, place.name))


def _place_name(agency_name: str) -> str:
    """“UBND phường Xuân Hương” is an office; a form asks for the place."""
    for office in ("Ủy ban nhân dân ", "UBND "):
        if agency_name.startswith(office):
            place = agency_name.removeprefix(office)
            return place[:1].upper() + place[1:]
    return agency_name


def receiving_agency(procedure: Procedure, answers: Mapping[str, Any]) -> AgencyRef:
    """The agency that the answers choose, or the owner where only one receives.

    Raises Invalid `portal.place-not-connected` at the question when nobody there is connected.
    """
    form = procedure.form
    if form is None or not form.receiver_path:
        agency = agencies_queries.find_agency(procedure.owner_code) if procedure.owner_code else None
    else:
        code = form.receiver_code(answers)
        agency = agencies_queries.agency_of_unit(code) if code else None
        if agency is not None and agency.kind != _LEVELS.get(form.receiver_level, agency.kind):
            agency = None
    if agency is None or not _is_connected(agency.code):
        message = tr(
            "Nơi này chưa nhận hồ sơ trực tuyến. Hãy chọn nơi khác, hoặc nộp tại quầy.",
            "This place does not take online filing yet. Choose another, or file at the counter.",
        )
        raise Invalid([FieldError(form.receiver_path if form else "", message, "portal.place-not-connected")])
    return agency


def _is_connected(agency_code: str) -> bool:
    try:
        exchange_queries.node_for(agency_code)
    except Refused:
        return False
    return True


def place_names(codes: Mapping[str, str]) -> dict[str, str]:
    """Question path → name of the commune (5 digits) or province (2 digits) chosen there."""
    names = {}
    for path, code in codes.items():
        unit = agencies_queries.find_unit(code)
        if unit is not None:
            names[path] = unit.address
    return names
