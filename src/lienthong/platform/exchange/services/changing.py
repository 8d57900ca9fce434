"""Changes of a node (thay đổi thông tin nút): told to the hub by a signed letter, published with the directory."""

from datetime import timedelta

import structlog

from lienthong.kernel import clock, db, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import directory_form
from lienthong.platform.exchange.letters import NodeChanged
from lienthong.platform.exchange.models import Node, OutgoingLetter
from lienthong.platform.exchange.queries.directory import entry_of, get_directory
from lienthong.platform.exchange.services.directory import HUB_ROLE, issue_directory
from lienthong.platform.exchange.services.letters import post_letter
from lienthong.platform.exchange.services.nodes import check_certificate, list_certificate
from lienthong.platform.exchange.types import NodeEntry
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

log = structlog.get_logger()

_SAY_AGAIN = timedelta(minutes=10)
_SETTLE = timedelta(minutes=2)


def describe_me() -> NodeChanged:
    """What this node's profile and keys say of it: the certificate that waits comes first."""
    me = node()
    table = me.parameters.get("exchange", {})
    table = table if isinstance(table, dict) else {}
    waiting = signing_queries.find_waiting("node")
    in_use = signing_queries.get_certificate("node")
    tls = [signing_queries.get_certificate("tls").pem] if "tls" in signing_queries.list_keys() else []
    return NodeChanged(
        base_url=me.base_url,
        exchange_url="" if me.exchange_url == me.base_url else me.exchange_url,
        pull=bool(table.get("pull", False)),
        witness=str(table.get("witness", "")),
        certificates=((waiting.pem,) if waiting else ()) + (in_use.pem,),
        tls_certificates=tuple(tls),
    )


def announce_changes() -> bool:
    """Tell the hub when the directory says something else of this node than its profile and keys do; True when told.

    A node that the directory does not list says nothing: it joins by an application.
    """
    listed = get_directory().nodes.get(node().agency_code)
    if listed is None or not differs(listed, change := describe_me()):
        return False
    earlier = OutgoingLetter.objects.filter(name=NodeChanged.NAME, posted_at__gt=clock.now() - _SAY_AGAIN)
    if earlier.exists():
        return False
    with db.atomic():
        if roles.is_open(HUB_ROLE):
            change_node(node().agency_code, change, actor=SYSTEM)
        else:
            hub_code = str(node().parameters.get("hub_code", "G22"))
            post_letter(change, recipient=hub_code, about="node-changed")
    log.info("node changed", agency=node().agency_code)
    return True


def differs(listed: NodeEntry, change: NodeChanged) -> bool:
    """Does the directory lack something that the node says of itself?"""
    said = (change.base_url, change.exchange_url or change.base_url, change.pull, change.witness)
    known = (listed.base_url, listed.address, listed.pull, listed.witness)
    fresh = {directory_form.thumbprint(pem) for pem in (*change.certificates, *change.tls_certificates)}
    shown = {directory_form.thumbprint(pem) for pem in (*listed.certificates, *listed.tls_certificates)}
    return said != known or not fresh <= shown


def activate_listed() -> bool:
    """Put a renewed key in use once the directory has listed its certificate for long enough to be known everywhere."""
    waiting = signing_queries.find_waiting("node")
    if waiting is None:
        return False
    directory = get_directory()
    entry = directory.nodes.get(node().agency_code)
    known = {directory_form.thumbprint(pem) for pem in entry.certificates} if entry else set()
    if waiting.thumbprint not in known or clock.now() < directory.issued_at + _SETTLE:
        return False
    signing_services.activate_certificate("node")
    log.info("renewed key in use", thumbprint=waiting.thumbprint)
    return True


def change_node(agency_code: str, change: NodeChanged, *, actor: Actor) -> NodeEntry:
    """Hub: publish what a listed node says of itself. It was signed with a key that the directory lists.

    Raises NotAllowed `exchange.not-listed`, Refused `exchange.bad-address`, `.foreign-certificate`, `signing.*`.
    """
    for number, pem in enumerate(change.certificates):
        _in_field(f"certificates.{number}", agency_code, pem, "node")
    for number, pem in enumerate(change.tls_certificates):
        _in_field(f"tls_certificates.{number}", agency_code, pem, "tls")
    _check_addresses(change)
    now = clock.now()
    with db.atomic():
        db.advisory_lock("exchange.directory")
        row = Node.objects.filter(agency_code=agency_code, state="active").first()
        if row is None:
            raise NotAllowed(
                "exchange.not-listed",
                tr("Danh bạ không có nút này.", "The directory does not list this node."),
            )
        row.base_url, row.exchange_url = change.base_url.rstrip("/"), change.exchange_url.rstrip("/")
        row.pull, row.witness = change.pull, change.witness
        for pem in reversed(change.certificates):
            list_certificate(row, pem, now)
        row.tls_certificates = list(change.tls_certificates)
        row.save()
        log.info("node changed", agency=agency_code, by=actor.label)
        issue_directory()
    return entry_of(row, now)


def _in_field(field: str, agency_code: str, pem: str, kind: str) -> None:
    try:
        check_certificate(agency_code, pem, kind="tls" if kind == "tls" else "node")
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, field=field) from None


def _check_addresses(change: NodeChanged) -> None:
    for field, address in (("base_url", change.base_url), ("exchange_url", change.exchange_url)):
        if address and not directory_form.is_address(address):
            raise Refused("exchange.bad-address", tr("Địa chỉ không hợp lệ.", "The address is not valid."), field=field)
    if not (change.base_url or change.exchange_url or change.pull):
        raise Refused(
            "exchange.bad-address",
            tr("Nút không có địa chỉ thì phải tự lấy thông điệp về.", "A node without an address must fetch."),
            field="base_url",
        )
