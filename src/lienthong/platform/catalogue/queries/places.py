"""Places: which node keeps an agency's systems, and which node is the hub."""

from collections.abc import Iterable

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries


def hub_code() -> str:
    """The agency code of the hub."""
    return str(node().parameters.get("hub_code", "G22"))


def is_hub() -> bool:
    return node().agency_code == hub_code()


def home_of(agency_code: str) -> str:
    """The code of the node that answers for an agency. Raises Refused `exchange.unknown-recipient`."""
    return exchange_queries.node_for(agency_code).agency_code


def homes_of(agency_codes: Iterable[str]) -> dict[str, str]:
    """As `home_of` for several, leaving out those that no node answers for."""
    return exchange_queries.nodes_for(agency_codes)


def is_here(agency_code: str) -> bool:
    """Does this node keep the agency's systems?"""
    return home_of(agency_code) == node().agency_code


def require_here(agency_code: str) -> None:
    """Raises Refused `catalogue.not-ours` for agencies of other nodes."""
    if not is_here(agency_code):
        raise Refused(
            "catalogue.not-ours",
            tr(
                f"Hệ thống của {agency_code} do nút {home_of(agency_code)} quản lý, không phải nút này.",
                f"Systems of {agency_code} are kept by the node {home_of(agency_code)}, not by this one.",
            ),
            field="agency_code",
        )
