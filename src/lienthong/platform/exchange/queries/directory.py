"""Asking the directory (danh bạ): nodes, certificates, grants, freshness. Reads this node's signed copy."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import Node as OwnNode
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.exchange import directory_form, rules
from lienthong.platform.exchange.models import DirectoryCopy, Grant, Node
from lienthong.platform.exchange.types import Directory, DirectoryState, GrantEntry, KeptCertificate, NodeEntry
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import Certificate

_LOOK_AGAIN_SECONDS = 1.0
"""Messages need the directory at every signature; it is looked at once a second."""


@dataclass(slots=True)
class _Held:
    directory: Directory | None = None
    home: OwnNode | None = None
    looked_at: float = 0.0


_held = _Held()
_looking = threading.Lock()


def get_directory() -> Directory:
    """The directory in force. Raises Refused `exchange.directory-missing`, `exchange.directory-expired`."""
    row = DirectoryCopy.objects.values_list("serial", "expires_at", "signature").first()
    if row is None:
        raise Refused(
            "exchange.directory-missing",
            tr("Nút này chưa nhận được danh bạ kết nối.", "This node has not received the directory yet."),
            status=503,
        )
    serial, expires_at, signature = row
    if rules.directory_state(expires_at, clock.now()) == "expired":
        raise Refused(
            "exchange.directory-expired",
            tr(
                f"Danh bạ kết nối đã hết hạn lúc {show_moment(expires_at)} và chưa lấy được bản mới.",
                f"The directory expired at {show_moment(expires_at)} and no newer one could be fetched.",
            ),
            status=503,
        )
    return _parsed(serial, signature)


@lru_cache(maxsize=4)
def _parsed(serial: int, signature: str) -> Directory:
    # The signature is unlike for unlike bytes, so it names the copy; parsing happens once per issue.
    body = DirectoryCopy.objects.values_list("body", flat=True).get(serial=serial, signature=signature)
    return directory_form.parse(bytes(body))


def recall_directory() -> Directory:
    """The directory in force, at most a second old. Raises Refused as `get_directory`."""
    held, home = _held.directory, node()
    fresh = held is not None and home is _held.home and time.monotonic() - _held.looked_at < _LOOK_AGAIN_SECONDS
    if held is not None and fresh and clock.now() < held.expires_at:
        return held
    # One thread looks; the others go on with what is held, if it is of this node.
    if not _looking.acquire(blocking=held is None or home is not _held.home or connection.in_atomic_block):
        return held if held is not None else recall_directory()
    try:
        found = get_directory()
        _held.directory, _held.home, _held.looked_at = found, home, time.monotonic()
    finally:
        _looking.release()
    return found


def forget_directory() -> None:
    """Look anew at the next message: the copy has changed."""
    _held.looked_at = 0.0


def get_directory_state() -> DirectoryState:
    """How fresh this node's copy is, for pages and health; never raises."""
    row = DirectoryCopy.objects.defer("body", "signature").first()
    if row is None:
        return DirectoryState("missing")
    return DirectoryState(
        state=rules.directory_state(row.expires_at, clock.now()),
        serial=row.serial,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        fetched_at=row.fetched_at,
        trouble=row.trouble,
    )


def find_node(agency_code: str) -> NodeEntry | None:
    """The node registered under exactly this code."""
    return recall_directory().nodes.get(agency_code)


def node_for(agency_code: str) -> NodeEntry:
    """The node that answers for an agency: the longest registered prefix of its code (H36.101 → H36).

    Raises Refused `exchange.unknown-recipient`.
    """
    found = rules.node_of(agency_code, recall_directory().nodes)
    if found is None:
        raise Refused(
            "exchange.unknown-recipient",
            tr(
                f"Danh bạ kết nối không có nút nào phụ trách cơ quan {agency_code}.",
                f"The directory lists no node for the agency {agency_code}.",
            ),
            field="recipient",
        )
    return found


def nodes_for(agency_codes: Iterable[str]) -> dict[str, str]:
    """The codes of the nodes that answer for these agencies, by agency, with one look at the directory.

    Agencies that no node answers for are left out.
    """
    nodes = recall_directory().nodes
    found = {code: rules.node_of(code, nodes) for code in set(agency_codes)}
    return {code: entry.agency_code for code, entry in found.items() if entry is not None}


def list_nodes() -> list[NodeEntry]:
    """All nodes by code."""
    nodes = get_directory().nodes
    return [nodes[code] for code in sorted(nodes)]


def list_certificates(agency_code: str) -> list[Certificate]:
    """The certificates of a node as the directory lists them, described, trusted or not."""
    entry = find_node(agency_code)
    found = []
    for pem in entry.certificates if entry else ():
        try:
            found.append(signing_queries.check_certificate(pem))
        except Refused:
            continue
    return found


def list_grants() -> list[GrantEntry]:
    """Grants in force for this node: those of the directory and its own."""
    own = [
        GrantEntry(g.client, g.provider, g.service, g.purpose, g.legal_ground, g.valid_from, g.valid_to)
        for g in Grant.objects.filter(provider=node().agency_code)
    ]
    published = list(get_directory().grants)
    return published + [grant for grant in own if grant not in published]


def entry_of(row: Node, now: datetime) -> NodeEntry:
    """A registered node as the directory says it."""
    return NodeEntry(
        agency_code=row.agency_code,
        name=Bilingual(row.name_vi, row.name_en),
        base_url=row.base_url,
        certificates=tuple(row.certificates),
        exchange_url=row.exchange_url,
        pull=row.pull,
        witness=row.witness,
        tls_certificates=tuple(row.tls_certificates),
        kept=tuple(_kept(row, now)),
    )


def _kept(row: Node, now: datetime) -> Iterable[KeptCertificate]:
    for one in row.listed:
        if one["until"] and datetime.fromisoformat(one["until"]) > now - rules.KEPT_CERTIFICATES:
            revoked = datetime.fromisoformat(one["revoked_at"]) if one["revoked_at"] else None
            listed_from, until = datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["until"])
            yield KeptCertificate(one["pem"], listed_from, until, revoked)
