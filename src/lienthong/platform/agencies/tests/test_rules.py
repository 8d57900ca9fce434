"""Code forms of QĐ 20/2020 and QCVN 102:2016."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.kernel.errors import Refused
from lienthong.platform.agencies import rules

_two = st.integers(1, 99).map("{:02}".format)
_two_or_three = _two | st.integers(100, 999).map(str)
_three = st.integers(1, 999).map("{:03}".format)
_top = st.builds("{}{:02}".format, st.sampled_from("GHABKZ"), st.integers(0, 99))


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Codes that both forms can hold."""
    below = (_two_or_three, _two_or_three, _three)[: draw(st.integers(0, 3))]
    return ".".join([draw(_top), *(draw(group) for group in below)])


@pytest.mark.parametrize(
    ("code", "old"),
    [
        ("G22", "000.00.00.G22"),
        ("H56.14", "000.00.14.H56"),
        ("H21.17", "000.00.17.H21"),
        ("H21.217", "000.00.217.H21"),
        ("H36.101.01", "000.01.101.H36"),
        ("H36.10.02.003", "003.02.10.H36"),
    ],
)
def test_known_codes_convert_both_ways(code: str, old: str):
    assert rules.to_qcvn102(code) == old
    assert rules.from_qcvn102(old) == code
    assert rules.normal_code(old) == rules.normal_code(code) == code


@settings(deadline=None)
@given(codes())
def test_converting_there_and_back_gives_the_same_code(code: str):
    assert rules.from_qcvn102(rules.to_qcvn102(code)) == code


@settings(deadline=None)
@given(codes(), codes())
def test_different_codes_never_share_an_old_form(one: str, other: str):
    assert (rules.to_qcvn102(one) == rules.to_qcvn102(other)) == (one == other)


@pytest.mark.parametrize(
    "wrong", ["", "H", "h36", "H3", "H36.", "H36.1", "H36.00", "H36.000", "H36.1234", "36.H", "H36 ", "Ｈ36", "H３６"]
)
def test_a_malformed_code_is_refused_with_a_sentence(wrong: str):
    with pytest.raises(Refused) as refusal:
        rules.check_code(wrong)
    assert refusal.value.code == "agencies.code-malformed"
    assert refusal.value.field == "agency_code"
    assert not rules.is_code(wrong)


@pytest.mark.parametrize("wrong", ["H56.14", "000.00.00.000", "000.05.00.H56", "001.00.00.H56", "00.00.00.H56", ""])
def test_a_malformed_old_code_is_refused(wrong: str):
    with pytest.raises(Refused, match=r"agencies\.old-code-malformed"):
        rules.from_qcvn102(wrong)


@pytest.mark.parametrize("deep", ["H36.10.02.03", "H36.10.02.003.04"])
def test_a_code_the_old_form_cannot_hold_is_refused(deep: str):
    assert rules.is_code(deep)
    with pytest.raises(Refused, match=r"agencies\.no-old-form"):
        rules.to_qcvn102(deep)


def test_the_line_above_an_agency():
    assert rules.ancestors("H36.101.01") == ("H36", "H36.101", "H36.101.01")


def test_texts_are_searched_as_words_without_accents():
    assert rules.search_text("Xã", "Ea H'Leo,  Đắk Lắk") == " xa ea h leo dak lak "
