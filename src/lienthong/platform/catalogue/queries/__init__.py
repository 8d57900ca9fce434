"""Asking the catalogue: systems, services, agreements, usage, and the decision about a call."""

from lienthong.platform.catalogue.queries.access import decide, explain, keep_fields
from lienthong.platform.catalogue.queries.clients import check_client, find_key_owner
from lienthong.platform.catalogue.queries.index import forget as forget_index
from lienthong.platform.catalogue.queries.usage import list_days, list_usage

__all__ = [
    "check_client",
    "decide",
    "explain",
    "find_key_owner",
    "forget_index",
    "keep_fields",
    "list_days",
    "list_usage",
]
