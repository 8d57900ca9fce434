from hypothesis import given
from hypothesis import strategies as st

from lienthong.platform.payments import rules
from lienthong.platform.payments.rules import Told, Verdict, decide

OWED = 8000
RIGHT = Told("HS1", OWED, "VND", "paid")

tellings = st.builds(
    Told,
    reference=st.just("HS1"),
    amount=st.sampled_from([OWED, OWED + 1]),
    currency=st.sampled_from(["VND", "USD"]),
    outcome=st.sampled_from(["paid", "failed", "cancelled"]),
)


def judge(told, *, is_settled=False, earlier=None, earlier_answer=""):
    return decide(owed=OWED, is_settled=is_settled, told=told, earlier=earlier, earlier_answer=earlier_answer)


def test_the_right_payment_settles():
    assert judge(RIGHT) == Verdict(rules.OK, "paid")


def test_a_second_payment_is_kept_as_surplus():
    assert judge(RIGHT, is_settled=True) == Verdict(rules.ALREADY_SETTLED, "surplus")


def test_the_same_notice_gets_the_same_answer_and_writes_nothing():
    assert judge(RIGHT, is_settled=True, earlier=RIGHT, earlier_answer="00") == Verdict("00")


def test_the_same_transaction_with_another_sum_contradicts_itself():
    other = Told("HS1", 1, "VND", "paid")
    assert judge(other, earlier=RIGHT, earlier_answer="00") == Verdict(rules.CONTRADICTION)


@given(st.lists(st.tuples(st.sampled_from(["TT1", "TT2", "TT3"]), tellings), max_size=12))
def test_whatever_comes_in_whatever_order_an_order_is_settled_once_and_by_a_right_payment(notices):
    known: dict[str, tuple[Told, str]] = {}
    settlements: list[Told] = []
    for code, told in notices:
        earlier, answer = known.get(code, (None, ""))
        verdict = judge(told, is_settled=bool(settlements), earlier=earlier, earlier_answer=answer)
        if verdict.outcome is not None:
            assert code not in known
            known[code] = (told, verdict.answer)
        if verdict.outcome == "paid":
            settlements.append(told)
    assert settlements in ([], [RIGHT])
    assert bool(settlements) == any(told == RIGHT for told, _ in known.values())


def test_every_answer_has_a_sentence_in_both_languages():
    assert all(status in range(200, 600) and text.vi and text.en for status, text in rules.ANSWERS.values())
