"""A number with a suffix (12a): the paper, the seal and the envelope bear it whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.casework.office.services import issuing
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import OTHER, WARD
from lienthong.kernel import clock
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents.services import registers

pytestmark = pytest.mark.django_db


def test_a_number_with_a_suffix_goes_out_whole(office, people):
    registers.set_numbering_rule(
        WARD, from_year=clock.today().year, by_type=True, backdating="suffix", actor=people.clerk
    )
    today = clock.today()
    first, late = stories.signed(people), stories.signed(people)
    issuing.number_draft(first, on=today, actor=people.clerk)
    with clock.frozen(clock.now() + timedelta(days=1)):
        issuing.number_draft(stories.signed(people), actor=people.clerk)
        assert issuing.number_draft(late, on=today, actor=people.clerk) == "01a/UBND-VP"
        issuing.issue_draft(late, actor=people.clerk)
        arrival = document_queries.list_arrivals(OTHER, actor=people.other_clerk)[0]
        assert arrival.document.code == "01a/UBND-VP"
        assert arrival.document.document_id.endswith(",01a/UBND-VP")
