"""The operator's pages about systems outside in Chromium: on a phone and on a desk, shutting nobody out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import clock
from lienthong.platform.documents.models import AxisTask, PartnerCall, PartnerWarning
from lienthong.platform.documents.services import axis_tasks, partners
from lienthong.platform.documents.tests.axis_bench import HOA, being
from lienthong.platform.documents.tests.test_partner_pages import FORM, LINE, PAGES, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.documents.tests.axis_site"),
]


@pytest.fixture
def furnished(transactional_db: None, axis_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sign_in(monkeypatch, HOA)
    roles = ("documents.member", "documents.axis", "documents.partner_axis")
    with being(axis_homes, "G22", *roles, partner_axis=LINE):
        entry, _ = partners.register_partner(
            system_id=FORM["system_id"], name=FORM["name"], agencies=["H56"], networks=["10.56.0.0/16"],
            contact=FORM["contact"], actor=HOA,
        )  # fmt: skip
        partners.register_agency(entry, code="H56.14", parent_code="H56", name="Sở Nội vụ", mail="snv@example.gov.vn")
        second, _ = partners.register_partner(
            system_id="VN:GOV:G09:vpdt", name="Văn phòng điện tử Bộ Nội vụ", agencies=["G09"], actor=HOA
        )
        partners.suspend_partner(system_id=second.system_id, reason="Đang thay máy chủ", actor=HOA)
        for place, (verb, outcome) in enumerate(
            (("sendEdoc", ""), ("getReceivedEdocList", ""), ("sendEdoc", "documents.hash-mismatch"))
        ):
            PartnerCall.objects.create(
                partner_id=entry.id, at=clock.now() - timedelta(minutes=place), dialect="axis", verb=verb,
                outcome=outcome, address="10.56.1.9", about="01a20178-92d7-7794-9c52-9c1bd1b5fdf0",
            )  # fmt: skip
        PartnerWarning.objects.create(
            sender_code="H56", code="rsa-sha1", day=clock.today(), count=1204, last_document_id="H56,2026/11/22,9/UBND"
        )
        AxisTask.objects.create(
            kind="status", axis="truc-khac", sender_code="G22", receivers=["G10"], document_id="G10,2026/11/22,4/BNG",
            state="waiting", attempts=3, problem="Không kết nối được trục (timeout)", next_at=clock.now(),
            created_at=clock.now(), edxml=b"<x/>",
        )  # fmt: skip
        axis_tasks.note_line("truc-khac", problem="Không kết nối được trục (refused)")
        yield


@pytest.fixture
def page(chromium: Any, furnished: None, live_server: Any, request: Any) -> Any:
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    return context.new_page()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_every_page_is_open_to_all_and_fits(page: Any, look: Any) -> None:
    for name, path in (
        ("partners", ""),
        ("partner", "VN:GOV:H56:qlvb/"),
        ("partner-suspended", "VN:GOV:G09:vpdt/"),
        ("partner-new", "moi/"),
        ("axis-tasks", "viec/"),
    ):
        page.goto(PAGES + path)
        look(page, name)
    page.goto(f"{PAGES}moi/")
    page.get_by_role("button", name="Đăng ký").click()
    look(page, "partner-errors")
    assert page.locator(".govuk-error-summary").is_visible()
    page.goto(f"{PAGES}VN:GOV:H56:qlvb/")
    page.get_by_text("Đổi khóa bí mật").click()
    page.get_by_role("button", name="Cấp khóa mới", exact=True).click()
    look(page, "partner-secret")
    assert len(page.locator(".govuk-panel .lt-code").inner_text()) >= 40
