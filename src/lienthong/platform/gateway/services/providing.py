"""The second hop: another node's signed call goes to the system that provides the service, and the answer is signed.

Order of the checks, as in X-Road: readable → for us → sender listed → right of access → signature → new → log.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from django.db import Error as DatabaseError
from django.db import IntegrityError

from lienthong.kernel import clock, db, http, tracing
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.catalogue import services as catalogue_services
from lienthong.platform.catalogue.types import AccessRequest, Permission, ServiceRef, SystemRef
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.gateway import framing, identifiers, messages, spool
from lienthong.platform.gateway.services import describing, failures, ledger, peers, records, seen
from lienthong.platform.gateway.services.calling import RESERVED
from lienthong.platform.gateway.services.places import Places
from lienthong.platform.gateway.settings import Settings, settings
from lienthong.platform.gateway.types import Pairs
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

MAX_FILTERED = 16 * 2**20

_SIGNED_BY = frozenset({"x-road-client", "x-road-service", "x-road-id", "x-road-request-id", "x-road-request-hash"})

_places = Places("gateway.provider-busy")


@dataclass(slots=True)
class _Asked:
    """A call as it arrived: what was signed, by whom, about which service."""

    message: messages.Request
    signature: bytes
    body: spool.Spooled
    facts: records.Facts
    path: str
    query: str
    settings: Settings
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The signed answer for the node that asked: message, body, signature."""

    message: bytes
    body: spool.Spooled
    signature: bytes


@dataclass(frozen=True, slots=True)
class _Given:
    """What the service, or this node in its place, answered."""

    status: int
    reason: str
    headers: Pairs
    body: spool.Spooled


def answer_call(chunks: Iterator[bytes], signature_line: str) -> Reply:
    """Answer a call of another node; a refusal is signed too, once it is clear who asks.

    Raises Refused for what cannot be answered under signature: unreadable, not for us, not signed by its sender.
    """
    known = settings()
    signature = messages.read_signature(signature_line)
    raw, rest = framing.split(chunks)
    message = messages.read_request(raw)
    _require_me(message)
    peers.certificate(message.sender, message.kid, message.at)
    asked = _read(message, signature, known)
    refusal = _try_admit(asked)
    try:
        asked.body = spool.spool(rest, known.max_body)
        asked.facts.request_size = asked.body.size
        _verify(asked)
        with tracing.span("gateway.provide", kind="server", service=str(asked.facts.service)) as span:
            reply = _answer_admitted(asked, refusal)
            span.set(status=asked.facts.status or 0)
            return reply
    except BaseException:
        if asked.permission is not None and not asked.facts.answer:
            catalogue_services.give_back([asked.permission])
        raise
    finally:
        asked.body.close()


def _require_me(message: messages.Request) -> None:
    if message.recipient != node().agency_code:
        raise Refused(
            "gateway.not-this-node",
            tr(
                f"Lượt gọi gửi cho {message.recipient}, không phải cho {node().agency_code}.",
                f"The call is for {message.recipient}, not for {node().agency_code}.",
            ),
            field="lienthong-to",
            status=421,
        )


def _read(message: messages.Request, signature: bytes, known: Settings) -> _Asked:
    target, _, query = message.target.partition("?")
    service, rest = identifiers.read_path(target, known.instance)
    client = identifiers.read_client(message.value("x-road-client"), known.instance)
    facts = records.Facts(side="producer", client=client, service=service, method=message.method)
    facts.read(message.headers)
    facts.id, facts.peer = message.id, message.sender
    facts.peer_address = exchange_queries.recall_directory().nodes[message.sender].address
    facts.purpose = messages.unescape(message.value(f"{messages.OWN}purpose"))
    facts.legal_ground = messages.unescape(message.value(f"{messages.OWN}legal-ground"))
    return _Asked(message, signature, spool.NOTHING, facts, rest, query, known)


def _try_admit(asked: _Asked) -> Refused | None:
    """May this client call this? The answer waits until the signature has been looked at."""
    try:
        _admit(asked)
    except Refused as refusal:
        return refusal
    return None


