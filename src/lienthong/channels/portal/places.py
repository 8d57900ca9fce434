"""Places that receive: which agency stands behind the commune or province chosen in a form."""

from collections.abc import Mapping
from datetime import date
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

    While the directory is missing no place is connected. The same few queries however many there are.
    """
    try:
        nodes = {node.agency_code for node in exchange_queries.list_nodes()}
    except Refused:
        return []
    tops = agencies_queries.list_agencies(level=1)
    provinces = {one.code: _place_name(one.name) for one in tops if one.kind == AgencyKind.PROVINCE}
    wanted = _LEVELS[level]
    listed = tops if wanted == AgencyKind.PROVINCE else agencies_queries.list_agencies(level=2)
    places = [
        ReceivingPlace(
            gso_code=agency.gso_code,
            agency_code=agency.code,
            name=_place_name(agency.name),
            province="" if agency.code in provinces else provinces.get(agency.code.split(".", 1)[0], ""),
        )
        for agency in listed
        if agency.kind == wanted and agency.gso_code and not nodes.isdisjoint(_line_of(agency.code))
    ]
    return sorted(places, key=lambda place: (place.province, place.name))


def _line_of(agency_code: str) -> list[str]:
    """The agency and everything above it: H36.101 → H36, H36.101."""
    groups = agency_code.split(".")
    return [".".join(groups[:depth]) for depth in range(1, len(groups) + 1)]


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
        agency = (agencies_queries.agency_of_unit(code) or _heir_of(code)) if code else None
        if agency is not None and agency.kind != _LEVELS.get(form.receiver_level, agency.kind):
            agency = None
    if agency is None or not _is_connected(agency.code):
        message = tr(
            "Nơi này chưa nhận hồ sơ trực tuyến. Hãy chọn nơi khác, hoặc nộp tại quầy.",
            "This place does not take online filing yet. Choose another, or file at the counter.",
        )
        raise Invalid([FieldError(form.receiver_path if form else "", message, "portal.place-not-connected")])
    return agency


def _heir_of(old_code: str) -> AgencyRef | None:
    """Who answers for a place that was merged since the draft was begun; nobody where it was divided."""
    gone = [unit for unit in agencies_queries.look_up(old_code).units if not unit.is_current]
    return gone[0].answers if len(gone) == 1 and not gone[0].split else None


def _is_connected(agency_code: str) -> bool:
    try:
        exchange_queries.node_for(agency_code)
    except Refused:
        return False
    return True


def place_names(codes: Mapping[str, str], on: date | None = None) -> dict[str, str]:
    """Question path → name of the commune (5 digits) or province (2 digits) chosen there, as it was on that day."""
    names = {}
    for path, code in codes.items():
        unit = agencies_queries.find_unit(code, on) or agencies_queries.find_unit(code)
        if unit is not None:
            names[path] = unit.address
    return names
