"""Periodic work of the catalogue."""

from functools import cache

import structlog

from lienthong.kernel.errors import Refused
from lienthong.sources.procedures import services

log = structlog.get_logger()


@cache
def load_shipped() -> None:
    """Once per process: the definitions that this version of the program ships, so an upgrade brings its own."""
    services.load_definitions()


def publish_waiting() -> None:
    """Post what other nodes do not have yet: new versions, corrections, and everything to a node that joined."""
    load_shipped()
    try:
        posted = services.publish_procedures()
    except Refused as refusal:
        # The directory may not be there yet while a node starts; the next round tries again.
        log.info("procedures.publish-postponed", reason=refusal.code)
        return
    if posted:
        log.info("procedures.published", letters=posted)


def follow_the_day() -> None:
    """Lists and search show the version that is in force today."""
    changed = services.refresh_entries()
    if changed:
        log.info("procedures.entries-refreshed", entries=changed)
