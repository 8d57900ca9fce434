"""What is written about a call at either end: the log's entry and the operational record."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lienthong.kernel import clock, tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.exchange.types import Call, Entry, Signed
from lienthong.platform.gateway import messages
from lienthong.platform.gateway.types import Body, ClientId, Pairs, ServiceId
from lienthong.platform.monitoring.types import OperationRecord, Side, milliseconds


@dataclass(slots=True)
class Times:
    """The four moments of X-Road's operational record, in milliseconds; None for what did not happen here."""

    request_in: int = field(default_factory=lambda: milliseconds(clock.now()))
    request_out: int | None = None
    response_in: int | None = None
    response_out: int | None = None

    def now(self, name: str) -> None:
        setattr(self, name, milliseconds(clock.now()))


@dataclass(slots=True)
class Facts:
    """A call as this end comes to know it, step by step."""

    side: Side
    client: ClientId
    service: ServiceId
    method: str
    peer: str = ""
    pattern: str = ""
    id: UUID | None = None
    query_id: str = ""
    user_id: str = ""
    issue: str = ""
    represented: str = ""
    purpose: str = ""
    legal_ground: str = ""
    peer_address: str = ""
    times: Times = field(default_factory=Times)
    request: Signed | None = None
    answer: Signed | None = None
    request_size: int = 0
    response_size: int = 0
    status: int | None = None
    kind: str = ""

    def read(self, headers: Pairs) -> None:
        """Take the client's own words about the call from its headers."""
        for name, value in headers:
            if name == "x-road-id":
                self.query_id = value[:255]
            elif name == "x-road-userid":
                self.user_id = value[:255]
            elif name == "x-road-issue":
                self.issue = value[:255]
            elif name == "x-road-represented-party":
                self.represented = value[:255]


def signed(
    message: bytes, signature: bytes, *, kid: str, at: datetime, body: Body | None, kept: bool, most: int
) -> Signed:
    """One signed message for the log; `kept`: may its body stand there?"""
    has_body = body is not None and bool(body.size)
    small = body.small if body is not None and kept and body.size <= most else None
    return Signed(
        message=message,
        signature=signature,
        signed_at=at,
        thumbprint=bytes.fromhex(kid),
        digest=body.sha256 if body is not None and has_body else b"",
        body=small if has_body else None,
    )


def entry(facts: Facts, refusal: Refused | None) -> Entry | None:
    """The row of the log; None for a call that was turned away before anything was signed."""
    if facts.request is None or facts.id is None:
        return None
    call = Call(
        query_id=facts.query_id,
        client=str(facts.client),
        service=str(facts.service),
        method=facts.method,
        path=facts.pattern,
        request=facts.request,
        answer=facts.answer,
        status=facts.status,
        purpose=facts.purpose,
        legal_ground=facts.legal_ground,
        user_id=facts.user_id,
        issue=facts.issue,
    )
    return Entry(
        peer=facts.peer,
        direction="out" if facts.side == "client" else "in",
        kind="call",
        at=facts.request.signed_at,
        message_id=facts.id,
        name=f"{facts.service.system}/{facts.service.service}"[:100],
        outcome=refusal.code[:100] if refusal else "answered",
        call=call,
        operation=operation(facts, refusal),
    )


def operation(facts: Facts, refusal: Refused | None) -> OperationRecord:
    """The operational record in X-Road's fields."""
    party = facts.represented.split("/", 1)
    address = node().exchange_url or node().base_url
    ours, theirs = (address, facts.peer_address)
    return OperationRecord(
        side=facts.side,
        kind="call",
        message_id=facts.query_id or str(facts.id or ""),
        client_member_code=facts.client.member,
        service_member_code=facts.service.member,
        service_code=facts.service.service,
        request_in_ts=facts.times.request_in,
        request_out_ts=facts.times.request_out,
        response_in_ts=facts.times.response_in,
        response_out_ts=facts.times.response_out,
        succeeded=refusal is None and (facts.status or 500) < 500,
        fault_code=refusal.code if refusal else "",
        fault_string=refusal.message.en[:500] if refusal else "",
        status_code=facts.status,
        request_size=facts.request_size,
        response_size=facts.response_size,
        client_xroad_instance=facts.client.instance,
        client_subsystem_code=facts.client.system,
        service_xroad_instance=facts.service.instance,
        service_subsystem_code=facts.service.system,
        service_type=facts.kind or "REST",
        rest_method=facts.method,
        rest_path=facts.pattern,
        represented_party_class=party[0] if len(party) == 2 else "",
        represented_party_code=party[-1],
        message_user_id=facts.user_id,
        message_issue=facts.issue,
        message_protocol_version="1",
        client_security_server_address=ours if facts.side == "client" else theirs,
        service_security_server_address=theirs if facts.side == "client" else ours,
        purpose=facts.purpose,
        trace=tracing.trace_id(),
    )


def own_lines(*, kid: str, sender: str, recipient: str, at: datetime) -> Pairs:
    """The lines that every message of ours carries about itself."""
    return [
        (f"{messages.OWN}version", "1"),
        (f"{messages.OWN}kid", kid),
        (f"{messages.OWN}from", sender),
        (f"{messages.OWN}to", recipient),
        (f"{messages.OWN}at", at.isoformat()),
    ]
