"""The tables of lives: closed, ending, no way round a step; words of papers, decided without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.casework.office import pages, rules, states

TABLES = [
    (states.DRAFTS, states.DRAFT_DEEDS, "drafting"),
    (states.WORK, states.WORK_DEEDS, "assigned"),
    (states.WORK_FILES, None, "open"),
]


@pytest.mark.parametrize(("table", "deeds", "first"), TABLES)
def test_every_deed_leads_to_a_known_state_and_every_state_is_reached(table, deeds, first):
    reached, waiting = {first}, [first]
    while waiting:
        for deed, then in table[waiting.pop()].deeds.items():
            assert then in table
            assert deeds is None or deed in deeds
            if then not in reached:
                reached.add(then)
                waiting.append(then)
    assert reached == set(table)


@given(st.lists(st.sampled_from(sorted(states.DRAFT_DEEDS)), max_size=40))
def test_nothing_is_sent_without_signature_number_and_seal(deeds):
    now, done = "drafting", []
    for deed in deeds:
        if states.may_follow(states.DRAFTS, now, deed):
            now = states.DRAFTS[now].deeds[deed]
            done.append(deed)
    if now == "sent":
        order = [len(done) - 1 - done[::-1].index(deed) for deed in ("present", "sign", "number", "seal", "send")]
        assert order == sorted(order)


def test_every_state_and_deed_is_named_in_both_languages():
    for table in (states.DRAFTS, states.WORK, states.WORK_FILES):
        assert all(one.label.vi and one.label.en for one in table.values())
    for one in (*states.DRAFT_DEEDS.values(), *states.WORK_DEEDS.values()):
        assert one.label.vi
        assert one.told.en


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_comparison_holds_both_texts(old, new):
    lines = rules.compare(old, new)
    kept = ["".join(one.text for one in line if one.kind != "new") for line in lines]
    came = ["".join(one.text for one in line if one.kind != "gone") for line in lines]
    assert [line for line in kept if line.strip()] == rules.paragraphs_of(old)
    assert [line for line in came if line.strip()] == rules.paragraphs_of(new)


@given(st.text(max_size=300))
def test_any_text_is_laid_out(text):
    for part in rules.lay_out(text):
        assert part["kind"] in ("paragraph", "basis", "middle", "heading", "article", "table")


def test_rows_of_a_table_have_the_width_of_its_head():
    (table,) = rules.lay_out("| a | b | c |\n| 1 |\n| 1 | 2 | 3 | 4 |")
    assert table["rows"] == [["a", "b", "c"], ["1", "", ""], ["1", "2", "3"]]


@given(st.text(max_size=60), st.text(max_size=200))
def test_file_names_bear_any_system(code, subject):
    name = rules.file_name(code, subject)
    assert name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(("closed", "last"), [(date(2026, 11, 22), date(2027, 11, 22)),
                                              (date(2028, 2, 29), date(2029, 2, 28)), (None, None)])  # fmt: skip
def test_a_closed_file_goes_to_the_archive_within_a_year(closed, last):
    assert rules.archive_before(closed) == last


@pytest.mark.parametrize(("due", "finished", "late"), [
    (date(2026, 11, 22), None, True), (date(2026, 11, 23), None, False), (None, None, False),
    (date(2026, 11, 20), date(2026, 11, 20), False), (date(2026, 11, 20), date(2026, 11, 21), True),
])  # fmt: skip
def test_the_last_day_is_in_time(due, finished, late):
    assert rules.is_late(due, finished, date(2026, 11, 23)) is late


def test_words_of_a_word_file_without_its_marks():
    from lienthong.casework.office.tests.test_drafts import word_file

    assert pages.word_text(word_file("Điều 1.", "Cử ông A")).split("\n")[:2] == ["Điều 1.", "Cử ông A"]
