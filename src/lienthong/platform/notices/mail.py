"""E-mail of notices: sent after the change, by a job that may run twice."""

from __future__ import annotations

from django.core.mail import EmailMessage, get_connection

from lienthong.kernel import clock, db, jobs
from lienthong.kernel.profile import node
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.notices.models import Notice


@jobs.task("notices.send_mail")
def send_mail(notice_id: int) -> None:
    """Send a notice by e-mail, Vietnamese first, English below.

    The row stays locked while it is sent, so two runs at once send one letter; a crash between sending and
    committing can send a second copy, never none.
    """
    with db.atomic():
        notice = Notice.objects.select_for_update().filter(pk=notice_id, emailed_at__isnull=True).first()
        if notice is None:
            return
        account = identity_queries.get_account(notice.account_id)
        if account.email and account.is_active:
            _message(notice, account.email).send()
        notice.emailed_at = clock.now()
        notice.save(update_fields=["emailed_at"])


def _message(notice: Notice, address: str) -> EmailMessage:
    link = f"{node().base_url}{notice.link}" if notice.link else ""
    parts = [notice.title_vi, notice.body_vi, link, "—", notice.title_en, notice.body_en, link]
    return EmailMessage(
        subject=" ".join(f"{notice.title_vi} / {notice.title_en}".split()),
        body="\n\n".join(part for part in parts if part) + "\n",
        to=[address],
        headers={"Message-ID": f"<notice-{notice.pk}@{node().name}.example>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
