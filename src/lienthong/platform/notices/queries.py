"""What other rooms may ask notices."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Case, Value, When

from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.notices.models import Notice
from lienthong.platform.notices.types import NoticeRef

PER_PAGE = 20


def count_unread(account_id: int) -> int:
    """How many notices the account has not read."""
    return Notice.objects.filter(account_id=account_id, read_at__isnull=True).count()


def list_notices(account_id: int, page: int | str = 1) -> Page[NoticeRef]:
    """A page of the account's notices: unread first, then the newest first."""
    rows = Notice.objects.filter(account_id=account_id)
    is_read = Case(When(read_at__isnull=True, then=Value(0)), default=Value(1))
    ordered = rows.order_by(is_read, "-created_at", "-pk")
    found = Paginator(ordered, PER_PAGE).get_page(page)
    return Page([as_ref(notice) for notice in found.object_list], found.number, cast("Any", found.paginator))


def get_notice(account_id: int, notice_id: int) -> NoticeRef:
    """One of the account's own notices. Raises NotFound ``notices.no-notice`` for anyone else's."""
    notice = Notice.objects.filter(account_id=account_id, pk=notice_id).first()
    if notice is None:
        raise NotFound("notices.no-notice", tr("Không có thông báo này.", "There is no such notice."))
    return as_ref(notice)


def as_ref(notice: Notice) -> NoticeRef:
    """The frozen form of a notice."""
    return NoticeRef(
        notice_id=notice.pk,
        title=Bilingual(notice.title_vi, notice.title_en),
        body=Bilingual(notice.body_vi, notice.body_en),
        link=notice.link,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
