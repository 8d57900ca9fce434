"""What the background thread of a node does for the exchange; each is woken or called again after its seconds."""

from datetime import timedelta
from functools import cache

from lienthong.kernel import clock
from lienthong.platform.exchange import queries, services

_FRESH = timedelta(seconds=60)


@cache
def _postman() -> services.Postman:
    return services.Postman()


def deliver_due() -> int:
    """Carry what is due; posting a letter wakes this at once."""
    if queries.get_directory_state().state in ("missing", "expired"):
        return 0
    return _postman().deliver_due()


def refresh_directory() -> None:
    """Keep the directory fresh: once a minute when all is well, at every call while it is not."""
    state = queries.get_directory_state()
    recent = state.fetched_at is not None and clock.now() - state.fetched_at < _FRESH
    if state.state != "good" or state.trouble or not recent:
        services.refresh_directory()


def seal_log() -> None:
    """Sign the heads of the log."""
    services.seal_log()
