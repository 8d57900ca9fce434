"""Review (xin ý kiến): rounds in parallel or one after another, each with one opinion a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast, get_args
from uuid import UUID

from lienthong.casework.office import rights, rules
from lienthong.casework.office.models import Draft, Review, ReviewRound
from lienthong.casework.office.queries import people
from lienthong.casework.office.services import drafts, journal, telling
from lienthong.casework.office.types import OPINIONS, Opinion, Order
from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed, Refused
from lienthong.kernel.text import tr

MAX_REVIEWERS = 50


def ask_review(
    draft_id: UUID,
    reviewer_ids: Sequence[int],
    *,
    order: Order,
    due_at: datetime | None = None,
    question: str = "",
    actor: Actor,
) -> int:
    """Open a round about the newest version; gives its number.

    Raises Refused `office.no-reviewers`, `office.reviewer-self`, `office.no-version`, `office.due-passed`.
    """
    asked_words = rules.clean_text(question, field="question", at_most=1000, needed=False)
    if order not in get_args(Order):
        raise Refused("office.choice", tr("Chọn cách xin ý kiến.", "Choose how to ask."), field="order")
    now = clock.now()
    if due_at is not None and due_at <= now:
        raise Refused("office.due-passed", tr("Hạn phải ở sau lúc này.", "The deadline is over."), field="due")
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "ask_review")
        newest = drafts.newest_version(draft)
        if newest is None:
            raise Refused("office.no-version", tr("Dự thảo chưa có nội dung.", "The draft has no content yet."))
        reviewers = people.find_colleagues(draft.agency_code, list(reviewer_ids)[:MAX_REVIEWERS])
        _check_reviewers(reviewer_ids, len(reviewers), draft)
        opened = ReviewRound.objects.create(
            draft=draft,
            number=draft.rounds.count() + 1,
            order=order,
            version_number=newest.number,
            question=asked_words,
            due_at=due_at,
            asked_by=actor.name,
            opened_at=now,
        )
        Review.objects.bulk_create(
            Review(
                round=opened,
                position=position,
                reviewer_id=one.account_id,
                reviewer_name=one.name,
                reviewer_position=one.position,
                **_first_state(order, position, now),
            )
            for position, one in enumerate(reviewers, start=1)
        )
        for review in opened.reviews.filter(state="asked"):
            telling.tell_reviewer(review, draft)
        names = ", ".join(one.name for one in reviewers)
        journal.take_step(draft, "ask_review", actor, note=names)
        return opened.number


def give_opinion(draft_id: UUID, opinion: str, remarks: str = "", *, actor: Actor) -> None:
    """Say what one thinks of the version in review. In a serial round the next person is asked then.

    Remarks are needed unless one simply agrees. Raises NotAllowed `office.not-asked`, Refused `office.choice`,
    `office.text-missing`.
    """
    if opinion not in OPINIONS:
        raise Refused("office.choice", tr("Chọn ý kiến của bạn.", "Choose your opinion."), field="opinion")
    words = rules.clean_text(remarks, field="remarks", at_most=4000, needed=opinion != "agree")
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "review")
        mine = Review.objects.filter(
            round__draft=draft, round__closed_at__isnull=True, reviewer_id=rights.me(actor), state="asked"
        ).first()
        if mine is None:
            raise NotAllowed(
                "office.not-asked", tr("Hiện bạn không được hỏi ý kiến.", "You are not being asked right now.")
            )
        now = clock.now()
        mine.state, mine.opinion, mine.remarks, mine.answered_at = "answered", cast("Opinion", opinion), words, now
        mine.save()
        _ask_next(mine.round, now)
        told = OPINIONS[opinion].vi
        journal.take_step(draft, "review", actor, note=f"{told}: {words}" if words else told)


def close_review(draft_id: UUID, *, actor: Actor) -> None:
    """End the open round, answered or not; the drafter goes on."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "close_review")
        end_round(draft)
        journal.take_step(draft, "close_review", actor)


def end_round(draft: Draft) -> None:
    """Close the open round of a locked draft."""
    now = clock.now()
    for opened in draft.rounds.filter(closed_at__isnull=True):
        opened.reviews.filter(state__in=("asked", "waiting")).update(state="closed")
        opened.closed_at = now
        opened.save(update_fields=["closed_at"])


def require_answers(draft: Draft) -> None:
    """Raises Conflict `office.review-open` while somebody who was asked has not answered."""
    waiting = Review.objects.filter(
        round__draft=draft, round__closed_at__isnull=True, state__in=("asked", "waiting")
    ).count()
    if waiting:
        raise Conflict(
            "office.review-open",
            tr(
                "Còn {n} người chưa cho ý kiến. Chờ họ, hoặc kết thúc lượt xin ý kiến.",
                "{n} people have not answered. Wait for them, or close the round.",
            ).format(n=waiting),
        )


def _check_reviewers(asked: Sequence[int], found: int, draft: Draft) -> None:
    if not found or found != len(set(asked)):
        raise Refused(
            "office.no-reviewers",
            tr("Chọn ít nhất một đồng nghiệp của cơ quan.", "Choose at least one colleague of the agency."),
            field="reviewers",
        )
    if draft.drafter_id in asked:
        raise Refused(
            "office.reviewer-self",
            tr("Người soạn không tự cho ý kiến.", "The drafter does not review the own draft."),
            field="reviewers",
        )


def _first_state(order: Order, position: int, now: datetime) -> dict[str, object]:
    asked = order == "parallel" or position == 1
    return {"state": "asked", "asked_at": now} if asked else {"state": "waiting"}


def _ask_next(opened: ReviewRound, now: datetime) -> None:
    if opened.order != "serial":
        return
    following = opened.reviews.filter(state="waiting").order_by("position").first()
    if following is not None:
        following.state, following.asked_at = "asked", now
        following.save(update_fields=["state", "asked_at"])
        telling.tell_reviewer(following, opened.draft)
