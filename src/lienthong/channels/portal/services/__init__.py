"""What others may tell the portal to do; by stage, one file each."""

from lienthong.channels.portal.services.drafts import about, begin_draft, discard_draft, save_page
from lienthong.channels.portal.services.filing import file_draft, receiver_of, send_supplement
from lienthong.channels.portal.services.paying import pay_fee
from lienthong.channels.portal.services.reminding import REMIND_AT_ONCE, remind_drafts

__all__ = [
    "REMIND_AT_ONCE",
    "about",
    "begin_draft",
    "discard_draft",
    "file_draft",
    "pay_fee",
    "receiver_of",
    "remind_drafts",
    "save_page",
    "send_supplement",
]
