from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import transaction

from lienthong.kernel import clock, events, jobs


@dataclass(frozen=True)
class LampLit:
    NAME: ClassVar[str] = "kernel-test.lamp-lit"
    lamp: str
    at: datetime

    def event_key(self) -> str:
        return self.lamp


heard: list[tuple[LampLit, UUID]] = []


def on_lamp_lit(event: LampLit, event_id: UUID) -> None:
    heard.append((event, event_id))


@pytest.fixture(autouse=True)
def _ear():
    heard.clear()
    events.listen(LampLit, on_lamp_lit)


@pytest.mark.django_db
def test_a_listener_hears_the_event_as_it_was_published():
    lit = LampLit("hall", clock.at(2026, 11, 21, 8))
    event_id = events.publish(lit)
    assert jobs.run_waiting() == 1
    assert heard == [(lit, event_id)]


@pytest.mark.django_db
def test_an_event_of_a_change_that_rolls_back_never_existed():
    with transaction.atomic():
        events.publish(LampLit("hall", clock.now()))
        transaction.set_rollback(True)
    assert jobs.run_waiting() == 0
    assert heard == []


@pytest.mark.django_db
def test_a_failing_listener_keeps_its_job():
    def fails(event: LampLit, event_id: UUID) -> None:
        raise OSError("no lamp")

    events.forget_listeners()
    events.listen(LampLit, fails)
    events.publish(LampLit("hall", clock.now()))
    with pytest.raises(OSError, match="no lamp"):
        jobs.run_waiting()
    events.listen(LampLit, on_lamp_lit)
    with pytest.raises(OSError, match="no lamp"):
        jobs.run_waiting()
