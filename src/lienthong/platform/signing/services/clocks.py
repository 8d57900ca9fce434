"""Comparing this node's clock with another's, before a wrong one makes its signatures look forged or outdated."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

import structlog

from lienthong.kernel import clock, http, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing.models import ClockReading
from lienthong.platform.signing.ports import TimestampAuthority, TrustStore
from lienthong.platform.signing.rules import timestamps

log = structlog.get_logger()

# Both sources cut the second off; its middle is the best guess.
_CUT_OFF = timedelta(seconds=0.5)
_TIMEOUT = 5.0
_WARN_SECONDS = 60.0


def measure_clock() -> None:
    """Compare with a time stamp authority, else with the hub; keep the difference. Nothing to compare with: nothing."""
    reading = _by_hub() if _hub_is_elsewhere() else _by_timestamp()
    if reading is None:
        return
    seconds, against = reading
    ClockReading.objects.update_or_create(
        id=1, defaults={"seconds": seconds, "against": against, "checked_at": clock.now()}
    )
    if abs(seconds) >= _WARN_SECONDS:
        log.warning("clock is wrong", seconds=round(seconds, 1), against=against)


def _hub_is_elsewhere() -> bool:
    return node().hub_url != node().base_url


def _by_hub() -> tuple[float, str] | None:
    """The `Date` of any answer of the hub, whatever the answer is."""
    begun = clock.now()
    try:
        answer = http.request("HEAD", f"{node().hub_url}/suc-khoe/", timeout=_TIMEOUT, peer=True)
        told = parsedate_to_datetime(answer.headers["date"])
    except (http.Unreachable, KeyError, ValueError, TypeError):
        return None
    return _difference(begun, clock.now(), told), node().hub_url


def _by_timestamp() -> tuple[float, str] | None:
    """A signed moment of an authority elsewhere."""
    if not node().parameters.get("trust", {}).get("tsa_url"):
        return None
    begun, digest = clock.now(), sha256(clock.now().isoformat().encode()).digest()
    try:
        token = roles.port(TimestampAuthority).stamp(digest)
        told = timestamps.verify(token, digest, roles.port(TrustStore).timestamp_anchors())
    except Refused:
        return None
    return _difference(begun, clock.now(), told.at), told.authority


def _difference(begun: datetime, ended: datetime, told: datetime) -> float:
    middle = begun + (ended - begun) / 2
    return (middle - (told + _CUT_OFF)).total_seconds()
