"""Reminders of drafts that lie unfinished, and their end."""

from datetime import timedelta

from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.types import KEEP_DRAFTS
from lienthong.kernel import clock, db
from lienthong.kernel.text import tr
from lienthong.platform.notices import services as notices

REMIND_AT_ONCE = 200
_REMIND_AFTER = timedelta(hours=24)


def remind_drafts() -> int:
    """Tell owners of drafts that have lain a day; throw away what has lain a month. Gives how many were told."""
    now = clock.now()
    with db.atomic():
        Draft.objects.filter(filed_at=None, updated_at__lt=now - KEEP_DRAFTS).delete()
        waiting = list(
            Draft.objects.select_for_update(skip_locked=True).filter(
                filed_at=None, reminded_at=None, updated_at__lt=now - _REMIND_AFTER
            )[:REMIND_AT_ONCE]
        )
        for draft in waiting:
            _remind(draft)
        Draft.objects.filter(pk__in=[draft.pk for draft in waiting]).update(reminded_at=now)
    return len(waiting)


def _remind(draft: Draft) -> None:
    notices.notify(
        account_id=draft.account_id,
        title=tr("Bạn còn một hồ sơ chưa nộp", "You have a dossier that is not filed yet"),
        body=tr(
            f"“{draft.name_vi}”: các câu trả lời đã được lưu. Bản nháp tự xóa sau 30 ngày không sửa.",
            f"“{draft.name_en}”: your answers are saved. The draft is deleted after 30 days untouched.",
        ),
        link=f"/nop-ho-so/nhap/{draft.pk}/",
        key=f"draft:{draft.pk}:{draft.updated_at.isoformat()}",
    )
