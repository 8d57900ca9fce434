"""The clerk's pages in Chromium: pleasant on a phone and on a desk, open to all, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.kernel import clock
from lienthong.platform.documents.models import Arrival, RegisterEntry, RegisterImport
from lienthong.platform.documents.services import indexing, numbering, registering
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import HUB_CLERK, Circuit
from lienthong.platform.documents.tests.desk_site import sign_in
from lienthong.platform.documents.tests.test_search import SCAN, make_pdf

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.documents.tests.desk_site"),
]


@pytest.fixture
def desk(transactional_db: None, axis_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Circuit]:
    post = circuit.Post()
    circuit.patch_post(monkeypatch, post)
    loop = circuit.Circuit(axis_homes, post)
    today = clock.today()
    sends = [
        circuit.send(number, content=make_pdf(SCAN), priority=number % 4, promulgated_on=today)
        for number in range(120, 128)
    ]
    loop.land(loop.carried(*sends))
    sign_in(monkeypatch, HUB_CLERK)
    with loop.at("G22"):
        for row in Arrival.objects.order_by("pk")[:3]:
            registering.register_arrival(row.pk, actor=HUB_CLERK, receivers="Vụ Văn xã")
        numbering.give_number("G22", "TB", on=clock.today(), subject="Thông báo nghỉ lễ", actor=HUB_CLERK)
        numbering.reserve_numbers("G22", "QĐ", on=clock.today(), count=1, reason="Kỳ họp", actor=HUB_CLERK)
        indexing.index_waiting()
        rows = "Số đến,Ngày đến,Tác giả,Trích yếu\nhai,05/01/2025,Bộ Nội vụ,Báo cáo\n"
        made = {"direction": "in", "file": SimpleUploadedFile("so-cu.csv", rows.encode())}
        page = Client().post("/van-ban/nhap/", made)["Location"]
        columns = {"number": "0", "registered_on": "1", "author": "2", "subject": "3"}
        Client().post(page, {"viec": "check", **columns})
        yield loop


@pytest.fixture
def page(chromium: Any, desk: Circuit, live_server: Any, request: Any) -> Any:
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_every_page_is_open_to_all_and_fits(page: Any, look: Any) -> None:
    arrival = Arrival.objects.filter(entry=None).first()
    registered = RegisterEntry.objects.filter(arrival__isnull=False)[0]
    kept = RegisterEntry.objects.get(reserved=True)
    for name, path in (
        ("incoming", "/van-ban/"),
        ("registered", "/van-ban/?muc=registered&khan=1&tu_co_quan=H36"),
        ("arrival", f"/van-ban/den/{arrival.pk}/"),  # type: ignore[union-attr]  # five wait
        ("arrival-registered", f"/van-ban/den/{registered.arrival_id}/"),
        ("signatures", f"/van-ban/tep/{registered.arrival.message_id}/0/chu-ky/"),  # type: ignore[union-attr]
        ("outgoing", "/van-ban/di/"),
        ("search", "/van-ban/tim/?q=deo+bao+loc"),
        ("search-empty", "/van-ban/tim/"),
        ("registers", "/van-ban/so/"),
        ("register", f"/van-ban/so/{registered.register_id}/"),
        ("entry", f"/van-ban/so/dong/{registered.pk}/"),
        ("entry-reserved", f"/van-ban/so/dong/{kept.pk}/"),
        ("give-number", "/van-ban/so/lay-so/"),
        ("paper", "/van-ban/so/giay/"),
        ("rule", "/van-ban/so/cach-danh-so/"),
        ("imports", "/van-ban/nhap/"),
        ("import", f"/van-ban/nhap/{RegisterImport.objects.get().pk}/"),
    ):
        page.goto(path)
        look(page, name)
        for summary in page.locator("main details > summary").all():
            summary.click()
        if page.locator("main details").count():
            look(page, f"{name}-open")


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_a_line_of_a_register_says_on_a_phone_what_each_value_is(page: Any) -> None:
    entry = RegisterEntry.objects.filter(arrival__isnull=False).order_by("number")[0]
    page.goto(f"/van-ban/so/{entry.register_id}/")
    line = page.locator("tbody tr").last
    said = " ".join(line.inner_text().split())
    captions = ["Số đến: 01", f"Ngày: {entry.registered_on:%d/%m/%Y}", f"Số, ký hiệu: {entry.code}"]
    if page.viewport_size["width"] == 390:
        assert all(one in said for one in captions), said
        assert not page.get_by_role("columnheader").count()
        edge = page.locator(".lt-stacked").evaluate("one => one.scrollWidth - one.clientWidth")
        assert edge <= 0
    else:
        assert "Số, ký hiệu:" not in said
        assert page.get_by_role("columnheader").count() == 5


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_the_clerk_works_by_keyboard(page: Any, look: Any) -> None:
    page.goto("/van-ban/")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    assert "báo cáo" in first
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input[name=arrival]:checked").count() == 2
    page.get_by_role("button", name="Đăng ký các văn bản đã chọn").click()
    assert "Đã đăng ký 2 văn bản, số đến 4–5" in page.locator("main").inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/van-ban/den/**")
    page.get_by_text("Từ chối tiếp nhận").first.click()
    page.get_by_role("button", name="Từ chối tiếp nhận").click()
    look(page, "refuse-error")
    assert page.locator(".govuk-error-summary").is_visible()
