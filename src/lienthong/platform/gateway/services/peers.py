"""Other nodes, as each call needs them: where they answer, and with which certificates they sign."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.db import connection

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange_services
from lienthong.platform.exchange.types import NodeEntry
from lienthong.platform.signing import queries as signing_queries

_ASK_AGAIN_SECONDS = 5.0
_MEANINGS = {
    "signing.certificate-expired": "gateway.expired-certificate",
    "signing.certificate-not-yet-valid": "gateway.expired-certificate",
    "signing.certificate-revoked": "gateway.foreign-certificate",
    "signing.foreign-certificate": "gateway.foreign-certificate",
    "signing.malformed-certificate": "gateway.foreign-certificate",
    "signing.wrong-kind": "gateway.foreign-certificate",
}


@dataclass(slots=True)
class _Asked:
    at: float = -_ASK_AGAIN_SECONDS


_asked = _Asked()
_asking = threading.Lock()


def node_for(agency_code: str) -> NodeEntry:
    """The node that answers for an agency: its own, or that of the agency it belongs to.

    Raises Refused `exchange.unknown-recipient`, `exchange.directory-…`.
    """
    nodes, code = exchange_queries.recall_directory().nodes, agency_code
    while code:
        if code in nodes:
            return nodes[code]
        code = code.rpartition(".")[0]
    return exchange_queries.node_for(agency_code)


def verify(message: bytes, digests: list[bytes], signature: bytes, *, sender: str, kid: str, at: datetime) -> None:
    """Did this node sign that? Raises Refused `gateway.unknown-sender`, `.foreign-certificate`,
    `.expired-certificate`, `.bad-signature`.
    """
    pem = certificate(sender, kid, at)
    try:
        signer = signing_queries.verify_message(message, digests, signature, certificate_pem=pem, signed_at=at)
    except Refused as refusal:
        raise _refused(_MEANINGS.get(refusal.code, "gateway.bad-signature"), refusal) from None
    if signer.agency_code != sender:
        raise foreign_certificate()


def certificate(sender: str, kid: str, at: datetime) -> str:
    """The PEM of the certificate that the directory lists for this node. Raises Refused as `verify`."""
    pem = _find(sender, kid, at)
    if pem is None and _ask_hub_again():
        pem = _find(sender, kid, at)
    if pem is not None:
        return pem
    if sender in exchange_queries.recall_directory().nodes:
        raise foreign_certificate()
    raise Refused(
        "gateway.unknown-sender",
        tr(f"Danh bạ không có nút {sender}.", f"The directory does not list the node {sender}."),
        field="from",
        status=401,
    )


def _find(sender: str, kid: str, at: datetime) -> str | None:
    entry = exchange_queries.recall_directory().nodes.get(sender)
    if entry is None:
        return None
    for pem in entry.certificates:
        if _thumbprint(pem) == kid:
            return pem
    for kept in entry.kept:
        if kept.listed_from <= at <= (kept.revoked_at or kept.listed_until) and _thumbprint(kept.pem) == kid:
            return kept.pem
    return None


@lru_cache(maxsize=2048)
def _thumbprint(pem: str) -> str:
    try:
        return x509.load_pem_x509_certificates(pem.encode("ascii"))[0].fingerprint(hashes.SHA256()).hex()
    except ValueError:
        return ""


def _ask_hub_again() -> bool:
    """A certificate may be newer than our directory; the hub is asked now and then, not for every forged call."""
    now = time.monotonic()
    with _asking:
        if now - _asked.at < _ASK_AGAIN_SECONDS or connection.in_atomic_block:
            return False
        _asked.at = now
    try:
        exchange_services.refresh_directory()
    except Refused:
        return False
    exchange_queries.forget_directory()
    return True


def foreign_certificate() -> Refused:
    return Refused(
        "gateway.foreign-certificate",
        tr(
            "Chữ ký dùng chứng thư số mà danh bạ không ghi cho nút gửi.",
            "The signature names a certificate that the directory does not list for the sender.",
        ),
        field="signature",
        status=401,
    )


def _refused(code: str, refusal: Refused) -> Refused:
    return Refused(code, refusal.message, field="signature", status=401)
