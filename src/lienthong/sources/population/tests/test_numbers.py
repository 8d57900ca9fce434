"""Giving numbers: unique, inside their block, to the last one of it, whoever gives at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound
from lienthong.sources.population import rules, services
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from lienthong.sources.population.models import NumberAllocation
from lienthong.sources.population.tests.conftest import DUNG, citizen

PREFIX = "068326"
SIZE = 2000


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of 2,000 numbers instead of a million, so that they are quickly full."""
    monkeypatch.setattr(rules, "SERIALS_PER_PREFIX", SIZE)


def fill(prefix: str, but: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO population_numberallocation (prefix, serial, basis, allocated_at)"
            " SELECT %s, serial, 'test', now() FROM generate_series(0, %s - 1) AS serial WHERE serial <> ALL(%s)",
            [prefix, SIZE, but],
        )


@pytest.mark.django_db
def test_a_number_is_in_its_block_and_on_the_list():
    number = services.allocate_number(prefix=PREFIX, basis="birth:1")
    parsed = rules.parse_number(number)
    assert (parsed.prefix, parsed.sex, parsed.birth_year) == (PREFIX, "female", 2026)
    assert str(NumberAllocation.objects.get()) == number


@pytest.mark.django_db(transaction=True)
def test_many_givers_at_once_never_give_the_same(small_blocks):
    """Eight connections, four free numbers more than wanted: races for the same number are certain."""
    free = list(range(100, 1064, 9))[:84]
    fill(PREFIX, but=free)

    def give(_: int) -> list[str]:
        try:
            return [services.allocate_number(prefix=PREFIX, basis="test") for _ in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        given = [number for numbers in pool.map(give, range(8)) for number in numbers]
    assert len(set(given)) == len(given) == 80
    assert {int(number[6:]) for number in given} < set(free)


@pytest.mark.django_db
def test_the_last_number_is_given_and_then_it_says_that_the_block_is_full(small_blocks):
    fill(PREFIX, but=[1742])
    assert services.allocate_number(prefix=PREFIX, basis="test") == f"{PREFIX}001742"
    with pytest.raises(Conflict) as refusal:
        services.allocate_number(prefix=PREFIX, basis="test")
    assert refusal.value.code == "population.block-full"
    assert PREFIX in refusal.value.message.vi


@pytest.mark.django_db
def test_a_cancelled_number_is_never_given_again(small_blocks):
    fill(PREFIX, but=[7])
    number = services.allocate_number(prefix=PREFIX, basis="test")
    services.cancel_number(personal_number=number, actor=DUNG)
    with pytest.raises(Conflict):
        services.allocate_number(prefix=PREFIX, basis="test")
    with pytest.raises(NotFound):
        services.cancel_number(personal_number=number, actor=SYSTEM)
    with pytest.raises(NotAllowed):
        services.cancel_number(personal_number=number, actor=citizen(NAMED_PEOPLE[0]))
