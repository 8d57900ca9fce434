"""The style guide in Chromium: no accessibility violation, no sideways scrolling, working by keyboard."""

import pytest

pytestmark = pytest.mark.browser

GUIDE = "/huong-dan-giao-dien/"


@pytest.fixture
def page(chromium, site, request):
    context = chromium.new_context(viewport={"width": getattr(request, "param", 1280), "height": 900}, base_url=site)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


@pytest.mark.parametrize("page", [320, 390, 1280], indirect=True)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_violation_and_no_sideways_scrolling(page, look, language):
    page.goto(GUIDE)
    if language == "en":
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == language
    look(page)
    assert page.complaints == []


def test_the_skip_link_is_first_and_leads_to_the_content(page):
    page.goto("/khong-co/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Đến nội dung chính"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


def test_a_link_of_the_error_summary_puts_the_cursor_into_the_field(page):
    page.goto(GUIDE)
    page.get_by_role("link", name="Hãy điền họ và tên.").click()
    assert page.evaluate("document.activeElement.id") == "bad_name"


def test_a_table_sorts_by_a_column(page):
    page.goto(GUIDE)
    page.get_by_role("button", name="Hạn trả").click()
    assert page.locator("td[data-sort-value]").first.inner_text() == "20/11/2026"


def test_the_typeface_is_ours(page):
    page.goto(GUIDE)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert any("Be Vietnam Pro" in family for family in loaded)
