"""Asking who looked at whose data."""

from lienthong.kernel.profile import node
from lienthong.platform.exchange.models import QuestionRecord
from lienthong.platform.exchange.types import Look


def list_looks(about: str, *, limit: int = 100) -> list[Look]:
    """Looks into data about one person that this node answered or refused, newest first (Luật 91/2025/QH15)."""
    if not about:
        return []
    found = QuestionRecord.objects.filter(about=about, direction="in").order_by("-at")[:limit]
    return [_look(record) for record in found]


def list_questions(direction: str = "", *, limit: int = 50, offset: int = 0) -> list[Look]:
    """The questions log of this node, newest first; `direction`: in (answered here), out (asked by us), or both."""
    found = QuestionRecord.objects.order_by("-id")
    if direction:
        found = found.filter(direction=direction)
    return [_look(record) for record in found.defer("body", "signature", "answer_signature")[offset : offset + limit]]


def count_questions() -> int:
    return QuestionRecord.objects.count()


def _look(record: QuestionRecord) -> Look:
    own = node().agency_code
    incoming = record.direction == "in"
    return Look(
        question_id=record.message_id,
        client=record.peer if incoming else own,
        provider=own if incoming else record.peer,
        service=record.service,
        purpose=record.purpose,
        legal_ground=record.legal_ground,
        actor_name=record.actor_name,
        about=record.about,
        at=record.at,
        outcome=record.outcome,
    )
