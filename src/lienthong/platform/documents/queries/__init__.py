"""Ask documents: what arrived, what left, what became of it, what stands in the registers."""

from lienthong.platform.documents.queries.arrivals import (
    count_arrivals,
    find_arrival,
    get_arrival,
    list_arrivals,
    list_overdue,
)
from lienthong.platform.documents.queries.axis import list_failed
from lienthong.platform.documents.queries.deliveries import count_deliveries, get_delivery, list_deliveries
from lienthong.platform.documents.queries.documents import (
    count_sent,
    find_document,
    get_document,
    get_message,
    list_messages,
    list_sent,
    open_attachments,
    stream_edxml,
)
from lienthong.platform.documents.queries.entries import get_entry, list_entries, list_registers
from lienthong.platform.documents.queries.numbering import find_type, get_type, list_types, notation_for
from lienthong.platform.documents.queries.relations import list_answered, list_answers
from lienthong.platform.documents.queries.search import search_documents
from lienthong.platform.documents.queries.statistics import get_flows, list_flows, list_time, scope_of
from lienthong.platform.documents.queries.steps import steps_of

__all__ = [
    "count_arrivals",
    "count_deliveries",
    "count_sent",
    "find_arrival",
    "find_document",
    "find_type",
    "get_arrival",
    "get_delivery",
    "get_document",
    "get_entry",
    "get_flows",
    "get_message",
    "get_type",
    "list_answered",
    "list_answers",
    "list_arrivals",
    "list_deliveries",
    "list_entries",
    "list_failed",
    "list_flows",
    "list_messages",
    "list_overdue",
    "list_registers",
    "list_sent",
    "list_time",
    "list_types",
    "notation_for",
    "open_attachments",
    "scope_of",
    "search_documents",
    "steps_of",
    "stream_edxml",
]
