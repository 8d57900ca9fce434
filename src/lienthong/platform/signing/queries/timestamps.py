"""Asking what a time stamp proves."""

from datetime import datetime

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import TrustStore
from lienthong.platform.signing.rules import timestamps
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW
from lienthong.platform.signing.types import Timestamp


def verify_timestamp(token: bytes, digest: bytes, at: datetime | None = None) -> Timestamp:
    """What a DER TimeStampToken proves of a digest, judged at `at` (now by default): it existed at that moment.

    The authority may be any whose root lies in `trust/` or `trust/timestamps/`; its certificate must have been
    valid at the moment that it states, and may have expired since.
    Raises Refused `signing.bad-timestamp`, `signing.timestamp-of-another`, `signing.foreign-timestamp`.
    """
    stamped = timestamps.verify(token, digest, roles.port(TrustStore).timestamp_anchors())
    if stamped.at > (at or clock.now()) + CLOCK_SKEW:
        raise Refused(
            "signing.bad-timestamp",
            tr("Dấu thời gian nằm ở tương lai.", "The time stamp lies in the future."),
            details={"reason": "from the future"},
        )
    return stamped
