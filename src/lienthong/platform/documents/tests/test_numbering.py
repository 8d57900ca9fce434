"""Numbers: how they are written, in order without gaps and doubles whoever writes at once, kept for good."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from lienthong.kernel import clock
from lienthong.kernel.errors import Conflict, NotAllowed, Refused
from lienthong.platform.documents import notation
from lienthong.platform.documents.models import Register, RegisterEntry
from lienthong.platform.documents.queries import numbering as rules
from lienthong.platform.documents.services import numbering, registers
from lienthong.platform.documents.tests.clerks import AGENCY, CLERK, LEADER, NOW, STRANGER
from lienthong.platform.documents.type_facts import document_types
from lienthong.platform.documents.types import NumberRef

DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _on_friday() -> Any:
    with clock.frozen(NOW):
        yield


def give(type_code: str = "TB", on: date = DAY, **more: Any) -> NumberRef:
    more = {"unit": "VX"} | more if type_code == "CV" else more
    return numbering.give_number(AGENCY, type_code, on=on, actor=CLERK, **{"subject": "Về việc thử", **more})


def refused(code: str, deed: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        deed()
    assert caught.value.code == code
    return caught.value


def test_the_law_has_twenty_nine_types_and_three_copies() -> None:
    now = [one for one in document_types().values() if one.is_valid(DAY)]
    assert sum(1 for one in now if one.form in ("named", "letter", "none")) == 29
    assert [one.code for one in now if one.form == "copy"] == ["SY", "TrS", "SL"]
    assert rules.find_type("CK") is not None
    refused("documents.type-unknown", lambda: rules.get_type("CK", DAY))
    assert rules.get_type("CK", date(2019, 1, 1)).name == "Bản cam kết"
    refused("documents.type-unknown", lambda: rules.get_type("PB", date(2019, 1, 1)))
    codes = [(one.edxml_group, one.edxml_detail) for one in document_types().values() if one.edxml_detail]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("type_code", "unit", "number", "code"),
    [("TB", "", 9, "09/TB-UBND"), ("CV", "VX", 128, "128/UBND-VX"), ("QyĐ", "", 10, "10/QyĐ-UBND")],
)
def test_codes_are_written_as_the_decree_says(type_code: str, unit: str, number: int, code: str) -> None:
    sign = notation.notation_of(rules.get_type(type_code), "UBND", unit)
    assert notation.code_of(number, "", sign) == code
    assert notation.read_code(code) == (number, "", sign)
    assert notation.type_of_notation(sign, document_types()) == type_code


def test_what_is_no_code_is_not_read_as_one() -> None:
    for text in ("", "abc", "/TB-UBND", "0/TB-UBND", "12345678/TB", "12"):
        assert notation.read_code(text) is None
    assert notation.read_code("12a/QĐ-UBND") == (12, "a", "QĐ-UBND")
    assert notation.type_of_notation("NĐ-CP", document_types()) == "NĐ"


@pytest.mark.django_db
def test_each_type_has_its_own_numbers_and_copies_share_theirs() -> None:
    assert [give("TB").code, give("TB").code, give("QĐ").code] == ["01/TB-UBND", "02/TB-UBND", "01/QĐ-UBND"]
    assert give("CV").code == "01/UBND-VX"
    assert [give("SY").code, give("SL").code] == ["01/SY-UBND", "02/SL-UBND"]
    refused("documents.type-unnumbered", lambda: give("TCg"))
    refused("documents.type-unnumbered", lambda: give("NĐ"))
    refused("documents.unit-missing", lambda: give("CV", unit=""))
    refused("documents.abbreviation-malformed", lambda: give("CV", unit="a b/c"))


@pytest.mark.django_db
def test_an_agency_may_share_one_series_and_keep_some_types_apart() -> None:
    registers.set_numbering_rule(
        AGENCY, from_year=2026, by_type=False, own_types=["QĐ"], abbreviation="UBND.LĐ", actor=CLERK
    )
    assert [give("TB").number, give("BC").number, give("CV").number] == [1, 2, 3]
    assert give("QĐ").code == "01/QĐ-UBND.LĐ"
    refused(
        "documents.rule-in-use",
        lambda: registers.set_numbering_rule(AGENCY, from_year=2026, by_type=True, actor=CLERK),
    )
    registers.set_numbering_rule(AGENCY, from_year=2027, by_type=True, actor=CLERK)
    with clock.frozen(clock.at(2027, 1, 1, 0, 0, 1)):
        assert [give(kind, date(2027, 1, 1)).number for kind in ("TB", "BC", "TB")] == [1, 1, 2]


@pytest.mark.django_db
def test_numbers_begin_anew_on_the_first_of_january_and_the_old_register_is_closed() -> None:
    with clock.frozen(clock.at(2026, 12, 31, 23, 59, 59)):
        assert give(on=date(2026, 12, 31)).number == 1
        refused("documents.number-future", lambda: give(on=date(2027, 1, 1)))
    with clock.frozen(clock.at(2027, 1, 1, 0, 0, 0)):
        refused("documents.register-closed", lambda: give(on=date(2026, 12, 31)))
        assert give(on=date(2027, 1, 1)).code == "01/TB-UBND"
        assert registers.close_old_registers() == 1
        assert registers.close_old_registers() == 0
    assert Register.objects.get(year=2026).closed_at is not None


@pytest.mark.django_db
def test_a_date_before_the_last_entry_is_refused_or_gets_a_suffix_by_rule() -> None:
    give(on=date(2026, 11, 16))
    give(on=date(2026, 11, 18))
    refused("documents.number-day-passed", lambda: give(on=date(2026, 11, 17)))
    assert RegisterEntry.objects.count() == 2
    registers.set_numbering_rule(AGENCY, from_year=2026, by_type=True, backdating="suffix", actor=CLERK)
    assert [give(on=date(2026, 11, 17)).code for _ in range(2)] == ["01a/TB-UBND", "01b/TB-UBND"]
    refused("documents.number-day-passed", lambda: give(on=date(2026, 11, 15)))
    assert give(on=date(2026, 11, 18)).number == 3


@pytest.mark.django_db
def test_reserved_numbers_are_used_or_struck_out_and_never_given_again() -> None:
    kept = numbering.reserve_numbers(AGENCY, "QĐ", on=DAY, count=3, reason="Kỳ họp", actor=CLERK)
    assert [one.number for one in kept] == [1, 2, 3]
    assert give("QĐ").number == 4
    numbering.use_reserved(kept[0].entry_id, subject="Về nhân sự", actor=CLERK)
    refused("documents.not-reserved", lambda: numbering.use_reserved(kept[0].entry_id, subject="Lần hai", actor=CLERK))
    refused("documents.reason-missing", lambda: numbering.strike_number(kept[1].entry_id, "  ", CLERK))
    numbering.strike_number(kept[1].entry_id, "Không ban hành", CLERK)
    with pytest.raises(Conflict):
        numbering.strike_number(kept[1].entry_id, "Lại", CLERK)
    assert give("QĐ").number == 5
    refused(
        "documents.reserve-count",
        lambda: numbering.reserve_numbers(AGENCY, "QĐ", on=DAY, count=51, reason="x", actor=CLERK),
    )


@pytest.mark.django_db
def test_only_the_own_clerk_gives_numbers() -> None:
    for actor in (LEADER, STRANGER):
        with pytest.raises(NotAllowed):
            numbering.give_number(AGENCY, "TB", on=DAY, subject="x", actor=actor)
    entry = give()
    with pytest.raises(NotAllowed):
        numbering.strike_number(entry.entry_id, "Lý do", STRANGER)
    refused("documents.secrecy", lambda: give(secrecy="Mật"))
    assert Register.objects.get().last_number == 1


@pytest.mark.django_db(transaction=True)
def test_eight_writers_of_a_hundred_numbers_leave_neither_gaps_nor_doubles() -> None:
    """Every fifth writes and rolls back: that number goes to somebody else."""
    writers, each = 8, 100
    kept: list[int] = []
    problems: list[BaseException] = []
    start = threading.Barrier(writers)

    def write() -> None:
        try:
            start.wait(10)
            with clock.frozen(NOW):
                for turn in range(each):
                    _one_number(kept, rolls_back=turn % 5 == 4)
        except BaseException as problem:  # noqa: BLE001 (told by the test below)
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert problems == []
    expected = writers * each * 4 // 5
    assert sorted(kept) == list(range(1, expected + 1))
    stored = RegisterEntry.objects.order_by("number").values_list("number", flat=True)
    assert list(stored) == list(range(1, expected + 1))
    assert Register.objects.get().last_number == expected


def _one_number(kept: list[int], *, rolls_back: bool) -> None:
    with transaction.atomic():
        number = give().number
        transaction.set_rollback(rolls_back)
    if not rolls_back:
        kept.append(number)
