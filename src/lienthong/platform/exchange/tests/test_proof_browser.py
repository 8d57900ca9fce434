"""The pages of the proof in Chromium: readable on a phone, open to everybody who may come."""

from pathlib import Path
from typing import Any

import pytest

from lienthong.platform.exchange import services
from lienthong.platform.exchange.models import LogEntry
from lienthong.platform.exchange.tests.country import Homes, Note, sealed_letter
from lienthong.platform.exchange.tests.test_checkpoints import stamping
from lienthong.platform.exchange.tests.test_pages import operator

__all__ = ["operator", "stamping"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_log_and_a_proof(
    chromium: Any,
    operator: Any,
    province: Homes,
    stamping: None,
    live_server: Any,
    tmp_path: Path,
    width: int,
    look: Any,
) -> None:
    body, signature, header = sealed_letter(province, Note(subject="Giấy khai sinh", number=1))
    services.receive_letter(body, signature, {})
    services.make_checkpoint()
    services.stamp_checkpoints()
    services.receive_letter(*sealed_letter(province, Note(subject="a", number=2))[:2], {})
    services.make_checkpoint()
    page = chromium.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url).new_page()
    page.goto("/van-hanh/trao-doi/nhat-ky/")
    look(page, "log")
    page.get_by_role("button", name="Kiểm tra nhật ký", exact=True).click()
    look(page, "log-good")
    assert "nguyên vẹn" in page.content()
    LogEntry.objects.filter(position=1).update(outcome="x")
    page.get_by_role("button", name="Kiểm tra nhật ký", exact=True).click()
    look(page, "log-bad")
    page.get_by_role("link", name="Kiểm tra một tệp bằng chứng").click()
    look(page, "check")
    file = tmp_path / "proof.zip"
    file.write_bytes(services.proof_of(header.id, "in", stamp=True).content)
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    assert "Bằng chứng" in page.content()
    look(page, "check-shown")
