"""Faults as X-Road tells them, in both vocabularies, with the fields of RFC 9457 beside them. Pure.

Every refusal of the gateway has a code of our own (`gateway.provider-timeout`); this table says what a client of
X-Road expects to read instead, whose fault it is, and what one may do.
"""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import orjson

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.gateway.types import Pairs

XML_TYPES = ("text/xml", "application/xml", "text/*")

_CLIENT, _OWN, _OTHER = "client", "clientproxy", "serverproxy"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cause: at which stage it arose, its last word in X-Road's vocabulary since 7.8, status, what one may do."""

    stage: str
    word: str
    status: int
    hint: Bilingual


_WAIT = tr("Hãy gọi lại sau.", "Call again later.")
_ASK = tr(
    "Hãy xem thỏa thuận khai thác trong danh mục, hoặc chạy “lienthong exchange explain”.",
    "Look at the agreement in the catalogue, or run “lienthong exchange explain”.",
)
_PROVIDER = tr("Hãy báo cho đơn vị cung cấp dịch vụ.", "Tell the agency that provides the service.")
_OPERATOR = tr("Hãy báo cho người vận hành nút của cơ quan mình.", "Tell the operator of your own node.")
_READ = tr("Hãy sửa yêu cầu theo docs/protocols/xroad.md.", "Correct the request; see docs/protocols/xroad.md.")

FAULTS: dict[str, Fault] = {
    "gateway.no-client": Fault(_CLIENT, "bad_request", 400, _READ),
    "gateway.bad-identifier": Fault(_CLIENT, "bad_request", 400, _READ),
    "gateway.bad-request": Fault(_CLIENT, "bad_request", 400, _READ),
    "gateway.bad-header": Fault(_CLIENT, "bad_request", 400, _READ),
    "gateway.bad-method": Fault(_CLIENT, "bad_request", 400, _READ),
    "gateway.cut": Fault(_CLIENT, "bad_request", 400, _READ),
    "gateway.headers-too-large": Fault(_CLIENT, "bad_request", 431, _READ),
    "gateway.too-large": Fault(_CLIENT, "bad_request", 413, _READ),
    "gateway.bad-soap": Fault(_CLIENT, "bad_request", 400, _READ),
    "catalogue.bad-path": Fault(_CLIENT, "bad_request", 400, _READ),
    "catalogue.ambiguous-purpose": Fault(_CLIENT, "bad_request", 400, _ASK),
    "gateway.unknown-member": Fault(_OWN, "unknown_member", 500, _READ),
    "exchange.unknown-recipient": Fault(_OWN, "unknown_member", 500, _READ),
    "catalogue.client-not-proven": Fault(_OWN, "access_denied", 500, _OPERATOR),
    "gateway.foreign-client": Fault(_OTHER, "access_denied", 500, _OPERATOR),
    "catalogue.unknown-client": Fault(_OWN, "unknown_member", 500, _OPERATOR),
    "gateway.busy": Fault(_OWN, "service_unavailable", 503, _WAIT),
    "gateway.log-failed": Fault(_OWN, "logging_failed", 500, _OPERATOR),
    "gateway.node-unreachable": Fault(_OWN, "network_error", 500, _WAIT),
    "gateway.node-timeout": Fault(_OWN, "network_error", 504, _WAIT),
    "gateway.tls-failed": Fault(_OWN, "ssl_authentication_failed", 500, _OPERATOR),
    "gateway.bad-answer": Fault(_OWN, "invalid_response", 500, _OPERATOR),
    "exchange.directory-missing": Fault(_OWN, "global_conf_outdated", 500, _OPERATOR),
    "exchange.directory-expired": Fault(_OWN, "global_conf_outdated", 500, _OPERATOR),
    "catalogue.unknown-service": Fault(_OTHER, "unknown_service", 500, _READ),
    "catalogue.no-agreement": Fault(_OTHER, "access_denied", 500, _ASK),
    "catalogue.suspended": Fault(_OTHER, "access_denied", 500, _ASK),
    "catalogue.endpoint-denied": Fault(_OTHER, "access_denied", 500, _ASK),
    "catalogue.no-purpose": Fault(_OTHER, "access_denied", 500, _ASK),
    "catalogue.service-disabled": Fault(_OTHER, "service_disabled", 500, _PROVIDER),
    "catalogue.quota-used": Fault(_OTHER, "quota_exceeded", 429, _ASK),
    "catalogue.too-fast": Fault(_OTHER, "rate_exceeded", 429, _WAIT),
    "gateway.not-this-node": Fault(_OTHER, "unknown_member", 500, _OPERATOR),
    "gateway.stale": Fault(_OTHER, "invalid_request", 500, _OPERATOR),
    "gateway.replayed": Fault(_OTHER, "invalid_request", 500, _OPERATOR),
    "gateway.malformed": Fault(_OTHER, "invalid_request", 500, _OPERATOR),
    "gateway.bad-signature": Fault(_OTHER, "invalid_signature_value", 500, _OPERATOR),
    "gateway.unknown-sender": Fault(_OTHER, "unknown_member", 500, _OPERATOR),
    "gateway.foreign-certificate": Fault(_OTHER, "invalid_certificate", 500, _OPERATOR),
    "gateway.expired-certificate": Fault(_OTHER, "invalid_certificate", 500, _OPERATOR),
    "gateway.provider-busy": Fault(_OTHER, "service_unavailable", 503, _WAIT),
    "gateway.no-address": Fault(_OTHER, "service_failed", 500, _PROVIDER),
    "gateway.address-not-permitted": Fault(_OTHER, "service_failed", 500, _PROVIDER),
    "gateway.provider-unreachable": Fault(_OTHER, "network_error", 500, _PROVIDER),
    "gateway.provider-timeout": Fault(_OTHER, "network_error", 504, _PROVIDER),
    "gateway.provider-broken": Fault(_OTHER, "service_failed", 500, _PROVIDER),
    "gateway.provider-log-failed": Fault(_OTHER, "logging_failed", 500, _PROVIDER),
    "gateway.not-filterable": Fault(_OTHER, "service_failed", 500, _PROVIDER),
    "gateway.no-description": Fault(_OTHER, "invalid_request", 500, _PROVIDER),
    "gateway.failed": Fault(_OTHER, "internal_error", 500, _PROVIDER),
    "gateway.own-failed": Fault(_OWN, "internal_error", 500, _OPERATOR),
}


