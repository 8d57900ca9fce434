"""Questions (khai thác dữ liệu): asking another agency's node, and answering under a grant."""

from typing import Any

import orjson
from django.db import IntegrityError
from pydantic import ValidationError

from lienthong.kernel import clock, db, http, roles, tracing
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import chain, rules, wire
from lienthong.platform.exchange.keeping import kept_body
from lienthong.platform.exchange.models import QuestionRecord
from lienthong.platform.exchange.ports import AccessDecision
from lienthong.platform.exchange.queries.directory import list_grants, node_for
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.letters import in_transaction
from lienthong.platform.exchange.services.log import StreamKey, append
from lienthong.platform.exchange.services.reception import Reply
from lienthong.platform.exchange.types import Question
from lienthong.platform.monitoring import services as monitoring
from lienthong.platform.monitoring.types import OperationRecord, milliseconds

PATH = "/exchange/questions/"
_TIMEOUT = 10.0
_PASSED_ON = frozenset({400, 403, 404, 409, 422, 429})


def ask(
    service: str,
    payload: dict[str, Any],
    *,
    provider: str,
    purpose: str,
    legal_ground: str,
    actor: Actor,
    about: str = "",
    timeout: float = _TIMEOUT,
) -> dict[str, Any]:
    """Ask a service of another agency and wait for its signed answer; both ends write the look down.

    Never inside a transaction: the other side may take seconds. Raises Refused with one code per cause:
    `exchange.unreachable`, `.timeout`, `.denied`, `.unknown-service`, `.unknown-recipient`, `.bad-answer`,
    `.expired-certificate`, `.no-purpose`, `.directory-*`, or the provider's own refusal.
    """
    if in_transaction():
        raise RuntimeError("exchange.ask() inside a transaction: ask first, then open the transaction")
    entry = node_for(provider)
    header = trust.own_header("question", service, entry.agency_code)
    body = _compose(payload, purpose=purpose, legal_ground=legal_ground, actor_name=actor.name, about=about)
    signature = trust.sign(body, header)
    record = _record("out", header, wire.parse_question(body), body, signature)
    try:
        with tracing.span("exchange.ask", kind="client", service=service, provider=header.recipient):
            response = _send(entry.address + PATH + service, body, signature, header.recipient, timeout)
            answer = _read_answer(response, header, wire.digest(body))
    except Refused as refusal:
        _finish(record, refusal.code)
        raise
    outcome = answer.code or answer.verdict
    _finish(record, outcome, response.body, response.headers[wire.SIGNATURE_HEADER.lower()])
    if answer.verdict == "refused":
        status = response.status if response.status in _PASSED_ON else 422
        raise Refused(answer.code, answer.reason.bilingual(), field=answer.field, status=status)
    return answer.answer


def _compose(payload: dict[str, Any], *, purpose: str, legal_ground: str, actor_name: str, about: str) -> bytes:
    try:
        return wire.compose_question(
            payload, purpose=purpose, legal_ground=legal_ground, actor_name=actor_name, about=about
        )
    except ValidationError as error:
        field = str(error.errors(include_url=False)[0]["loc"][0])
        raise Refused(
            "exchange.no-purpose",
            tr(
                "Cần nêu mục đích và căn cứ pháp lý khi khai thác dữ liệu.",
                "A question needs a purpose and a legal ground.",
            ),
            field=field,
        ) from None


def _send(url: str, body: bytes, signature: str, provider: str, timeout: float) -> http.Response:
    headers = {wire.SIGNATURE_HEADER: signature, "Content-Type": "application/json"}
    try:
        return http.request("POST", url, body=body, headers=headers, timeout=timeout, peer=True)
    except http.Unreachable as error:
        late = error.reason == "timeout"
        raise Refused(
            "exchange.timeout" if late else "exchange.unreachable",
            tr(f"{provider} chưa trả lời kịp.", f"{provider} did not answer in time.")
            if late
            else tr(f"Không kết nối được tới {provider}.", f"{provider} cannot be reached."),
            status=504 if late else 502,
        ) from None


