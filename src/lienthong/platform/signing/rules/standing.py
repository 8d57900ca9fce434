"""What to make of the authority's last answer about a certificate: by how old it is, and by the node's policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing.types import Status, StatusPolicy, StatusSource, StatusState

_FRESH_HOURS = 12.0
_HARD_HOURS = 72.0
_CHECK_MINUTES = 60.0
_HARMLESS = ("affiliationChanged", "superseded", "cessationOfOperation")


@dataclass(frozen=True, slots=True)
class Policy:
    """How much a missing answer matters: `hard` stops after `hard` without any, `soft` only warns, `off` never asks.

    `check`: how often the authority is asked; `fresh`: how long its answer counts as young.
    """

    mode: StatusPolicy
    fresh: timedelta
    hard: timedelta
    check: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """The authority's last answer about one certificate, as it is kept."""

    state: StatusState
    first_seen_at: datetime
    source: StatusSource = ""
    answered_at: datetime | None = None
    produced_at: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""


def policy(trust: Mapping[str, Any]) -> Policy:
    """The policy of `[parameters.trust]`: soft, unless it says otherwise."""
    mode = str(trust.get("ocsp", "soft"))
    if mode not in get_args(StatusPolicy):
        raise ValueError(f'[parameters.trust] ocsp is "{mode}"; it must be "hard", "soft" or "off"')
    fresh = timedelta(hours=float(trust.get("fresh_hours", _FRESH_HOURS)))
    hard = timedelta(hours=float(trust.get("hard_hours", _HARD_HOURS)))
    check = timedelta(minutes=float(trust.get("check_minutes", _CHECK_MINUTES)))
    return Policy(cast("StatusPolicy", mode), fresh, max(hard, fresh), min(check, fresh))


def state_of(standing: Standing | None, at: datetime, rule: Policy) -> StatusState:
    """The state at `at`: a good answer ages at its own end or at ours, whichever comes first."""
    if standing is None or standing.answered_at is None:
        return "unknown"
    return "stale" if standing.state == "good" and not _is_fresh(standing, at, rule) else standing.state


def judge(standing: Standing | None, at: datetime, rule: Policy) -> Status:
    """Status at `at`, with a sentence for people."""
    state = state_of(standing, at, rule)
    if standing is None or standing.answered_at is None:
        return Status(state, None, None, None, "", _sentence("unchecked", standing))
    return Status(
        state=state,
        checked_at=standing.answered_at,
        produced_at=standing.produced_at,
        next_update=standing.next_update,
        source="cache" if state == "stale" else standing.source,
        sentence=_sentence(state, standing),
        revoked_at=standing.revoked_at,
        reason=standing.reason,
    )


def require(standing: Standing | None, *, proved_at: datetime, now: datetime, rule: Policy) -> StatusState:
    """Refuse what was signed with a certificate that must not be relied on. `proved_at`: it existed by then.

    Raises Refused `signing.certificate-revoked` under any policy; under a hard one `signing.certificate-unknown`
    when the authority does not know it, `signing.certificate-unchecked` when no answer came for too long.
    """
    state = state_of(standing, now, rule)
    if standing is None:
        return state
    if state == "revoked" and standing.revoked_at is not None and proved_at >= standing.revoked_at:
        raise Refused("signing.certificate-revoked", _sentence("revoked", standing))
    if rule.mode != "hard" or state in ("good", "revoked"):
        return state
    if state == "unknown" and standing.answered_at is not None:
        raise Refused("signing.certificate-unknown", _sentence("unknown", standing))
    if now - (standing.answered_at or standing.first_seen_at) > rule.hard:
        raise Refused("signing.certificate-unchecked", judge(standing, now, rule).sentence, status=503)
    return state


def spoils(status: Status, signed_at: datetime | None, at: datetime) -> bool:
    """Does a revocation spoil a document that says of itself when it was signed, judged at `at`?

    When the owner left or the certificate was replaced, nobody else held the key, so the stated time is believed:
    what an officer signed does not fall with his retirement. After a theft, or without a reason, it proves nothing.
    """
    if status.state != "revoked" or status.revoked_at is None or at < status.revoked_at:
        return False
    return status.reason not in _HARMLESS or signed_at is None or signed_at >= status.revoked_at


def _is_fresh(standing: Standing, at: datetime, rule: Policy) -> bool:
    answered, until = standing.answered_at, standing.next_update
    return answered is not None and at - answered <= rule.fresh and (until is None or at <= until)


_SENTENCES: dict[str, Bilingual] = {
    "good": tr(
        "Cơ quan chứng thực xác nhận chứng thư còn hiệu lực (kiểm tra lúc {checked}).",
        "The authority says that the certificate is in force (checked {checked}).",
    ),
    "stale": tr(
        "Chứng thư còn hiệu lực khi kiểm tra lần cuối lúc {checked}; từ đó chưa có câu trả lời mới.",
        "The certificate was in force when last checked at {checked}; no newer answer has come since.",
    ),
    "revoked": tr("Chứng thư đã bị thu hồi từ {revoked}.", "The certificate was revoked at {revoked}."),
    "unknown": tr(
        "Cơ quan chứng thực không biết chứng thư này (kiểm tra lúc {checked}).",
        "The authority does not know this certificate (checked {checked}).",
    ),
    "unchecked": tr(
        "Chưa kiểm tra được tình trạng chứng thư với cơ quan chứng thực.",
        "The status of the certificate could not be checked with its authority yet.",
    ),
}


def _sentence(which: str, standing: Standing | None) -> Bilingual:
    checked = show_moment(standing.answered_at) if standing and standing.answered_at else "?"
    revoked = show_moment(standing.revoked_at) if standing and standing.revoked_at else "?"
    return _SENTENCES[which].format(checked=checked, revoked=revoked)
