"""Answers of forms: what is shown, what is refused and how it is said, what comes out clean."""

import unicodedata

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lienthong.sources.procedures import rules
from lienthong.sources.procedures.tests.conftest import FILE, SHIPPED, TODAY, WARD, careful_answers, form_of, put, sure


def check(procedure, answers, page=None):
    return rules.check_answers(form_of(procedure), answers, today=TODAY, page=page)


def errors_of(procedure, answers, page=None):
    return {error.path: error.code for error in check(procedure, answers, page)[1]}


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_every_form_can_be_filled_and_comes_out_valid(code):
    form = form_of(SHIPPED[code])
    clean, errors = check(SHIPPED[code], careful_answers(form))
    assert errors == []
    Draft202012Validator(form.schema).validate(clean)
    assert check(SHIPPED[code], clean) == (clean, []), "clean answers stay as they are"


def test_mai_registers_her_daughter(birth):
    answers = careful_answers(
        form_of(birth),
        child__name="Trần  Nguyễn Bảo An ",
        child__birth_date={"day": "1", "month": "11", "year": "2026"},
        child__sex="female",
        father__declared="no",
    )
    clean, errors = check(birth, answers)
    assert errors == []
    assert clean["child"]["name"] == "Trần Nguyễn Bảo An"
    assert clean["child"]["birth_date"] == "2026-11-01"
    assert clean["father"] == {"declared": "no"}, "what is not asked is not kept"
    assert clean["birth_paper"]["file"] == FILE
    assert form_of(birth).receiver_code(clean) == WARD


def test_a_child_born_at_home_needs_a_statement_instead_of_the_hospital_paper(birth):
    at_home = careful_answers(form_of(birth), child__birth_place_kind="home")
    keys = [page.key for page in rules.pages_for(form_of(birth), at_home)]
    assert "chung-cu-sinh" in keys
    assert "giay-chung-sinh" not in keys
    assert set(check(birth, at_home)[0]["birth_paper"]) == {"statement"}
    assert errors_of(birth, put(at_home, "birth_paper.statement", None)) == {"birth_paper.statement": "form.required"}


def test_an_empty_form_says_what_to_enter(birth):
    clean, errors = check(birth, {})
    said = {error.path: error.message for error in errors}
    assert clean == {}
    assert said["child.name"].vi == "Hãy nhập “Họ, chữ đệm và tên của trẻ”."
    assert said["child.sex"].en == "Choose an answer for “The child's sex”."
    assert "mother.name" not in said, "a page that is not shown is not asked"


def test_one_page_is_checked_alone(birth):
    clean, errors = check(birth, {"child": {"birth_date": "2026-11-01"}}, page="ngay-sinh")
    assert clean == {"child": {"birth_date": "2026-11-01"}}
    assert [error.path for error in errors] == ["child.sex"]


def test_unknown_answers_are_dropped(birth):
    answers = put(careful_answers(form_of(birth)), "child.is_admin", True) | {"evil": {"x": 1}}
    clean, errors = check(birth, answers)
    assert errors == []
    assert "evil" not in clean
    assert "is_admin" not in clean["child"]


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_date", "code"),
    [
        ({"day": "30", "month": "02", "year": "2026"}, "form.date-unreal"),
        ({"day": "29", "month": "2", "year": "2026"}, "form.date-unreal"),
        ({"day": "1", "month": "13", "year": "2026"}, "form.date-unreal"),
        ({"day": "0", "month": "1", "year": "2026"}, "form.date-unreal"),
        ({"day": "1", "month": "", "year": "2026"}, "form.date-incomplete"),
        ({"day": "một", "month": "1", "year": "2026"}, "form.date-letters"),
        ({"day": "1", "month": "1", "year": "26"}, "form.date-year"),
        ({"day": "22", "month": "11", "year": "2026"}, "form.date-too-late"),
        ({"day": "31", "month": "12", "year": "1899"}, "form.date-too-early"),
        ("30/02/2026", "form.date-unreal"),
        ("2026-02-30", "form.date-unreal"),
        ("hôm qua", "form.date-letters"),
        ({"day": "", "month": "", "year": ""}, "form.required"),
        (20261101, "form.date-letters"),
        (["2026"], "form.date-letters"),
        ({"day": "²", "month": "1", "year": "2026"}, "form.date-letters"),
    ],
)
def test_dates_that_are_none(birth, given_date, code):
    answers = careful_answers(form_of(birth), child__birth_date=given_date)
    assert errors_of(birth, answers) == {"child.birth_date": code}