def _read_answer(response: http.Response, header: wire.Header, question_digest: bytes) -> wire.AnswerBody:
    """The verified answer to exactly this question. Raises Refused `exchange.bad-answer` or the problem's code."""
    signature = response.headers.get(wire.SIGNATURE_HEADER.lower(), "")
    if not signature:
        raise _unsigned(response)
    claimed = wire.peek(signature, "answer")
    if (claimed.sender, claimed.id) != (header.recipient, header.id):
        raise wire.bad_answer(tr("Câu trả lời của nút hoặc yêu cầu khác.", "An answer of another node or question."))
    try:
        trust.verify(response.body, signature, claimed)
    except Refused as refusal:
        if refusal.code == "exchange.expired-certificate":
            raise
        raise wire.bad_answer(refusal.message) from None
    answer = wire.parse_answer(response.body)
    if (answer.question_id, answer.question_digest) != (header.id, question_digest.hex()):
        raise wire.bad_answer(tr("Câu trả lời không phải của yêu cầu này.", "The answer is not to this question."))
    return answer


def _unsigned(response: http.Response) -> Refused:
    """A problem from a provider that could not tell who asks, or no answer of the exchange at all."""
    try:
        told = orjson.loads(response.body)
        code, title = str(told["code"]), Bilingual(str(told["title"]), str(told.get("title_en") or told["title"]))
    except (ValueError, KeyError, TypeError):
        code = ""
    if not code.startswith("exchange."):
        return wire.bad_answer(
            tr(f"Nút được hỏi trả lời HTTP {response.status} không ký.", f"HTTP {response.status} without a signature.")
        )
    return Refused(code, title, status=502)


# Answering


def answer_question(service: str, body: bytes, signature: str) -> Reply:
    """Answer a question of another node, or refuse with a signed reason; both are written down.

    Raises Refused for what cannot be answered under signature: unreadable, not signed by its sender, not for us.
    """
    header = wire.peek(signature, "question")
    trust.verify(body, signature, header)
    trust.require_me(header)
    if header.name != service:
        raise wire.malformed(
            "name", "Tên dịch vụ không khớp với chữ ký.", "The service is not the one that was signed."
        )
    asked = wire.parse_question(body)
    record = _record("in", header, asked, body, signature)
    try:
        with tracing.span("exchange.answer", kind="server", service=service, client=header.sender):
            return _answer(record, header, asked)
    except IntegrityError:
        return _reply(header, record, {}, _replayed())
    except Refused as refusal:
        return _refuse(header, record, refusal)


def _answer(record: QuestionRecord, header: wire.Header, asked: wire.QuestionBody) -> Reply:
    _check_fresh(header)
    function = roles.answer_of(header.name)
    if function is None:
        raise NotFound(
            "exchange.unknown-service",
            tr(f"Nút này không có dịch vụ {header.name}.", f"This node has no service {header.name}."),
            field="service",
        )
    _require_access(header, asked)
    with db.atomic():
        # Written first: an id that is known is refused before anything is read.
        record.save(force_insert=True)
        answer = function(dict(asked.payload), _question(header, asked))
        reply = _reply(header, record, answer)
        _finish(record, "answered", reply.body, reply.signature)
    return reply


def _require_access(header: wire.Header, asked: wire.QuestionBody) -> None:
    """A grant allows it, or an agreement of the catalogue where this node keeps one."""
    if header.name in rules.OPEN_SERVICES:
        return
    facts: dict[str, Any] = {
        "client": header.sender,
        "provider": header.recipient,
        "service": header.name,
        "purpose": asked.purpose,
        "legal_ground": asked.legal_ground,
        "day": clock.today(),
    }
    try:
        rules.decide_access(list_grants(), **facts)
    except NotAllowed as denied:
        try:
            decision = roles.port(AccessDecision)
        except LookupError:
            raise denied from None
        decision.decide_question(**facts, denied=denied)


