"""Tell documents: send, recall, say what became of them, number and register."""

from lienthong.platform.documents.services.numbering import give_number, strike_number
from lienthong.platform.documents.services.receipts import send_again
from lienthong.platform.documents.services.statuses import mark_opened, say_status, set_inbox

__all__ = ["give_number", "mark_opened", "say_status", "send_again", "set_inbox", "strike_number"]
