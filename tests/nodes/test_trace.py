"""A trace crosses real nodes: what a citizen files on one node is the same trace where another node takes it in."""

import re

import pytest

from lienthong.node.demo.country import Country
from lienthong.node.story.command import make_tale, wait_until
from lienthong.node.story.teller import Teller
from tests.nodes.collector import CollectedSpan, Collector

pytestmark = pytest.mark.nodes


def find_crossing(collector: Collector, first: str, last: str, name: str) -> list[CollectedSpan]:
    """The spans from a `web.request` of one node down to the span of this name at another, child after parent."""
    by_id = {span.span: span for span in collector.spans}
    for span in collector.spans:
        if span.name != name or span.instance != last:
            continue
        line = [span]
        while (above := by_id.get(line[-1].parent)) is not None:
            line.append(above)
        if any(one.instance == first and one.name == "web.request" for one in line):
            return line[::-1]
    return []


def test_the_trace_of_a_filing_and_of_a_question_goes_on_at_the_other_node(
    country: Country, collector: Collector
) -> None:
    collector.forget()
    steps = make_tale(country).steps()
    # Up to where the handler asks the register about the mother.
    Teller(say=lambda _told: None, patience=60).tell(steps[:6])
    wait_until(lambda: bool(find_crossing(collector, "hub", "province", "exchange.receive")), 30)
    wait_until(lambda: bool(find_crossing(collector, "province", "population", "exchange.answer")), 30)
    line = find_crossing(collector, "hub", "province", "exchange.receive")
    asked = find_crossing(collector, "province", "population", "exchange.answer")
    assert line, sorted({(span.instance, span.name) for span in collector.spans})
    assert len({span.trace for span in line}) == 1
    assert {span.instance for span in line} == {"hub", "province"}
    names = [span.name for span in line]
    assert names.index("web.request") < names.index("exchange.deliver") < names.index("exchange.receive")
    assert asked, sorted({(span.instance, span.name) for span in collector.spans})
    names = [span.name for span in asked]
    assert names.index("exchange.ask") < names.index("exchange.answer")
    assert {span.trace for span in asked} != {span.trace for span in line}
    # A trace tells operators where time went, and nothing of the people whose time it was.
    told = " ".join(str(value) for span in collector.spans for value in span.attributes.values())
    assert not re.search(r"\b\d{12}\b", told)
