"""Remote signing of many (ký từ xa nhiều văn bản): all hashes go out at once, one consent, all signatures come back.

Every step is written down before the next one asks the network, and may be done again: the service knows a question by
its reference, the same consent is told again, and of two signatures over one hash only the first is kept. So a process
killed anywhere loses nothing and signs nothing twice; `follow_remote` goes on with what it left.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog

from lienthong.kernel import audit, clock, db, events, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.events import RemoteBatchEnded
from lienthong.platform.signing.models import RemoteSigningBatch, RemoteSigningRequest
from lienthong.platform.signing.ports import RemoteSigner
from lienthong.platform.signing.queries.images import find_signature_image
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.queries.remote import get_remote_batch
from lienthong.platform.signing.services import remote
from lienthong.platform.signing.services.documents import Request
from lienthong.platform.signing.types import RemoteBatch, RemoteOrder, RemoteState

log = structlog.get_logger()

_AT_A_TIME = 20


def start_remote_batch(
    batch_id: UUID, orders: Sequence[RemoteOrder], *, actor: Actor, about: str = ""
) -> tuple[RemoteBatch, dict[str, Refused]]:
    """Write these documents up to the officer's signature, and have the officer's phone asked about all of them.

    The same `batch_id` again starts nothing anew. Gives the batch and, by the order's `about`, what was refused; a
    batch without any document left is `failed`. Asks the network: never in a transaction. Raises Refused
    `signing.no-credential`, `signing.too-many`, `signing.remote-silent`, and as `prepare_remote` for the certificate.
    """
    if RemoteSigningBatch.objects.filter(pk=batch_id).exists():
        return follow_remote_batch(batch_id), {}
    credential = roles.port(RemoteSigner).own_credential(actor)
    if len(orders) > credential.at_once:
        raise Refused(
            "signing.too-many",
            tr(
                "Dịch vụ ký của bạn ký mỗi lần nhiều nhất {n} văn bản.", "Your service signs at most {n} at once."
            ).format(n=credential.at_once),
        )
    chain, picture, now = remote.signing_chain(credential.chain), find_signature_image(own_key(actor)), clock.now()
    rows, refused = [], dict[str, Refused]()
    for order in orders:
        request = Request(order.box, order.page, "leader", order.reason, now, picture)
        try:
            row = remote.make_row(
                order.pdf, chain, request, actor=actor, title=order.title, about=order.about, level="B-B"
            )
        except Refused as refusal:
            refused[order.about] = refusal
            continue
        row.batch = batch_id
        rows.append(row)
    made = RemoteSigningBatch(
        id=batch_id, officer=actor.label, credential=credential.name, about=about[:200], count=len(rows),
        title=_words(rows), state="waiting" if rows else "failed", created_at=now, expires_at=now + remote.LIFE,
    )  # fmt: skip
    with db.atomic():
        RemoteSigningBatch.objects.bulk_create([made], ignore_conflicts=True)
        if RemoteSigningBatch.objects.select_for_update().get(pk=batch_id).created_at == now:
            RemoteSigningRequest.objects.bulk_create(rows)
            audit.record(actor, "signing.prepare-remote", f"remote-batch:{batch_id}", count=len(rows))
    return follow_remote_batch(batch_id), refused


def follow_remote_batch(batch_id: UUID) -> RemoteBatch:
    """Go on with a batch as far as can be done now; `RemoteBatchEnded` tells once when nothing more will come.

    Never in a transaction. Raises NotFound `signing.no-request`; a service that is silent is the batch's `trouble`.
    """
    get_remote_batch(batch_id)
    row = RemoteSigningBatch.objects.get(pk=batch_id)
    if row.state == "waiting":
        try:
            _ask_and_take(row)
        except Refused as refusal:
            log.warning("remote batch waits", code=refusal.code)
            RemoteSigningBatch.objects.filter(pk=row.pk, state="waiting").update(trouble=refusal.code[:60])
        row.refresh_from_db()
    if row.state == "waiting" and row.expires_at <= clock.now():
        _end(row, "expired")
    elif row.state == "signed":
        for one in RemoteSigningRequest.objects.filter(batch=row.pk, result_sha256=""):
            remote.finish(one)
        _end(row, "done")
    return get_remote_batch(batch_id)


def follow_open_batches() -> None:
    """Go on with every batch that is open, whether somebody looks at it or not."""
    for one in RemoteSigningBatch.objects.filter(state__in=["waiting", "signed"]).order_by("created_at")[:_AT_A_TIME]:
        follow_remote_batch(one.pk)


def _ask_and_take(row: RemoteSigningBatch) -> None:
    signer = roles.port(RemoteSigner)
    requests = list(RemoteSigningRequest.objects.filter(batch=row.pk).order_by("pk"))
    digests = [bytes(one.digest) for one in requests]
    if row.handle:
        consent = signer.look_for_consent(row.handle)
    else:
        consent = signer.ask_consent(row.credential, digests, words=row.title, reference=str(row.pk))
    if consent.state == "waiting":
        RemoteSigningBatch.objects.filter(pk=row.pk).update(handle=consent.handle[:500], trouble="")
    elif consent.state == "given":
        _keep(row, requests, signer.sign_hashes(row.credential, digests, consent.activation))
    else:
        _end(row, consent.state)


def _keep(row: RemoteSigningBatch, requests: Sequence[RemoteSigningRequest], signatures: Sequence[bytes]) -> None:
    """All signatures or none: a service that sends one that does not fit is believed none of them."""
    try:
        found = [remote.checked(value, one) for one, value in zip(requests, signatures, strict=True)]
    except Refused:
        _end(row, "failed")
        return
    with db.atomic():
        if not _step(row, "waiting", "signed"):
            return
        for one, value in zip(requests, found, strict=True):
            one.signature, one.signed_at = value, clock.now()
        RemoteSigningRequest.objects.bulk_update(requests, ["signature", "signed_at"])


def _end(row: RemoteSigningBatch, state: RemoteState) -> None:
    with db.atomic():
        if not _step(row, "signed" if state == "done" else "waiting", state):
            return
        if state != "done":
            RemoteSigningRequest.objects.filter(batch=row.pk, signature__isnull=True).delete()
        events.publish(RemoteBatchEnded(batch_id=str(row.pk), state=state, about=row.about))


def _step(row: RemoteSigningBatch, before: RemoteState, after: RemoteState) -> bool:
    return bool(RemoteSigningBatch.objects.filter(pk=row.pk, state=before).update(state=after, trouble=""))


def _words(rows: Sequence[RemoteSigningRequest]) -> str:
    """What the phone shows: the one document's name, or how many there are and the first of them."""
    first = rows[0].title if rows else ""
    return f"{len(rows)} văn bản: {first}, …"[:300] if len(rows) > 1 else first[:300] or "Văn bản"
