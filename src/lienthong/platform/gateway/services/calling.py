"""The first hop: a client system's call goes to the provider's node, signed, and its signed answer comes back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import Error as DatabaseError

from lienthong.kernel import clock, db, http, tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.catalogue import services as catalogue_services
from lienthong.platform.catalogue.types import AccessRequest, Permission, ServiceRef, SystemRef
from lienthong.platform.exchange.types import NodeEntry
from lienthong.platform.gateway import framing, identifiers, messages, spool
from lienthong.platform.gateway.services import ledger, peers, records
from lienthong.platform.gateway.services.places import Places
from lienthong.platform.gateway.settings import Settings, settings
from lienthong.platform.gateway.types import Body, Incoming, Outgoing, Pairs, ServiceId
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

RESERVED = frozenset({"listMethods", "allowedMethods", "getOpenAPI", "getWsdl"})
"""Metaservices of a system, answered by its node."""

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
_META_TIMEOUT = 10.0
_MORE_SECONDS = 10.0
_SAID_BY_CLIENT = frozenset({"x-road-client", "x-road-id", "information-mediator-client"})

_places = Places("gateway.busy")


@dataclass(slots=True)
class _Call:
    """One call under way."""

    incoming: Incoming
    facts: records.Facts
    service_path: str
    to: NodeEntry
    settings: Settings
    timeout: float
    keeps_body: bool
    permission: Permission | None = None


def call(incoming: Incoming) -> Outgoing:
    """Carry a call to its service and bring the answer; refusals and failures are answers too.

    Nothing leaves before the caller is known and allowed, and nothing comes back before it is verified and logged.
    """
    with tracing.following(incoming.trace or tracing.fresh()):
        known = settings()
        service, rest = identifiers.read_path(incoming.path, known.instance)
        return call_service(incoming, service, rest)


def call_service(incoming: Incoming, service: ServiceId, rest: str) -> Outgoing:
    """As `call`, when the service is known by other means than the path (SOAP)."""
    known = settings()
    client = identifiers.read_client(client_of(incoming), known.instance)
    facts = records.Facts(side="client", client=client, service=service, method=incoming.method)
    facts.read(incoming.headers)
    facts.query_id = facts.query_id or f"{known.instance}-{new_id()}"
    asked = SystemRef(client.member, client.system)
    catalogue_queries.check_client(
        asked, address=incoming.caller.address, thumbprint=incoming.caller.certificate, key=incoming.caller.key
    )
    if incoming.method not in _METHODS:
        raise Refused("gateway.bad-method", tr("Phương thức không được hỗ trợ.", "Method not supported."), status=400)
    with tracing.span("gateway.call", kind="client", service=str(service), client=str(client)) as span:
        answer = _admitted(incoming, facts, rest, asked, known)
        span.set(outcome=answer.refusal.code if answer.refusal else "answered", status=answer.status)
    return answer


def client_of(incoming: Incoming) -> str:
    """The last X-Road-Client, or GovStack's name for it. Repeated headers arrive joined by commas."""
    written = incoming.value("x-road-client") or incoming.value("information-mediator-client")
    return written.rpartition(",")[2].strip()


def _admitted(incoming: Incoming, facts: records.Facts, rest: str, asked: SystemRef, known: Settings) -> Outgoing:
    permission = None
    try:
        to = peers.node_for(facts.service.member)
        facts.peer, facts.peer_address = to.agency_code, to.address
        under_way = _Call(incoming, facts, rest, to, known, _META_TIMEOUT, keeps_body=True)
        if facts.service.service not in RESERVED:
            under_way.permission = permission = _permission(under_way, asked)
        with _places.taken(str(facts.service), known.most_calls, known.most_per_service):
            return _send(under_way)
    except Refused as refusal:
        # Nothing was signed: monitoring learns of it, the log has nothing to prove.
        if permission is not None:
            catalogue_services.give_back([permission])
        _write_down(facts, refusal, None)
        return _refused(facts, refusal)


def _permission(under_way: _Call, asked: SystemRef) -> Permission | None:
    """Our copy of the agreement says so too; a service of our own is judged once, at its own side."""
    facts, incoming = under_way.facts, under_way.incoming
    if under_way.to.agency_code == node().agency_code:
        under_way.timeout = 60.0
        return None
    service = ServiceRef.of(SystemRef(facts.service.member, facts.service.system), facts.service.service)
    permission = catalogue_queries.decide(
        AccessRequest(asked, service, incoming.method, under_way.service_path or "/", _purpose_id(incoming))
    )
    facts.purpose, facts.legal_ground = permission.purpose, permission.legal_ground
    facts.pattern = permission.endpoint.path
    under_way.timeout = permission.timeout
    under_way.keeps_body = not permission.digest_only
    return permission


