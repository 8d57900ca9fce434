"""The self-test (tự kiểm tra kết nối): real messages to a peer and the hub, each judged, each with a hint.

It speaks the protocol itself instead of using the outbox: a duplicate, a conflict and a forged signature cannot be
posted. What it sends are letters and questions that change nothing (`self-test.v1`, `exchange.self-test`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from lienthong.kernel import http
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.joining_types import TestResult
from lienthong.platform.exchange.queries.directory import get_directory
from lienthong.platform.exchange.services.probes import letters, more, questions, surroundings
from lienthong.platform.exchange.services.probes.trial import Failed, Skipped, Trial

log = structlog.get_logger()


def run_self_test(peer: str, *, patience: float = 10.0) -> tuple[TestResult, ...]:
    """Test this node against another one; `patience`: seconds to wait for the peer's own letter.

    Raises Refused `exchange.unknown-node`, `exchange.directory-*`: without a directory nothing can be tested.
    """
    entry = get_directory().nodes.get(peer)
    if entry is None:
        raise Refused(
            "exchange.unknown-node",
            tr(f"Danh bạ không có nút {peer}.", f"The directory does not list the node {peer}."),
            field="peer",
        )
    trial = Trial(entry, patience)
    return tuple(_run(test, trial) for test in _TESTS)


@dataclass(frozen=True)
class _Test:
    name: str
    title: Bilingual
    run: Callable[[Trial], Bilingual]
    hint: Bilingual


def _run(test: _Test, trial: Trial) -> TestResult:
    begun = time.monotonic()
    level, hint = "ok", tr("", "")
    try:
        sentence = test.run(trial)
    except Skipped as skipped:
        level, sentence = "skipped", skipped.sentence
    except Failed as failed:
        level, sentence, hint = "failed", failed.sentence, test.hint
    except Refused as refusal:
        told = tr("{message} (mã {code})", "{message} (code {code})")
        level, sentence, hint = "failed", told.format(message=refusal.message, code=refusal.code), test.hint
    except http.Unreachable as unreachable:
        sentence = tr(f"Không kết nối được: {unreachable.reason}.", f"Cannot be reached: {unreachable.reason}.")
        level, hint = "failed", test.hint
    except Exception:
        log.exception("self-test broke", test=test.name)
        level, sentence, hint = "failed", tr("Bài kiểm tra gặp lỗi.", "The test broke."), test.hint
    return TestResult(test.name, test.title, level, sentence, hint, round((time.monotonic() - begun) * 1000))


_SEE_DIRECTORY = tr(
    "Xem trang Danh bạ kết nối; kiểm tra hub_url trong hồ sơ nút và đường mạng tới nút trung tâm.",
    "Look at the Directory page; check hub_url in the profile and the way to the hub.",
)
_SEE_SIGNATURE = tr(
    "So lại với docs/protocols/exchange.md: ký đúng từng byte gửi đi, kid là chứng thư trong danh bạ.",
    "Compare with docs/protocols/exchange.md: sign the very bytes that are sent, name a listed certificate as kid.",
)

_TESTS = (
    _Test("directory", tr("Danh bạ kết nối", "Directory"), surroundings.directory, _SEE_DIRECTORY),
    _Test(
        "listing",
        tr("Nút này trong danh bạ", "This node in the directory"),
        surroundings.listing,
        tr(
            "Đăng ký bằng lienthong join, hoặc gia hạn chứng thư; thay đổi tự báo về nút trung tâm sau 1 phút.",
            "Join by lienthong join, or renew the certificate; changes tell themselves to the hub within a minute.",
        ),
    ),
    _Test(
        "clocks",
        tr("Đồng hồ", "Clocks"),
        surroundings.clocks,
        tr("Bật đồng bộ giờ (NTP) trên cả hai máy.", "Turn time synchronisation (NTP) on, on both machines."),
    ),
    _Test("letter", tr("Thông điệp và biên nhận", "Letter and receipt"), letters.letter, _SEE_SIGNATURE),
    _Test(
        "duplicate",
        tr("Gửi trùng", "Duplicate"),
        letters.duplicate,
        tr("Lưu biên nhận theo (nơi gửi, mã) và trả lại nguyên văn.", "Keep receipts by (sender, id); repeat them."),
    ),
    _Test(
        "conflict",
        tr("Trùng mã, khác nội dung", "Same id, other content"),
        letters.conflict,
        tr("So mã băm của nội dung với lần nhận đầu.", "Compare the digest with the first arrival's."),
    ),
    _Test(
        "refusal",
        tr("Từ chối có chữ ký", "Signed refusal"),
        letters.refusal,
        tr("Trả HTTP 422 với biên nhận “refused”, có code và field.", "HTTP 422 with a receipt “refused”."),
    ),
    _Test(
        "forgery",
        tr("Nội dung bị sửa", "Changed content"),
        letters.forgery,
        tr("Kiểm chữ ký trước khi đọc nội dung.", "Verify the signature before reading the content."),
    ),
    _Test(
        "wrong-recipient",
        tr("Nhầm nơi nhận", "Wrong recipient"),
        letters.wrong_door,
        tr("So “to” trong chữ ký với mã của nút.", "Compare “to” in the signature with the node's code."),
    ),
    _Test(
        "way-back",
        tr("Chiều ngược lại", "The way back"),
        letters.way_back,
        tr(
            "Nút kia không gọi tới được nút này: kiểm tra địa chỉ trong danh bạ, tường lửa, hoặc dùng pull = true.",
            "The peer does not reach this node: check the listed address and the firewall, or use pull = true.",
        ),
    ),
    _Test("question", tr("Khai thác dữ liệu", "Question"), questions.question, _SEE_SIGNATURE),
    _Test(
        "replay",
        tr("Yêu cầu gửi lặp", "Replayed question"),
        questions.replay,
        tr("Nhớ mã yêu cầu đã trả lời; từ chối mã cũ.", "Remember ids of answered questions and refuse them."),
    ),
    _Test(
        "denial",
        tr("Chưa được cấp quyền", "Denied by default"),
        questions.denial,
        tr("Mọi dịch vụ đều bị từ chối nếu chưa có quyền.", "Every service is denied unless granted."),
    ),
    _Test(
        "parts",
        tr("Tệp kèm lớn, gửi tiếp", "Parts that resume"),
        more.resume,
        tr(
            "Nhận mảnh theo Upload-Offset, trả lời offset đang có, ghép và so mã băm khi đủ.",
            "Take pieces by Upload-Offset, tell the offset that is there, compare the digest at the end.",
        ),
    ),
    _Test(
        "proof",
        tr("Tệp bằng chứng", "Proof container"),
        more.prove,
        tr("Xem chi tiết bằng lienthong verify TỆP.", "Look into it by lienthong verify FILE."),
    ),
    _Test(
        "facade",
        tr("Cổng cho hệ thống khác (X-Road)", "Façade for other systems (X-Road)"),
        more.facade,
        tr("Xem docs/protocols/xroad.md và vai trò gateway.calls.", "See docs/protocols/xroad.md, role gateway.calls."),
    ),
    _Test(
        "tls",
        tr("TLS hai chiều", "Mutual TLS"),
        surroundings.transport,
        tr("Xem docs/operations: chứng thư tls, exchange_port.", "See docs/operations: tls, exchange_port."),
    ),
)
