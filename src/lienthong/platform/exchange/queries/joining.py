"""Asking about applications to join (đơn đăng ký kết nối)."""

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import joining_form
from lienthong.platform.exchange.joining_types import ApplicationRow
from lienthong.platform.exchange.models import Application, Node
from lienthong.platform.exchange.queries.directory import entry_of
from lienthong.platform.exchange.types import NodeEntry
from lienthong.platform.signing import queries as signing_queries


def fingerprint_of(digest: bytes) -> str:
    """The 25 digits of a digest."""
    return joining_form.fingerprint(digest)


def describe(row: Application) -> ApplicationRow:
    return ApplicationRow(
        token=row.token,
        state=row.state,
        agency_code=row.agency_code,
        name=Bilingual(row.name_vi, row.name_en),
        contact_name=row.contact.get("name", ""),
        contact_phone=row.contact.get("phone", ""),
        contact_email=row.contact.get("email", ""),
        base_url=row.base_url,
        exchange_url=row.exchange_url,
        pull=row.pull,
        fingerprint=fingerprint_of(bytes(row.digest)),
        node_request=row.node_request,
        tls_request=row.tls_request,
        node_certificate=row.node_certificate,
        tls_certificate=row.tls_certificate,
        posted_at=row.posted_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )


def get_application(token: str) -> ApplicationRow:
    """One application by the secret part of its link. Raises NotFound `exchange.unknown-application`."""
    row = Application.objects.filter(token=token).first()
    if row is None:
        raise NotFound("exchange.unknown-application", tr("Không có đơn này.", "There is no such application."))
    return describe(row)


def list_applications(state: str = "", *, limit: int = 50, offset: int = 0) -> list[ApplicationRow]:
    """Applications, the latest first."""
    found = Application.objects.filter(state=state) if state else Application.objects.all()
    return [describe(row) for row in found.order_by("-posted_at")[offset : offset + limit]]


def count_applications(state: str = "") -> int:
    return (Application.objects.filter(state=state) if state else Application.objects.all()).count()


def describe_trust() -> tuple[tuple[str, ...], str]:
    """The roots and intermediates trusted here, and the digits over the roots for comparing by telephone."""
    pems = signing_queries.list_trusted()
    return pems, joining_form.fingerprint(signing_queries.trust_fingerprint(pems))


def status_of(application: ApplicationRow) -> dict[str, object]:
    """What the asker's program reads: where the application stands and, once approved, what to install."""
    told: dict[str, object] = {
        "state": application.state,
        "agency_code": application.agency_code,
        "reason": application.reason,
    }
    if application.state == "approved":
        pems, digits = describe_trust()
        told |= {
            "node_certificate": application.node_certificate,
            "tls_certificate": application.tls_certificate,
            "hub_code": node().agency_code,
            "trusted": list(pems),
            "trust_fingerprint": digits,
        }
    return told


def list_registered_nodes() -> list[tuple[str, Bilingual, str]]:
    """Hub: code, name and state of every node that was ever listed."""
    rows = Node.objects.order_by("agency_code").values_list("agency_code", "name_vi", "name_en", "state")
    return [(code, Bilingual(vi, en), state) for code, vi, en, state in rows]


def get_registered_node(agency_code: str) -> tuple[NodeEntry, str, str]:
    """Hub: a node as listed or last listed, its state and the reason. Raises NotFound `exchange.unknown-node`."""
    row = Node.objects.filter(agency_code=agency_code).first()
    if row is None:
        raise NotFound("exchange.unknown-node", tr("Không có nút này.", "There is no such node."))
    return entry_of(row, clock.now()), row.state, row.reason