def _check_fresh(header: wire.Header) -> None:
    if abs(clock.now() - header.at) > rules.QUESTION_FRESHNESS:
        raise Refused(
            "exchange.stale",
            tr(
                "Yêu cầu quá cũ hoặc đồng hồ hai bên lệch nhau hơn 5 phút.",
                "The question is too old, or the clocks differ by more than 5 minutes.",
            ),
            field="at",
        )
    if QuestionRecord.objects.filter(direction="in", peer=header.sender, message_id=header.id).exists():
        raise _replayed()


def _replayed() -> Refused:
    return Conflict(
        "exchange.replayed", tr("Yêu cầu này đã được xử lý.", "This question has been dealt with."), field="id"
    )


def _question(header: wire.Header, asked: wire.QuestionBody) -> Question:
    return Question(
        id=header.id,
        service=header.name,
        client=header.sender,
        purpose=asked.purpose,
        legal_ground=asked.legal_ground,
        actor_name=asked.actor_name,
        about=asked.about,
        asked_at=header.at,
    )


def _refuse(header: wire.Header, record: QuestionRecord, refusal: Refused) -> Reply:
    reply = _reply(header, record, {}, refusal)
    if refusal.code != "exchange.replayed":
        try:
            with db.atomic():
                record.pk = None
                _finish(record, refusal.code[:100], reply.body, reply.signature)
        except IntegrityError:
            return _reply(header, record, {}, _replayed())
    return reply


def _reply(
    header: wire.Header, record: QuestionRecord, answer: dict[str, Any], refusal: Refused | None = None
) -> Reply:
    body = wire.compose_answer(header, bytes(record.digest), clock.now(), answer, refusal)
    signature = trust.sign(body, trust.reply_header("answer", header))
    return Reply(refusal.status if refusal else 200, body, signature)


# Writing down


def _record(
    direction: str, header: wire.Header, asked: wire.QuestionBody, body: bytes, signature: str
) -> QuestionRecord:
    return QuestionRecord(
        message_id=header.id,
        direction=direction,
        peer=header.recipient if direction == "out" else header.sender,
        service=header.name,
        purpose=asked.purpose,
        legal_ground=asked.legal_ground,
        actor_name=asked.actor_name,
        about=asked.about,
        at=clock.now(),
        outcome="",
        body=kept_body(header.name, body),
        digest=wire.digest(body),
        signature=signature,
        answer_digest=b"",
    )


def _finish(record: QuestionRecord, outcome: str, answer: bytes = b"", signature: str = "") -> None:
    """Store how it ended and append the log row, together."""
    with db.atomic():
        record.outcome = outcome
        record.answer_digest = wire.digest(answer) if answer else b""
        record.answer_signature = signature
        record.save()
        digests = (bytes(record.digest), bytes(record.answer_digest), chain.evidence(record.signature, signature))
        fact = chain.Fact(record.at, record.message_id, record.service, outcome, *digests)
        append(StreamKey(record.peer, record.direction, "question"), fact)
        monitoring.record([_operation(record, len(answer))])


def _operation(record: QuestionRecord, answer_size: int) -> OperationRecord:
    """The operational record of a question at this end; it names the purpose, never whom the question concerned."""
    own, is_out = node().agency_code, record.direction == "out"
    answered = record.outcome == "answered"
    return OperationRecord(
        "client" if is_out else "producer",
        "question",
        str(record.message_id),
        own if is_out else record.peer,
        record.peer if is_out else own,
        record.service,
        request_in_ts=milliseconds(record.at),
        response_out_ts=milliseconds(clock.now()),
        succeeded=answered,
        fault_code="" if answered else record.outcome,
        request_size=len(record.body),
        response_size=answer_size,
        purpose=record.purpose,
        trace=tracing.trace_id(),
    )
