"""The pages in Chromium: nothing runs out of a narrow screen, and nobody is shut out."""

from datetime import timedelta
from typing import Any, Literal

import pytest

from lienthong.kernel import clock
from lienthong.kernel.text import tr
from lienthong.platform.monitoring.models import Operation
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import Lifetime

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.monitoring.tests.site"),
]


@pytest.fixture
def page(chromium: Any, traffic: int, operator: Any, live_server: Any, request: Any) -> Any:
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_the_operator_goes_from_the_overview_to_one_record(page: Any, look: Any) -> None:
    page.goto("/van-hanh/trao-doi/tong-quan/?ky=tuan")
    look(page, "overview")
    page.get_by_text("Xem dạng bảng").click()
    page.get_by_text("Lọc", exact=True).first.click()
    look(page, "overview-open")
    page.get_by_role("link", name="catalogue.quota-used").click()
    look(page, "records")
    page.locator("table a").first.click()
    look(page, "record")
    page.get_by_role("link", name="Quay lại").click()
    assert "ket-qua=catalogue.quota-used" in page.url
    page.goto("/van-hanh/trao-doi/tinh-trang/")
    look(page, "health")


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_empty_pages_and_lives_of_certificates(page: Any, monkeypatch: pytest.MonkeyPatch, look: Any) -> None:
    now = clock.now()
    shown: tuple[tuple[str, int, Literal["ok", "warn", "critical"]], ...]
    shown = (("node", 10, "ok"), ("tls", 80, "warn"), ("seal", 95, "critical"), ("officer", 5, "ok"))
    lives = tuple(
        Lifetime(
            name, name, now - timedelta(days=share), now + timedelta(days=100 - share), share / 100, level,
            tr(f"Còn {100 - share} ngày.", f"{100 - share} days left."),
        )
        for name, share, level in shown
    )  # fmt: skip
    monkeypatch.setattr(signing_queries, "lifetimes", lambda: lives)
    Operation.objects.all().delete()
    page.goto("/van-hanh/trao-doi/chung-thu/")
    look(page, "certificates")
    assert page.locator(".monitoring-check--critical").inner_text().startswith("seal")
    page.goto("/van-hanh/trao-doi/ban-ghi/?co-quan=G22")
    look(page, "empty")
