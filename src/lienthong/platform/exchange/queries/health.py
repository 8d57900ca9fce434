"""How well the exchange works now (tình trạng trao đổi dữ liệu): the directory, letters that wait, checkpoints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum

from lienthong.kernel import clock
from lienthong.kernel.health import Check, Level, Measure
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, show_moment, show_number, tr
from lienthong.platform.exchange.models import Checkpoint, DeliveryLine, LogTimestamp, OutgoingLetter, Stream
from lienthong.platform.exchange.queries.directory import get_directory_state

_STUCK = timedelta(minutes=15)
_OVERDUE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters that wait for one recipient."""

    recipient: str
    count: int
    oldest: datetime
    failures: int
    open_until: datetime | None
    reason: Bilingual | None


def list_waiting() -> list[Waiting]:
    """Recipients for whom letters wait, the longest waiting first, with the state of their delivery line."""
    rows = (
        OutgoingLetter.objects.filter(state="waiting")
        .values_list("recipient")
        .annotate(n=Count("number"), oldest=Min("posted_at"))
        .order_by("oldest")
    )
    waiting = list(rows)
    lines = DeliveryLine.objects.in_bulk([recipient for recipient, *_ in waiting], field_name="recipient")
    return [_waiting(recipient, number, oldest, lines.get(recipient)) for recipient, number, oldest in waiting]


def _waiting(recipient: str, number: int, oldest: datetime, line: DeliveryLine | None) -> Waiting:
    if line is None:
        return Waiting(recipient, number, oldest, 0, None, None)
    reason = Bilingual(line.reason_vi, line.reason_en) if line.reason_vi else None
    return Waiting(recipient, number, oldest, line.failures, line.open_until, reason)


def check_exchange() -> Iterable[Check]:
    """The directory, letters that have waited too long per recipient, refused letters, checkpoints of the log."""
    yield _check_directory()
    yield from _check_waiting()
    yield from _check_refused()
    yield from _check_log()


def _check_directory() -> Check:
    state = get_directory_state()
    hub = node().hub_url
    if state.state == "good":
        until = show_moment(state.expires_at)
        return Check(
            "directory",
            "ok",
            tr(
                f"Danh bạ kết nối số {state.serial}, còn hiệu lực đến {until}.",
                f"Directory {state.serial}, in force until {until}.",
            ),
        )
    hint = tr(
        f"Kiểm tra kết nối từ nút này tới nút trung tâm {hub} và đồng hồ của hai bên.",
        f"Check the connection from this node to the hub at {hub}, and the clocks of both.",
    )
    sentence = {
        "grace": tr(
            "Danh bạ kết nối đã hết hạn; đang dùng bản tốt gần nhất.",
            "The directory of nodes is expired; the last good copy is in use.",
        ),
        "missing": tr("Nút này chưa nhận được danh bạ kết nối.", "The directory of nodes is missing."),
    }.get(
        state.state,
        tr(
            "Danh bạ kết nối đã hết hạn quá lâu, không gửi và nhận được nữa.",
            "The directory of nodes is expired beyond its grace: nothing can be sent or received.",
        ),
    )
    return Check("directory", "warn" if state.state == "grace" else "failing", sentence, hint)


