"""Tracing (dấu vết xử lý): spans that cross nodes, by OpenTelemetry; nothing at all unless an exporter is configured.

A node exports when `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) is set; the other `OTEL_…` settings are the
SDK's own. A node that does not export still hands on what it was given, so that a trace is not cut where it passes.
Attributes are facts for operators: names of services and peers, sizes, outcomes. Never what a message says.
"""

import os
import re
import secrets
from contextvars import ContextVar, Token
from threading import Lock
from typing import Any, Literal

from lienthong import __version__
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node

Kind = Literal["internal", "server", "client", "producer", "consumer"]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_here: ContextVar[str] = ContextVar("traceparent", default="")
_lock = Lock()
_tracer: list[Any] = []
"""Empty until somebody asks; then the tracer, or None on a node that does not export."""


def span(name: str, *, kind: Kind = "internal", **attributes: str | float) -> "_Silent":
    """A piece of work: `with tracing.span("exchange.deliver", recipient="H36"):`.

    An exception that passes marks the span as failed by its kind; its message may quote a person and is not exported.
    """
    return _Span(name, kind, attributes) if (_tracer[0] if _tracer else _start()) is not None else _SILENT


def current() -> str:
    """The `traceparent` to send along (W3C Trace Context); "" where nothing is traced."""
    return _here.get()


def trace_id() -> str:
    """The id that ties together what belongs to one request, for error bodies and logs; "" where nothing is traced."""
    return _here.get()[3:35]


def following(traceparent: str) -> "_Following":
    """Spans inside belong to the trace of this `traceparent`; what is not one is passed over without a word."""
    return _Following(traceparent if _TRACEPARENT.fullmatch(traceparent) else "")


def fresh() -> str:
    """A new `traceparent` of our own, for a request that came without one and must be found again."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def configure(exporter: Any | None) -> None:
    """Send spans to this exporter at once (tests); None: stop."""
    with _lock:
        _tracer[:] = [_make_tracer(exporter, at_once=True) if exporter is not None else None]


def _start() -> Any | None:
    with _lock:
        if not _tracer:
            _tracer.append(_exporting_tracer() if any(os.environ.get(name) for name in _ENDPOINTS) else None)
        return _tracer[0]


def _exporting_tracer() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return _make_tracer(OTLPSpanExporter(), at_once=False)


def _make_tracer(exporter: Any, *, at_once: bool) -> Any:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    facts = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "lienthong"), "service.version": __version__}
    provider = TracerProvider(resource=Resource.create({**facts, "service.instance.id": node().name}))
    provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
    return provider.get_tracer("lienthong", __version__)


class _Silent:
    """What a node that does not export gets: nothing, and quickly."""

    def __enter__(self) -> "_Silent":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def set(self, **attributes: str | float) -> None:
        """Nothing."""


_SILENT = _Silent()


class _Following:
    """The context manager of `following`."""

    def __init__(self, traceparent: str) -> None:
        self._traceparent = traceparent

    def __enter__(self) -> None:
        self._token = _here.set(self._traceparent)

    def __exit__(self, *_: object) -> None:
        _here.reset(self._token)


class _Span(_Silent):
    """A span that is exported when it ends."""

    def __init__(self, name: str, kind: Kind, attributes: dict[str, str | float]) -> None:
        self._name = name
        self._kind = kind
        self._attributes = attributes

    def __enter__(self) -> "_Span":
        from opentelemetry.trace import SpanKind

        self._span = _tracer[0].start_span(self._name, context=_context(_here.get()), kind=SpanKind[self._kind.upper()])
        self.set(node=node().agency_code, **self._attributes)
        context = self._span.get_span_context()
        self._token: Token[str] = _here.set(
            f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"
        )
        return self

    def __exit__(self, *raised: object) -> None:
        from opentelemetry.trace import StatusCode

        _here.reset(self._token)
        error = raised[1] if len(raised) > 1 else None
        if isinstance(error, BaseException):
            self._span.set_status(StatusCode.ERROR, error.code if isinstance(error, Refused) else type(error).__name__)
        self._span.end()

    def set(self, **attributes: str | float) -> None:
        """Add what became known on the way: `span.set(outcome="accepted")`."""
        for name, value in attributes.items():
            self._span.set_attribute(f"lienthong.{name}", value)


def _context(traceparent: str) -> Any:
    """OpenTelemetry's context of a parent; an empty one makes the span the root of a trace."""
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    if not traceparent:
        return Context()
    _, trace, parent, flags = traceparent.split("-")
    remote = SpanContext(int(trace, 16), int(parent, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return set_span_in_context(NonRecordingSpan(remote), Context())
