"""The list of notices in Chromium: no accessibility violation, no sideways scrolling."""

import pytest
from django.contrib.auth import get_user_model

from lienthong.kernel.access import SYSTEM
from lienthong.kernel.text import tr
from lienthong.platform.identity import services as identity_services
from lienthong.platform.notices import services

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.notices.tests.site"),
]


@pytest.fixture
def page(chromium, live_server, client, request, settings):
    """A page of this width."""
    lan = identity_services.open_person_account(
        personal_number="068185000001", name="Nguyễn Thị Lan", level=2, actor=SYSTEM
    )
    client.force_login(get_user_model().objects.get(pk=lan.account_id))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_a_reader_sees_what_is_new_and_marks_it_read(page, look):
    page.goto("/thong-bao/")
    look(page)
    for day in range(23):
        services.notify(
            personal_number="068185000001",
            title=tr(f"Hồ sơ H36.101.01-2611{day:02d}-0001 đã được tiếp nhận", "Your dossier was received"),
            body=tr(
                "Ủy ban nhân dân phường Xuân Hương - Đà Lạt đã nhận hồ sơ. Ngày trả kết quả: 24/11/2026.",
                "The ward has taken it in. Return date: 24/11/2026.",
            ),
            link="/thong-bao/" if day % 3 else "",
        )
    page.goto("/thong-bao/")
    look(page)
    page.get_by_role("button", name="Xem chi tiết").first.click()
    assert page.get_by_text("Bạn có 22 thông báo chưa đọc.").is_visible()
    page.get_by_role("button", name="Đánh dấu tất cả là đã đọc").click()
    page.get_by_role("button", name="Đánh dấu tất cả là đã đọc").wait_for(state="detached")
    look(page)
