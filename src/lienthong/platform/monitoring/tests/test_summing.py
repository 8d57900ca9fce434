"""Summing: every record is counted once, whoever commits first; old records go, sums stay."""

import os
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Sum

from lienthong.kernel import clock
from lienthong.kernel.profile import node, playing
from lienthong.platform.monitoring import services
from lienthong.platform.monitoring.models import Operation, OperationSum, OperationTotal
from lienthong.platform.monitoring.services import summing
from lienthong.platform.monitoring.tests.test_recording import one

pytestmark = pytest.mark.django_db(transaction=True)


def counted() -> tuple[int, int]:
    return tuple(table.objects.aggregate(n=Sum("count"))["n"] or 0 for table in (OperationSum, OperationTotal))  # type: ignore[return-value]  # two of them


def test_each_record_is_counted_once() -> None:
    services.record([one(n) for n in range(7)])
    services.sum_operations()
    assert counted() == (7, 7)
    services.sum_operations()
    assert counted() == (7, 7)
    services.record([one(n, succeeded=False, fault_code="exchange.denied") for n in range(3)])
    services.sum_operations()
    assert counted() == (10, 10)
    assert OperationTotal.objects.get(fault="exchange.denied", latency=1).count == 1


def test_the_class_of_latency_is_that_of_the_rules() -> None:
    for took, latency in ((0, 0), (1, 0), (2, 1), (5, 3), (6, 4), (86_400_001, 31)):
        OperationTotal.objects.all().delete()
        services.record([one(request_in_ts=1000, response_out_ts=1000 + took)])
        services.sum_operations()
        assert OperationTotal.objects.get().latency == latency, took
        assert OperationTotal.objects.get().milliseconds == took


def test_a_record_committed_late_is_not_lost() -> None:
    written, summed = Barrier(2), Barrier(2)

    def slow() -> None:
        with transaction.atomic():
            services.record([one(1)])
            written.wait(10)
            summed.wait(10)
        connection.close()

    thread = Thread(target=slow)
    thread.start()
    written.wait(10)
    services.record([one(2)])
    services.sum_operations()
    assert counted()[0] <= 1
    summed.wait(10)
    thread.join(10)
    services.sum_operations()
    assert counted() == (2, 2)


@pytest.fixture
def neighbour() -> Iterator[psycopg.Connection[Any]]:
    """A transaction of another node, in another database of the same server, that does not end."""
    with psycopg.connect(os.environ["LIENTHONG_TEST_SERVER"], dbname="postgres") as other:
        other.execute("SELECT pg_current_xact_id()")
        yield other


def test_a_transaction_of_another_database_holds_nothing_up(neighbour: psycopg.Connection[Any]) -> None:
    services.record([one(1)])
    services.sum_operations()
    assert counted() == (1, 1)


def test_what_hides_after_it_was_passed_makes_nothing_count_twice(
    neighbour: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    services.record([one(1)])
    services.sum_operations()
    with monkeypatch.context() as patched:
        patched.setattr(summing, "_OLDEST", summing._OLDEST.replace("datid <>", "false AND datid <>"))
        services.record([one(2)])
        services.sum_operations()
        assert counted() == (1, 1), "the neighbour may be one of ours"
    neighbour.rollback()
    services.sum_operations()
    assert counted() == (2, 2)


def test_many_writers_and_summers_count_exactly() -> None:
    def write() -> None:
        for n in range(30):
            services.record([one(n), one(n, succeeded=False)])
            if n % 5 == 0:
                services.sum_operations()
        connection.close()

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    services.sum_operations()
    assert counted() == (240, 240)


def test_invented_names_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "MOST_SERIES", 1)
    services.record([one(1)])
    services.sum_operations()
    services.record([one(n, client_member_code=f"X{n}") for n in range(50)] + [one(2)])
    services.sum_operations()
    assert set(OperationTotal.objects.values_list("client", flat=True)) == {"H36", "…"}
    assert counted() == (52, 52)


def test_old_records_go_and_sums_become_hours() -> None:
    now = clock.at(2026, 11, 20, 10, 20)
    for days, minutes in ((0, 0), (9, 0), (9, 5), (9, 50), (500, 0)):
        with clock.frozen(now - timedelta(days=days) + timedelta(minutes=minutes)):
            services.record([one(days)])
    services.sum_operations()
    assert OperationSum.objects.count() == 5
    with clock.frozen(now):
        services.forget_old_operations()
        assert Operation.objects.count() == 1
        assert sorted(OperationSum.objects.values_list("start", "count")) == [
            (clock.at(2026, 11, 11, 10), 2),
            (clock.at(2026, 11, 11, 11), 1),
            (clock.at(2026, 11, 20, 10, 20), 1),
        ]
        services.forget_old_operations()
        assert OperationSum.objects.count() == 3
    assert counted() == (4, 5)


def test_how_long_records_are_kept_is_a_parameter_and_what_is_not_summed_stays() -> None:
    with clock.frozen(clock.now() - timedelta(days=3)):
        services.record([one(1)])
    with playing(node(), parameters={"monitoring": {"keep_days": 2}}):
        services.forget_old_operations()
        assert Operation.objects.count() == 1
        services.sum_operations()
        services.forget_old_operations()
    assert not Operation.objects.exists()
