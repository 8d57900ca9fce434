"""Repeated work of signing: status of certificates, renewal, the clock."""

from lienthong.platform.signing.services import clocks, renewal, standing


def refresh_standings() -> bool:
    """Ask the authorities about certificates whose answer has grown old."""
    return standing.refresh_standings()


def renew_due() -> None:
    """Renew certificates before their end."""
    renewal.renew_due()


def measure_clock() -> None:
    """Compare this node's clock with another's."""
    clocks.measure_clock()