def _purpose_id(incoming: Incoming) -> str:
    return incoming.value("lienthong-purpose").strip()[:64]


# Signing and sending


def _send(under_way: _Call) -> Outgoing:
    facts = under_way.facts
    body = _take_in(under_way)
    answer_body: Body | None = None
    refusal: Refused | None = None
    answer: messages.Answer | None = None
    try:
        message, signature = _sign(under_way, body)
        facts.times.now("request_out")
        try:
            answer, answer_body = _exchange(under_way, message, signature, body)
            facts.times.now("response_in")
            refusal = _told(answer)
        except Refused as failure:
            refusal = failure
        if not _write_down(facts, refusal, under_way.permission):
            refusal = _log_failed()
        if answer is not None and refusal is None:
            answered, answer_body = _answered(facts, answer, answer_body), None
            return answered
        return _refused(facts, refusal or _log_failed())
    finally:
        body.close()
        if answer_body is not None:
            answer_body.close()


def _take_in(under_way: _Call) -> spool.Spooled:
    incoming, limit = under_way.incoming, under_way.settings.max_body
    if incoming.length == 0:
        return spool.NOTHING
    if incoming.length is not None and incoming.length > limit:
        raise spool.too_large(limit)
    body = spool.spool(spool.reading(incoming.body.read, incoming.length), limit)
    under_way.facts.request_size = body.size
    return body


def _sign(under_way: _Call, body: spool.Spooled) -> tuple[bytes, bytes]:
    facts, incoming = under_way.facts, under_way.incoming
    facts.id = new_id()
    at, kid = clock.now(), signing_queries.get_certificate("node").thumbprint
    target = f"/r1/{facts.service.written}{under_way.service_path}"
    message = messages.compose(
        incoming.method,
        f"{target}?{incoming.query}" if incoming.query else target,
        [*_headers(under_way), *_purpose_lines(under_way), *_own(facts, kid, at)],
    )
    digests = messages.attachments(body)
    signature = signing_services.sign_message(message, digests, at=at, thumbprint=kid)
    facts.request = records.signed(
        message, signature, kid=kid, at=at, body=body, kept=under_way.keeps_body, most=under_way.settings.keep_bytes
    )
    return message, signature


def _headers(under_way: _Call) -> Pairs:
    facts = under_way.facts
    passed = [pair for pair in messages.passed_on(under_way.incoming.headers) if pair[0] not in _SAID_BY_CLIENT]
    return [
        ("x-road-client", facts.client.written),
        ("x-road-id", facts.query_id),
        ("x-road-request-id", str(facts.id)),
        *passed,
    ]


def _purpose_lines(under_way: _Call) -> Pairs:
    permission, incoming = under_way.permission, under_way.incoming
    if permission is None:
        given = _purpose_id(incoming)
        lines = [(f"{messages.OWN}purpose-id", given)] if given else []
        return [*lines, (f"{messages.OWN}style", "camel")] if incoming.value("information-mediator-client") else lines
    return [
        (f"{messages.OWN}purpose-id", str(permission.purpose_id)),
        (f"{messages.OWN}purpose", messages.escape(permission.purpose)),
        (f"{messages.OWN}legal-ground", messages.escape(permission.legal_ground)),
    ]


def _own(facts: records.Facts, kid: str, at: datetime) -> Pairs:
    return records.own_lines(kid=kid, sender=node().agency_code, recipient=facts.peer, at=at)


def _exchange(
    under_way: _Call, message: bytes, signature: bytes, body: spool.Spooled
) -> tuple[messages.Answer, spool.Spooled]:
    """Send the signed request; the verified answer and its body. Raises Refused with one code per cause."""
    db.let_go()
    prefix = messages.LENGTH.pack(len(message)) + message
    small = body.small
    headers = (
        (messages.SIGNATURE_HEADER, messages.write_signature(signature)),
        ("Content-Type", messages.MEDIA_TYPE),
    )
    try:
        with http.stream(
            "POST",
            under_way.to.address + messages.PATH,
            body=prefix + small if small is not None else framing.join(message, body.blocks()),
            length=len(prefix) + body.size,
            headers=headers,
            timeout=under_way.timeout + _MORE_SECONDS,
            peer=True,
        ) as answer:
            if answer.status != 200:
                raise _problem(answer, under_way.facts.peer)
            return _read_answer(under_way, answer, message, body)
    except http.Unreachable as error:
        raise _unreachable(error, under_way.facts.peer) from None


