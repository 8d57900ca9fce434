"""What other rooms may have notices do: tell an account something."""

from __future__ import annotations

from collections.abc import Collection

from lienthong.kernel import clock, db
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import Bilingual, nfc, tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity.types import AccountRef
from lienthong.platform.notices import queries
from lienthong.platform.notices.mail import send_mail
from lienthong.platform.notices.models import Notice
from lienthong.platform.notices.types import NoticeRef

_TITLE = 300


def notify(
    *,
    title: Bilingual,
    body: Bilingual,
    account_id: int | None = None,
    personal_number: str = "",
    link: str = "",
    email: bool = True,
    key: str = "",
) -> NoticeRef | None:
    """Tell one account something, in the caller's transaction: in the app and, if it has an address, by e-mail.

    Name the account or the person's 12-digit number; None comes back when that person has no account at this
    node. ``key`` names the occasion (``"dossiers.received:<id>"``): a second call with it adds nothing, so a
    listener may run twice. ``link`` is a path of this node. Raises Refused ``notices.link``.
    """
    if link and (not link.startswith("/") or link.startswith(("//", "/\\"))):
        raise Refused(
            "notices.link", tr("Liên kết phải thuộc cổng này.", "The link must be a page of this node."), field="link"
        )
    account = _account(account_id, personal_number)
    if account is None or not account.is_active:
        return None
    with db.atomic():
        notice, created = Notice.objects.get_or_create(
            account_id=account.account_id,
            key=key or str(new_id()),
            defaults={
                "title_vi": _one_line(title.vi),
                "title_en": _one_line(title.en),
                "body_vi": nfc(body.vi),
                "body_en": nfc(body.en),
                "link": link,
                "created_at": clock.now(),
            },
        )
        if created and email and account.email:
            send_mail.defer(notice_id=notice.pk)
    return queries.as_ref(notice)


def mark_read(*, account_id: int, notice_ids: Collection[int] | None = None) -> int:
    """Mark an account's notices as read (all of them when none is named); gives how many were unread."""
    rows = Notice.objects.filter(account_id=account_id, read_at__isnull=True)
    if notice_ids is not None:
        rows = rows.filter(pk__in=notice_ids)
    return rows.update(read_at=clock.now())


def _one_line(text: str) -> str:
    """A title: one line, cut where a page and a mail's subject would break it anyway."""
    line = " ".join(nfc(text).split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"


def _account(account_id: int | None, personal_number: str) -> AccountRef | None:
    if account_id is not None:
        return identity_queries.get_account(account_id)
    return identity_queries.find_person_account(personal_number)
