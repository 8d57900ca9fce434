"""The leader's part (trình ký): presented, returned or signed, one or many; undone until the clerk has numbered it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from lienthong.casework.office import rights, rules
from lienthong.casework.office.models import Draft, DraftVersion, SigningBatch
from lienthong.casework.office.services import drafts, journal, reviews, telling
from lienthong.kernel import audit, clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import Box, SigningProof

MAX_AT_ONCE: Final = 50
AT_A_TIME: Final = 5
_PDF_ONLY: Final = frozenset({files.PDF})


def present_draft(draft_id: UUID, *, note: str = "", seen: int | None = None, actor: Actor) -> None:
    """Put the newest version before the leader, with the opinions given about it.

    Raises Conflict `office.review-open`, `office.changed`; Refused `office.pdf-missing`, `office.unsaved`,
    `office.no-receivers`.
    """
    words = rules.clean_text(note, field="note", at_most=1000, needed=False)
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "present")
        if seen is not None:
            journal.check_version(draft, seen)
        reviews.require_answers(draft)
        _require_whole(draft)
        reviews.end_round(draft)
        draft.returned_reason = ""
        journal.take_step(draft, "present", actor, note=words)
        telling.tell_leader(draft)


def take_back(draft_id: UUID, *, actor: Actor) -> None:
    """The drafter takes it back before it is signed."""
    with db.atomic():
        journal.take_step(journal.lock_draft(draft_id, actor, "take_back"), "take_back", actor)


def return_draft(draft_id: UUID, reason: str, *, actor: Actor) -> None:
    """The leader sends it back and says why. Raises Refused `office.text-missing`."""
    words = rules.clean_text(reason, field="reason")
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "return")
        draft.returned_reason = words
        journal.take_step(draft, "return", actor, note=words)
        telling.tell_drafter(draft, tr("Lãnh đạo trả lại dự thảo", "Your draft was returned"), "return")


def sign_draft(draft_id: UUID, *, seen: int, proof: SigningProof, actor: Actor) -> None:
    """The leader signs the version that was shown, with the own key on this node, having given its PIN.

    Three parts, so that no transaction waits for a key: look, sign, record; a draft that moved on meanwhile throws the
    signature away. Raises Conflict `office.changed`, `office.moved-on`; NotAllowed `signing.not-proved`; Refused
    `signing.*`.
    """
    signing.require_proof(proof, actor=actor)
    draft = journal.load_draft(draft_id, actor, "sign")
    journal.check_version(draft, seen)
    version = signable(draft)
    box, page = box_of(version, "sign")
    now = clock.now()
    signed = signing.sign_pdf(
        files.read(version.pdf_sha256),
        signer=leader_key(actor),
        box=box,
        page=page,
        appearance="leader",
        reason=draft.subject[:200],
        moment=now,
        picture=signing_queries.find_signature_image(leader_key(actor)),
    )
    kept = files.store(bytes(signed), name=version.pdf_name, allowed=_PDF_ONLY, max_bytes=2 * drafts.MAX_FILE)
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "sign")
        journal.check_version(draft, seen)
        draft.signed_sha256, draft.signed_at = kept.sha256, now
        journal.take_step(draft, "sign", actor, file=kept.sha256)


def require_signable(draft_id: UUID, *, actor: Actor) -> None:
    """May this leader sign it now? Asked before the PIN is. Raises as `sign_draft`."""
    signable(journal.load_draft(draft_id, actor, "sign"))


def undo_signature(draft_id: UUID, *, actor: Actor) -> None:
    """Take the signature off again; possible until the clerk has given the number."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "unsign")
        draft.signed_sha256, draft.signed_at = "", None
        journal.take_step(draft, "unsign", actor)


def signs_by_phone(actor: Actor) -> bool:
    """Is this leader's key elsewhere, so that hashes go out to it?"""
    return signing_queries.get_credential(actor).place == "remote"


def start_batch(chosen: Sequence[tuple[UUID, int]], *, actor: Actor) -> UUID:
    """Keep what the leader chose to sign, as it was seen. Raises Refused `office.none-chosen`, `office.too-many`."""
    picked = dict(chosen)
    if not picked:
        raise Refused("office.none-chosen", tr("Chọn ít nhất một văn bản.", "Choose at least one."), field="draft")
    if len(picked) > MAX_AT_ONCE:
        raise Refused(
            "office.too-many",
            tr("Mỗi lần ký nhiều nhất {n} văn bản.", "At most {n} documents at once.").format(n=MAX_AT_ONCE),
            field="draft",
        )
    items = []
    for draft_id, seen in picked.items():
        draft = journal.load_draft(draft_id, actor, "sign")
        items.append({"draft": str(draft.pk), "version": seen, "subject": draft.subject, "state": "waiting"})
    with db.atomic():
        batch = SigningBatch.objects.create(
            account_id=actor.account_id or 0, agency_code=actor.agency_code, items=items, created_at=clock.now()
        )
        audit.record(actor, "office.batch", f"batch:{batch.pk}", count=len(items))
        return batch.pk


