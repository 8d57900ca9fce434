"""Repeated work of signing: status of certificates, renewal, the clock, signatures to be finished."""

from lienthong.platform.signing import queries
from lienthong.platform.signing.services import clocks, finishing, remote, remote_batches, renewal, standing


def refresh_standings() -> bool:
    """Ask the authorities about certificates whose answer has grown old."""
    return standing.refresh_standings()


def renew_due() -> None:
    """Renew certificates before their end."""
    renewal.renew_due()


def measure_clock() -> None:
    """Compare this node's clock with another's."""
    clocks.measure_clock()


def finish_due() -> bool:
    """Bring documents that were signed during an outage to the level that was asked for."""
    return finishing.finish_due()


def purge_remote() -> None:
    """Drop remote signings that expired."""
    remote.purge_remote()


def follow_remote() -> None:
    """Fetch signatures that phones agreed to."""
    remote_batches.follow_open_batches()


def warm_reader() -> None:
    """Have the process that reads strangers' files up before the first comes."""
    queries.warm_reader()