def _admit(asked: _Asked) -> None:
    facts = asked.facts
    if peers.node_for(facts.client.member).agency_code != asked.message.sender:
        raise NotAllowed(
            "gateway.foreign-client",
            tr(
                f"Nút {asked.message.sender} không được gọi thay cho {facts.client}.",
                f"The node {asked.message.sender} may not call for {facts.client}.",
            ),
            field="x-road-client",
        )
    if peers.node_for(facts.service.member).agency_code != node().agency_code:
        raise identifiers.unknown_member(facts.service.written, "path")
    if facts.service.service in RESERVED:
        return
    system = SystemRef(facts.service.member, facts.service.system)
    asked.permission = catalogue_queries.decide(
        AccessRequest(
            SystemRef(facts.client.member, facts.client.system),
            ServiceRef.of(system, facts.service.service),
            facts.method,
            asked.path or "/",
            asked.message.purpose_id,
        )
    )
    facts.purpose, facts.legal_ground = asked.permission.purpose, asked.permission.legal_ground
    facts.pattern = asked.permission.endpoint.path


def _verify(asked: _Asked) -> None:
    message = asked.message
    digests = messages.attachments(asked.body)
    peers.verify(message.raw, digests, asked.signature, sender=message.sender, kid=message.kid, at=message.at)
    seen.require_new(message)
    asked.facts.request = records.signed(
        message.raw,
        asked.signature,
        kid=message.kid,
        at=message.at,
        body=asked.body,
        kept=_keeps_body(asked),
        most=asked.settings.keep_bytes,
    )


def _keeps_body(asked: _Asked) -> bool:
    return asked.permission is not None and not asked.permission.digest_only


# Answering


def _answer_admitted(asked: _Asked, refusal: Refused | None) -> Reply:
    facts, known, given = asked.facts, asked.settings, None
    if refusal is None:
        try:
            with _places.taken(str(facts.service), known.most_calls, known.most_per_service):
                given = _ask_system(asked)
        except Refused as failure:
            refusal = failure
    try:
        reply = _sign(asked, given, refusal)
    except BaseException:
        if given is not None:
            given.body.close()
        raise
    unwritten = _write_down(asked, refusal)
    if unwritten is None:
        return reply
    reply.body.close()
    return _sign(asked, None, unwritten)


def _ask_system(asked: _Asked) -> _Given:
    """The service's answer, whatever its status. Raises Refused with one code per cause."""
    facts = asked.facts
    facts.times.now("request_out")
    if asked.permission is None:
        facts.kind = "META"
        style = asked.message.value(f"{messages.OWN}style")
        kind, body = describing.describe(facts.service, facts.client, asked.query, style)
        given = _Given(200, "OK", [("content-type", kind)], spool.keep(body))
    else:
        given = _forward(asked, asked.permission)
    facts.times.now("response_in")
    return given


def _forward(asked: _Asked, permission: Permission) -> _Given:
    if not permission.base_url:
        raise Refused(
            "gateway.no-address",
            tr("Dịch vụ chưa có địa chỉ để chuyển lượt gọi.", "The service has no address to send calls to."),
            status=502,
        )
    url = permission.base_url.rstrip("/") + permission.path if asked.path else permission.base_url
    body, small = asked.body, asked.body.small
    db.let_go()
    try:
        with http.stream(
            asked.message.method,
            f"{url}?{asked.query}" if asked.query else url,
            body=small if small is not None else body.blocks(),
            length=body.size,
            headers=_for_system(asked),
            timeout=permission.timeout,
            total=permission.timeout,
            permit=asked.settings.permits,
        ) as answer:
            taken = spool.spool(answer.chunks, asked.settings.max_body)
            given = _Given(answer.status, answer.reason, messages.passed_on(answer.headers), taken)
    except http.Unreachable as error:
        raise failures.of_system(error) from None
    except ValueError:
        raise failures.broken("bad address") from None
    return _narrowed(given, permission)


