"""Tracing: spans join across nodes, a node without exporter hands on what it got, nothing said is exported."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lienthong.kernel import tracing
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.configure(exporter)
    yield exporter
    tracing.configure(None)


def test_without_an_exporter_nothing_is_traced_but_what_was_given_is_handed_on() -> None:
    tracing.configure(None)
    with tracing.span("work", peer="H36") as work:
        work.set(outcome="good")
        assert tracing.current() == ""
    with tracing.following(GIVEN):
        with tracing.span("work"):
            assert tracing.current() == GIVEN
        assert tracing.trace_id() == "0af7651916cd43dd8448eb211c80319c"
    assert tracing.current() == ""


@pytest.mark.parametrize(
    "broken", ["", "x", GIVEN + "\r\nEvil: 1", GIVEN.upper(), GIVEN.replace("b7ad6b7169203331", "0" * 16)]
)
def test_what_is_no_traceparent_is_not_followed(broken: str) -> None:
    with tracing.following(broken):
        assert tracing.current() == ""


def test_a_span_on_the_other_node_is_the_child_of_the_span_here(spans: InMemorySpanExporter) -> None:
    with tracing.span("ask", kind="client", peer="G01"):
        sent = tracing.current()
    with tracing.following(sent), tracing.span("answer", kind="server"):
        pass
    asked, answered = spans.get_finished_spans()
    assert asked.context.trace_id == answered.context.trace_id
    assert answered.parent is not None
    assert answered.parent.span_id == asked.context.span_id
    assert asked.attributes is not None
    assert asked.attributes["lienthong.peer"] == "G01"


def test_a_fresh_traceparent_is_one_that_others_follow() -> None:
    with tracing.following(fresh := tracing.fresh()):
        assert tracing.current() == fresh


def test_spans_inside_one_another_come_back_to_the_outer_one(spans: InMemorySpanExporter) -> None:
    with tracing.span("outer"):
        outside = tracing.current()
        with tracing.span("inner"):
            assert tracing.current() != outside
        assert tracing.current() == outside
    inner, outer = spans.get_finished_spans()
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert outer.parent is None


def test_a_failure_is_told_by_its_kind_never_by_its_words(spans: InMemorySpanExporter) -> None:
    with pytest.raises(NotFound), tracing.span("look"):
        raise NotFound("test.no-person", tr("Không có 068090000123.", "No 068090000123."))
    with pytest.raises(ValueError, match="Nguyễn"), tracing.span("look"):
        raise ValueError("Nguyễn Văn An")
    told = [one.status.description for one in spans.get_finished_spans()]
    assert told == ["test.no-person", "ValueError"]
    assert all(not one.events for one in spans.get_finished_spans())
    assert not any("068090000123" in one.to_json() or "Nguyễn" in one.to_json() for one in spans.get_finished_spans())
