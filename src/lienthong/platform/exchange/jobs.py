"""What the background thread of a node does for the exchange; each is woken or called again after its seconds."""

from datetime import timedelta
from functools import cache

from lienthong.kernel import clock
from lienthong.kernel.profile import node
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


@cache
def _fetcher() -> services.Fetcher:
    return services.Fetcher()


def fetch_due() -> int:
    """On a node that cannot be reached: fetch letters that wait elsewhere."""
    if queries.get_directory_state().state in ("missing", "expired"):
        return 0
    return _fetcher().fetch_due()


def clear_uploads() -> None:
    """Forget parts that nobody went on bringing."""
    services.clear_uploads()


def refresh_directory() -> None:
    """Keep the directory fresh: once a minute when all is well, at every call while it is not."""
    state = queries.get_directory_state()
    recent = state.fetched_at is not None and clock.now() - state.fetched_at < _FRESH
    if state.state != "good" or state.trouble or not recent:
        services.refresh_directory()


def seal_log() -> None:
    """Sign the heads of the log."""
    services.seal_log()


def keep_listed() -> None:
    """Tell the hub of other addresses and certificates, and use a renewed key once it is listed."""
    if queries.get_directory_state().state in ("good", "grace"):
        services.announce_changes()
        services.activate_listed()


def forget_contacts() -> None:
    """Hub: forget whom to call about applications of long ago."""
    services.forget_contacts()


def work_folder() -> int:
    """Send what lies in the watched folder, lay down what came."""
    return services.work_folder()


def close_log() -> None:
    """Close what the log has got by a checkpoint, and have it stamped; also the backlog of hours without a stamp."""
    services.make_checkpoint()
    services.stamp_checkpoints()


def examine_log() -> None:
    """Verify the whole log once a day."""
    services.examine_log_daily()


def run_archive() -> None:
    """Move old rows of the log to files, where the profile says after how many days."""
    if "after_days" in node().parameters.get("archive", {}):
        services.run_archive()
