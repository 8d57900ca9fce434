"""Verifying what arrives against the directory, and signing what leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import directory_form, wire
from lienthong.platform.exchange.queries.directory import recall_directory
from lienthong.platform.exchange.services.directory import ask_hub_again
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

_MEANINGS = {
    "signing.certificate-expired": "exchange.expired-certificate",
    "signing.certificate-not-yet-valid": "exchange.expired-certificate",
    "signing.foreign-certificate": "exchange.foreign-certificate",
    "signing.certificate-revoked": "exchange.revoked-certificate",
    "signing.certificate-unknown": "exchange.unchecked-certificate",
    "signing.certificate-unchecked": "exchange.unchecked-certificate",
    "signing.unknown-certificate": "exchange.foreign-certificate",
    "signing.wrong-kind": "exchange.foreign-certificate",
}


def sign(body: bytes, header: wire.Header) -> str:
    """Sign this header and body with the node's key: the line for `Lienthong-Signature`."""
    return sign_digest(wire.digest(body), header)


def sign_digest(digest: bytes, header: wire.Header) -> str:
    """As `sign`, over a body that only its SHA-256 digest is known of."""
    kid = signing_queries.get_certificate("node").thumbprint
    return signing_services.sign_line(replace(header, kid=kid).message(), [digest], at=header.at, thumbprint=kid)


def own_header(kind: str, name: str, recipient: str) -> wire.Header:
    """A header for a new letter or question of this node."""
    return wire.Header("", kind, new_id(), name, node().agency_code, recipient, clock.now())


def reply_header(kind: str, header: wire.Header) -> wire.Header:
    """The header of a receipt or answer to a letter or question."""
    return header.answered(kind, clock.now())


def verify(body: bytes, signature: str, header: wire.Header) -> None:
    """Is this really from the node that the header claims? `header` is what `wire.peek` read off `signature`.

    Raises Refused `exchange.unknown-sender`, `.foreign-certificate`, `.expired-certificate`, `.revoked-certificate`,
    `.bad-signature`.
    """
    verify_digest(wire.digest(body), signature, header)


def verify_digest(digest: bytes, signature: str, header: wire.Header) -> None:
    """As `verify`, for a body that was streamed past: its SHA-256 digest."""
    pem = certificate_for(header)
    with _our_words():
        message, value, chain = signing_queries.read_proof(signature)
        at = judged_at(header)
        if chain:
            certificate = signing_queries.verify_batch_member(
                message, [digest], value=value, chain=chain, certificate_pem=pem, signed_at=header.at, at=at
            )
        else:
            certificate = signing_queries.verify_message(
                message, [digest], value, certificate_pem=pem, signed_at=header.at, at=at
            )
    _require_owner(certificate.agency_code, header)


def judged_at(header: wire.Header) -> datetime | None:
    """When the certificate must have been valid: letters and receipts may wait longer than it lives.

    Everything else is judged now. The directory says until when a certificate was in use, revocation is always asked.
    """
    waits = header.kind in ("letter", "receipt") and header.at < clock.now()
    return header.at if waits else None


@contextmanager
def _our_words() -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        code = _MEANINGS.get(refusal.code, "exchange.bad-signature")
        # A status that could not be checked is our trouble, not the sender's: it may try again.
        status = 503 if refusal.status == 503 else 401
        raise Refused(code, refusal.message, field="signature", status=status) from None


def certificate_for(header: wire.Header) -> str:
    """The PEM of the certificate that the directory lists, or listed when this was signed."""
    entry = recall_directory().nodes.get(header.sender)
    pem = entry and directory_form.listed_certificate(entry, header.kid, header.at)
    if not pem and ask_hub_again():
        entry = recall_directory().nodes.get(header.sender)
        pem = entry and directory_form.listed_certificate(entry, header.kid, header.at)
    if entry is None:
        raise Refused(
            "exchange.unknown-sender",
            tr(f"Danh bạ không có nút {header.sender}.", f"The directory does not list the node {header.sender}."),
            field="from",
            status=401,
        )
    if not pem:
        raise Refused(
            "exchange.foreign-certificate",
            tr(
                "Chữ ký dùng chứng thư số chưa có trong danh bạ.",
                "The signature names a certificate that the directory does not list.",
            ),
            field="signature",
            status=401,
        )
    return pem


def _require_owner(agency_code: str, header: wire.Header) -> None:
    if agency_code != header.sender:
        raise Refused(
            "exchange.foreign-certificate",
            tr("Chứng thư số là của cơ quan khác.", "The certificate belongs to another agency."),
            field="signature",
            status=401,
        )


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
