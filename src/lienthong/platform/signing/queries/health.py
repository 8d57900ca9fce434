"""How well this node can sign and verify: certificates and their ends, what authorities said, the clock."""

from collections.abc import Iterable
from datetime import timedelta

from lienthong.kernel import clock, roles
from lienthong.kernel.health import Check, Level, Measure
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.signing.models import CertificateStanding
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.queries.lifetimes import clock_skew, lifetimes
from lienthong.platform.signing.queries.status import policy
from lienthong.platform.signing.rules import standing
from lienthong.platform.signing.rules.certificates import CLOCK_SKEW
from lienthong.platform.signing.rules.standing import Standing
from lienthong.platform.signing.types import Lifetime, StatusState

_WRONG_SECONDS = 60.0
_STILL_COMPARED = timedelta(hours=1)
_RENEW = tr(
    "Xem trang Chứng thư; gia hạn bằng ./lienthong keys, hoặc kiểm tra kết nối tới cơ quan chứng thực.",
    "See the page of certificates; renew with ./lienthong keys, or check the connection to the authority.",
)
_SET_CLOCK = tr(
    "Bật đồng bộ thời gian (NTP) trên máy chủ và chỉnh lại đồng hồ.",
    "Turn on time synchronisation (NTP) on the server and set the clock.",
)
_ASK_AUTHORITY = tr(
    "Kiểm tra kết nối từ nút này tới dịch vụ tra cứu tình trạng chứng thư (OCSP).",
    "Check the connection from this node to the authority's responder (OCSP).",
)
_NEW_KEY = tr(
    "Tạo khóa mới và xin chứng thư mới; các cơ quan khác từ chối mọi thông điệp ký bằng chứng thư này.",
    "Make a new key and ask for a new certificate; others refuse all that is signed with this one.",
)


def check_signing() -> Iterable[Check]:
    """Ends of certificates, whether the node's own are still in force, and the clock."""
    yield from _check_lifetimes()
    yield from _check_own_standing()
    yield from _check_clock()


def measure_signing() -> Iterable[Measure]:
    """Shares of lifetimes, answers on status by state, the clock."""
    for one in lifetimes():
        told = {"certificate": one.name, "kind": one.kind}
        yield Measure("certificate_life_share", "Share of a certificate's life that is over", one.share, told)
    for state, count in _count_standings().items():
        yield Measure("certificates_by_status", "Certificates watched, by status", count, {"status": state})
    skew = clock_skew()
    if skew.seconds is not None:
        yield Measure("clock_skew_seconds", "How far the clock is ahead", skew.seconds, {"against": skew.against})


def _check_lifetimes() -> Iterable[Check]:
    late = [one for one in lifetimes() if one.level != "ok"]
    for one in late:
        yield Check("certificate", _level(one), one.sentence, _RENEW, one.name)
    if not late:
        sentence = tr("Mọi chứng thư còn hiệu lực lâu.", "All certificates are good for long.")
        yield Check("certificate", "ok", sentence)


def _level(one: Lifetime) -> Level:
    """A node that cannot sign or connect does not work; a root that ends has a successor or is no longer needed."""
    is_over = one.not_after < clock.now()
    return "failing" if is_over and one.kind in ("node", "tls") and not one.name.endswith("(+)") else "warn"


def _check_own_standing() -> Iterable[Check]:
    rule, store = policy(), roles.port(KeyStore)
    if rule.mode == "off" or "node" not in store.names():
        return
    row = CertificateStanding.objects.filter(thumbprint=store.chain("node").thumbprint).first()
    status = standing.judge(_standing(row), clock.now(), rule)
    if status.state == "good":
        yield Check("certificate-status", "ok", status.sentence)
    elif status.state == "revoked":
        yield Check("certificate-status", "failing", status.sentence, _NEW_KEY)
    else:
        yield Check("certificate-status", "warn", status.sentence, _ASK_AUTHORITY)


def _check_clock() -> Iterable[Check]:
    skew = clock_skew()
    if skew.seconds is None or skew.checked_at is None:
        return
    seconds, checked = round(abs(skew.seconds)), show_moment(skew.checked_at)
    if abs(skew.seconds) >= _WRONG_SECONDS:
        which = tr("nhanh", "ahead of") if skew.seconds > 0 else tr("chậm", "behind")
        sentence = tr(
            "Đồng hồ của nút {which} {seconds} giây so với {against} (đo lúc {checked}).",
            "The node's clock is {seconds} seconds {which} {against} (compared {checked}).",
        ).format(which=which, seconds=seconds, against=skew.against, checked=checked)
        is_refused = abs(skew.seconds) >= CLOCK_SKEW.total_seconds()
        yield Check("clock", "failing" if is_refused else "warn", sentence, _SET_CLOCK)
    elif clock.now() - skew.checked_at > _STILL_COMPARED:
        sentence = tr(
            "Đồng hồ của nút đúng khi so lần cuối lúc {checked}; từ đó chưa so lại được.",
            "The node's clock was right when last compared at {checked}; it could not be compared since.",
        ).format(checked=checked)
        yield Check("clock", "warn", sentence)
    else:
        sentence = tr("Đồng hồ của nút đúng (đo lúc {checked}).", "The node's clock is right (compared {checked}).")
        yield Check("clock", "ok", sentence.format(checked=checked))


def _standing(row: CertificateStanding | None) -> Standing | None:
    if row is None:
        return None
    return Standing(
        state=row.state,  # type: ignore[arg-type]  # the table allows these three only
        first_seen_at=row.first_seen_at,
        source="ocsp" if row.source == "ocsp" else "crl",
        answered_at=row.answered_at,
        produced_at=row.produced_at,
        next_update=row.next_update,
        revoked_at=row.revoked_at,
        reason=row.reason,
    )


def _count_standings() -> dict[StatusState, int]:
    counts: dict[StatusState, int] = {"good": 0, "stale": 0, "unknown": 0, "revoked": 0}
    rule, now = policy(), clock.now()
    for row in CertificateStanding.objects.defer("pem", "response"):
        counts[standing.judge(_standing(row), now, rule).state] += 1
    return counts
