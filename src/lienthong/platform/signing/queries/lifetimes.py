"""Asking how much of each certificate's life is over, and how right this node's clock is."""

from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from lienthong.kernel import clock, roles
from lienthong.kernel.clock import ZONE
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.platform.signing.models import ClockReading
from lienthong.platform.signing.ports import KeyMaker, KeyStore, TrustStore
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.types import Certificate, Lifetime, Skew

WARN_SHARE = 0.75
CRITICAL_SHARE = 0.9

_SENTENCES: dict[str, Bilingual] = {
    "ok": tr("Có hiệu lực đến {end} (còn {days} ngày).", "Valid until {end} ({days} days left)."),
    "warn": tr(
        "Còn {days} ngày, đến {end}: cần gia hạn. Nút tự gia hạn nếu cơ quan chứng thực trả lời.",
        "{days} days left, until {end}: to be renewed. The node does so itself when the authority answers.",
    ),
    "critical": tr(
        "Chỉ còn {days} ngày, đến {end}: hãy gia hạn ngay.",
        "Only {days} days left, until {end}: renew it now.",
    ),
    "expired": tr("Đã hết hạn ngày {end}.", "Expired on {end}."),
    "replaced": tr(
        "Có hiệu lực đến {end}; chứng thư thay thế đã có và đang chờ dùng.",
        "Valid until {end}; its replacement is here and waits to be used.",
    ),
}


def lifetimes() -> tuple[Lifetime, ...]:
    """Every certificate that this node lives by, the nearest to its end first: its keys', those waiting, its roots."""
    store, found = roles.port(KeyStore), []
    maker = roles.port(KeyMaker)
    for key in store.names():
        waiting = maker.next_chain(key)
        certificate = certificates.describe(store.chain(key).pem)
        found.append(_of_certificate(key, certificate, replaced=waiting is not None))
        if waiting is not None:
            found.append(_of_certificate(f"{key} (+)", certificates.describe(waiting.pem), replaced=False))
    anchors = roles.port(TrustStore).timestamp_anchors()
    found += [_of_authority("root", one) for one in anchors.roots]
    found += [_of_authority("issuing", one) for one in anchors.intermediates]
    return tuple(sorted(found, key=lambda one: -one.share))


def lifetime_share(certificate: Certificate, at: datetime | None = None) -> float:
    """How much of the certificate's life is over at `at` (now by default); more than 1 after its end."""
    return _share(certificate.not_before, certificate.not_after, at or clock.now())


def clock_skew() -> Skew:
    """How far this node's clock was from another's when it was last compared, in the background."""
    row = ClockReading.objects.first()
    return Skew(row.seconds, row.against, row.checked_at) if row else Skew(None, "", None)


def _of_certificate(name: str, certificate: Certificate, *, replaced: bool) -> Lifetime:
    return _lifetime(name, certificate.kind, certificate.not_before, certificate.not_after, replaced=replaced)


def _of_authority(kind: str, one: x509.Certificate) -> Lifetime:
    named = one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(named[0].value) if named else one.subject.rfc4514_string()
    begin, end = one.not_valid_before_utc.astimezone(ZONE), one.not_valid_after_utc.astimezone(ZONE)
    return _lifetime(name, kind, begin, end, replaced=False)


def _lifetime(name: str, kind: str, begin: datetime, end: datetime, *, replaced: bool) -> Lifetime:
    now = clock.now()
    share = _share(begin, end, now)
    level: Literal["ok", "warn", "critical"] = (
        "critical" if share >= CRITICAL_SHARE else "warn" if share >= WARN_SHARE else "ok"
    )
    if replaced and share < 1:
        level = "ok"
    said = "expired" if share >= 1 else "replaced" if replaced else level
    sentence = _SENTENCES[said].format(end=show_date(end.date()), days=max((end - now).days, 0))
    return Lifetime(name, kind, begin, end, min(max(share, 0.0), 1.0), level, sentence)


def _share(begin: datetime, end: datetime, now: datetime) -> float:
    return (now - begin) / (end - begin)
