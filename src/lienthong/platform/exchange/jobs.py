"""What the background thread of a node does for the exchange; each is woken or called again after its seconds."""

from functools import cache

from lienthong.platform.exchange import queries, services


@cache
def _postman() -> services.Postman:
    return services.Postman()


def deliver_due() -> int:
    """Carry what is due; posting a letter wakes this at once."""
    if queries.get_directory_state().state in ("missing", "expired"):
        return 0
    return _postman().deliver_due()


def refresh_directory() -> None:
    """Keep the directory fresh."""
    services.refresh_directory()


def seal_log() -> None:
    """Sign the heads of the log."""
    services.seal_log()
