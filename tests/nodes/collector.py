"""A collector of OpenTelemetry traces, as small as the protocol allows: OTLP over HTTP, protobuf."""

import gzip
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class CollectedSpan:
    """A span as a node sent it."""

    trace: str
    span: str
    parent: str
    name: str
    instance: str
    attributes: dict[str, Any]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """The test's own output is enough."""


class Collector:
    """Takes what is sent to `/v1/traces`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: list[CollectedSpan] = []
        self._server = make_server("127.0.0.1", 0, self._answer, handler_class=_Quiet)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def spans(self) -> list[CollectedSpan]:
        with self._lock:
            return list(self._spans)

    def forget(self) -> None:
        """From here on only what is still to come."""
        with self._lock:
            self._spans.clear()

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
            body = gzip.decompress(body)
        with self._lock:
            self._spans += _spans(ExportTraceServiceRequest.FromString(body))
        start_response("200 OK", [("Content-Type", "application/x-protobuf")])
        return [b""]


def _spans(request: ExportTraceServiceRequest) -> Iterator[CollectedSpan]:
    for resource in request.resource_spans:
        facts = {one.key: one.value.string_value for one in resource.resource.attributes}
        for span in (span for scope in resource.scope_spans for span in scope.spans):
            attributes = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
            yield CollectedSpan(
                span.trace_id.hex(),
                span.span_id.hex(),
                span.parent_span_id.hex(),
                span.name,
                facts["service.instance.id"],
                attributes,
            )


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.serve, daemon=True)
    thread.start()
    yield collector
    collector.close()
    thread.join(5)
