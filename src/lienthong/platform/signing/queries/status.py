"""Asking whether a certificate is still in force. From memory: the network is asked in the background only."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from cryptography import x509
from django.db import Error as DatabaseTrouble

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing.models import CertificateStanding
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import certificates, standing
from lienthong.platform.signing.rules.pades import proofs
from lienthong.platform.signing.rules.standing import Policy, Standing
from lienthong.platform.signing.types import Status, StatusState

log = structlog.get_logger()

_READ_AGAIN_SECONDS = 5.0
_WARN_AGAIN_SECONDS = 3600.0
_MAX_MET = 10_000
_NOTHING: dict[str, Any] = {}


@dataclass(slots=True)
class _Memory:
    """What this process remembers of the table of standings, and certificates met that are not in it yet."""

    standings: dict[str, Standing] = field(default_factory=dict)
    met: dict[str, str] = field(default_factory=dict)
    warned: dict[str, float] = field(default_factory=dict)
    read_at: float = -_READ_AGAIN_SECONDS
    rule: tuple[dict[str, Any], Policy] | None = None
    reading: threading.Lock = field(default_factory=threading.Lock)


_memory = _Memory()


def certificate_status(pem: str, at: datetime | None = None) -> Status:
    """What the authority last said of a certificate, judged at `at` (now by default). Never asks the network."""
    return standing.judge(_recall(pem), at or clock.now(), policy())


def require_in_force(pem: str, *, proved_at: datetime | None = None) -> None:
    """Refuse a certificate that is revoked, or by policy one that could not be checked for too long.

    `proved_at`: a moment by which the signature existed, known from a time stamp or from our own receipt, never from
    the signer's word; what was signed before the revocation stays good. Default: now.
    Raises Refused `signing.certificate-revoked`, `signing.certificate-unknown`, `signing.certificate-unchecked`.
    """
    rule = policy()
    if rule.mode == "off":
        return
    now, known = clock.now(), _recall(pem)
    state = standing.require(known, proved_at=proved_at or now, now=now, rule=rule)
    if state in ("stale", "unknown") and known is not None and known.answered_at is not None:
        _warn(pem, state)


def issuer_status(path: Sequence[x509.Certificate], at: datetime | None = None) -> Status | None:
    """The same of an issuing authority's own certificate, the first of its path; None if nobody answers about it."""
    if not proofs.needs_answer(path[0]):
        return None
    return standing.judge(_recall_one(certificates.thumbprint(path[0]), path), at or clock.now(), policy())


def require_issuers_in_force(pem: str, anchors: TrustAnchors, *, proved_at: datetime | None = None) -> None:
    """Refuse a certificate of an authority that was revoked, `proved_at` as above. `signing.issuer-revoked`."""
    if policy().mode == "off":
        return
    for path in _issuer_paths(pem, anchors.fingerprint, certificates.Anchored(anchors)):
        status = issuer_status(path)
        if status and status.revoked_at is not None and (proved_at or clock.now()) >= status.revoked_at:
            raise Refused("signing.issuer-revoked", status.sentence)


@lru_cache(maxsize=4096)
def _issuer_paths(
    pem: str, _fingerprint: str, anchored: certificates.Anchored
) -> tuple[tuple[x509.Certificate, ...], ...]:
    """For each issuing authority between a certificate and its root: its certificate and those above it."""
    chain, roots = certificates.parse_chain(pem), anchored.anchors.roots
    path = proofs.path_of(chain[0], (*chain[1:], *anchored.anchors.intermediates), roots) if chain else ()
    return tuple(path[place:] for place in range(1, len(path)) if path[place] not in roots)


def ocsp_response_der(thumbprint: str) -> bytes | None:
    """The last verified OCSP answer about a certificate, for proofs that are to be checked elsewhere."""
    row = CertificateStanding.objects.filter(thumbprint=thumbprint, source="ocsp").only("response").first()
    return bytes(row.response) if row is not None and row.response is not None else None


def find_certificate(thumbprint: str) -> str | None:
    """The certificate (PEM, with its issuers) of this thumbprint, if one was met here; nothing is said of its worth."""
    row = CertificateStanding.objects.filter(thumbprint=thumbprint).only("pem").first()
    return row.pem if row is not None else None


def policy() -> Policy:
    """This node's policy on answers that are missing; read anew when the profile is another."""
    trust = node().parameters.get("trust", _NOTHING)
    if _memory.rule is None or _memory.rule[0] is not trust:
        _memory.rule = (trust, standing.policy(trust))
    return _memory.rule[1]


def forget_standings() -> None:
    """Forget what this process remembers, so that the next look reads the table."""
    _memory.standings.clear()
    _memory.met.clear()
    _memory.warned.clear()
    _memory.read_at = -_READ_AGAIN_SECONDS


def take_met() -> dict[str, str]:
    """Certificates that this process met and the table does not have, as thumbprint → PEM; they are taken out."""
    met, _memory.met = _memory.met, {}
    return met


def _recall(pem: str) -> Standing | None:
    return _recall_one(certificates.describe(pem).thumbprint, pem)


def _recall_one(thumbprint: str, met: str | Sequence[x509.Certificate]) -> Standing | None:
    _read_now_and_then()
    known = _memory.standings.get(thumbprint)
    if known is None and len(_memory.met) < _MAX_MET:
        _memory.met[thumbprint] = met if isinstance(met, str) else "".join(map(certificates.to_pem, met))
    return known


def _read_now_and_then() -> None:
    """One thread reads the small table every few seconds; the others go on with what is remembered."""
    if time.monotonic() - _memory.read_at < _READ_AGAIN_SECONDS or not _memory.reading.acquire(blocking=False):
        return
    try:
        _memory.read_at = time.monotonic()
        _memory.standings = _read()
    except DatabaseTrouble as trouble:
        log.warning("standings of certificates not read", trouble=type(trouble).__name__)
    finally:
        _memory.reading.release()


def _read() -> dict[str, Standing]:
    fields = (
        "thumbprint", "state", "first_seen_at", "source", "answered_at", "produced_at", "next_update", "revoked_at",
        "reason",
    )  # fmt: skip
    return {row[0]: Standing(*row[1:]) for row in CertificateStanding.objects.values_list(*fields)}


def _warn(pem: str, state: StatusState) -> None:
    certificate, now = certificates.describe(pem), time.monotonic()
    if now - _memory.warned.get(certificate.thumbprint, -_WARN_AGAIN_SECONDS) >= _WARN_AGAIN_SECONDS:
        _memory.warned[certificate.thumbprint] = now
        log.warning(
            "certificate not checked lately",
            thumbprint=certificate.thumbprint,
            agency=certificate.agency_code,
            state=state,
        )
