"""Numbers, purposes and births, without a database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.population import rules
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from lienthong.sources.population.purposes import PURPOSES
from lienthong.sources.population.registration_codes import CODE_OF_PROVINCE, FORMER_PROVINCES
from lienthong.sources.population.tests.conftest import DUNG, HOA, MOTHER, birth, citizen
from lienthong.sources.population.types import PERSON_FIELDS, ParentFacts, PersonRecord

codes = st.sampled_from(sorted(FORMER_PROVINCES))
sexes = st.sampled_from(("male", "female"))


@given(codes, sexes, st.integers(1900, 2399), st.integers(0, 999_999))
def test_a_number_tells_what_it_was_made_of(code, sex, year, serial):
    number = rules.parse_number(rules.make_number(rules.number_prefix(code, sex, year), serial))
    assert (number.registration_code, number.sex, number.birth_year, int(number.serial)) == (code, sex, year, serial)
    assert rules.contradictions(number, birth_date=date(year, 5, 5), sex=sex) == []


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [("001099000001", "male", 1999), ("001199000001", "female", 1999), ("068226000001", "male", 2026),
     ("068326000001", "female", 2026), ("068400000001", "male", 2100), ("068999000001", "female", 2399)],
)  # fmt: skip
def test_the_century_digit_is_even_for_men(number, sex, year):
    parsed = rules.parse_number(number)
    assert (parsed.sex, parsed.birth_year) == (sex, year)


def test_spaces_and_dots_are_forgiven():
    assert rules.parse_number(" 068 196.000-101 ").text == "068196000101"


@pytest.mark.parametrize("text", ["", "06819600010", "0681960001011", "06819600010a", "٠٦٨١٩٦٠٠٠١٠١", "068196000101;"])
def test_what_is_not_twelve_digits_is_refused(text):
    with pytest.raises(Refused) as refusal:
        rules.parse_number(text)
    assert refusal.value.code == "population.number-form"


def test_a_province_that_never_was_is_refused():
    with pytest.raises(Refused) as refusal:
        rules.parse_number("003196000101")
    assert refusal.value.code == "population.number-code"
    assert "003" in refusal.value.message.vi


def test_a_number_that_contradicts_the_form_is_told_field_by_field():
    number = rules.parse_number("068196000101")
    errors = rules.contradictions(number, birth_date=date(1995, 3, 14), sex="male")
    assert [(e.path, e.code) for e in errors] == [
        ("birth_date", "population.number-year"),
        ("sex", "population.number-sex"),
    ]
    assert "1995" in errors[0].message.vi
    assert "nữ" in errors[1].message.vi


@pytest.mark.django_db
def test_every_province_of_today_has_the_code_of_the_province_whose_name_survived():
    today = {unit.code: unit.name for unit in agency_queries.list_provinces()}
    assert set(CODE_OF_PROVINCE) == set(today)
    assert len(FORMER_PROVINCES) == 63
    for gso, code in CODE_OF_PROVINCE.items():
        assert FORMER_PROVINCES[code].endswith(today[gso]), today[gso]
    assert rules.registration_code("68") == "068"
    assert rules.registration_code("24") == "027"


def test_an_unknown_province_cannot_register():
    with pytest.raises(Refused) as refusal:
        rules.registration_code("99")
    assert refusal.value.code == "population.province"


@pytest.mark.parametrize(
    ("purpose", "ground", "at_holder", "code"),
    [("curiosity", "Luật Căn cước", False, "population.purpose"),
     ("identity-check", " ", False, "population.legal-ground"),
     ("register-keeping", "Luật Căn cước", False, "population.only-holder"),
     ("own-record", "Luật Căn cước", False, "population.only-self")],
)  # fmt: skip
def test_no_look_without_a_known_purpose_and_a_ground(purpose, ground, at_holder, code):
    with pytest.raises(NotAllowed) as refusal:
        rules.allowed_purpose(purpose, ground, personal_number="068196000101", asker=HOA, at_holder=at_holder)
    assert refusal.value.code == code


def test_one_sees_oneself_whole_and_nobody_else():
    mother, father, *_ = NAMED_PEOPLE
    own = PURPOSES["own-record"]
    me = citizen(mother)
    number = mother.personal_number
    known = rules.allowed_purpose(own.code, own.legal_ground, personal_number=number, asker=me, at_holder=False)
    assert known.fields == PERSON_FIELDS
    with pytest.raises(NotAllowed):
        rules.allowed_purpose(
            own.code, own.legal_ground, personal_number=father.personal_number, asker=me, at_holder=False
        )


def test_no_purpose_of_an_agency_opens_everything():
    assert all(one.fields < PERSON_FIELDS for one in PURPOSES.values() if not (one.only_self or one.only_holder))
    assert DUNG.has("handling")


@pytest.mark.parametrize("name", ["Nguyễn An", "K'Brẻo Thị", "Touneh Han Thọ", "Y Jơ-rlơng"])
def test_names_of_all_peoples_pass(name):
    assert rules.check_child_name(name) is None


@pytest.mark.parametrize("name", ["", "An", "Nguyễn Văn 2", "Nguyễn <b>", "-Nguyễn An", "Nguyễn " + "a" * 100])
def test_names_with_digits_or_signs_do_not(name):
    assert rules.check_child_name(name) is not None


TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [({"child": {"birth_date": date(2026, 11, 22)}}, "child.birth_date", "birth-in-future"),
     ({"child": {"birth_date": date(2026, 11, 21)}}, "child.birth_date", "birth-after-registration"),
     ({"child": {"birth_date": date(1899, 1, 1)}}, "child.birth_date", "birth-too-early"),
     ({"child": {"sex": "nữ"}}, "child.sex", "child-sex"),
     ({"child": {"ethnicity": " "}}, "child.ethnicity", "child-incomplete"),
     ({"child": {"birth_place": "x" * 251}}, "child.birth_place", "text-too-long"),
     ({"registration_date": date(2026, 11, 22)}, "registration_date", "registration-in-future"),
     ({"registered_at_commune_gso": "2478"}, "registered_at_commune_gso", "commune"),
     ({"father": MOTHER}, "father.personal_number", "parents-same")],
)  # fmt: skip
def test_a_declaration_that_cannot_be_is_told_at_its_field(changes, path, code):
    errors = rules.check_birth(birth(**changes), today=TODAY)
    assert [(e.path, e.code) for e in errors] == [(path, f"population.{code}")]


def mother_record(**changes):
    facts = {"name": MOTHER.name, "birth_date": date(1996, 3, 14), "sex": "female", "status": "alive"}
    return replace(PersonRecord(MOTHER.personal_number, PERSON_FIELDS), **{**facts, **changes})


@pytest.mark.parametrize(
    ("found", "died", "code"),
    [(None, None, "unknown"),
     (mother_record(name="Trần Thị Thu Hằng"), None, "name"),
     (mother_record(sex="male"), None, "sex"),
     (mother_record(birth_date=date(2014, 11, 13)), None, "too-young"),
     (mother_record(status="dead"), date(2026, 11, 11), "dead"),
     (mother_record(status="dead"), None, "dead")],
)  # fmt: skip
def test_what_speaks_against_a_mother(found, died, code):
    error = rules.check_parent("mother", MOTHER, found, death_date=died, child_birth_date=date(2026, 11, 12))
    assert error is not None
    assert (error.path, error.code) == ("mother.personal_number", f"population.mother-{code}")
    assert error.message.vi.startswith("Người mẹ")


def test_a_mother_may_die_in_childbirth_and_a_father_300_days_before():
    day = date(2026, 11, 12)
    dead_mother = mother_record(status="dead")
    assert rules.check_parent("mother", MOTHER, dead_mother, death_date=day, child_birth_date=day) is None
    father = ParentFacts("068094000102", "NGUYỄN HOÀNG  NAM")
    found = mother_record(name="Nguyễn Hoàng Nam", sex="male", status="dead")
    assert rules.check_parent("father", father, found, death_date=date(2026, 1, 16), child_birth_date=day) is None
    late = rules.check_parent("father", father, found, death_date=date(2026, 1, 15), child_birth_date=day)
    assert late is not None
    assert late.code == "population.father-dead"


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 120 * 366))
def test_years_between_never_jump(day, days):
    later = date.fromordinal(min(day.toordinal() + days, date(2100, 1, 1).toordinal()))
    assert rules.years_between(day, later) in {later.year - day.year, later.year - day.year - 1}


@given(st.text(max_size=30))
def test_the_digest_tells_declarations_apart(name):
    one = birth()
    other = birth(request_id=one.request_id, child={"name": name})
    assert (rules.birth_digest(one) == rules.birth_digest(other)) == (one == other)
