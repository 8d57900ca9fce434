"""Looking at people: as much as the purpose opens, never without a trace."""

from datetime import timedelta
from uuid import uuid4

import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.audit import entries_about
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Look, Question
from lienthong.sources.population import inbox, queries, services
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from lienthong.sources.population.models import CounterLook
from lienthong.sources.population.purposes import LOOKUP_SERVICE, MY_LOOKS_SERVICE, PURPOSES
from lienthong.sources.population.tests.conftest import DUNG, FATHER, HOA, MOTHER, NOW, READER, citizen
from lienthong.sources.population.types import PersonRecord

ME = citizen(NAMED_PEOPLE[0])
CHECK = PURPOSES["identity-check"]
OWN = PURPOSES["own-record"]


def look_up(number=MOTHER.personal_number, purpose=CHECK, actor=HOA, ground=None):
    return queries.look_up(number, purpose=purpose.code, legal_ground=ground or purpose.legal_ground, actor=actor)


def test_a_look_opens_only_what_the_purpose_needs(holder, family):
    record = look_up(actor=DUNG)
    assert (record.name, record.sex) == ("Trần Thị Thu Hà", "female")
    assert record.residence is None
    assert record.ethnicity == ""
    birth = look_up(actor=DUNG, purpose=PURPOSES["birth-registration"])
    assert birth.residence.text == "27/4 đường Hoa Mai, Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng"


def test_a_look_at_the_counter_is_on_both_ledgers(holder, family):
    look_up(actor=DUNG, ground="  Công văn 12/CAT  -  2026 ")
    row = CounterLook.objects.get()
    assert (row.personal_number, row.account_id, row.purpose) == (MOTHER.personal_number, 9, "identity-check")
    assert entries_about(f"person:{MOTHER.personal_number}")[0].action == "population.look"
    [seen] = queries.list_looks_at(MOTHER.personal_number)
    assert (seen.agency_name, seen.outcome) == ("Bộ Công an", "answered")
    assert "birth_date" in seen.fields


def test_an_officer_of_another_duty_may_not_look(holder, family):
    with pytest.raises(NotAllowed):
        look_up(actor=citizen(NAMED_PEOPLE[1]))
    assert not CounterLook.objects.exists()


def test_nobody_is_nobody(holder, family):
    with pytest.raises(NotFound) as refusal:
        look_up(number="068196000999", actor=DUNG)
    assert refusal.value.code == "population.person-unknown"


def test_a_reader_asks_the_holder(family, post):
    roles.open_roles((READER,))
    record = look_up(purpose=PURPOSES["birth-registration"])
    assert record.residence.commune_gso == "24781"
    assert record.birth_date.isoformat() == "1996-03-14"
    assert record.mother is None
    [question] = post.questions
    assert question["service"] == LOOKUP_SERVICE
    assert (question["provider"], question["about"]) == ("G01", MOTHER.personal_number)
    assert question["purpose"] == "birth-registration"
    assert not CounterLook.objects.exists()
    assert entries_about(f"person:{MOTHER.personal_number}")[0].agency_code == "G22"


def test_a_reader_does_not_ask_in_vain(db, post):
    roles.open_roles((READER,))
    for number, purpose, ground in (
        ("12345", "identity-check", CHECK.legal_ground),
        (MOTHER.personal_number, "own-record", OWN.legal_ground),
        (MOTHER.personal_number, "register-keeping", OWN.legal_ground),
        (MOTHER.personal_number, "identity-check", ""),
    ):
        with pytest.raises(Refused):
            queries.look_up(number, purpose=purpose, legal_ground=ground, actor=HOA)
    assert post.questions == []


def test_an_answer_that_makes_no_sense_is_refused(db, monkeypatch):
    roles.open_roles((READER,))
    monkeypatch.setattr(exchange, "ask", lambda *_, **__: {"personal_number": "1", "fields": ["name"]})
    with pytest.raises(Refused) as refusal:
        look_up()
    assert refusal.value.code == "population.bad-answer"


def test_a_record_survives_the_wire(holder, family):
    record = look_up(actor=DUNG, purpose=PURPOSES["register-keeping"])
    assert PersonRecord.from_answer(record.as_answer()) == record


def test_one_reads_ones_own_record_through_the_portal(family, post):
    roles.open_roles((READER,))
    record = look_up(purpose=OWN, actor=ME)
    assert record.hometown == "Lâm Đồng"
    with pytest.raises(NotAllowed):
        look_up(number=FATHER.personal_number, purpose=OWN, actor=ME)


