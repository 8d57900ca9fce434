"""Rules of the axis by their properties: states never go back, terms fall on working days, content is told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.agencies.types import Calendar
from lienthong.platform.documents import rules, states
from lienthong.platform.documents.rules import AttachmentFacts

CODES = st.sampled_from(["01", "02", "03", "04", "05", "06"])
MOMENTS = st.datetimes(
    min_value=clock.at(2026, 1, 1).replace(tzinfo=None), max_value=clock.at(2026, 12, 31).replace(tzinfo=None)
).map(lambda moment: moment.replace(tzinfo=clock.ZONE))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 1))
RANK = {"": 0, "01": 1, "02": 2, "03": 3, "04": 4, "05": 4, "06": 5}


@given(st.lists(st.tuples(CODES, MOMENTS), max_size=12))
def test_whatever_comes_in_whatever_order_no_state_goes_back(told: list[tuple[str, object]]) -> None:
    now, now_at = "", None
    for status, at in told:
        if rules.moves(now, now_at, status, at):  # type: ignore[arg-type]
            assert RANK[status] >= RANK[now]
            assert now not in ("02", "06")
            now, now_at = status, at
    if "06" in {status for status, _ in told} and "02" not in {status for status, _ in told}:
        assert now == "06"


def test_the_table_of_states_and_the_order_agree() -> None:
    for now, state in states.STATUSES.items():
        for then in state.next:
            if then != now:
                assert rules.moves(now, clock.at(2026, 11, 23, 8), then, clock.at(2026, 11, 23, 9)), (now, then)


@given(DAYS, MOMENTS)
def test_terms_end_at_closing_of_working_days(day: date, moment: object) -> None:
    calendar = Calendar()
    send_by, handle_by = rules.send_by(calendar, day), rules.handle_by(calendar, moment)  # type: ignore[arg-type]
    assert calendar.is_working(send_by.date())
    assert timedelta(days=1) <= send_by.date() - day <= timedelta(days=3)
    assert calendar.is_working(handle_by.date())
    assert handle_by > moment or handle_by.date() > moment.date()  # type: ignore[operator,attr-defined]


def test_a_friday_document_may_leave_on_monday() -> None:
    assert rules.send_by(Calendar(), date(2026, 11, 20)) == clock.at(2026, 11, 23, 17)


@pytest.mark.parametrize(
    ("secrecy", "permitted", "may"),
    [
        ("", "", True),
        ("Mật", "", False),
        ("mật", "Mật", True),
        ("Tối mật", "Mật", False),
        ("Mật", "Tuyệt mật", True),
        ("Tuyệt Mật", "Tuyệt mật", True),
        ("bí mật", "Tuyệt mật", False),
        ("Mật", "lạ", False),
    ],
)
def test_secrecy_is_held_up_to_what_is_permitted(secrecy: str, permitted: str, may: bool) -> None:
    assert rules.may_hold(secrecy, permitted) is may


def test_content_is_told_apart_by_what_is_said_and_carried() -> None:
    one = AttachmentFacts("cid:1", "a.pdf", "", "application/pdf", "a" * 64, 10)
    same = replace(one, content_id="cid:khac", description="khác")
    other = replace(one, sha256="b" * 64)
    facts = {"subject": "a"}
    assert rules.content_digest(facts, (one,)) == rules.content_digest(dict(facts), (same,))
    assert rules.content_digest(facts, (one,)) != rules.content_digest(facts, (other,))
    assert rules.content_digest(facts, (one,)) != rules.content_digest({"subject": "b"}, (one,))


@pytest.mark.parametrize(("reason", "needed"), [("", True), ("  ", True), ("x" * 1001, False)])
def test_reasons_are_checked(reason: str, needed: bool) -> None:
    with pytest.raises(Refused):
        rules.check_reason(reason, needed=needed)