def confirm_batch(batch_id: UUID, *, proof: SigningProof, actor: Actor) -> None:
    """The leader gave the PIN: it does for the whole batch, for a quarter of an hour. Raises as `sign_draft`."""
    signing.require_proof(proof, actor=actor)
    batch = own_batch(batch_id, actor)
    batch.proved_at = proof.at
    batch.save(update_fields=["proved_at"])


def go_on_with_batch(batch_id: UUID, *, actor: Actor) -> None:
    """Sign the next few of a confirmed batch; one that is refused holds up no other. Nothing left: nothing happens.

    Two requests at once do no harm: a draft is signed once, and “signed” is what the batch keeps. Raises NotAllowed
    `signing.not-proved` when the PIN was never given, or too long ago.
    """
    batch = own_batch(batch_id, actor)
    waiting = [item for item in batch.items if item["state"] == "waiting"][:AT_A_TIME]
    if not waiting:
        return
    proof = SigningProof(leader_key(actor), batch.proved_at or batch.created_at - timedelta(days=1))
    signing.require_proof(proof, actor=actor)
    for item in waiting:
        try:
            sign_draft(UUID(item["draft"]), seen=item["version"], proof=proof, actor=actor)
            note_item(batch_id, item["draft"], "signed")
        except Refused as refusal:
            note_item(batch_id, item["draft"], "failed", refusal.message)


def note_item(batch_id: UUID, draft_id: str, state: str, message: Bilingual | None = None) -> None:
    """Keep what became of one document of a batch; “signed” stays."""
    with db.atomic():
        batch = SigningBatch.objects.select_for_update().get(pk=batch_id)
        for item in batch.items:
            if item["draft"] == draft_id and item["state"] != "signed":
                item["state"], item["message"] = state, message.as_dict() if message else None
        if batch.finished_at is None and not any(item["state"] == "waiting" for item in batch.items):
            batch.finished_at = clock.now()
        batch.save(update_fields=["items", "finished_at"])


def own_batch(batch_id: UUID, actor: Actor) -> SigningBatch:
    """A leader's own batch. Raises NotFound `office.no-batch`."""
    batch = SigningBatch.objects.filter(pk=batch_id, account_id=rights.me(actor)).first()
    if batch is None:
        raise NotFound("office.no-batch", tr("Không có lô ký này.", "There is no such batch."))
    return batch


def leader_key(actor: Actor) -> str:
    """The name of the officer's own signing key. Raises NotFound `identity.no-account`."""
    return f"officer:{identity_queries.get_account(actor.account_id or 0).username}"


def box_of(version: DraftVersion, name: str) -> tuple[Box, int]:
    """Where something stands on a version's PDF, and on which page."""
    page, left, bottom, right, top = version.places[name]
    return Box(left, bottom, right, top), int(page)


def signable(draft: Draft) -> DraftVersion:
    """The version that would be signed. Raises Refused `office.pdf-missing`."""
    newest = drafts.newest_version(draft)
    if newest is None or not newest.pdf_sha256:
        raise _no_pdf()
    return newest


def _require_whole(draft: Draft) -> None:
    signable(draft)
    if draft.working is not None:
        raise Conflict(
            "office.unsaved",
            tr(
                "Có nội dung đang soạn chưa lưu thành phiên bản. Lưu hoặc bỏ trước khi trình.",
                "What was typed last is no version yet. Save or drop it first.",
            ),
        )
    if not draft.receivers and not draft.to_places:
        raise Refused(
            "office.no-receivers", tr("Dự thảo chưa có nơi nhận.", "The draft has no recipients."), field="receivers"
        )


def _no_pdf() -> Refused:
    return Refused(
        "office.pdf-missing",
        tr(
            "Chưa có bản PDF để ký. Tải tệp PDF cạnh tệp Word, hoặc soạn trực tiếp trên trang.",
            "There is no PDF to sign. Upload one beside the Word file, or write the text here.",
        ),
        field="pdf",
    )
