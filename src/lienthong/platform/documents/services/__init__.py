"""Tell documents: send, recall, say what became of them, number and register."""

from lienthong.platform.documents.services.demo import seed_demo_documents, seed_demo_partner
from lienthong.platform.documents.services.numbering import (
    give_number,
    reserve_numbers,
    strike_number,
    use_reserved,
)
from lienthong.platform.documents.services.recalls import send_recall, send_replacement, send_update
from lienthong.platform.documents.services.receipts import send_again
from lienthong.platform.documents.services.receiving import accept_message
from lienthong.platform.documents.services.registering import refuse_arrival, register_arrival, register_many
from lienthong.platform.documents.services.requests import answer_request, ask_back
from lienthong.platform.documents.services.sending import send_document, send_documents
from lienthong.platform.documents.services.statistics import count_changed, recount, take_in_figures
from lienthong.platform.documents.services.statuses import mark_opened, say_status, set_inbox

__all__ = [
    "accept_message",
    "answer_request",
    "ask_back",
    "count_changed",
    "give_number",
    "mark_opened",
    "recount",
    "refuse_arrival",
    "register_arrival",
    "register_many",
    "reserve_numbers",
    "say_status",
    "seed_demo_documents",
    "seed_demo_partner",
    "send_again",
    "send_document",
    "send_documents",
    "send_recall",
    "send_replacement",
    "send_update",
    "set_inbox",
    "strike_number",
    "take_in_figures",
    "use_reserved",
]
