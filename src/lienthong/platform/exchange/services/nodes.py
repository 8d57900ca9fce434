"""The nodes that the hub lists (đơn vị kết nối): entering, changing, suspending, leaving."""

from datetime import datetime
from typing import Any

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import Bilingual, bilingual, nfc, tr
from lienthong.platform.exchange import directory_form
from lienthong.platform.exchange.models import Node
from lienthong.platform.exchange.queries.directory import entry_of
from lienthong.platform.exchange.services.directory import issue_directory
from lienthong.platform.exchange.types import NodeEntry
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import Certificate, CertificateKind

KEPT_IN_USE = 3
NODE_STATES = ("active", "suspended", "left")


def register_node(
    *,
    agency_code: str,
    name: Bilingual | str,
    base_url: str,
    certificate_pem: str,
    actor: Actor,
    exchange_url: str = "",
    pull: bool = False,
    witness: str = "",
    tls_certificates: tuple[str, ...] = (),
) -> NodeEntry:
    """Enter a node into the hub's directory, or its new address or certificate, and issue the directory.

    An earlier certificate stays listed beside the new one, so that letters under way still verify.
    Raises Refused `signing.*` for a certificate that is not trusted, `exchange.foreign-certificate` for another's.
    """
    certificate = check_certificate(agency_code, certificate_pem)
    title, now = bilingual(name), clock.now()
    with db.atomic():
        db.advisory_lock("exchange.directory")
        row = Node.objects.filter(agency_code=agency_code).first() or Node(agency_code=agency_code, certificates=[])
        row.name_vi, row.name_en, row.base_url = nfc(title.vi), nfc(title.en), base_url.rstrip("/")
        row.exchange_url, row.pull, row.witness = exchange_url.rstrip("/"), pull, witness
        row.state, row.reason = "active", ""
        list_certificate(row, certificate_pem, now)
        if tls_certificates:
            row.tls_certificates = list(tls_certificates)
        row.save()
        audit.record(actor, "exchange.register-node", f"node:{agency_code}", thumbprint=certificate.thumbprint)
        issue_directory()
    return entry_of(row, now)


def check_certificate(agency_code: str, certificate_pem: str, *, kind: CertificateKind = "node") -> Certificate:
    """A trusted certificate of this agency. Raises Refused `signing.*`, `exchange.foreign-certificate`."""
    certificate = signing_queries.check_certificate(certificate_pem, kind=kind)
    if certificate.agency_code != agency_code:
        raise Refused(
            "exchange.foreign-certificate",
            tr(
                f"Chứng thư số là của {certificate.agency_code}, không phải của {agency_code}.",
                f"The certificate belongs to {certificate.agency_code}, not to {agency_code}.",
            ),
            field="certificate_pem",
        )
    return certificate


def list_certificate(row: Node, pem: str, now: datetime) -> None:
    """Put a certificate first; what falls out of use is kept with the moments from and until when it was listed."""
    row.certificates = [pem, *(one for one in row.certificates if one != pem)][:KEPT_IN_USE]
    known = {one["pem"] for one in row.listed}
    # Rows of an earlier version have certificates, but no moments: they were listed when the node was registered.
    first = row.registered_at.isoformat()
    fresh = [_listing(one, now.isoformat() if one == pem else first) for one in row.certificates if one not in known]
    row.listed = [*row.listed, *fresh]
    for one in row.listed:
        one["until"] = None if one["pem"] in row.certificates else one["until"] or now.isoformat()


def _listing(pem: str, since: str) -> dict[str, Any]:
    return {"pem": pem, "from": since, "until": None, "revoked_at": None}


def withdraw_certificate(*, agency_code: str, thumbprint: str, actor: Actor) -> NodeEntry:
    """Take a revoked certificate out of use at once (thu hồi chứng thư): nothing signed from now on verifies."""
    now = clock.now()
    with db.atomic():
        row = _locked(agency_code)
        left = [pem for pem in row.certificates if directory_form.thumbprint(pem) != thumbprint]
        if not left:
            raise Conflict(
                "exchange.last-certificate",
                tr(
                    "Đây là chứng thư duy nhất của nút: hãy tạm ngừng nút, hoặc đăng ký chứng thư mới trước.",
                    "It is the node's only certificate: suspend the node, or enter a new certificate first.",
                ),
            )
        row.certificates = left
        for one in row.listed:
            if directory_form.thumbprint(one["pem"]) == thumbprint:
                one["until"] = one["revoked_at"] = now.isoformat()
        row.save()
        audit.record(actor, "exchange.withdraw-certificate", f"node:{agency_code}", thumbprint=thumbprint)
        issue_directory()
    return entry_of(row, now)


def set_node_state(*, agency_code: str, state: str, reason: str, actor: Actor) -> None:
    """Suspend a node, take it back, or let it leave (tạm ngừng, khôi phục, rời khỏi danh bạ), with a reason.

    A node that is not active is not listed: nothing is exchanged with it, and what waits for it goes on waiting.
    """
    if state not in NODE_STATES:
        raise Refused("exchange.bad-state", tr("Việc này không có.", "There is no such deed."), field="state")
    if state != "active" and not reason.strip():
        raise Refused("exchange.no-reason", tr("Cần nêu lý do.", "A reason is needed."), field="reason")
    with db.atomic():
        row = _locked(agency_code)
        row.state, row.reason = state, nfc(reason.strip())
        row.save(update_fields=["state", "reason"])
        audit.record(actor, f"exchange.node-{state}", f"node:{agency_code}", reason=row.reason)
        issue_directory()


def _locked(agency_code: str) -> Node:
    db.advisory_lock("exchange.directory")
    row = Node.objects.filter(agency_code=agency_code).first()
    if row is None:
        raise NotFound(
            "exchange.unknown-node",
            tr(f"Không có nút {agency_code} trong danh bạ.", f"No node {agency_code} in the directory."),
        )
    return row
