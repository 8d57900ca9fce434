"""Every page in Chromium: no accessibility violation, no sideways scrolling, no complaint of the console."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from lienthong.channels.portal.tests import answering
from lienthong.channels.portal.tests.conftest import BIRTH, EXTRACT, PDF
from lienthong.channels.portal.tests.test_following import look
from lienthong.channels.portal.tests.walk import BIRTH_ANSWERS, begin, file, fill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = os.environ.get("LIENTHONG_SCREENSHOTS", "")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture
def country(live_server):
    """What every page needs is there for the server's threads; what a test commits is gone after it."""


@pytest.fixture
def pages(country, browser, register):
    """Addresses of all pages by name, with dossiers in every state."""
    register.looks = [look(), look(outcome="denied", fields=())]
    fresh = begin(browser)
    draft = begin(browser)
    check = fill(browser, draft)
    filed = file(browser)
    states = {name: file(browser, EXTRACT) for name in ("ask_fee", "ask_papers", "give_result", "refuse", "assign")}
    for name, dossier in states.items():
        getattr(answering, name)(dossier)
    code = answering.code_of(states["assign"])
    return {
        "home": "/",
        "search": "/thu-tuc/?q=khai+sinh",
        "search-filtered": "/thu-tuc/?cap=commune&truc-tuyen=1",
        "search-empty": "/thu-tuc/?q=qqqqzzzz",
        "procedure": f"/thu-tuc/{BIRTH}/",
        "procedure-fee": f"/thu-tuc/{EXTRACT}/",
        "start": f"/nop-ho-so/{BIRTH}/",
        "form-place": f"{fresh}noi-nop/",
        "form-applicant": f"{fresh}nguoi-nop/",
        "form-date": f"{draft}ngay-sinh/",
        "form-file": f"{draft}giay-chung-sinh/",
        "form-mother": f"{draft}me/",
        "check": check,
        "discard": f"{draft}xoa/",
        "filed": f"/nop-ho-so/da-nop/{filed}/",
        "track": "/tra-cuu/",
        "track-found": f"/tra-cuu/?ma={code}",
        "track-unknown": "/tra-cuu/?ma=H36.101.01-261123-9999",
        "mine": "/ho-so/",
        "dossier-fee": f"/ho-so/{states['ask_fee']}/",
        "dossier-papers": f"/ho-so/{states['ask_papers']}/",
        "dossier-result": f"/ho-so/{states['give_result']}/",
        "dossier-refused": f"/ho-so/{states['refuse']}/",
        "supplement": f"/ho-so/{states['ask_papers']}/bo-sung/",
        "withdraw": f"/ho-so/{states['assign']}/rut/",
        "looks": "/ho-so/ai-da-xem/",
        "help": "/tro-giup/",
    }


@pytest.fixture
def open_page(chromium, live_server, browser):
    """A function that opens a window of a width in a language, signed in as Lan."""
    contexts = []

    def opened(width, language="vi"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url)
        contexts.append(context)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
        chosen = {settings.SESSION_COOKIE_NAME: cookie, settings.LANGUAGE_COOKIE_NAME: language}
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in chosen.items()])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES)
    return found.generate_report() if found.violations_count else ""


def keep(page, name):
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def test_every_page_is_accessible_and_fits(pages, open_page):
    wrong = []
    for width, language in ((390, "vi"), (1280, "vi"), (320, "en")):
        page = open_page(width, language)
        for name, path in pages.items():
            page.goto(path)
            page.evaluate("document.fonts.ready")
            keep(page, name if language == "vi" else f"{name}-{language}")
            if report := violations(page):
                wrong.append(f"{name} at {width}: {report[:1500]}")
            if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
                wrong.append(f"{name} at {width}: scrolls sideways")
        # The browser itself tells the console of the unknown code's 404.
        wrong += [text for text in page.complaints if "404" not in text]
    assert wrong == []


def test_lan_files_a_birth_with_suggestions_and_a_mistake(country, open_page, tmp_path):
    page = open_page(390)
    page.goto("/")
    page.get_by_label("Bạn cần làm việc gì?").press_sequentially("khai sinh", delay=20)
    page.locator("#q-suggestions").get_by_role("link", name="Đăng ký khai sinh", exact=False).first.click()
    page.get_by_role("button", name="Bắt đầu").click()
    page.get_by_role("button", name="Bắt đầu").click()
    for _ in range(30):
        if page.url.endswith("/kiem-tra/"):
            break
        key = page.url.rstrip("/").rsplit("/", 1)[-1]
        if key == "ten-tre":
            page.get_by_role("button", name="Tiếp tục").click()
            page.get_by_role("link", name="Hãy nhập “Họ, chữ đệm và tên của trẻ”.").click()
            assert page.evaluate("document.activeElement.id") == "child-name"
            keep(page, "form-error")
            assert violations(page) == ""
        answer(page, BIRTH_ANSWERS[key])
        if key == "giay-chung-sinh":
            page.locator("input[type=file]").set_input_files(
                {"name": "giay-chung-sinh.pdf", "mimeType": "application/pdf", "buffer": PDF}
            )
        page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Nộp hồ sơ").click()
    assert page.locator("#dossier-code").inner_text().startswith("G22-")
    page.get_by_role("button", name="Theo dõi hồ sơ").click()
    assert page.locator("#status").get_attribute("data-status") == "1"
    assert page.complaints == [] or all("422" in text for text in page.complaints)


def answer(page, values):
    for name, value in values.items():
        box = page.locator(f"[name='{name}']").first
        kind = box.evaluate("element => element.type")
        if kind == "radio":
            page.locator(f"[name='{name}'][value='{value}']").check()
        elif kind == "select-one":
            box.select_option(value)
        else:
            box.fill(value)
