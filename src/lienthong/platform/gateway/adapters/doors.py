"""The gateway's doors before Django: X-Road's REST façade for client systems, calls of other nodes.

The server has unescaped the path once before it gets here (WSGI), so a path has one reading from here on: it is
escaped anew, judged, signed and sent on in that form.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
import structlog

from lienthong.kernel import db, tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.gateway import faults, framing, messages, services, spool
from lienthong.platform.gateway.settings import settings
from lienthong.platform.gateway.types import Body, Caller, Incoming, Outgoing, Pairs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger()

_SAFE = "/!$&'()*+,:;=@~"
_REASONS = {status.value: status.phrase for status in HTTPStatus}
# What looks like a header in the environment of the process is none.
_NOT_SENT = frozenset(name for name in os.environ if name.startswith("HTTP_"))
_CERTIFICATE = "x-client-certificate-sha256"
_BEARER = "Bearer "

Handler = Callable[[Incoming], Outgoing]


def door(handler: Handler) -> Callable[["WSGIEnvironment", "StartResponse"], Iterable[bytes]]:
    """A door for client systems: reads the request, tells refusals in X-Road's form, gives the connection back."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        incoming = read(environ)
        trace = incoming.trace or tracing.fresh()
        try:
            with tracing.following(trace):
                outgoing = handler(incoming)
        except Refused as refusal:
            outgoing = Outgoing(refusal.status, "", [], refusal=refusal, party=node().agency_code)
        except Exception:
            log.exception("a call broke its gateway")
            outgoing = Outgoing(500, "", [], refusal=_failed(), party=node().agency_code)
        finally:
            db.let_go()
        return _write(outgoing, incoming, trace[3:35], start_response)

    answer.access_rule = "client_system"  # type: ignore[attr-defined]  # as every route carries its rule
    return answer


def read(environ: "WSGIEnvironment") -> Incoming:
    """The request, with its path in one spelling and its headers by their names on the wire."""
    headers: Pairs = [
        (key[5:].replace("_", "-").lower(), value)
        for key, value in environ.items()
        if key.startswith("HTTP_") and key not in _NOT_SENT
    ]
    if kind := environ.get("CONTENT_TYPE"):
        headers.append(("content-type", kind))
    length = environ.get("CONTENT_LENGTH") or ""
    counted = int(length) if length.isascii() and length.isdigit() else None
    if counted is None and "HTTP_TRANSFER_ENCODING" not in environ:
        counted = 0
    caller, headers = _caller(environ, headers)
    return Incoming(
        method=environ["REQUEST_METHOD"],
        path=quote(environ.get("PATH_INFO", "").encode("latin-1", "replace"), safe=_SAFE),
        query=quote(environ.get("QUERY_STRING", ""), safe="/!$&'()*+,:;=@~?%[]", encoding="latin-1"),
        headers=headers,
        body=environ["wsgi.input"],
        length=counted,
        caller=caller,
        trace=environ.get("HTTP_TRACEPARENT", ""),
    )


def _caller(environ: "WSGIEnvironment", headers: Pairs) -> tuple[Caller, Pairs]:
    """Who knocks; what only this node needs to know of it does not travel on.

    Address and certificate come from our own proxies (`[parameters] proxies`), or the address from the connection.
    """
    address, certificate, key = environ.get("REMOTE_ADDR", ""), "", ""
    kept: Pairs = []
    proxies = settings().proxies
    for name, value in headers:
        if name == "x-forwarded-for":
            told = [one.strip() for one in value.split(",")]
            if proxies and len(told) >= proxies:
                address = told[-proxies]
        elif name == _CERTIFICATE:
            certificate = value.strip().lower() if proxies else ""
        elif name == "lienthong-key":
            key = value.strip()
        elif name == "authorization" and value.startswith(_BEARER + "lt_"):
            key = key or value.removeprefix(_BEARER).strip()
        elif name not in ("x-forwarded-proto", "x-forwarded-host", "x-real-ip", "forwarded"):
            kept.append((name, value))
    return Caller(_plain(address), key, certificate), kept


@lru_cache(maxsize=4096)
def _plain(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def _write(outgoing: Outgoing, incoming: Incoming, trace: str, start_response: "StartResponse") -> Iterable[bytes]:
    headers, body, status = outgoing.headers, outgoing.body, outgoing.status
    if outgoing.refusal is not None:
        told = faults.tell(
            outgoing.refusal,
            accept=incoming.value("accept"),
            vocabulary=settings().fault_codes,
            detail=str(outgoing.message_id or trace),
            party=outgoing.party,
            trace=trace,
        )
        status, headers, body = told.status, [*outgoing.echoed, *told.headers], told.body
    status_line = f"{status} {outgoing.reason if outgoing.refusal is None else _REASONS.get(status, 'Error')}"
    if isinstance(body, bytes):
        start_response(status_line, [*headers, ("content-length", str(len(body)))])
        return [b"" if incoming.method == "HEAD" else body]
    small = body.small
    if status not in (204, 304) and not (incoming.method == "HEAD" and not body.size):
        headers = [*headers, ("content-length", str(body.size))]
    start_response(status_line, headers)
    if small is not None:
        return [small]
    return _closing(body.blocks(), body)


def _closing(blocks: Iterable[bytes], body: Body) -> Iterator[bytes]:
    try:
        yield from blocks
    finally:
        body.close()


def _failed() -> Refused:
    return Refused("gateway.own-failed", tr("Cổng kết nối gặp lỗi.", "The gateway failed."), status=500)


facade = door(services.call)


def calls(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The door between nodes: a signed call comes in, a signed answer or an unsigned problem goes out."""
    if environ["REQUEST_METHOD"] != "POST":
        return _problem(Refused("gateway.bad-method", tr("Chỉ nhận POST.", "POST only."), status=405), start_response)
    try:
        with tracing.following(environ.get("HTTP_TRACEPARENT", "")):
            reply = services.answer_call(
                spool.reading(environ["wsgi.input"].read),
                environ.get("HTTP_LIENTHONG_SIGNATURE", ""),
            )
    except Refused as refusal:
        return _problem(refusal, start_response)
    except Exception:
        log.exception("a call broke its provider's side")
        failed = Refused("gateway.failed", tr("Nút cung cấp gặp lỗi.", "The provider's node failed."), status=500)
        return _problem(failed, start_response)
    finally:
        db.let_go()
    body, size = reply.body, messages.LENGTH.size + len(reply.message) + reply.body.size
    headers = [
        ("content-type", messages.MEDIA_TYPE),
        ("content-length", str(size)),
        (messages.SIGNATURE_HEADER.lower(), messages.write_signature(reply.signature)),
    ]
    start_response("200 OK", headers)
    if (small := body.small) is not None:
        return [messages.LENGTH.pack(len(reply.message)), reply.message, small]
    return _closing(framing.join(reply.message, body.blocks()), body)


calls.access_rule = "signed_node"  # type: ignore[attr-defined]  # as every route carries its rule


def _problem(refusal: Refused, start_response: "StartResponse") -> Iterable[bytes]:
    told: dict[str, Any] = refusal.as_problem()
    body = orjson.dumps(told, default=str)
    headers = [("content-type", "application/problem+json"), ("content-length", str(len(body)))]
    start_response(f"{refusal.status} {_REASONS.get(refusal.status, 'Error')}", headers)
    return [body]
