"""The pages in Chromium: pleasant on a phone and on a desk, shutting nobody out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lienthong.platform.catalogue import services
from lienthong.platform.catalogue.tests.desk import CLIENT, PAGES, SERVICE, at_desk, call, furnish, sign_in
from lienthong.platform.catalogue.tests.trio import LAN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.catalogue.tests.site"),
]


@pytest.fixture
def agreed(transactional_db: None, homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sign_in(monkeypatch)
    with at_desk(homes):
        made = furnish()
        call(7)
        wish = services.PurposeWish("Thống kê đất đai hằng năm", "Luật Đất đai 2024, Điều 56", 900)
        services.request_purpose(agreement_id=made.id, wish=wish, actor=LAN)
        yield made


@pytest.fixture
def page(chromium: Any, agreed: Any, live_server: Any, request: Any) -> Any:
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_every_page_is_open_to_all_and_fits(page: Any, agreed: Any, look: Any) -> None:
    service = "H36/dat-dai/thua-dat.v1/"
    for name, path in (
        ("services", "dich-vu/"),
        ("service", f"dich-vu/{service}"),
        ("ours", "dich-vu-cua-toi/"),
        ("own-service", f"dich-vu-cua-toi/{service}"),
        ("service-form", f"dich-vu-cua-toi/{service}sua/"),
        ("new-service", "dich-vu-cua-toi/moi/"),
        ("interface", f"dich-vu-cua-toi/{service}giao-dien/"),
        ("systems", "he-thong/"),
        ("system", "he-thong/H36/mot-cua/"),
        ("new-system", "he-thong/moi/"),
        ("agreements", "thoa-thuan/"),
        ("request-choose", "thoa-thuan/de-nghi/"),
        ("request", f"thoa-thuan/de-nghi/?service={SERVICE}"),
        ("agreement", f"thoa-thuan/{agreed.id}/"),
        ("permissions", "quyen/"),
        ("why", f"vi-sao/?client={CLIENT}&service={SERVICE}&path=/thua-dat/1"),
        ("why-not", f"vi-sao/?client={CLIENT}&service={SERVICE}&path=/khac"),
    ):
        page.goto(PAGES + path)
        look(page, name)
        for summary in page.locator("details.govuk-details > summary").all():
            summary.click()
        if page.locator("details.govuk-details").count():
            look(page, f"{name}-open")


@pytest.mark.parametrize("page", [390], indirect=True)
def test_the_operator_makes_a_key_and_asks_for_data(page: Any, look: Any) -> None:
    page.goto(f"{PAGES}he-thong/H36/mot-cua/")
    page.get_by_label("Tên khóa mới").fill("Máy dự phòng")
    page.get_by_role("button", name="Tạo khóa").click()
    look(page, "new-key")
    assert page.locator(".govuk-panel .lt-code").inner_text().startswith("lt_")
    page.goto(f"{PAGES}thoa-thuan/de-nghi/?service={SERVICE}")
    page.get_by_role("button", name="Gửi đề nghị").click()
    look(page, "request-errors")
    assert page.locator(".govuk-error-summary").is_visible()
