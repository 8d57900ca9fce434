"""The access decision: denied by default, one code per cause, the same way when it is explained."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.models import Agreement, DayCount
from lienthong.platform.catalogue.queries.usage import COUNTS
from lienthong.platform.catalogue.tests.shelf import CLIENT, SERVICE, Shelf, call, touch
from lienthong.platform.catalogue.types import ServiceRef, SystemRef


def refused(**changes: Any) -> Refused:
    """The refusal of a call; the explanation must end with the same code."""
    request = call(**changes)
    with pytest.raises(Refused) as caught:
        queries.decide(request)
    explained = queries.explain(request)
    assert explained.code == caught.value.code
    assert not explained.steps[-1].good
    assert explained.steps[-1].advice
    assert all(step.good for step in explained.steps[:-1])
    return caught.value


def passes(**changes: Any) -> bool:
    return queries.decide(call(**changes)).client == CLIENT


def test_an_agreed_call_is_let_through_with_what_it_rests_on(shelf: Shelf) -> None:
    permission = queries.decide(call())
    assert permission.purpose == "Đăng ký khai sinh"
    assert permission.legal_ground == "Luật Hộ tịch 2014"
    assert permission.agreement_id == shelf.agreement.id
    assert permission.base_url == "http://127.0.0.1:9"
    assert str(permission.endpoint) == "GET /nguoi/*"
    explained = queries.explain(call())
    assert explained.allowed
    assert all(step.good for step in explained.steps)


def test_the_plain_name_means_the_newest_agreed_version_that_takes_calls(shelf: Shelf) -> None:
    plain = ServiceRef.of(SERVICE.system, "tra-cuu")
    assert queries.decide(call(service=plain)).service == SERVICE
    assert ServiceRef.of(SERVICE.system, "tra-cuu.v1") == SERVICE


def test_an_empty_catalogue_lets_nobody_through(db: None) -> None:
    touch()
    with pytest.raises(Refused) as caught:
        queries.decide(call())
    assert caught.value.code == "catalogue.unknown-client"


def test_each_cause_has_its_code(shelf: Shelf) -> None:
    assert refused(client=SystemRef("H36", "khac")).code == "catalogue.unknown-client"
    assert refused(service=ServiceRef("G01", "dan-cu", "khac", 1)).code == "catalogue.unknown-service"
    assert refused(service=ServiceRef("G01", "dan-cu", "tra-cuu", 2)).code == "catalogue.unknown-service"
    assert refused(path="/khac").code == "catalogue.endpoint-denied"
    assert refused(method="DELETE").code == "catalogue.endpoint-denied"
    assert refused(path="/nguoi/%2e%2e/x").code == "catalogue.bad-path"
    assert refused(purpose_id=str(uuid4())).code == "catalogue.no-purpose"
    shelf.change(shelf.client, state="closed")
    assert refused().code == "catalogue.unknown-client"


def test_an_agreement_must_be_in_force_today(shelf: Shelf) -> None:
    today = clock.today()
    shelf.change(shelf.agreement, valid_from=today + timedelta(days=1))
    assert refused().code == "catalogue.no-agreement"
    shelf.change(shelf.agreement, valid_from=today, valid_to=today)
    assert passes()
    shelf.change(shelf.agreement, valid_from=None, valid_to=today - timedelta(days=1))
    assert refused().code == "catalogue.no-agreement"
    shelf.change(shelf.agreement, state="ended", valid_to=None)
    assert refused().code == "catalogue.no-agreement"


@pytest.mark.parametrize("side", ["consumer", "provider", "platform"])
def test_each_side_may_suspend(shelf: Shelf, side: str) -> None:
    shelf.change(shelf.agreement, **{f"suspended_by_{side}": "Bảo trì"})
    refusal = refused()
    assert refusal.code == "catalogue.suspended"
    assert "Bảo trì" in refusal.message.vi


@pytest.mark.parametrize("state", ["suspended", "archived"])
def test_only_callable_versions_take_calls(shelf: Shelf, state: str) -> None:
    shelf.change(shelf.service, state="deprecated")
    assert passes()
    shelf.change(shelf.service, state=state)
    assert refused().code == "catalogue.service-disabled"
    shelf.change(shelf.service, state="published", platform_reason="Sự cố")
    assert refused().code == "catalogue.service-disabled"


def test_an_agreement_may_cover_less_than_the_service(shelf: Shelf) -> None:
    shelf.change(shelf.agreement, endpoints=[["GET", "/nguoi/*", ""]])
    assert passes()
    assert passes(method="HEAD")
    assert refused(method="POST", path="/nguoi/001").code == "catalogue.endpoint-denied"
    # Wider than the service does not widen it.
    shelf.change(shelf.agreement, endpoints=[["*", "/**", ""]])
    assert refused(path="/khac").code == "catalogue.endpoint-denied"


def test_a_purpose_must_be_accepted_and_named_where_there_are_several(shelf: Shelf) -> None:
    second = shelf.add_purpose(title="Đăng ký kết hôn")
    refusal = refused()
    assert refusal.code == "catalogue.ambiguous-purpose"
    assert str(second.id) in refusal.details["purposes"]
    assert queries.decide(call(purpose_id=str(second.id).upper())).purpose == "Đăng ký kết hôn"
    shelf.change(second, state="ended")
    assert refused(purpose_id=str(second.id)).code == "catalogue.no-purpose"
    assert queries.decide(call()).purpose == "Đăng ký khai sinh"
    shelf.change(shelf.purpose, state="waiting")
    assert refused().code == "catalogue.no-purpose"


def test_a_quota_ends_the_day_and_says_when_it_begins_anew(shelf: Shelf) -> None:
    shelf.change(shelf.service, daily_quota=2)
    with clock.frozen(clock.at(2026, 11, 21, 23, 0)):
        taken = [queries.decide(call()), queries.decide(call())]
        refusal = refused()
        assert (refusal.code, refusal.status) == ("catalogue.quota-used", 429)
        assert refusal.details["retry_after"] == 3600
        services.give_back(taken[:1])
        services.count_calls([*taken[1:], queries.decide(call())])
    with clock.frozen(clock.at(2026, 11, 22, 0, 0)):
        assert passes()


def test_the_purpose_may_have_a_quota_of_its_own(shelf: Shelf) -> None:
    shelf.change(shelf.service, daily_quota=1)
    shelf.change(shelf.purpose, daily_quota=3)
    assert [queries.decide(call()).used for _ in range(3)] == [0, 1, 2]
    assert refused().code == "catalogue.quota-used"


@pytest.mark.django_db(transaction=True)
def test_counts_hold_across_a_restart() -> None:
    shelf = Shelf.filled()
    shelf.change(shelf.service, daily_quota=3)
    services.count_calls([queries.decide(call()), queries.decide(call())])
    COUNTS.forget()
    queries.forget_index()
    assert queries.decide(call()).used == 2
    assert refused().code == "catalogue.quota-used"
    assert DayCount.objects.get().calls == 2
    assert DayCount.objects.get().service == "G01/dan-cu/tra-cuu.v1"


def test_a_rate_spreads_calls_and_gives_the_wait(shelf: Shelf) -> None:
    shelf.change(shelf.agreement, rate=2.0)
    queries.decide(call())
    queries.decide(call())
    with pytest.raises(Refused) as caught:
        queries.decide(call())
    assert (caught.value.code, caught.value.status) == ("catalogue.too-fast", 429)
    assert caught.value.details["retry_after"] == 1


def test_explaining_takes_nothing(shelf: Shelf) -> None:
    shelf.change(shelf.service, daily_quota=1)
    for _ in range(3):
        assert queries.explain(call()).allowed
    assert passes()


def test_the_usage_list_stands_beside_the_quota(shelf: Shelf) -> None:
    shelf.change(shelf.service, daily_quota=4)
    services.count_calls([queries.decide(call())])
    (line,) = queries.list_usage()
    assert (line.calls, line.quota, line.share, line.client) == (1, 4, 25, CLIENT)
    assert queries.list_days(shelf.purpose.id) == [(clock.today(), 1)]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_does_not_stay_in_memory() -> None:
    from django.db import transaction

    shelf = Shelf.filled()
    assert passes()
    with transaction.atomic():
        shelf.change(shelf.agreement, state="ended")
        assert refused().code == "catalogue.no-agreement"
        transaction.set_rollback(True)
    queries.forget_index()
    assert passes()
    Agreement.objects.update(state="ended")
    touch()
    assert refused().code == "catalogue.no-agreement"
