"""Levels of a signed PDF (PAdES B-T to B-LTA): a time stamp on the signature, proofs, a time stamp over it all.

Who does not answer costs a level and not the signature: what was reached is told, and `augment_pdf` goes on later.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import structlog
from cryptography import x509

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.platform.signing.ports import CertificateChain, TimestampAuthority, TrustStore
from lienthong.platform.signing.queries.documents import judge_reading
from lienthong.platform.signing.queries.kept import kept_proofs
from lienthong.platform.signing.queries.status import policy
from lienthong.platform.signing.rules import timestamps
from lienthong.platform.signing.rules.pades import envelope, proofs, reading, writing
from lienthong.platform.signing.rules.pades.proofs import Proofs
from lienthong.platform.signing.rules.pades.reading import Reading
from lienthong.platform.signing.rules.pades.refusals import refusing_broken
from lienthong.platform.signing.rules.pades.writing import Prepared
from lienthong.platform.signing.services.standing import ask_now
from lienthong.platform.signing.types import PDF_LEVELS, PdfLevel, PdfVerdict, SignedPdf

log = structlog.get_logger()

_SILENCE_SECONDS = 30.0
_RENEW_BEFORE = timedelta(days=180)
_STAMP_FIELD = "DauThoiGian"
_BYTE_RANGE = b"/ByteRange"


@dataclass(slots=True)
class _Memory:
    """Until when no time stamp is asked for: fifty documents do not wait fifty times for who is silent."""

    silent_until: float = 0.0


_memory = _Memory()


def complete(
    prepared: Prepared, attributes: bytes, signature: bytes, chain: CertificateChain, wanted: PdfLevel
) -> SignedPdf:
    """Put a signature (ECDSA in DER over `attributes`) into its document and bring it as near to `wanted` as can be."""
    token = stamp(sha256(signature).digest()) if wanted != "B-B" else b""
    body = prepared.filled(envelope.assemble(attributes, signature, chain.certificates, token=token))
    if not token:
        return SignedPdf.of(body, "B-B", wanted)
    if wanted == "B-T":
        return SignedPdf.of(body, "B-T", wanted)
    # Signatures that were there before gain by it, too.
    is_first = body.count(_BYTE_RANGE) < 2
    found = _gather([_path(chain.certificates), _stamp_path(token)] if is_first else _paths(reading.read(body)))
    if found is None:
        return SignedPdf.of(body, "B-T", wanted)
    return _with_proofs(body, found, wanted, reached="B-T")


def augment_pdf(pdf: bytes, *, level: PdfLevel = "B-LTA", renew: bool = False) -> SignedPdf:
    """Bring a signed PDF to a higher level: proofs of every signature, then a time stamp over it all. Only adds bytes.

    Asks the network: never in a transaction. `renew`: also a finished one whose last stamp's authority ends soon.
    Unchanged when there is nothing to do or nobody answers; the level that the file has is told.
    Raises Refused with the verdict's code (`signing.tampered` …) for what is not good; as `queries.verify_pdf`.
    """
    read = reading.read(pdf)
    verdict = judge_reading(read)
    if not verdict.good:
        raise Refused(f"signing.{verdict.code}", verdict.sentence, field="file")
    reached = min((one.level or "B-B" for one in verdict.signatures), key=PDF_LEVELS.index)
    if reached not in PDF_LEVELS:
        reached = "B-B"
    if PDF_LEVELS.index(reached) >= PDF_LEVELS.index(level) and not (renew and _is_due(verdict)):
        return SignedPdf.of(pdf, reached, level)
    found = _gather(_paths(read)) if level != "B-T" else Proofs()
    if found is None:
        return _only_stamped(pdf, reached, level)
    return _with_proofs(pdf, found, "B-LTA", reached=reached, wanted_by_caller=level, proved=level == "B-T")


def _is_due(verdict: PdfVerdict) -> bool:
    ends = [one.until for one in verdict.timestamps if one.good and one.until is not None]
    return bool(ends) and max(ends) - clock.now() < _RENEW_BEFORE


def _with_proofs(
    body: bytes,
    found: Proofs,
    wanted: PdfLevel,
    *,
    reached: PdfLevel,
    wanted_by_caller: PdfLevel | None = None,
    proved: bool = False,
) -> SignedPdf:
    """Add the security store and, for B-LTA, a document time stamp in the same revision. `proved`: stamp only."""
    told = wanted_by_caller or wanted
    if wanted == "B-LTA":
        writer = writing.open_writer(body)
        if not proved:
            with refusing_broken():
                writing.add_proofs(writer, found)
        prepared = writing.prepare_timestamp(writer, _free_field(writing.field_names(writer)))
        token = stamp(prepared.digest)
        if token:
            return SignedPdf.of(prepared.filled(token), "B-T" if proved else "B-LTA", told)
    if reached == "B-B" or proved:
        return SignedPdf.of(body, reached, told)
    writer = writing.open_writer(body)
    with refusing_broken():
        added = writing.add_proofs(writer, found)
    return SignedPdf.of(writing.written(writer) if added else body, "B-LT", told)


def _only_stamped(pdf: bytes, reached: PdfLevel, wanted: PdfLevel) -> SignedPdf:
    """No proofs are to be had now: at least the time is proved."""
    if reached != "B-B":
        return SignedPdf.of(pdf, reached, wanted)
    return _with_proofs(pdf, Proofs(), "B-LTA", reached=reached, wanted_by_caller=wanted, proved=True)


def _free_field(taken: Sequence[str]) -> str:
    number = len(taken) + 1
    while f"{_STAMP_FIELD}{number}" in taken:
        number += 1
    return f"{_STAMP_FIELD}{number}"


def stamp(digest: bytes) -> bytes:
    """A time stamp; b"" when nobody gives one, and for a while after that without asking."""
    if time.monotonic() < _memory.silent_until:
        return b""
    try:
        return roles.port(TimestampAuthority).stamp(digest)
    except Refused as refused:
        log.warning("signed without time stamp", reason=refused.code)
        _memory.silent_until = time.monotonic() + _SILENCE_SECONDS
        return b""


def forget_silence() -> None:
    """Ask for time stamps again at once."""
    _memory.silent_until = 0.0


# Proofs


def _gather(paths: Sequence[tuple[x509.Certificate, ...]]) -> Proofs | None:
    """Certificates of these paths and an answer on each, kept here or asked for now; None if not all are to be had."""
    if policy().mode == "off":
        return None
    anchors = roles.port(TrustStore)
    roots = (*anchors.anchors().roots, *anchors.timestamp_anchors().roots)
    together = Proofs()
    for path in dict.fromkeys(path for path in paths if path):
        found = kept_proofs(path)
        if not proofs.are_complete(path, roots, found):
            ask_now(path)
            found = kept_proofs(path)
        if not proofs.are_complete(path, roots, found):
            log.warning("proofs incomplete", path=len(path))
            return None
        together = together.and_more(found)
    return together


def _paths(read: Reading) -> list[tuple[x509.Certificate, ...]]:
    """The paths of all signatures and of all time stamps so far."""
    found = []
    for one in read.found:
        if not one.is_timestamp:
            found.append(_path(tuple(map(x509.load_der_x509_certificate, one.certificates))))
        if one.token:
            found.append(_stamp_path(one.token))
    return found


def _path(sent: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    anchors = roles.port(TrustStore).anchors()
    return proofs.path_of(sent[0], (*sent[1:], *anchors.intermediates), anchors.roots)


def _stamp_path(token: bytes) -> tuple[x509.Certificate, ...]:
    anchors, signer = roles.port(TrustStore).timestamp_anchors(), timestamps.signer_of(token)
    if signer is None:
        return ()
    return proofs.path_of(signer, (*timestamps.sent_with(token), *anchors.intermediates), anchors.roots)
