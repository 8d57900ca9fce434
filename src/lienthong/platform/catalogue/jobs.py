"""What the background thread of a node does for the catalogue."""

from lienthong.platform.catalogue import services
from lienthong.platform.exchange import queries as exchange_queries


def refresh_catalogue() -> None:
    """Keep the national list fresh, once there is a directory to verify it by."""
    if exchange_queries.get_directory_state().state in ("good", "grace"):
        services.refresh_list()


def tend_services() -> None:
    """List what the program itself answers, and end versions whose last day is over."""
    if exchange_queries.get_directory_state().state in ("good", "grace"):
        services.list_built_in()
        services.archive_due()
