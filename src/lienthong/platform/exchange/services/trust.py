"""Verifying what arrives against the directory, and signing what leaves."""

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import directory_form, wire
from lienthong.platform.exchange.queries import directory as directory_queries
from lienthong.platform.exchange.services.directory import ask_hub_again
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

_MEANINGS = {
    "signing.certificate-expired": "exchange.expired-certificate",
    "signing.certificate-not-yet-valid": "exchange.expired-certificate",
    "signing.foreign-certificate": "exchange.foreign-certificate",
    "signing.unknown-certificate": "exchange.foreign-certificate",
    "signing.wrong-kind": "exchange.foreign-certificate",
}


def sign(body: bytes, header: wire.Header) -> str:
    """Sign these bytes with the node's key under this header."""
    return signing_services.sign_detached(body, key="node", headers=header.protected())


def own_header(kind: str, name: str, recipient: str) -> wire.Header:
    """A header for a new letter or question of this node."""
    return wire.Header("", kind, new_id(), name, node().agency_code, recipient, clock.now())


def reply_header(kind: str, header: wire.Header) -> wire.Header:
    """The header of a receipt or answer to a letter or question."""
    return wire.Header("", kind, header.id, header.name, header.recipient, header.sender, clock.now())


def verify(body: bytes, signature: str, header: wire.Header) -> None:
    """Is this really from the node that the header claims?

    Raises Refused `exchange.unknown-sender`, `.foreign-certificate`, `.expired-certificate`, `.bad-signature`.
    """
    certificates = _certificates_of(header.sender)
    if header.kid not in certificates and ask_hub_again():
        certificates = _certificates_of(header.sender)
    if not certificates:
        raise Refused(
            "exchange.unknown-sender",
            tr(f"Danh bạ không có nút {header.sender}.", f"The directory does not list the node {header.sender}."),
            field="from",
            status=401,
        )
    try:
        verified = signing_queries.verify_detached(body, signature, certificate_pem=certificates.get)
    except Refused as refusal:
        code = _MEANINGS.get(refusal.code, "exchange.bad-signature")
        raise Refused(code, refusal.message, field="signature", status=401) from None
    if verified.certificate.agency_code != header.sender:
        raise Refused(
            "exchange.foreign-certificate",
            tr("Chứng thư số là của cơ quan khác.", "The certificate belongs to another agency."),
            field="signature",
            status=401,
        )


def _certificates_of(agency_code: str) -> dict[str, str]:
    entry = directory_queries.find_node(agency_code)
    return {directory_form.thumbprint(pem): pem for pem in entry.certificates} if entry else {}


def require_me(header: wire.Header) -> None:
    """Raises Refused `exchange.wrong-recipient` when the message was meant for another node."""
    if header.recipient != node().agency_code:
        raise Refused(
            "exchange.wrong-recipient",
            tr(
                f"Thông điệp gửi cho {header.recipient}, không phải cho {node().agency_code}.",
                f"The message is for {header.recipient}, not for {node().agency_code}.",
            ),
            field="to",
            status=421,
        )
