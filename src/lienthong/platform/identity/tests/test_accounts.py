from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from lienthong.kernel import audit, clock
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.platform.identity import queries, services
from lienthong.platform.identity.models import Account, Assignment
from lienthong.platform.identity.tests.conftest import OTHER_WARD, WARD

NUMBER = "068185000001"


def appoint(**changes):
    facts = {
        "username": "h36.101.hotich",
        "name": "Trần Văn Hộ",
        "agency_code": WARD,
        "position": "Công chức tư pháp - hộ tịch",
        "duties": {"handling"},
        "actor": SYSTEM,
    }
    return services.appoint_officer(**{**facts, **changes})


@pytest.mark.django_db
def test_opening_an_account_twice_opens_one_and_brings_it_up_to_date():
    first = services.open_person_account(personal_number=NUMBER, name="Nguyễn Thị Lan", level=1, actor=SYSTEM)
    second = services.open_person_account(personal_number=NUMBER, name="Nguyễn Thị Lan", level=2, actor=SYSTEM)
    assert (second.account_id, second.level) == (first.account_id, 2)
    actions = [entry.action for entry in audit.entries_about(f"account:{first.account_id}")]
    assert sorted(actions) == ["identity.open-account", "identity.update-account"]


@pytest.mark.django_db
def test_opening_an_account_again_with_nothing_new_leaves_no_trace():
    for _ in range(2):
        account = services.open_person_account(personal_number=NUMBER, name="Lan", level=2, actor=SYSTEM)
    assert len(audit.entries_about(f"account:{account.account_id}")) == 1


@pytest.mark.django_db
def test_the_ledger_holds_neither_name_nor_number():
    account = services.open_person_account(personal_number=NUMBER, name="Nguyễn Thị Lan", level=2, actor=SYSTEM)
    line = audit.entries_about(f"account:{account.account_id}")[0]
    assert NUMBER not in str(line.facts) + line.subject
    assert "Lan" not in str(line.facts) + line.subject


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "06818500000", "0681850000011", "06818500000a", "０６８１８５０００００１"])
def test_a_number_of_other_than_twelve_digits_is_refused(number):
    with pytest.raises(Refused) as refused:
        services.open_person_account(personal_number=number, name="Lan", level=2, actor=SYSTEM)
    assert (refused.value.code, refused.value.field) == ("identity.number", "personal_number")
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_a_level_that_does_not_exist_is_refused():
    with pytest.raises(Refused, match=r"identity\.level"):
        services.open_person_account(personal_number=NUMBER, name="Lan", level=3, actor=SYSTEM)


@pytest.mark.django_db
def test_a_name_typed_in_decomposed_letters_is_kept_composed():
    account = services.open_person_account(
        personal_number=NUMBER, name="Nguye\u0302\u0303n  Lan ", level=2, actor=SYSTEM
    )
    assert account.name == "Nguyễn Lan"


@pytest.mark.django_db
def test_a_stranger_opens_no_accounts(lan, registrar):
    for actor in (queries.actor_of(lan), queries.actor_of(queries.get_account(registrar.account_id))):
        with pytest.raises(NotAllowed):
            services.open_person_account(personal_number="068185000002", name="Khác", level=2, actor=actor)


@pytest.mark.django_db
def test_the_table_itself_refuses_a_person_without_a_number():
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(username="lan", kind="person", name="Lan")


@pytest.mark.django_db
def test_an_appointment_gives_exactly_the_duties_named():
    appoint(duties={"handling", "clerk"})
    officer = appoint(duties={"handling", "leader"})
    actor = queries.actor_of(queries.get_account(officer.account_id))
    assert actor.duties == {"handling", "leader"}
    assert (actor.agency_code, actor.level, actor.kind) == (WARD, 1, "officer")


@pytest.mark.django_db
def test_appointing_twice_writes_once():
    officer = appoint()
    appoint()
    assert Assignment.objects.count() == 1
    actions = [entry.action for entry in audit.entries_about(f"account:{officer.account_id}")]
    assert actions.count("identity.appoint") == 1


@pytest.mark.django_db
def test_a_duty_taken_away_ends_today_and_stays_on_record():
    start = clock.at(2026, 11, 2, 8)
    with clock.frozen(start):
        officer = appoint(duties={"handling", "clerk"})
    with clock.frozen(start + timedelta(days=10)):
        appoint(duties={"handling"})
        assert queries.duties_by_agency(officer.account_id) == {WARD: {"handling"}}
        before = queries.duties_by_agency(officer.account_id, on=(start + timedelta(days=9)).date())
        assert before == {WARD: {"handling", "clerk"}}
    assert Assignment.objects.get(duty="clerk").valid_to == (start + timedelta(days=10)).date()


