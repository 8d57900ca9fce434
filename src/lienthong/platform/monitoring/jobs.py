"""What the background thread of a node does for monitoring."""

from lienthong.platform.monitoring import services


def sum_operations() -> None:
    """Add what was committed since the last time to the sums."""
    services.sum_operations()


def forget_old_operations() -> None:
    """Drop records and sums whose time is over."""
    services.forget_old_operations()
