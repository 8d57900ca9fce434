"""Paying in Chromium: the payer's and the gateway's pages have no accessibility violation and no sideways scrolling."""

import pytest
from django.contrib.auth import get_user_model

from lienthong.kernel import jobs, profile
from lienthong.platform.payments.tests.conftest import NUMBER, REFERENCE, open_order

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.payments.tests.site"),
]


@pytest.fixture
def live(live_server, payment_node):
    """The node that takes payments, at the address of the test's server."""
    with profile.playing(payment_node, base_url=live_server.url) as node:
        yield node


@pytest.fixture
def page(chromium, live, lan, client, request, settings):
    open_order()
    client.force_login(get_user_model().objects.get(personal_number=NUMBER))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live.base_url)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live.base_url}])
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_the_payer_walks_from_the_fee_to_the_receipt(page, look):
    page.goto(f"/thanh-toan/ket-qua/{REFERENCE}/")
    look(page)
    page.get_by_role("button", name="Thanh toán").click()
    page.get_by_role("heading", name="Thanh toán 8.000 đ").wait_for()
    look(page)
    page.get_by_label("Ngân hàng Cửu Long (thử)").check()
    page.get_by_role("button", name="Thanh toán").click()
    page.get_by_role("heading", name="Đang chờ ngân hàng xác nhận").wait_for()
    look(page)
    jobs.run_waiting()
    page.get_by_role("heading", name="Đã thanh toán").wait_for()
    look(page)