@pytest.mark.django_db
def test_an_officer_of_two_agencies_acts_for_the_chosen_one_only():
    officer = appoint(duties={"handling"})
    appoint(agency_code=OTHER_WARD, duties={"leader"})
    account = queries.get_account(officer.account_id)
    assert queries.actor_of(account).duties == frozenset()
    assert queries.actor_of(account, OTHER_WARD).duties == {"leader"}
    assert queries.actor_of(account, "H36.999").duties == frozenset()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"duties": {"handling", "king"}}, "identity.duty"),
        ({"username": "Ho Tich"}, "identity.username"),
        ({"username": "../hotich"}, "identity.username"),
        ({"username": "068185000001"}, "identity.username"),
        ({"name": " "}, "identity.name"),
    ],
)
def test_an_unfit_appointment_is_refused_and_nothing_is_stored(changes, code):
    with pytest.raises(Refused) as refused:
        appoint(**changes)
    assert refused.value.code == code
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_an_unknown_agency_is_refused():
    with pytest.raises(NotFound):
        appoint(agency_code="H36.998")
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_an_operator_appoints_within_the_own_agency_only():
    operator = Actor(kind="officer", name="Vận hành", account_id=1, agency_code=WARD, duties=frozenset({"operator"}))
    appoint(actor=operator)
    with pytest.raises(NotAllowed):
        appoint(actor=operator, username="h36.102.hotich", agency_code=OTHER_WARD)


@pytest.mark.django_db
def test_accounts_of_many_people_are_found_in_one_query(lan, registrar, django_assert_num_queries):
    numbers = [lan.personal_number, "068185999999"]
    with django_assert_num_queries(1):
        assert queries.find_person_accounts(numbers) == {lan.personal_number: lan.account_id}


@pytest.mark.django_db
def test_officers_are_listed_by_exact_agency_and_duty(registrar):
    appoint(username="h36.101.chutich", name="Lê Thị Chủ", duties={"leader"})
    assert [officer.name for officer in queries.list_officers(WARD)] == ["Lê Thị Chủ", "Trần Văn Hộ"]
    assert [officer.username for officer in queries.list_officers(WARD, "leader")] == ["h36.101.chutich"]
    assert queries.list_officers("H36") == []


@pytest.mark.django_db
def test_a_closed_account_is_no_longer_found(lan, registrar):
    for account_id in (lan.account_id, registrar.account_id):
        services.close_account(account_id=account_id, actor=SYSTEM)
    assert queries.find_person_account(lan.personal_number) is None
    assert queries.list_officers(WARD) == []


@pytest.mark.django_db(transaction=True)
def test_two_hands_open_the_same_account_once(django_db_setup):
    def open_it(_):
        try:
            return services.open_person_account(personal_number=NUMBER, name="Lan", level=2, actor=SYSTEM).account_id
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(open_it, range(4)))) == 1


@pytest.mark.django_db
def test_seeding_the_province_twice_makes_the_same_accounts():
    people = [(NUMBER, "Nguyễn Thị Lan", 2), ("068085000002", "Lê Văn Nam", 1)]
    made = services.seed_demo_accounts(agency_code="H36", people=people)
    assert services.seed_demo_accounts(agency_code="H36", people=people) == made == Account.objects.count()
    demo = queries.list_demo_people()
    assert [person.name for person in demo[:2]] == ["Nguyễn Thị Lan", "Lê Văn Nam"]
    ward = {person.username.split(".")[-1] for person in demo if person.agency_code == WARD}
    assert ward == {"tiepnhan", "hotich", "chutich", "vanthu"}
    assert queries.list_officers(WARD, "leader")[0].position == "Chủ tịch Ủy ban nhân dân phường"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("agency", "duties"),
    [
        ("G22", {"command", "operator", "publisher", "clerk", "leader", "handling"}),
        ("G01", {"operator", "handling", "clerk"}),
    ],
)
def test_hub_and_population_holder_have_their_officers(agency, duties):
    services.seed_demo_accounts(agency_code=agency)
    held = {duty for officer in queries.list_officers(agency) for duty in officer.duties}
    assert held == duties