def _check_waiting() -> Iterator[Check]:
    now = clock.now()
    stuck = [one for one in list_waiting() if now - one.oldest > _STUCK]
    for one in stuck:
        minutes = int((now - one.oldest).total_seconds() // 60)
        yield Check(
            "letters",
            "warn",
            tr(
                f"{show_number(one.count)} thông điệp chờ gửi tới {one.recipient}, lâu nhất {minutes} phút"
                f"{_because(one.reason, 'vi')}.",
                f"{show_number(one.count)} letters wait for {one.recipient}, the oldest for {minutes} minutes"
                f"{_because(one.reason, 'en')}.",
            ),
            tr(
                "Thông điệp sẽ tự được gửi lại. Hãy báo cho đơn vị vận hành bên nhận nếu kéo dài.",
                "The letters are tried again by themselves. If it lasts, tell the recipient's operator.",
            ),
            about=one.recipient,
        )
    if not stuck:
        yield Check("letters", "ok", tr("Không có thông điệp nào bị ứ đọng.", "No letter is stuck."))


def _because(reason: Bilingual | None, language: str) -> str:
    return "" if reason is None else f" ({reason.as_dict()[language].rstrip('.')})"


def _check_refused() -> Iterator[Check]:
    refused = OutgoingLetter.objects.filter(state="refused").count()
    if refused:
        yield Check(
            "refused-letters",
            "warn",
            tr(f"{show_number(refused)} thông điệp bị từ chối.", f"{show_number(refused)} letters were refused."),
            tr(
                "Mở mục “Thông điệp gửi đi” để xem lý do, sửa rồi gửi lại hoặc hủy.",
                "Open “Letters sent” to see the reason, put it right and resend, or discard.",
            ),
        )


def _check_log() -> Iterator[Check]:
    latest = Checkpoint.objects.order_by("-number").values_list("number", "at").first()
    if latest is None:
        return
    number, at = latest
    behind = Stream.objects.filter(count__gt=0).exists() and clock.now() - at > _OVERDUE
    late, oldest = _timestamp_backlog()
    level: Level = "warn" if behind or (oldest is not None and clock.now() - oldest > timedelta(hours=1)) else "ok"
    hint = tr(
        "Kiểm tra dịch vụ cấp dấu thời gian trong hồ sơ nút và kết nối tới đó.",
        "Check the timestamp service that the profile names, and the connection to it.",
    )
    yield Check(
        "log-checkpoints",
        level,
        tr(
            f"Điểm kiểm soát nhật ký số {number} lúc {show_moment(at)}; {show_number(late)} điểm chờ dấu thời gian.",
            f"Checkpoint {number} of the log at {show_moment(at)}; {show_number(late)} wait for a timestamp.",
        ),
        hint if level == "warn" else None,
    )


def _timestamp_backlog() -> tuple[int, datetime | None]:
    found = Checkpoint.objects.filter(timestamp__isnull=True).aggregate(n=Count("number"), oldest=Min("at"))
    return found["n"], found["oldest"]


def measure_exchange() -> Iterable[Measure]:
    """Waiting letters and their age, delivery lines, the directory's age, growth of the log, backlog of timestamps."""
    now = clock.now()
    for one in list_waiting():
        told = {"recipient": one.recipient}
        yield Measure("letters_waiting", "Letters waiting for a recipient", one.count, told)
        age = (now - one.oldest).total_seconds()
        yield Measure("letters_oldest_seconds", "Age of the oldest waiting letter", age, told)
    for recipient, state in DeliveryLine.objects.values_list("recipient", "open_until"):
        is_open = float(state is not None and state > now)
        yield Measure(
            "delivery_line_open",
            "1 while nothing is sent to a recipient after failures",
            is_open,
            {"recipient": recipient},
        )
    states: dict[str, Any] = dict(
        OutgoingLetter.objects.filter(~Q(state="accepted")).values_list("state").annotate(n=Count("number")).order_by()
    )
    for name in ("refused", "discarded"):
        yield Measure(
            "letters_ended", "Letters that ended otherwise than accepted", states.get(name, 0), {"state": name}
        )
    yield from _measure_directory(now)
    grown = Stream.objects.values_list("direction", "kind").annotate(rows=Sum("count")).order_by()
    for direction, kind, rows in grown:
        yield Measure(
            "log_rows_total", "Rows of the message log", rows, {"direction": direction, "kind": kind}, "counter"
        )
    yield Measure("timestamp_backlog", "Checkpoints without a timestamp", _timestamp_backlog()[0])
    last = LogTimestamp.objects.order_by("-id").values_list("at", flat=True).first()
    if last is not None:
        yield Measure("timestamp_age_seconds", "Since the last timestamp", (now - last).total_seconds())


def _measure_directory(now: datetime) -> Iterator[Measure]:
    directory = get_directory_state()
    for state in ("good", "grace", "expired", "missing"):
        yield Measure(
            "directory_state", "1 for the state the directory is in", float(directory.state == state), {"state": state}
        )
    if directory.fetched_at is not None:
        yield Measure(
            "directory_age_seconds", "Since the directory was fetched", (now - directory.fetched_at).total_seconds()
        )
