"""A child is born: the commune reports, the holder judges and gives the number, exactly once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date

import pytest
from django.db import connection

from lienthong.kernel import clock, profile, roles
from lienthong.kernel import events as kernel_events
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.audit import entries_about
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from lienthong.platform.exchange.events import LetterRefused
from lienthong.sources.population import inbox, letters, queries, services, subscribers
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from lienthong.sources.population.events import BirthRefused, PersonalNumberIssued
from lienthong.sources.population.models import BirthEvent, IdentityVersion, NumberAllocation, Person
from lienthong.sources.population.tests.conftest import (
    FATHER,
    HOA,
    HOLDER,
    MOTHER,
    NOW,
    READER,
    birth,
    citizen,
    person,
)
from lienthong.sources.population.types import ParentFacts


def facts_of(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@pytest.fixture
def heard(monkeypatch):
    """Events that this node published."""
    told: list[object] = []
    monkeypatch.setattr(kernel_events, "publish", told.append)
    return told


# --- the holder ----------------------------------------------------------------------------------------------


def test_a_birth_makes_a_person_with_a_number(holder, family):
    one = birth()
    outcome = services.record_birth(one, sender="H36")
    assert outcome.state == "issued"
    number = queries.parse_number(outcome.personal_number)
    assert (number.registration_code, number.sex, number.birth_year) == ("068", "female", 2026)
    version = IdentityVersion.objects.get(person__personal_number=number.text)
    assert version.name == "Nguyễn Trần An Nhiên"
    assert (version.mother_number, version.father_name) == (MOTHER.personal_number, FATHER.name)
    assert (version.residence_commune_gso, version.residence_detail) == ("24781", "27/4 đường Hoa Mai")
    assert entries_about(f"person:{number.text}")[0].action == "population.enter-birth"


def test_the_same_report_twice_gives_the_same_number(holder, family):
    one = birth()
    first = services.record_birth(one, sender="H36")
    assert services.record_birth(one, sender="H36") == first
    assert Person.objects.count() == 3


def test_the_same_id_with_another_child_is_refused(holder, family):
    one = birth()
    services.record_birth(one, sender="H36")
    with pytest.raises(Conflict) as refusal:
        services.record_birth(replace(one, registration_date=date(2026, 11, 19)), sender="H36")
    assert refusal.value.code == "population.request-changed"


def test_twins_get_two_numbers_but_the_same_child_only_one(holder, family):
    services.record_birth(birth(), sender="H36")
    twin = services.record_birth(birth(child={"name": "Nguyễn Trần An Bình"}), sender="H36")
    again = services.record_birth(birth(child={"name": "NGUYỄN  TRẦN AN NHIÊN"}), sender="H36")
    assert twin.state == "issued"
    assert (again.state, again.refusal_code) == ("refused", "population.child-known")
    assert "đã có số định danh" in str(again.reason)
    assert Person.objects.count() == 4


def test_a_child_without_known_parents_is_entered_once(holder, db):
    one = birth(mother=None, father=None)
    assert services.record_birth(one, sender="H36").state == "issued"
    again = services.record_birth(birth(mother=None, father=None), sender="H36")
    assert again.refusal_code == "population.child-known"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"mother": ParentFacts("068196000999", "Trần Thị Thu Hà")}, "population.mother-unknown"),
     ({"mother": ParentFacts(MOTHER.personal_number, "Lê Thị Mai")}, "population.mother-name"),
     ({"mother": ParentFacts(FATHER.personal_number, FATHER.name), "father": None}, "population.mother-sex"),
     ({"father": ParentFacts("068094000999", "Nguyễn Hoàng Nam")}, "population.father-unknown"),
     ({"child": {"birth_date": date(2008, 3, 13)}, "father": None}, "population.mother-too-young"),
     ({"child": {"birth_date": date(2026, 11, 30)}, "registration_date": date(2026, 11, 30)},
      "population.birth-in-future")],
)  # fmt: skip
def test_what_the_register_contradicts_is_refused_with_the_reason(holder, family, changes, code):
    outcome = services.record_birth(birth(**changes), sender="H36")
    assert (outcome.state, outcome.refusal_code) == ("refused", code)
    assert outcome.reason
    assert outcome.reason.vi != outcome.reason.en
    assert Person.objects.count() == 2
    assert NumberAllocation.objects.count() == 2


def test_a_mother_who_died_before_is_refused(holder, db):
    person(MOTHER.personal_number, MOTHER.name, date(1996, 3, 14), status="dead", died=date(2025, 1, 1))
    assert services.record_birth(birth(father=None), sender="H36").refusal_code == "population.mother-dead"


@pytest.mark.parametrize(("sender", "commune"), [("H29", "24781"), ("H36", "00004"), ("H36", "99999"), ("H3", "24781")])
def test_only_the_body_that_serves_the_commune_may_report(holder, family, sender, commune):
    with pytest.raises(Refused) as refusal:
        services.record_birth(birth(registered_at_commune_gso=commune), sender=sender)
    assert refusal.value.code == "population.sender"
    assert not BirthEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_child_reported_by_many_at_once_is_born_once():
    """Eight connections: four with one request id, four with ids of their own."""
    person(MOTHER.personal_number, MOTHER.name, date(1996, 3, 14))
    same = birth(father=None)
    reports = [same] * 4 + [birth(father=None) for _ in range(4)]
    node = profile.node()

    def report(one):
        try:
            with clock.frozen(NOW), profile.playing(node, agency_code="G01"):
                return services.record_birth(one, sender="H36")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(report, reports))
    numbers = {outcome.personal_number for outcome in outcomes if outcome.state == "issued"}
    assert len(numbers) == 1
    assert {outcome.refusal_code for outcome in outcomes if outcome.state == "refused"} <= {"population.child-known"}
    assert Person.objects.count() == 2


# --- from the reader to the holder and back ------------------------------------------------------------------


def register(one, actor=HOA):
    return services.register_birth(**facts_of(one), actor=actor)


def test_a_report_travels_and_the_number_comes_back(family, post, heard):
    roles.open_roles((READER,))
    one = birth()
    assert register(one).state == "pending"
    [(recipient, letter)] = post.letters
    assert recipient == "G01"
    assert register(one).state == "pending"
    assert len(post.letters) == 1

    BirthEvent.objects.all().delete()  # the two nodes share this test's database, not their tables
    roles.open_roles((HOLDER,))
    with profile.playing(profile.node(), agency_code="G01"):
        inbox.on_birth_registered(post.take(), post.envelope(letter, "H36"))
    [(back_to, answer)] = post.letters
    assert back_to == "H36"
    assert answer.request_id == one.request_id

    BirthEvent.objects.update(state="pending", personal_number="")
    heard.clear()
    roles.open_roles((READER,))
    inbox.on_number_issued(answer, post.envelope(answer, "G01"))
    inbox.on_number_issued(answer, post.envelope(answer, "G01"))
    assert heard == [PersonalNumberIssued(one.request_id, answer.personal_number)]
    kept = queries.find_birth(one.request_id)
    assert kept
    assert kept.personal_number == answer.personal_number


def test_a_refusal_comes_back_with_the_reason_in_both_languages(holder, family, post, heard):
    one = birth(mother=ParentFacts("068196000999", "Trần Thị Thu Hà"))
    letter = letters.BirthRegistered.model_validate(asdict(one))
    inbox.on_birth_registered(letter, post.envelope(letter, "H36"))
    answer = post.take()
    assert isinstance(answer, letters.BirthRefused)
    BirthEvent.objects.update(state="pending", refusal_code="")
    inbox.on_birth_refused(answer, post.envelope(answer, "G01"))
    assert heard == [BirthRefused(one.request_id, "population.mother-unknown", answer.reason_vi, answer.reason_en)]
    kept = queries.find_birth(one.request_id)
    assert kept
    assert "không có trong cơ sở dữ liệu" in str(kept.reason)


def test_an_answer_from_anybody_but_the_holder_is_refused(db, post):
    letter = letters.PersonalNumberIssued.sample()
    with pytest.raises(NotAllowed) as refusal:
        inbox.on_number_issued(letter, post.envelope(letter, "H29"))
    assert refusal.value.code == "population.not-the-holder"
    with pytest.raises(NotFound):
        inbox.on_number_issued(letter, post.envelope(letter, "G01"))


def test_a_letter_that_the_holder_could_not_use_frees_the_dossier(db, post, heard):
    roles.open_roles((READER,))
    one = birth()
    register(one)
    refused = LetterRefused(
        one.request_id, "birth-registered.v1", "G01", f"birth:{one.request_id}", "population.sender", "Sai.", "Wrong."
    )
    subscribers.on_letter_refused(refused, one.request_id)
    assert heard == [BirthRefused(one.request_id, "population.sender", "Sai.", "Wrong.")]


def test_a_wrong_declaration_never_leaves_the_reader(db, post):
    roles.open_roles((READER,))
    with pytest.raises(Invalid) as refusal:
        register(birth(child={"name": "An", "sex": "khác"}, registered_at_commune_gso="x"))
    assert {error.path for error in refusal.value.field_errors} == {
        "child.name",
        "child.sex",
        "registered_at_commune_gso",
    }
    with pytest.raises(Refused) as refused:
        register(birth(mother=ParentFacts("123", "Trần Thị Thu Hà")))
    assert (refused.value.code, refused.value.field) == ("population.number-form", "mother.personal_number")
    with pytest.raises(NotAllowed):
        register(birth(), actor=citizen(NAMED_PEOPLE[0]))
    assert post.letters == []
    assert not BirthEvent.objects.exists()


def test_the_holder_enters_births_at_once(holder, family):
    assert register(birth(), actor=SYSTEM).state == "issued"


@pytest.mark.parametrize("letter", [letters.BirthRegistered, letters.PersonalNumberIssued, letters.BirthRefused])
def test_every_letter_has_a_sample_that_travels(letter):
    sample = letter.sample()
    assert letter.model_validate_json(sample.model_dump_json()) == sample
