"""What notices hand to other rooms."""

from dataclasses import dataclass
from datetime import datetime

from lienthong.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """A notice (thông báo) as its reader sees it."""

    notice_id: int
    title: Bilingual
    body: Bilingual
    link: str
    created_at: datetime
    read_at: datetime | None
