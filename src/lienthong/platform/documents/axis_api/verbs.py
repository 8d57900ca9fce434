"""The verbs of the axis: what each does for a partner that has proved who it is."""

from collections.abc import Callable
from typing import Any

from lienthong.platform.documents.axis_api import shapes
from lienthong.platform.documents.axis_api.bodies import SentFile, bad_request
from lienthong.platform.documents.axis_api.parameters import Parameters
from lienthong.platform.documents.partner_types import ItemKind, PartnerEntry
from lienthong.platform.documents.queries import mailbox as mailbox_queries
from lienthong.platform.documents.services import outside, partners

Verb = Callable[[PartnerEntry, Parameters], dict[str, Any]]


def send_edoc(partner: PartnerEntry, told: Parameters, file: SentFile) -> dict[str, Any]:
    """`sendEdoc`: a document or a status, from one of the partner's agencies."""
    told.check_service()
    kind, sender = told.kind(), told.agency("from", partner)
    receivers = [one for one in told.get("to").replace(";", ",").split(",") if one.strip()]
    return shapes.done(DocId=hand_in(partner, kind, file, sender, receivers, told.get("hash-file")))


def hand_in(
    partner: PartnerEntry, kind: ItemKind, file: SentFile, sender: str, receivers: list[str], stated: str
) -> str:
    """A message handed in, whatever the dialect; gives its docId."""
    outside.require_content(file.sha256, file.size, stated)
    if kind == "status":
        return outside.take_status(file.stream, owner=partner.owner, sender=sender)
    return str(outside.take_edoc(file.stream, owner=partner.owner, sender=sender, receivers=receivers).id)


def get_received(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`getReceivedEdocList`: what waits, with the transport's state alone."""
    told.check_service()
    found = outside.list_measured(told.mailboxes("to", partner), told.kind())
    return shapes.done(data=[shapes.received_item(one, partner.code_form) for one in found])


def get_sent(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`getSentEdocList`: a line for each receiver, in the order of sending."""
    after = told.get("docId") or "0"
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise bad_request("docId", "docId phải là mã của mục cuối đã xem.", "docId is that of the last item seen.")
    found = mailbox_queries.list_sent(told.mailboxes("from", partner), after=int(after))
    return shapes.done(data=[shapes.sent_item(one, partner.code_form) for one in found])


def update_status(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`updateStatus`: the transport's state of an item."""
    item = outside.set_state(
        partner.owner, told.need("docId"), state=told.need("status").casefold(), description=told.get("description")
    )
    return shapes.done(DocId=str(item.id))


def count_edocs(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`countReceiveEdoc`."""
    return shapes.done(count=mailbox_queries.count_items(told.mailboxes("to", partner), "edoc"))


def count_statuses(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`countReceiveStatus`."""
    return shapes.done(count=mailbox_queries.count_items(told.mailboxes("to", partner), "status"))


def get_agencies(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`getAgenciesList`."""
    return shapes.done(data=shapes.agency_lines(partner))


def get_agencies_qd20(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`getAgenciesListQD20`: by level, with both forms of each code."""
    return shapes.done(data=shapes.agency_levels())


def get_units(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`getSynchronizeUnit`: the agencies of one level."""
    level = told.need("level")
    if level not in ("1", "2", "3", "4", "5", "6"):
        raise bad_request("level", "level là số từ 1 đến 6.", "level is a number from 1 to 6.")
    return shapes.done(data=shapes.agency_levels(int(level)))


def register_agency(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`registerAgency`: only below an agency of the partner."""
    made = partners.register_agency(
        partner,
        code=told.need("code"),
        parent_code=told.need("pcode"),
        name=told.need("name"),
        mail=told.get("mail"),
        mobile=told.get("mobile"),
        fax=told.get("fax"),
        own_id=told.get("id"),
    )
    return shapes.done(AgencyCode=shapes.shown_code(made.code, partner.code_form))


def delete_agency(partner: PartnerEntry, told: Parameters) -> dict[str, Any]:
    """`deleteAgency`: only what the partner registered itself."""
    partners.delete_agency(partner, code=told.need("AgencyCode"))
    return shapes.done()


VERBS: dict[str, Verb] = {
    "getReceivedEdocList": get_received,
    "getSentEdocList": get_sent,
    "updateStatus": update_status,
    "countReceiveEdoc": count_edocs,
    "countReceiveStatus": count_statuses,
    "getAgenciesList": get_agencies,
    "getAgenciesListQD20": get_agencies_qd20,
    "getSynchronizeUnit": get_units,
    "registerAgency": register_agency,
    "deleteAgency": delete_agency,
}
"""Those whose answer is small; sendEdoc, getEdoc and downloadEdoc carry files and stand in `doors`."""