def _for_system(asked: _Asked) -> Pairs:
    """The client's headers as they were signed, and on what ground this node let the call through."""
    passed = [pair for pair in asked.message.headers if not pair[0].startswith(messages.OWN)]
    return [
        *passed,
        ("Lienthong-Purpose", messages.escape(asked.facts.purpose)),
        ("Lienthong-Legal-Ground", messages.escape(asked.facts.legal_ground)),
    ]


def _narrowed(given: _Given, permission: Permission) -> _Given:
    """Only the fields that the purpose allows leave this node; what cannot be read cannot be narrowed and stays."""
    if not permission.fields or not 200 <= given.status < 300 or not given.body.size:
        return given
    kind = messages.find(given.headers, "content-type").partition(";")[0].strip().lower()
    encoded = messages.find(given.headers, "content-encoding")
    if not (kind == "application/json" or kind.endswith("+json")) or encoded or given.body.size > MAX_FILTERED:
        given.body.close()
        raise failures.not_filterable()
    try:
        told = orjson.loads(b"".join(given.body.blocks()))
    except ValueError:
        raise failures.not_filterable() from None
    finally:
        given.body.close()
    body = spool.keep(orjson.dumps(catalogue_queries.keep_fields(permission, told)))
    headers = [pair for pair in given.headers if pair[0] not in ("etag", "content-md5", "digest")]
    return _Given(given.status, given.reason, headers, body)


# Signing and writing down


def _sign(asked: _Asked, given: _Given | None, refusal: Refused | None) -> Reply:
    facts = asked.facts
    at, kid = clock.now(), signing_queries.get_certificate("node").thumbprint
    own = records.own_lines(kid=kid, sender=node().agency_code, recipient=facts.peer, at=at)
    if given is None or refusal is not None:
        told = refusal or Refused("gateway.failed", tr("Lỗi ở nút cung cấp.", "The provider's node failed."))
        given = _Given(told.status, "Refused", _refusal_lines(told), spool.NOTHING)
    passed = [pair for pair in given.headers if pair[0] not in _SIGNED_BY]
    message = messages.compose(str(given.status), given.reason, [*_about(asked), *passed, *own])
    signature = signing_services.sign_message(message, messages.attachments(given.body), at=at, thumbprint=kid)
    facts.answer = records.signed(
        message,
        signature,
        kid=kid,
        at=at,
        body=given.body,
        kept=_keeps_body(asked),
        most=asked.settings.keep_bytes,
    )
    facts.status, facts.response_size = given.status, given.body.size
    return Reply(message, given.body, signature)


def _about(asked: _Asked) -> Pairs:
    facts = asked.facts
    return [
        ("x-road-client", facts.client.written),
        ("x-road-service", facts.service.written),
        ("x-road-id", facts.query_id),
        ("x-road-request-id", str(facts.id)),
        ("x-road-request-hash", messages.request_hash(asked.message.raw, asked.body)),
    ]


def _refusal_lines(refusal: Refused) -> Pairs:
    lines = [
        (f"{messages.OWN}code", refusal.code[:100]),
        (f"{messages.OWN}field", messages.escape(refusal.field)[:300]),
        (f"{messages.OWN}text-vi", messages.escape(refusal.message.vi[:1000])),
        (f"{messages.OWN}text-en", messages.escape(refusal.message.en[:1000])),
    ]
    if retry := refusal.details.get("retry_after"):
        lines.append(("retry-after", str(int(retry))))
    return lines


def _write_down(asked: _Asked, refusal: Refused | None) -> Refused | None:
    """None when the call is durable here; otherwise what to say instead of the answer."""
    asked.facts.times.now("response_out")
    line = ledger.Line(records.entry(asked.facts, refusal), None, asked.permission)
    try:
        ledger.write(line)
    except IntegrityError:
        failure = seen.replayed()
    except (DatabaseError, TimeoutError):
        failure = Refused(
            "gateway.provider-log-failed",
            tr("Nút cung cấp không ghi được nhật ký.", "The provider's node could not log the call."),
            status=500,
        )
    else:
        return None
    if asked.permission is not None:
        catalogue_services.give_back([asked.permission])
        asked.permission = None
    return failure
