"""Pure rules: codes, pauses, punctuality, belonging, words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.casework.dossiers import rules, words
from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.agencies.types import Calendar

MONDAY = clock.at(2026, 11, 23, 9, 30)
moments = st.datetimes(
    min_value=clock.at(2026, 1, 5).replace(tzinfo=None), max_value=clock.at(2026, 12, 20).replace(tzinfo=None)
).map(lambda moment: moment.replace(tzinfo=clock.ZONE))
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))


def test_code_is_desk_day_and_number():
    assert rules.make_code("H36.101.01", date(2026, 11, 21), 1) == "H36.101.01-261121-0001"
    assert rules.make_code("G22", date(2026, 11, 21), 7, rules.REFERENCE_PATTERN) == "G22-261121-000007"


def test_code_grows_beyond_four_digits_rather_than_repeat():
    assert rules.make_code("H36.101.01", date(2026, 11, 21), 12345).endswith("-12345")


@pytest.mark.parametrize("pattern", ["{agency}-{number}", "{day:%y%m%d}-{number}", "{agency}-{day:%y}-{number}-{x}"])
def test_a_pattern_that_could_repeat_itself_is_refused(pattern):
    with pytest.raises(ValueError, match="pattern needs"):
        rules.make_code("H36", date(2026, 11, 21), 1, pattern)


@given(moments, spans, spans, st.booleans())
def test_a_pause_never_brings_the_return_date_forward(due, start, length, calendar_days):
    paused = due - start
    after = rules.due_after_pause(
        due, paused_at=paused, resumed_at=paused + length, calendar=Calendar(), calendar_days=calendar_days
    )
    assert after is not None
    assert after >= due


@given(moments, spans, spans, st.booleans())
def test_a_longer_pause_never_gives_an_earlier_date(due, one, more, calendar_days):
    paused = due - timedelta(days=3)
    short, long = (
        rules.due_after_pause(
            due, paused_at=paused, resumed_at=paused + length, calendar=Calendar(), calendar_days=calendar_days
        )
        for length in (one, one + more)
    )
    assert short is not None
    assert long is not None
    assert short <= long


def test_without_a_time_limit_there_is_nothing_to_shift():
    shifted = rules.due_after_pause(None, paused_at=MONDAY, resumed_at=MONDAY, calendar=Calendar(), calendar_days=False)
    assert shifted is None


@pytest.mark.parametrize(
    ("finished", "told"),
    [
        (MONDAY - timedelta(days=1), "early"),
        (MONDAY - timedelta(hours=1), "on_time"),
        (MONDAY, "on_time"),
        (MONDAY + timedelta(seconds=1), "late"),
    ],
)
def test_punctuality_by_the_return_date(finished, told):
    assert rules.punctuality(MONDAY, finished) == told
    assert rules.punctuality(None, finished) == "on_time"


@pytest.mark.parametrize(
    ("agency", "house", "belongs"),
    [
        ("H36.101", "H36.101", True),
        ("H36.101.01", "H36.101", True),
        ("H36.10", "H36.101", False),
        ("H36.1011", "H36.101", False),
        ("H36", "H36.101", False),
        ("H36.101", "H36", False),
        ("", "H36.101", False),
        ("H36.101", "", False),
    ],
)
def test_a_desk_belongs_to_its_commune_and_a_commune_not_to_its_province(agency, house, belongs):
    assert rules.is_unit_of(agency, house) is belongs


def test_a_reason_is_kept_composed_and_trimmed():
    decomposed = "Thie\u0302\u0301u gia\u0302\u0301y   to\u031b\u0300 \x00"
    assert rules.clean_text(decomposed, field="reason") == "Thiếu giấy tờ"


@pytest.mark.parametrize(("text", "code"), [("  \n ", "dossiers.text-missing"), ("x" * 2001, "dossiers.text-too-long")])
def test_a_reason_must_be_there_and_readable(text, code):
    with pytest.raises(Refused) as refused:
        rules.clean_text(text, field="reason")
    assert refused.value.code == code
    assert refused.value.field == "reason"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "không"), (1, "một"), (10, "mười"), (15, "mười lăm"), (21, "hai mươi mốt"), (24, "hai mươi bốn"),
        (105, "một trăm linh năm"), (1995, "một nghìn chín trăm chín mươi lăm"),
        (2026, "hai nghìn không trăm hai mươi sáu"), (2000, "hai nghìn"), (2005, "hai nghìn không trăm linh năm"),
    ],
)  # fmt: skip
def test_numbers_in_words(number, said):
    assert words.number_in_words(number) == said


def test_dates_in_words_and_on_letterheads():
    assert words.date_in_words(date(2026, 4, 1)) == "Ngày một tháng tư năm hai nghìn không trăm hai mươi sáu"
    assert words.date_of_letterhead("Đà Lạt", date(2026, 2, 3)) == "Đà Lạt, ngày 03 tháng 02 năm 2026"
    assert words.date_of_letterhead("Đà Lạt", date(2026, 11, 21)) == "Đà Lạt, ngày 21 tháng 11 năm 2026"


papers = st.lists(st.text("ăb1. ", min_size=1, max_size=12), min_size=1, max_size=40)


@given(st.text("ab1. \n", min_size=1, max_size=40), papers)
def test_a_request_for_papers_is_read_as_it_was_written(reason, listed):
    assert rules.read_request(rules.write_request(reason, listed)) == (reason, tuple(listed))
