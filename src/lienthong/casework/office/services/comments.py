"""Comments (ý kiến góp ý): about a page or paragraph of a version, answered and resolved."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.office import rights, rules
from lienthong.casework.office.models import Comment, Draft
from lienthong.casework.office.services import drafts, journal
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr

MAX_COMMENTS = 1000


def add_comment(
    draft_id: UUID,
    text: str,
    *,
    page: int | None = None,
    paragraph: int | None = None,
    quote: str = "",
    answers_to: int | None = None,
    actor: Actor,
) -> int:
    """Comment on the newest version, or answer a comment. Gives its id.

    Raises Refused `office.text-*`, `office.no-version`, `office.no-such-place`; NotFound `office.no-comment`.
    """
    words = rules.clean_text(text, field="text", at_most=4000)
    cited = rules.clean_text(quote, field="quote", at_most=500, needed=False)
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "comment")
        newest = drafts.newest_version(draft)
        if newest is None:
            raise Refused("office.no-version", tr("Dự thảo chưa có nội dung.", "The draft has no content yet."))
        asked = None
        if answers_to is not None:
            asked = _comment(draft, answers_to)
            asked = asked.answers_to or asked
        if draft.comments.count() >= MAX_COMMENTS:
            raise Refused("office.too-many-comments", tr("Dự thảo có quá nhiều ý kiến.", "Too many comments."))
        _check_place(page, newest.pages, "page")
        _check_place(paragraph, len(rules.paragraphs_of(newest.text)), "paragraph")
        made = Comment.objects.create(
            draft=draft,
            answers_to=asked,
            version_number=newest.number,
            page=page,
            paragraph=paragraph,
            quote=cited,
            text=words,
            author_id=actor.account_id or 0,
            author_name=actor.name,
            at=clock.now(),
        )
        audit.record(actor, "office.comment", f"draft:{draft.pk}", comment=made.pk)
        return made.pk


def resolve_comment(draft_id: UUID, comment_id: int, *, actor: Actor) -> None:
    """Mark a comment as dealt with; the drafter or its author may. A second time changes nothing."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "comment")
        one = _comment(draft, comment_id)
        if actor.account_id not in (draft.drafter_id, one.author_id):
            raise NotAllowed(
                "office.not-your-part",
                tr("Người soạn hoặc người góp ý mới đóng ý kiến.", "Only the drafter or its author may resolve it."),
            )
        if one.resolved_at is None:
            one.resolved_at, one.resolved_by = clock.now(), actor.name
            one.save(update_fields=["resolved_at", "resolved_by"])
            audit.record(actor, "office.resolve", f"draft:{draft.pk}", comment=one.pk)


def reopen_comment(draft_id: UUID, comment_id: int, *, actor: Actor) -> None:
    """Undo `resolve_comment`."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "comment")
        one = _comment(draft, comment_id)
        rights.require_reading(actor, draft)
        one.resolved_at, one.resolved_by = None, ""
        one.save(update_fields=["resolved_at", "resolved_by"])
        audit.record(actor, "office.reopen", f"draft:{draft.pk}", comment=one.pk)


def _comment(draft: Draft, comment_id: int) -> Comment:
    found = draft.comments.select_related("answers_to").filter(pk=comment_id).first()
    if found is None:
        raise NotFound("office.no-comment", tr("Không có ý kiến này.", "There is no such comment."))
    return found


def _check_place(place: int | None, count: int, field: str) -> None:
    if place is not None and not 1 <= place <= max(count, 1):
        raise Refused(
            "office.no-such-place",
            tr("Không có trang hoặc đoạn này.", "There is no such page or paragraph."),
            field=field,
        )