def asked(about, **changes):
    facts = {
        "id": uuid4(),
        "service": LOOKUP_SERVICE,
        "client": "G22",
        "purpose": OWN.code,
        "legal_ground": OWN.legal_ground,
        "actor_name": "Ai đó",
        "about": about,
        "asked_at": NOW,
    }
    return Question(**{**facts, **changes})


def test_a_question_logged_about_somebody_else_is_refused(holder, family):
    payload = {"personal_number": MOTHER.personal_number, "asker_number": MOTHER.personal_number}
    with pytest.raises(NotAllowed) as refusal:
        inbox.answer_person_lookup(payload, asked(FATHER.personal_number))
    assert refusal.value.code == "population.about"


def test_one_cannot_read_another_by_naming_oneself_wrongly(holder, family):
    payload = {"personal_number": FATHER.personal_number, "asker_number": MOTHER.personal_number}
    with pytest.raises(NotAllowed) as refusal:
        inbox.answer_person_lookup(payload, asked(FATHER.personal_number))
    assert refusal.value.code == "population.only-self"
    with pytest.raises(NotAllowed):
        inbox.answer_my_looks({"asker_number": MOTHER.personal_number}, asked(FATHER.personal_number))
    with pytest.raises(NotAllowed):
        inbox.answer_my_looks({}, asked(""))


def test_a_person_sees_who_looked(holder, family, post, monkeypatch):
    look_up(actor=DUNG)

    def list_looks(about, *, limit):
        made = {"provider": "G01", "actor_name": "Lê Thị Hoa", "about": about, "service": LOOKUP_SERVICE}
        return [
            Look(uuid4(), "H36", purpose="birth-registration", legal_ground="Luật Hộ tịch",
                 at=clock.now() + timedelta(minutes=2), outcome="answered", **made),
            Look(uuid4(), "H29", purpose="tò mò", legal_ground="không",
                 at=clock.now() + timedelta(minutes=1), outcome="exchange.denied", **made),
            Look(uuid4(), "G22", purpose=OWN.code, legal_ground="", at=clock.now(), outcome="answered",
                 **{**made, "service": MY_LOOKS_SERVICE}),
        ]  # fmt: skip

    monkeypatch.setattr(exchange_queries, "list_looks", list_looks)
    roles.open_roles((READER,))
    looks = queries.list_my_looks(ME)
    assert [(look.agency_code, look.outcome) for look in looks] == [
        ("H36", "answered"),
        ("H29", "denied"),
        ("G01", "answered"),
    ]
    assert looks[0].purpose_title.vi == "Giải quyết hồ sơ đăng ký khai sinh"
    assert "residence" in looks[0].fields
    assert looks[1].fields == ()
    assert "Hoa" not in str(looks)
    assert post.questions[0]["about"] == MOTHER.personal_number


def test_officers_have_no_looks_of_their_own(holder, db):
    with pytest.raises(NotAllowed):
        queries.list_my_looks(DUNG)


def test_the_grants_a_reader_needs_name_every_purpose_it_may_choose():
    officers = queries.list_grants_needed(for_citizens=False)
    assert {purpose for _, purpose, _ in officers} == {one.code for one in queries.list_purposes()}
    assert {service for service, _, _ in officers} == {LOOKUP_SERVICE}
    citizens = queries.list_grants_needed(for_citizens=True)
    assert citizens == [(LOOKUP_SERVICE, OWN.code, OWN.legal_ground), (MY_LOOKS_SERVICE, OWN.code, OWN.legal_ground)]
    with pytest.raises(NotFound):
        queries.get_purpose("tò mò")


@pytest.mark.parametrize("text", ["tran thi thu ha", "TRẦN THỊ THU HÀ", "Hà Trần", "ha  thu", MOTHER.personal_number])
def test_people_are_found_by_words_of_the_name_or_by_number(holder, family, text):
    people, more = services.search_people(
        text=text, purpose="register-keeping", legal_ground="Luật Căn cước", actor=DUNG
    )
    assert [one.personal_number for one in people] == [MOTHER.personal_number]
    assert people[0].commune_name == "Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng"
    assert not more


@pytest.mark.parametrize(
    ("text", "code"), [("a", "search-too-short"), ("", "search-too-short"), ("0681", "number-form")]
)
def test_a_search_for_everybody_is_refused(holder, family, text, code):
    with pytest.raises(Refused) as refusal:
        services.search_people(text=text, purpose="register-keeping", legal_ground="Luật Căn cước", actor=DUNG)
    assert refusal.value.code == f"population.{code}"