def test_a_date_that_is_none_gets_the_length_of_its_month(birth):
    answers = careful_answers(form_of(birth), child__birth_date={"day": "30", "month": "02", "year": "2026"})
    message = check(birth, answers)[1][0].message
    assert message.vi == "Tháng 2 năm 2026 chỉ có 28 ngày. Hãy sửa “Ngày sinh của trẻ”."
    assert "only 28 days" in message.en


@pytest.mark.parametrize("written", ["2026-11-01", "1/11/2026", "01.11.2026", {"day": 1, "month": 11, "year": 2026}])
def test_ways_to_write_a_day(birth, written):
    clean, errors = check(birth, careful_answers(form_of(birth), child__birth_date=written))
    assert errors == []
    assert clean["child"]["birth_date"] == "2026-11-01"


def test_a_groom_of_nineteen_is_too_young():
    marriage = SHIPPED["1.000894"]
    answers = careful_answers(form_of(marriage), groom__birth_date="2007-06-01", groom__number="068207012345")
    assert errors_of(marriage, answers) == {"groom.birth_date": "form.too-young"}


def test_a_child_of_six_is_too_old_for_the_joint_filing():
    joint = SHIPPED["2.000986"]
    answers = careful_answers(form_of(joint), child__birth_date="2020-11-21")
    assert errors_of(joint, answers) == {"child.birth_date": "form.too-old"}
    assert errors_of(joint, put(answers, "child.birth_date", "2020-11-22")) == {}


# --- personal numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["12345678901", "1234567890123", "06819501234a", "٠٦٨١٩٥٠١٢٣٤٥", "000195012345"])
def test_not_a_personal_number(birth, number):
    answers = careful_answers(form_of(birth), mother__number=number)
    assert errors_of(birth, answers) == {"mother.number": "form.personal-number"}


def test_a_mother_whose_number_says_male(birth):
    answers = careful_answers(form_of(birth), mother__number="068095012345")
    (error,) = check(birth, answers)[1]
    assert (error.path, error.code) == ("mother.number", "form.number-contradicts-sex")
    assert "giới tính nam" in error.message.vi


def test_a_number_of_another_year(birth):
    answers = careful_answers(form_of(birth), mother__birth_date="1994-03-08")
    (error,) = check(birth, answers)[1]
    assert error.code == "form.number-contradicts-birth"
    assert "1995" in error.message.vi
    assert "1994" in error.message.vi


def test_a_contradiction_shows_on_the_page_where_it_can_be_corrected(birth):
    answers = careful_answers(form_of(birth), mother__birth_date="1994-03-08")
    assert errors_of(birth, answers, page="me") == {"mother.birth_date": "form.number-contradicts-birth"}
    assert errors_of(birth, answers, page="so-dinh-danh-me") == {"mother.number": "form.number-contradicts-birth"}


def test_a_number_may_be_typed_in_groups(birth):
    clean, errors = check(birth, careful_answers(form_of(birth), mother__number="068 195 012 345"))
    assert errors == []
    assert clean["mother"]["number"] == "068195012345"


def test_a_number_of_the_next_century_is_none_yet(birth):
    answers = careful_answers(form_of(birth), applicant__number="068430012345")
    assert errors_of(birth, answers) == {"applicant.number": "form.personal-number"}


