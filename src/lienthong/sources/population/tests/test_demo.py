"""The synthetic country: the same every time, plausible, in real communes, there in seconds."""

import time
from collections import Counter
from itertools import islice

import pytest

from lienthong.kernel import profile
from lienthong.kernel.errors import Conflict, NotAllowed
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.population import queries, rules, services
from lienthong.sources.population.demo.country import DAY, _as_relative, make_people
from lienthong.sources.population.demo.names import SURNAMES
from lienthong.sources.population.demo.places import all_places, place_of
from lienthong.sources.population.models import IdentityVersion, NumberAllocation, Person
from lienthong.sources.population.registration_codes import FORMER_PROVINCES
from lienthong.sources.population.tests.conftest import person


@pytest.fixture(scope="module")
def country():
    return queries.list_demo_people(6000)


def test_the_same_seed_gives_the_same_people(country):
    assert list(make_people(6000)) == country
    assert list(make_people(100, seed=1)) != country[:100]
    assert len(country) == 6000
    assert len({one.personal_number for one in country}) == 6000


def test_numbers_fit_the_people(country):
    for one in country:
        number = rules.parse_number(one.personal_number)
        assert rules.contradictions(number, birth_date=one.birth_date, sex=one.sex) == []
        assert one.birth_date <= DAY


def test_families_hold_together(country):
    by_number = {one.personal_number: one for one in country}
    for one in country:
        for role in (one.mother, one.father):
            parent = by_number.get(role.number) if role else None
            if parent:
                assert parent.name == role.name
                assert 17 <= rules.years_between(parent.birth_date, one.birth_date) <= 60
                assert parent.residence == one.residence
                assert parent.death_date is None or parent.death_date >= one.birth_date
        spouse = by_number.get(one.spouse.number) if one.spouse else None
        if spouse:
            assert spouse.spouse.number == one.personal_number
            assert spouse.sex != one.sex


def test_names_are_as_common_as_they_are(country):
    kinh = Counter(one.name.split()[0] for one in country if one.ethnicity == "Kinh")
    total = sum(kinh.values())
    assert 0.28 < kinh["Nguyễn"] / total < 0.36
    assert 0.08 < kinh["Trần"] / total < 0.14
    assert set(kinh) <= set(SURNAMES)
    peoples = Counter(one.ethnicity for one in country)
    assert peoples["Cơ Ho"] > peoples["Mạ"] > 20
    homes = Counter(one.residence.commune_gso for one in country)
    assert homes.most_common(1)[0][0] == "24781"


@pytest.mark.django_db
def test_people_live_in_real_communes_of_every_province():
    for place in all_places():
        unit = agency_queries.get_commune(place.gso_code)
        assert (place.commune, place.province) == (unit.full_name, unit.province_name)
    provinces = {place.province for place in all_places()}
    assert len(provinces) == 34
    assert {place.registration_code for place in all_places()} == set(FORMER_PROVINCES)


def test_births_since_the_mergers_take_the_surviving_code():
    phan_thiet = place_of("22945")
    assert (phan_thiet.code_on(DAY.replace(year=2025, month=6)), phan_thiet.code_on(DAY)) == ("060", "068")


def test_the_people_of_the_story_are_there_without_a_database():
    mother, father = queries.get_demo_person("mother"), queries.get_demo_person("father")
    assert (mother.personal_number, mother.birth_date.year) == ("068196000101", 1996)
    assert mother.residence.commune_name == "Phường Xuân Hương - Đà Lạt"
    grandmother = queries.get_demo_person("grandmother")
    assert (mother.spouse, father.spouse) == (_as_relative(father), _as_relative(mother))
    assert mother.mother == _as_relative(grandmother)
    assert len(queries.demo_people()) == 6
    assert all(one.about and one.key for one in queries.demo_people())
    assert tuple(islice(make_people(), 6)) == queries.demo_people()
    with pytest.raises(KeyError):
        queries.get_demo_person("nobody")


@pytest.mark.django_db
def test_a_register_is_filled_once_and_quickly():
    started = time.monotonic()
    assert services.seed_demo_people() == 20_000
    assert time.monotonic() - started < 20  # a bound against accidents; the aim of 5 s is measured by the demo
    assert services.seed_demo_people() == 20_000
    assert NumberAllocation.objects.count() == IdentityVersion.objects.count() == 20_000
    assert Person.objects.filter(synthetic=True).count() == 20_000


@pytest.mark.django_db
def test_synthetic_people_never_mix_with_real_ones():
    with profile.playing(profile.node(), demo=False), pytest.raises(NotAllowed):
        services.seed_demo_people(10)
    real = person("001090000001", "Người Thật", DAY)
    Person.objects.filter(pk=real.pk).update(synthetic=False)
    with pytest.raises(Conflict):
        services.seed_demo_people(10)
