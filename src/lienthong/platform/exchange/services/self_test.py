"""What this node does when another tests itself against it (tự kiểm tra kết nối): nothing that lasts."""

from typing import Any

from lienthong import __version__
from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange.letters import SelfTest
from lienthong.platform.exchange.services.letters import post_letter
from lienthong.platform.exchange.types import Envelope, Question

SERVICE = "exchange.self-test"


def take_self_test(letter: SelfTest, envelope: Envelope) -> None:
    """Accept, refuse with a reason, or accept and answer with a letter of the same test."""
    if letter.wish == "refuse":
        raise Refused(
            "exchange.self-test",
            tr("Thông điệp thử, từ chối theo yêu cầu.", "A test letter, refused as it wished."),
            field="wish",
        )
    if letter.wish == "answer":
        answer = SelfTest(test_id=letter.test_id, wish="accept", text=letter.text)
        post_letter(answer, recipient=envelope.sender, about=f"self-test:{letter.test_id}")


def answer_self_test(payload: dict[str, Any], question: Question) -> dict[str, Any]:
    """Say who answers and repeat what was said: every member may ask every other."""
    text = payload.get("text", "")
    if not isinstance(text, str) or len(text) > 1000:
        raise Refused(
            "exchange.self-test", tr("“text” phải là chuỗi ngắn.", "“text” must be a short text."), field="text"
        )
    return {
        "agency_code": node().agency_code,
        "asked_by": question.client,
        "text": text,
        "at": clock.now().isoformat(),
        "version": __version__,
    }
