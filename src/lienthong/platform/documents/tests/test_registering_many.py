"""Registering many arrivals at a press: as one at a time, in as many statements as one takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import audit, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.platform.documents import services
from lienthong.platform.documents.models import Arrival, Register, RegisterEntry, Step
from lienthong.platform.documents.services import registering
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import HUB_CLERK, NOW, Circuit, Post

MONDAY_NOON = NOW.replace(hour=12)


@pytest.fixture
def hub(loop: Circuit) -> Iterator[Post]:
    """The hub, at which documents 1 to 12 arrived; every fourth is urgent."""
    with clock.frozen(NOW):
        loop.land(loop.carried(*(circuit.send(number, priority=2 * (number % 4 == 0)) for number in range(1, 13))))
        with loop.at("G22") as post:
            for row in Arrival.objects.select_related("document"):
                Arrival.objects.filter(pk=row.pk).update(arrived_at=NOW - timedelta(minutes=20 - row.document.number))
            yield post


def arrivals() -> dict[int, UUID]:
    return {row.document.number: row.pk for row in Arrival.objects.select_related("document")}


def numbers() -> dict[int, int]:
    """Number of the document → number of arrival."""
    return {
        row.document.number: row.number
        for row in RegisterEntry.objects.filter(arrival__isnull=False).select_related("document")
        if row.document is not None
    }


def test_many_are_registered_as_one_by_one(hub: Post) -> None:
    known = arrivals()
    with clock.frozen(MONDAY_NOON):
        first = services.register_arrival(known[12], actor=HUB_CLERK)
        done = services.register_many([known[number] for number in range(1, 12)], actor=HUB_CLERK)
    assert [one.number.number for one in done if one.number] == list(range(2, 13))
    assert numbers() == {12: 1, 4: 2, 8: 3, 1: 4, 2: 5, 3: 6, 5: 7, 6: 8, 7: 9, 9: 10, 10: 11, 11: 12}
    assert Register.objects.get(direction="in").last_number == 12
    alone, among = (Arrival.objects.get(pk=known[number]) for number in (12, 5))
    for name in ("status", "status_at", "opened_at", "updated_at", "standing", "inbox"):
        assert getattr(alone, name) == getattr(among, name), name
    entries = [RegisterEntry.objects.get(arrival=known[number]) for number in (12, 5)]
    skipped = {"id", "number", "document_id", "arrival_id", "code", "priority"}
    for field in RegisterEntry._meta.concrete_fields:
        if field.attname not in skipped:
            assert getattr(entries[0], field.attname) == getattr(entries[1], field.attname), field.name
    assert entries[0].pk == first.entry_id
    assert {one.arrival_id: one.number.entry_id for one in done if one.number} == dict(
        RegisterEntry.objects.filter(arrival__in=[one.arrival_id for one in done]).values_list("arrival_id", "id")
    )
    ledger = [{entry.action for entry in audit.entries_about(f"arrival:{known[number]}")} for number in (12, 5)]
    assert ledger[0] == ledger[1] == {"documents.say-status", "documents.register"}
    told = [letter for letter, _ in hub.said() if letter.state == "03"]
    assert len(told) == 12
    assert Step.objects.filter(arrival=known[5], state="03", evidence_kind="letter").count() == 1


def test_it_takes_as_many_statements_for_many_as_for_two(hub: Post) -> None:
    known = arrivals()
    with CaptureQueriesContext(connection) as few:
        services.register_many([known[1], known[2]], actor=HUB_CLERK)
    with CaptureQueriesContext(connection) as many:
        services.register_many([known[number] for number in range(3, 13)], actor=HUB_CLERK)
    assert len(many) <= len(few)


def test_what_cannot_be_registered_says_why_and_holds_nobody_up(hub: Post, loop: Circuit) -> None:
    known = arrivals()
    services.register_arrival(known[1], actor=HUB_CLERK)
    services.say_status(known[2], "02", actor=HUB_CLERK, reason="Không thuộc thẩm quyền")
    Arrival.objects.filter(pk=known[3]).update(standing="recalled")
    Arrival.objects.filter(pk=known[4]).update(asked="recall")
    stranger = UUID(int=7)
    done = services.register_many([known[number] for number in range(1, 7)] + [stranger], actor=HUB_CLERK)
    problems = {one.arrival_id: one.problem.vi for one in done if one.problem}
    assert set(problems) == {known[number] for number in (1, 2, 3, 4)}
    assert "đã có số đến 01" in problems[known[1]]
    assert "thu hồi" in problems[known[3]]
    assert "Hãy trả lời trước" in problems[known[4]]
    assert numbers() == {1: 1, 5: 2, 6: 3}
    assert Arrival.objects.get(pk=known[4]).status != "03"


def test_only_a_clerk_of_the_agency_registers(hub: Post) -> None:
    known = arrivals()
    other: Actor = replace(HUB_CLERK, agency_code="H36")
    done = services.register_many(list(known.values()), actor=other)
    assert all(one.problem is not None for one in done)
    assert not RegisterEntry.objects.exists()


def test_what_concerns_the_register_is_told_of_each_and_nothing_is_left_behind(hub: Post) -> None:
    known = arrivals()
    services.register_arrival(known[1], actor=HUB_CLERK)
    Register.objects.update(closed_at=NOW)
    done = services.register_many([known[2], known[3]], actor=HUB_CLERK)
    assert [one.number for one in done] == [None, None]
    assert {Arrival.objects.get(pk=known[number]).status for number in (2, 3)} <= {"", "01"}
    assert numbers() == {1: 1}
    assert not Step.objects.filter(arrival__in=[known[2], known[3]], state="03").exists()


def test_one_that_its_own_system_took_gets_its_number_without_a_second_word(hub: Post) -> None:
    known = arrivals()
    services.say_status(known[1], "03", actor=HUB_CLERK)
    said = [letter.state for letter, _ in hub.said()]
    (done,) = services.register_many([known[1]], actor=HUB_CLERK)
    assert done.number is not None
    assert [letter.state for letter, _ in hub.said()] == said


def test_no_more_than_a_hundred_at_a_time(hub: Post) -> None:
    with pytest.raises(Refused, match="too-many"):
        services.register_many([UUID(int=number) for number in range(registering.MOST_AT_ONCE + 1)], actor=HUB_CLERK)