def _read_answer(
    under_way: _Call, streamed: http.Streamed, message: bytes, body: spool.Spooled
) -> tuple[messages.Answer, spool.Spooled]:
    facts = under_way.facts
    try:
        signature = messages.read_signature(messages.find(streamed.headers, messages.SIGNATURE_HEADER.lower()))
        raw, rest = framing.split(streamed.chunks)
        answer = messages.read_answer(raw)
    except Refused as refusal:
        raise bad_answer(refusal.message) from None
    if (answer.sender, answer.recipient, answer.id) != (facts.peer, node().agency_code, facts.id):
        raise bad_answer(tr("Câu trả lời của lượt gọi hoặc nút khác.", "An answer of another call or node."))
    if answer.value("x-road-request-hash") != messages.request_hash(message, body):
        raise bad_answer(tr("Câu trả lời không phải cho yêu cầu này.", "The answer is not to this request."))
    answer_body = spool.spool(rest, under_way.settings.max_body)
    try:
        peers.verify(
            raw, messages.attachments(answer_body), signature, sender=answer.sender, kid=answer.kid, at=answer.at
        )
    except Refused as refusal:
        answer_body.close()
        raise bad_answer(refusal.message) from None
    facts.answer = records.signed(
        raw,
        signature,
        kid=answer.kid,
        at=answer.at,
        body=answer_body,
        kept=under_way.keeps_body,
        most=under_way.settings.keep_bytes,
    )
    facts.response_size, facts.status = answer_body.size, answer.status
    return answer, answer_body


def _told(answer: messages.Answer) -> Refused | None:
    """What the provider's node signed instead of an answer of the service."""
    if not answer.code:
        return None
    details = {"retry_after": int(retry)} if (retry := answer.value("retry-after")).isdigit() else {}
    text = Bilingual(answer.text_vi or answer.code, answer.text_en or answer.code)
    return Refused(answer.code, text, field=answer.field, status=answer.status, details=details)


def _problem(answer: http.Streamed, peer: str) -> Refused:
    """An unsigned problem: the provider's node could not tell who asks, or is none."""
    held = b""
    for block in answer.chunks:
        held += block
        if len(held) > messages.MAX_MESSAGE:
            break
    code, text = framing.read_problem(held)
    if code:
        return Refused(code, text, status=502)
    return bad_answer(
        tr(f"Nút {peer} trả lời HTTP {answer.status} không ký.", f"{peer} answered HTTP {answer.status} unsigned.")
    )


def _unreachable(error: http.Unreachable, peer: str) -> Refused:
    if error.reason == "timeout":
        return Refused(
            "gateway.node-timeout", tr(f"Nút {peer} không trả lời kịp.", f"{peer} did not answer in time."), status=504
        )
    if error.reason.startswith("TLS"):
        text = tr(f"Kết nối TLS tới {peer} hỏng ({error.reason}).", f"TLS to {peer} failed ({error.reason}).")
        return Refused("gateway.tls-failed", text, status=502)
    return Refused(
        "gateway.node-unreachable",
        tr(f"Không kết nối được tới nút {peer} ({error.reason}).", f"{peer} cannot be reached ({error.reason})."),
        status=502,
    )


def bad_answer(message: Bilingual) -> Refused:
    return Refused("gateway.bad-answer", message, status=502)


# Writing down and answering


def _write_down(facts: records.Facts, refusal: Refused | None, permission: Permission | None) -> bool:
    """True when the call is durable here. A call that cannot be logged is not answered."""
    facts.times.now("response_out")
    entry = records.entry(facts, refusal)
    operation = None if entry else records.operation(facts, refusal)
    return write_line(ledger.Line(entry, operation, permission))


def write_line(line: ledger.Line) -> bool:
    try:
        ledger.write(line)
    except (DatabaseError, TimeoutError):
        if line.permission is not None:
            catalogue_services.give_back([line.permission])
        return False
    return True


def _log_failed() -> Refused:
    return Refused(
        "gateway.log-failed",
        tr("Không ghi được nhật ký nên không trả lời.", "The call could not be logged, so it is not answered."),
        status=500,
    )


def _answered(facts: records.Facts, answer: messages.Answer, body: Body | None) -> Outgoing:
    headers = [pair for pair in answer.headers if not pair[0].startswith(messages.OWN)]
    return Outgoing(
        status=answer.status,
        reason=answer.reason,
        headers=headers,
        body=body or b"",
        message_id=facts.id,
        party=facts.peer,
    )


def _refused(facts: records.Facts, refusal: Refused) -> Outgoing:
    from_provider = facts.answer is not None
    echoed: Pairs = [
        ("x-road-client", facts.client.written),
        ("x-road-service", facts.service.written),
        ("x-road-id", facts.query_id),
    ]
    if facts.id is not None:
        echoed.append(("x-road-request-id", str(facts.id)))
    return Outgoing(
        status=refusal.status,
        reason="",
        headers=[],
        refusal=refusal,
        message_id=facts.id,
        party=facts.peer if from_provider else node().agency_code,
        echoed=echoed,
    )
