"""Asking the catalogue: systems, services, agreements, usage, and the decision about a call."""

from lienthong.platform.catalogue.queries.access import decide, explain, keep_fields
from lienthong.platform.catalogue.queries.agreed import (
    find_agreement,
    get_agreement,
    list_agreements,
    list_allowed,
    list_history,
    list_offered,
    list_permissions,
    sides_of,
)
from lienthong.platform.catalogue.queries.clients import check_client, find_key_owner
from lienthong.platform.catalogue.queries.index import forget as forget_index
from lienthong.platform.catalogue.queries.listings import (
    find_address,
    find_openapi,
    find_service,
    find_system,
    get_access,
    get_service,
    get_system,
    list_keys,
    list_services,
    list_systems,
)
from lienthong.platform.catalogue.queries.national import find_list
from lienthong.platform.catalogue.queries.places import hub_code, is_hub
from lienthong.platform.catalogue.queries.trail import explanation_facts
from lienthong.platform.catalogue.queries.usage import list_days, list_usage

__all__ = [
    "check_client",
    "decide",
    "explain",
    "explanation_facts",
    "find_address",
    "find_agreement",
    "find_key_owner",
    "find_list",
    "find_openapi",
    "find_service",
    "find_system",
    "forget_index",
    "get_access",
    "get_agreement",
    "get_service",
    "get_system",
    "hub_code",
    "is_hub",
    "keep_fields",
    "list_agreements",
    "list_allowed",
    "list_days",
    "list_history",
    "list_keys",
    "list_offered",
    "list_permissions",
    "list_services",
    "list_systems",
    "list_usage",
    "sides_of",
]