# --- text ---------------------------------------------------------------------------------------------------------


def test_decomposed_text_is_stored_composed(birth):
    name = unicodedata.normalize("NFD", "Đặng Thị Ngọc Ánh")
    clean, errors = check(birth, careful_answers(form_of(birth), child__name=name))
    assert errors == []
    assert clean["child"]["name"] == "Đặng Thị Ngọc Ánh"


def test_invisible_letters_are_dropped(birth):
    clean, _ = check(birth, careful_answers(form_of(birth), child__name="\u200bTrần\u00a0Văn\ufeff An"))
    assert clean["child"]["name"] == "Trần Văn An"


@pytest.mark.parametrize("broken", ["Tr\ufffdn An", "An\x00", "An\ud800", "\u202eAn Trần", "An\x1b[31m", 7, ["An"], {}])
def test_broken_text_is_refused(birth, broken):
    code = "form.required" if broken == {} else "form.broken-text"
    assert errors_of(birth, careful_answers(form_of(birth), child__name=broken)) == {"child.name": code}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("child__name", "A" * 121, "form.too-long"),
        ("child__name", "R2-D2", "form.name"),
        ("child__name", "A", "form.name"),
        ("child__hometown", "ab", "form.too-short"),
        ("child__sex", "nam", "form.not-an-option"),
        ("child__sex", ["male"], "form.not-an-option"),
        ("child__ethnicity", "Sao Hỏa", "form.not-an-option"),
        ("applicant__phone", "12345", "form.phone"),
        ("applicant__email", "mai@", "form.email"),
        ("receiver__commune", "../etc", "form.place"),
        ("birth_paper__file", {"name": "a.pdf"}, "form.file"),
        ("birth_paper__file", "a.pdf", "form.file"),
        ("birth_paper__file", {**FILE, "size": 0}, "form.file"),
        ("birth_paper__file", {**FILE, "sha256": "../../etc/passwd"}, "form.file"),
        ("birth_paper__issued_on", "2026-12-01", "form.date-too-late"),
    ],
)
def test_wrong_answers(birth, path, value, code):
    answers = careful_answers(form_of(birth), **{path: value})
    assert errors_of(birth, answers) == {path.replace("__", "."): code}


def test_phone_numbers_with_the_country_code(birth):
    clean, _ = check(birth, careful_answers(form_of(birth), applicant__phone="+84 912 345 678"))
    assert clean["applicant"]["phone"] == "0912345678"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("ba", "form.not-a-number"),
        (0, "form.too-small"),
        (51, "form.too-large"),
        (True, "form.not-a-number"),
        (1.5, "form.not-a-number"),
    ],
)  # fmt: skip
def test_numbers_of_copies(extract, value, code):
    assert errors_of(extract, careful_answers(form_of(extract), extract__copies=value)) == {"extract.copies": code}


def test_money_with_dots():
    household = SHIPPED["1.001612"]
    clean, errors = check(household, careful_answers(form_of(household), business__capital="50.000.000"))
    assert errors == []
    assert clean["business"]["capital"] == 50_000_000


def test_a_pattern_speaks_in_its_own_words():
    household = SHIPPED["1.001612"]
    (error,) = check(household, careful_answers(form_of(household), business__name="Hoa Mai"))[1]
    assert error.code == "form.pattern"
    assert error.message.vi.startswith("Tên phải bắt đầu bằng")


def test_a_box_that_must_be_ticked():
    split = SHIPPED["1.010038"]
    answers = careful_answers(form_of(split), split__head_agrees=False)
    (error,) = check(split, answers)[1]
    assert error.message.vi == "Hãy đánh dấu ô “Chủ hộ đồng ý cho tách hộ”."


# --- posting, prefilling, reading over ----------------------------------------------------------------------------


