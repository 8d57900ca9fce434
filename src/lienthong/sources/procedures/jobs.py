"""Periodic work of the catalogue."""

import structlog

from lienthong.kernel.errors import Refused
from lienthong.sources.procedures import services

log = structlog.get_logger()


def publish_waiting() -> None:
    """Post what other nodes do not have yet: new versions, corrections, and everything to a node that joined."""
    try:
        posted = services.publish_procedures()
    except Refused as refusal:
        # The directory may not be there yet while a node starts; the next round tries again.
        log.info("procedures.publish-postponed", reason=refusal.code)
        return
    if posted:
        log.info("procedures.published", letters=posted)
