"""Telling people on their bell (thông báo) that something waits for them."""

from __future__ import annotations

from lienthong.casework.office.models import Draft, Review, WorkOrder
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.notices import services as notices


def tell_reviewer(review: Review, draft: Draft) -> None:
    """Somebody is asked for an opinion."""
    _tell(
        review.reviewer_id,
        tr("Xin ý kiến về dự thảo", "Your opinion is asked"),
        draft,
        key=f"office.review:{review.pk}",
    )


def tell_leader(draft: Draft) -> None:
    """A draft waits for a signature."""
    link = f"/van-phong/ky/{draft.pk}/"
    title = tr("Văn bản trình bạn ký", "A document waits for your signature")
    _tell(draft.signer_id, title, draft, key=f"office.present:{draft.pk}:{draft.version}", link=link)


def tell_drafter(draft: Draft, title: Bilingual, occasion: str) -> None:
    """What became of the draft."""
    _tell(draft.drafter_id, title, draft, key=f"office.{occasion}:{draft.pk}:{draft.version}")


def tell_worker(account_id: int, order: WorkOrder) -> None:
    """Work on an arrival was given."""
    notices.notify(
        account_id=account_id,
        title=tr("Bạn được giao xử lý văn bản đến", "Work on a document was given to you"),
        body=tr(f"{order.code}: {order.subject}"[:500], f"{order.code}: {order.subject}"[:500]),
        link=f"/van-phong/viec/{order.pk}/",
        key=f"office.work:{order.pk}:{order.version}:{account_id}",
    )


def _tell(account_id: int, title: Bilingual, draft: Draft, *, key: str, link: str = "") -> None:
    notices.notify(
        account_id=account_id,
        title=title,
        body=tr(draft.subject[:500], draft.subject[:500]),
        link=link or f"/van-phong/du-thao/{draft.pk}/",
        key=key,
    )
