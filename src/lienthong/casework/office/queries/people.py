"""Ask who works at an agency: leaders who sign, colleagues who look at drafts and do the work."""

from __future__ import annotations

from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity.types import OfficerRef

_DESKS = frozenset(("reception", "handling", "leader", "clerk"))
_READERS = frozenset(("handling", "leader", "clerk"))


def list_leaders(agency_code: str) -> list[OfficerRef]:
    """Who signs there."""
    return identity_queries.list_officers(agency_code, "leader")


def find_leader(agency_code: str, account_id: int) -> OfficerRef | None:
    """A leader of the agency by account."""
    return next((one for one in list_leaders(agency_code) if one.account_id == account_id), None)


def list_colleagues(agency_code: str) -> list[OfficerRef]:
    """Everybody with a desk at the agency."""
    return [one for one in identity_queries.list_officers(agency_code) if one.duties & _DESKS]


def find_colleagues(agency_code: str, account_ids: list[int]) -> list[OfficerRef]:
    """The colleagues of these accounts, in the order asked for; unknown ones are left out."""
    known = {one.account_id: one for one in list_colleagues(agency_code)}
    return [known[one] for one in dict.fromkeys(account_ids) if one in known]


def list_workers(agency_code: str) -> list[OfficerRef]:
    """Who may be given work on a document: those who read the agency's documents."""
    return [one for one in identity_queries.list_officers(agency_code) if one.duties & _READERS]


def find_workers(agency_code: str, account_ids: list[int]) -> list[OfficerRef]:
    """The same for these accounts, in the order asked for; others are left out."""
    known = {one.account_id: one for one in list_workers(agency_code)}
    return [known[one] for one in dict.fromkeys(account_ids) if one in known]
