"""A leader's signature from a phone (ký từ xa): hashes of one or fifty drafts go out, signatures come back.

Nothing is said of a draft before its signature is here; what moved on meanwhile throws it away. Every step may be done
again: the batch names the signing room's batch before that is begun, and a draft is signed once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lienthong.casework.office.models import SigningBatch
from lienthong.casework.office.services import journal, leading
from lienthong.kernel import clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import RemoteBatch, RemoteOrder

_ENDED: dict[str, Bilingual] = {
    "refused": tr("Bạn đã từ chối trên điện thoại. Văn bản chưa được ký.", "Refused on the phone. It is not signed."),
    "expired": tr(
        "Điện thoại không trả lời kịp. Văn bản chưa được ký; hãy ký lại.",
        "The phone did not answer in time. It is not signed; try again.",
    ),
    "failed": tr(
        "Chữ ký gửi về không dùng được. Văn bản chưa được ký.",
        "The signature that came back could not be used. It is not signed.",
    ),
}


def go_on_by_phone(batch_id: UUID, *, actor: Actor) -> RemoteBatch | None:
    """Ask the leader's phone about a batch, or look what it has answered; None once nothing more is waited for.

    Asks the network: never in a transaction. Raises NotFound `office.no-batch`; Refused `signing.no-credential`,
    `signing.remote-silent`, `signing.too-many` when the phone could not be asked at all.
    """
    batch = leading.own_batch(batch_id, actor)
    if batch.finished_at is not None:
        return None
    if batch.remote_id is None:
        SigningBatch.objects.filter(pk=batch_id, remote_id__isnull=True).update(remote_id=new_id())
        batch.refresh_from_db()
    try:
        remote = signing.follow_remote_batch(_remote_id(batch))
    except NotFound:
        remote = _ask(batch, actor)
    if not remote.is_open:
        _take(batch, remote, actor)
    return remote if remote.is_open else None


def look_by_phone(batch_id: UUID, *, actor: Actor) -> RemoteBatch | None:
    """What is known of it without asking anybody; None when the phone was not asked, or nothing more is waited for."""
    batch = leading.own_batch(batch_id, actor)
    if batch.remote_id is None or batch.finished_at is not None:
        return None
    try:
        return signing_queries.get_remote_batch(batch.remote_id)
    except NotFound:
        return None


def take_remote(remote_id: UUID) -> None:
    """Sign the drafts whose signatures came, or note why none did; may be called again. Unknown ones are nobody's."""
    batch = SigningBatch.objects.filter(remote_id=remote_id, finished_at__isnull=True).first()
    if batch is None:
        return
    account = identity_queries.get_account(batch.account_id)
    _take(batch, signing_queries.get_remote_batch(remote_id), identity_queries.actor_of(account, batch.agency_code))


def _remote_id(batch: SigningBatch) -> UUID:
    if batch.remote_id is None:
        raise NotFound("office.no-batch", tr("Không có lô ký này.", "There is no such batch."))
    return batch.remote_id


def _ask(batch: SigningBatch, actor: Actor) -> RemoteBatch:
    orders = []
    for item in _waiting(batch):
        try:
            orders.append(_order(item, actor))
        except Refused as refusal:
            leading.note_item(batch.pk, item["draft"], "failed", refusal.message)
    remote, refused = signing.start_remote_batch(_remote_id(batch), orders, actor=actor, about=f"office:{batch.pk}")
    for about, why in refused.items():
        leading.note_item(batch.pk, about.partition(":")[0], "failed", why.message)
    return remote


def _order(item: dict[str, Any], actor: Actor) -> RemoteOrder:
    draft = journal.load_draft(UUID(item["draft"]), actor, "sign")
    journal.check_version(draft, item["version"])
    version = leading.signable(draft)
    box, page = leading.box_of(version, "sign")
    return RemoteOrder(
        pdf=files.read(version.pdf_sha256),
        box=box,
        about=f"{draft.pk}:{item['version']}",
        title=draft.subject,
        page=page,
        reason=draft.subject[:200],
    )


def _take(batch: SigningBatch, remote: RemoteBatch, actor: Actor) -> None:
    batch.refresh_from_db()
    for item in _waiting(batch):
        sha256 = remote.results.get(f"{item['draft']}:{item['version']}", "")
        if not sha256:
            leading.note_item(batch.pk, item["draft"], "failed", _ENDED.get(remote.state, _ENDED["failed"]))
            continue
        try:
            _record(item, sha256, actor)
            leading.note_item(batch.pk, item["draft"], "signed")
        except Refused as refusal:
            leading.note_item(batch.pk, item["draft"], "failed", refusal.message)


def _record(item: dict[str, Any], sha256: str, actor: Actor) -> None:
    with db.atomic():
        draft = journal.find_locked(UUID(item["draft"]))
        if draft is not None and draft.signed_sha256 == sha256:
            return
        draft = journal.lock_draft(UUID(item["draft"]), actor, "sign")
        journal.check_version(draft, item["version"])
        draft.signed_sha256, draft.signed_at = sha256, clock.now()
        journal.take_step(draft, "sign", actor, file=sha256)


def _waiting(batch: SigningBatch) -> list[dict[str, Any]]:
    return [item for item in batch.items if item["state"] == "waiting"]