def fault_of(code: str) -> Fault:
    """A code that another version's node made up is its own failure, with its code beside it."""
    return FAULTS.get(code) or Fault(_OTHER, "internal_error", 500, _PROVIDER)


def type_of(code: str, vocabulary: str) -> str:
    """`server.serverproxy.access_denied`, and before 7.8 `Server.ServerProxy.AccessDenied`."""
    fault = fault_of(code)
    if vocabulary == "7.8":
        return f"client.{fault.word}" if fault.stage == _CLIENT else f"server.{fault.stage}.{fault.word}"
    word = "".join(part.capitalize() for part in fault.word.split("_"))
    stages = {_CLIENT: "Client", _OWN: "Server.ClientProxy", _OTHER: "Server.ServerProxy"}
    return f"{stages[fault.stage]}.{word}"


def wants_xml(accept: str) -> bool:
    """The first media type of the list that we can write decides; JSON when none is named."""
    for one in accept.split(","):
        kind = one.partition(";")[0].strip().lower()
        if kind in XML_TYPES:
            return True
        if kind in ("application/json", "*/*", "application/*", "application/problem+json"):
            return False
    return False


@dataclass(frozen=True, slots=True)
class Told:
    """A fault, ready for the wire."""

    status: int
    headers: Pairs
    body: bytes


def tell(refusal: Refused, *, accept: str, vocabulary: str, detail: str, party: str, trace: str) -> Told:
    """The error body that X-Road's clients read, with stage, party, hint and trace for people."""
    fault = fault_of(refusal.code)
    kind = type_of(refusal.code, vocabulary)
    headers: Pairs = [("x-road-error", kind)]
    if retry := refusal.details.get("retry_after"):
        headers.append(("retry-after", str(retry)))
    message = refusal.message.en
    if wants_xml(accept):
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<error><type>{escape(kind)}</type><message>{escape(message)}</message>"
            f"<detail>{escape(detail)}</detail></error>"
        ).encode()
        return Told(fault.status, [*headers, ("content-type", "application/xml; charset=utf-8")], body)
    told: dict[str, Any] = {
        "type": kind,
        "message": message,
        "detail": detail,
        "title": refusal.message.vi,
        "title_en": message,
        "status": fault.status,
        "code": refusal.code,
        "field": refusal.field,
        "stage": fault.stage,
        "party": party,
        "hint": fault.hint.vi,
        "hint_en": fault.hint.en,
        "trace": trace,
        **{key: value for key, value in refusal.details.items() if key in ("retry_after", "quota", "rate", "purposes")},
    }
    return Told(fault.status, [*headers, ("content-type", "application/json; charset=utf-8")], orjson.dumps(told))
