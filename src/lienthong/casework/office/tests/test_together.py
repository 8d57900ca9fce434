"""Two at once: one signature, one number, one arrival assigned, whoever is first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from django.db import connection

from lienthong.casework.office.models import Draft, WorkOrder
from lienthong.casework.office.services import issuing, leading, work
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import (
    OTHER,
    WARD,
    Cast,
)
from lienthong.kernel.errors import Refused
from lienthong.platform.documents import queries as document_queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(committed_people: Cast) -> Cast:
    return committed_people


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What came of deeds done at the same moment: "" or the code of the refusal."""

    def run(deed: Callable[[], object]) -> str:
        try:
            deed()
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result() for one in [pool.submit(copy_context().run, run, deed) for deed in deeds]]


def test_two_presses_sign_once(people):
    draft_id = stories.presented(people)
    seen = stories.seen(draft_id)
    proof = stories.proof(people.chair)
    told = at_once(*[lambda: leading.sign_draft(draft_id, seen=seen, proof=proof, actor=people.chair)] * 4)
    assert told.count("") == 1
    assert Draft.objects.get(pk=draft_id).steps.filter(deed="sign").count() == 1


def test_two_clerks_use_one_number(people):
    drafts = [stories.signed(people) for _ in range(3)]
    deeds = [lambda one=one: issuing.number_draft(one, actor=people.clerk) for one in drafts for _ in range(2)]
    told = at_once(*deeds)
    assert told.count("") == 3
    assert set(Draft.objects.values_list("number", flat=True)) == {1, 2, 3}


def test_a_document_is_sent_once(people):
    draft_id = stories.signed(people)
    issuing.number_draft(draft_id, actor=people.clerk)
    issuing.seal_draft(draft_id, actor=people.clerk)
    told = at_once(*[lambda: issuing.send_draft(draft_id, actor=people.clerk)] * 3)
    assert told.count("") == 1
    assert document_queries.count_arrivals(OTHER, actor=people.other_clerk) == 1
    assert document_queries.count_arrivals(WARD, actor=people.clerk) == 0


def test_a_batch_asked_for_twice_signs_each_once(people):
    ids = [stories.presented(people, subject=f"Văn bản {n}") for n in range(4)]
    batch = stories.confirmed(ids, people)
    at_once(*[lambda: leading.go_on_with_batch(batch, actor=people.chair)] * 2)
    assert [Draft.objects.get(pk=one).steps.filter(deed="sign").count() for one in ids] == [1, 1, 1, 1]
    from lienthong.casework.office.queries import drafts as draft_queries

    assert {one.state for one in draft_queries.get_batch(batch, people.chair).items} == {"signed"}


def test_an_arrival_is_given_once(people):
    arrival_id = stories.registered(people)
    deed = lambda: work.assign_arrival(arrival_id, people.other_handler.account_id or 0, actor=people.other_chair)  # noqa: E731 (said four times)
    assert at_once(*[deed] * 4).count("") == 1
    assert WorkOrder.objects.count() == 1
