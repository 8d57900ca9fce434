"""Remote signing (ký từ xa): the hash goes out to a phone, card or signing service, the signature comes back."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel import audit, clock, db, events, files, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import tr
from lienthong.platform.signing.events import DocumentSignedRemotely
from lienthong.platform.signing.models import RemoteSigningBatch, RemoteSigningRequest
from lienthong.platform.signing.ports import CertificateChain, RemoteSigner, TrustStore
from lienthong.platform.signing.queries.documents import MAX_PDF_BYTES, too_large
from lienthong.platform.signing.queries.remote import as_remote, find_row
from lienthong.platform.signing.queries.status import require_in_force
from lienthong.platform.signing.rules import certificates, signatures
from lienthong.platform.signing.rules.pades.writing import Prepared
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.services.documents import Request, prepare
from lienthong.platform.signing.services.finishing import MAX_STORED
from lienthong.platform.signing.types import PDF_LEVELS, Appearance, Box, PdfLevel, RemoteSigning, SignedPdf

log = structlog.get_logger()

LIFE = timedelta(minutes=10)
_KEPT = timedelta(days=30)
_MAX_WAITING = 100
_PREHASHED = ec.ECDSA(Prehashed(hashes.SHA256()))


def prepare_remote(
    pdf: bytes,
    *,
    signer_certificate: str,
    actor: Actor,
    box: Box,
    page: int = -1,
    appearance: Appearance = "leader",
    reason: str = "",
    title: str = "",
    about: str = "",
    return_to: str = "",
    picture: bytes = b"",
    level: PdfLevel = "B-B",
) -> RemoteSigning:
    """Write the document up to the signature and give out the digest that the key is to sign.

    `signer_certificate`: PEM of the officer's certificate with its issuers. The request is this officer's alone, for
    this document, ten minutes, once. `about` comes back with `DocumentSignedRemotely`; `return_to` is a path of ours.
    Raises as `sign_pdf`, and Refused `signing.foreign-certificate`, `.certificate-revoked`, `.wrong-algorithm`,
    `.too-many-waiting`.
    """
    now = clock.now()
    chain = signing_chain(_chain(signer_certificate).certificates)
    request = Request(box, page, appearance, reason, now, picture)
    row = make_row(pdf, chain, request, actor=actor, title=title, about=about, level=level)
    row.return_to = _own_path(return_to)
    with db.atomic():
        db.advisory_lock(f"signing.remote:{actor.label}")
        waiting = RemoteSigningRequest.objects.filter(
            officer=actor.label, signature__isnull=True, batch__isnull=True, expires_at__gt=now
        ).count()
        if waiting >= _MAX_WAITING:
            raise Refused(
                "signing.too-many-waiting",
                tr("Đang có quá nhiều văn bản chờ bạn ký từ xa.", "Too many documents wait for your remote signature."),
            )
        row.save(force_insert=True)
        audit.record(actor, "signing.prepare-remote", f"remote:{row.pk}", document=row.document_sha256)
    return as_remote(row)


def signing_chain(certificates_of_key: tuple[x509.Certificate, ...]) -> CertificateChain:
    """The chain of a key that lies elsewhere, when it may sign now. Raises as `prepare_remote`."""
    chain = CertificateChain(
        certificates_of_key, _pem(certificates_of_key), certificates.thumbprint(certificates_of_key[0])
    )
    certificates.check(chain.pem, roles.port(TrustStore).anchors(), clock.now())
    signatures.public_key(chain.pem)
    require_in_force(chain.pem)
    return chain


def make_row(
    pdf: bytes, chain: CertificateChain, request: Request, *, actor: Actor, title: str, about: str, level: PdfLevel
) -> RemoteSigningRequest:
    """A request with the document written up to its signature, not stored yet. Raises as `sign_pdf`."""
    if len(pdf) > MAX_PDF_BYTES:
        raise too_large()
    prepared, attributes = prepare(pdf, chain, request, stamped=level != "B-B")
    return RemoteSigningRequest(
        id=new_id(), officer=actor.label, title=title[:300], about=about, document_sha256=sha256(pdf).hexdigest(),
        pem=chain.pem, thumbprint=chain.thumbprint, attributes=attributes, digest=sha256(attributes).digest(),
        body=prepared.body, start=prepared.start, end=prepared.end, level=level, created_at=request.moment,
        expires_at=request.moment + LIFE,
    )  # fmt: skip


def complete_remote(request_id: UUID, signature: bytes, *, actor: Actor) -> SignedPdf:
    """Put the signature that came back into its document: r‖s (64 bytes) or DER, by the certificate of the request.

    The signed PDF is kept in the files and told by `DocumentSignedRemotely`. Above B-B the network is asked: never in
    a transaction. Raises NotFound `signing.no-request` (also for another officer's), Conflict `.request-used`,
    `.request-expired`, Refused `.wrong-signature`, which leaves the request open.
    """
    row = find_row(request_id, actor)
    der = checked(bytes(signature), row)
    with db.atomic():
        claimed = RemoteSigningRequest.objects.filter(
            pk=row.pk, signature__isnull=True, expires_at__gt=clock.now()
        ).update(signature=der, signed_at=clock.now())
        if not claimed:
            raise _too_late(row)
        audit.record(actor, "signing.complete-remote", f"remote:{row.pk}", document=row.document_sha256)
    row.refresh_from_db()
    return finish(row)


def sign_remotely(request_id: UUID, *, activation: str, actor: Actor) -> SignedPdf:
    """Send the digest to the officer's signing service (CSC), and put the signature that it gives into the document.

    `activation`: the officer's consent as the service wants it (SAD). Raises as `complete_remote`, and Refused
    `signing.no-credential`, `signing.remote-refused`, `signing.remote-silent` (503).
    """
    row = find_row(request_id, actor)
    if row.signature is not None or row.expires_at <= clock.now():
        raise _too_late(row)
    signer = roles.port(RemoteSigner)
    credential = signer.find_credential(actor, row.thumbprint)
    signature = signer.sign_hash(credential, bytes(row.digest), activation)
    return complete_remote(request_id, signature, actor=actor)


def purge_remote() -> None:
    """Drop what expired, with the documents in it; finish what a process left between signature and document."""
    now = clock.now()
    unsigned = RemoteSigningRequest.objects.filter(signature__isnull=True, batch__isnull=True)
    unsigned.filter(expires_at__lte=now).delete()
    ended = RemoteSigningBatch.objects.exclude(state__in=["waiting", "signed"])
    ended.filter(expires_at__lte=now - _KEPT).delete()
    RemoteSigningRequest.objects.exclude(result_sha256="").filter(expires_at__lte=now - _KEPT).delete()
    left = RemoteSigningRequest.objects.filter(signature__isnull=False, result_sha256="", signed_at__lte=now - LIFE)
    for row in left[:20]:
        finish(row)


def _chain(pem: str) -> CertificateChain:
    found = certificates.parse_chain(pem)
    if not found:
        raise certificates.malformed_certificate()
    return CertificateChain(found, _pem(found), certificates.thumbprint(found[0]))


def _pem(chain: tuple[x509.Certificate, ...]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in chain)


def _own_path(path: str) -> str:
    """A path of this node, never an address elsewhere."""
    return path[:300] if path.startswith("/") and not path.startswith("//") and "\\" not in path else ""


def checked(signature: bytes, row: RemoteSigningRequest) -> bytes:
    """The signature in DER, when it is this key's over this digest. Raises Refused `signing.wrong-signature`."""
    der = signatures.to_der(signature) if len(signature) == 64 else signature
    try:
        signatures.public_key(row.pem).verify(der, bytes(row.digest), _PREHASHED)
    except (InvalidSignature, ValueError) as error:
        raise Refused(
            "signing.wrong-signature",
            tr(
                "Chữ ký gửi về không đúng với văn bản này hoặc không phải của chứng thư đã chọn.",
                "The signature does not belong to this document, or is not by the chosen certificate.",
            ),
            field="signature",
        ) from error
    return der


def _too_late(row: RemoteSigningRequest) -> Conflict:
    if RemoteSigningRequest.objects.filter(pk=row.pk, signature__isnull=False).exists():
        return Conflict("signing.request-used", tr("Yêu cầu này đã được ký.", "This request was signed already."))
    return Conflict(
        "signing.request-expired",
        tr("Yêu cầu ký đã hết hạn. Hãy trình ký lại.", "The request has expired. Present the document anew."),
    )


def finish(row: RemoteSigningRequest) -> SignedPdf:
    """Make the document of a signature that is kept; may be repeated after a crash, and tells once."""
    prepared = Prepared(bytes(row.body), b"", row.start, row.end)
    level: PdfLevel = next((one for one in PDF_LEVELS if one == row.level), "B-B")
    chain = _chain(row.pem)
    made = levels.complete(prepared, bytes(row.attributes), bytes(row.signature or b""), chain, level)
    name = files.clean_name(row.title or "van-ban.pdf")
    kept = files.store(bytes(made), name=name, allowed=frozenset({files.PDF}), max_bytes=MAX_STORED)
    with db.atomic():
        if RemoteSigningRequest.objects.filter(pk=row.pk, result_sha256="").update(
            result_sha256=kept.sha256, reached=made.level, body=b"", attributes=b""
        ):
            events.publish(
                DocumentSignedRemotely(
                    request_id=str(row.pk),
                    document_sha256=row.document_sha256,
                    sha256=kept.sha256,
                    level=made.level,
                    about=row.about,
                )
            )
    return made