def test_what_a_browser_posts(birth):
    form = form_of(birth)
    post = QueryDict("child.birth_date-day=1&child.birth_date-month=11&child.birth_date-year=2026&child.sex=male&x=1")
    answers = rules.answers_from_post(sure(form.get_page("ngay-sinh")), post)
    assert answers == {"child": {"birth_date": {"day": "1", "month": "11", "year": "2026"}, "sex": "male"}}


def test_several_ticked_boxes():
    form = form_of(SHIPPED["1.010041"])
    post = QueryDict("request.what=household&request.what=permanent")
    answers = rules.answers_from_post(sure(form.get_page("noi-dung")), post)
    clean, errors = rules.check_answers(form, answers, today=TODAY, page="noi-dung")
    assert (clean, errors) == ({"request": {"what": ["permanent", "household"]}}, [])


def test_pages_keep_each_others_answers():
    merged = rules.merge_answers({"child": {"name": "An"}}, {"child": {"sex": "male"}})
    assert merged == {"child": {"name": "An", "sex": "male"}}


def test_prefill_from_the_register(birth):
    mai = {
        "name": "Nguyễn Thị Mai",
        "number": "068195012345",
        "birth_date": TODAY.replace(year=1995),
        "ethnicity": "Cơ Ho",
    }
    first = rules.prefill(form_of(birth), {"applicant": {**mai, "commune": WARD}, "mother": mai})
    assert first["receiver"] == {"commune": WARD}
    assert first["applicant"]["name"] == "Nguyễn Thị Mai"
    assert first["mother"]["birth_date"] == "1995-11-21"
    assert first["child"] == {"ethnicity": "Cơ Ho", "nationality": "Việt Nam"}


def test_prefill_keeps_answers_and_leaves_out_what_is_no_option(birth):
    answers = {"mother": {"name": "Nguyễn Thị Hoa"}}
    first = rules.prefill(form_of(birth), {"mother": {"name": "Nguyễn Thị Mai", "ethnicity": "Sao Hỏa"}}, answers)
    assert "name" not in first["mother"]
    assert "ethnicity" not in first["mother"]


def test_reading_over_before_filing(birth):
    clean, _ = check(birth, careful_answers(form_of(birth), father__declared="no"))
    rows = {row.path: row for row in rules.review(form_of(birth), clean)}
    assert rows["child.sex"].value.vi == "Nam"
    assert rows["child.sex"].value.en == "Male"
    assert rows["child.birth_date"].value.vi == "01/11/2026"
    assert rows["birth_paper.file"].value.vi == "giay-chung-sinh.pdf"
    assert rows["child.name"].page_key == "ten-tre"
    assert "father.name" not in rows


# --- whatever comes in --------------------------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mangled_answers(draw):
    """A procedure, and careful answers of which some were replaced by anything, or left out."""
    procedure = draw(st.sampled_from(list(SHIPPED.values())))
    form = form_of(procedure)
    answers = careful_answers(form)
    for one in draw(st.lists(st.sampled_from(list(form.fields())), max_size=4)):
        group, name = one.path.split(".")
        options = [option.value for option in one.options] or [None]
        answers[group][name] = draw(st.sampled_from(options) | ANYTHING)
    for group in draw(st.lists(st.sampled_from(list(answers)), max_size=1)):
        answers[group] = draw(ANYTHING)
    return procedure, answers


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mangled_answers())
def test_whatever_comes_in_is_either_clean_or_refused(case):
    procedure, answers = case
    form = form_of(procedure)
    clean, errors = rules.check_answers(form, answers, today=TODAY)
    assert all(error.message.vi and error.message.en and error.code.startswith("form.") for error in errors)
    assert {error.path for error in errors} <= {one.path for one in form.fields()}
    rules.pages_for(form, answers)
    rules.review(form, clean)
    if not errors:
        Draft202012Validator(form.schema).validate(clean)
        assert rules.check_answers(form, clean, today=TODAY) == (clean, [])
