"""What the background thread does for the exchange."""

from datetime import timedelta

import pytest

from lienthong.kernel import clock
from lienthong.kernel.background import wake_name
from lienthong.platform.exchange import jobs, services
from lienthong.platform.exchange.models import DirectoryCopy
from lienthong.platform.exchange.services.outcomes import WAKE
from lienthong.platform.exchange.tests.country import Homes, Note

pytestmark = pytest.mark.django_db


def test_posting_wakes_the_function_that_delivers() -> None:
    assert wake_name(jobs.deliver_due) == WAKE


def test_without_a_directory_nothing_is_delivered(province: Homes) -> None:
    services.post_letter(Note(subject="a", number=1), recipient="G22")
    DirectoryCopy.objects.all().delete()
    assert jobs.deliver_due() == 0


def test_a_fresh_directory_is_left_alone_and_a_troubled_one_is_fetched(
    province: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(services, "refresh_directory", lambda: calls.append(1))
    jobs.refresh_directory()
    assert calls == []
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        jobs.refresh_directory()
    DirectoryCopy.objects.update(trouble="exchange.unreachable refused")
    jobs.refresh_directory()
    assert calls == [1, 1]


def test_heads_are_sealed(province: Homes) -> None:
    jobs.seal_log()
