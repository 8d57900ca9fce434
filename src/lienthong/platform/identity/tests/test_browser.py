"""Signing in with Chromium: no accessibility violation, no sideways scrolling, with and without the demo's people."""

import pytest

from lienthong.kernel import roles
from lienthong.kernel.access import SYSTEM
from lienthong.platform.identity import services
from lienthong.platform.identity.roles import ROLES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.identity.tests.demo_site"),
]


@pytest.fixture
def page(chromium, live_server, request):
    """A page of this width."""
    people = [("068185000001", "Nguyễn Thị Lan", 2), ("068085000002", "Lê Văn Nam", 1)]
    services.seed_demo_accounts(agency_code="H36", people=people)
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_people_sign_in_choose_an_agency_and_sign_out(page, look):
    page.goto("/dang-nhap/")
    look(page)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    look(page)
    roles.open_roles(ROLES)
    officer = services.appoint_officer(
        username="h36.102.hotich",
        name="Hồ Thị Mai Anh",
        agency_code="H36.101",
        position="Công chức tư pháp - hộ tịch",
        duties={"handling"},
        actor=SYSTEM,
    )
    page.goto("/dang-nhap/?next=/thu-ly/")
    look(page)
    page.locator(f"button[value='{officer.username}']").first.click()
    look(page)
    page.get_by_label("Ủy ban nhân dân phường Xuân Hương - Đà Lạt").check()
    page.get_by_role("button", name="Tiếp tục").click()
    assert "H36.101|handling" in page.inner_text("body")
    page.goto("/dang-xuat/")
    look(page)
