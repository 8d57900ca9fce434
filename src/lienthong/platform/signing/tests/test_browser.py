"""The pages in Chromium: nobody is shut out, nothing runs out of a narrow screen."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from lienthong.kernel.access import SYSTEM
from lienthong.kernel.profile import node
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.queries import uploads
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.papers import BOX, SEAL
from lienthong.platform.signing.tests.test_appearances import scan
from lienthong.platform.signing.tests.test_xml_signatures import signed
from lienthong.platform.signing.types import Box, CertificateKind

LAN = "officer:lan.nguyen"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.signing.tests.urls"),
]


@pytest.fixture
def lan(authority, monkeypatch):
    """An officer with a key, an agency with a seal, and time enough on a busy machine."""
    levels.forget_silence()
    monkeypatch.setattr(uploads, "READING_SECONDS", 120.0)
    made = identity.appoint_officer(
        username="lan.nguyen", name="Nguyễn Thị Lan", agency_code="H36.101", position="Phó Chủ tịch",
        duties={"leader"}, actor=SYSTEM,
    )  # fmt: skip
    keys: tuple[tuple[str, CertificateKind, str], ...] = (
        (LAN, "officer", "Nguyễn Thị Lan"),
        (SEAL, "seal", "UBND phường Xuân Hương - Đà Lạt"),
    )
    for name, kind, who in keys:
        services.issue_certificate(
            authority.home, name=name, kind=kind, agency_code="H36.101", common_name=who, into=node().home
        )
    return identity_queries.actor_of(identity_queries.get_account(made.account_id))


@pytest.fixture
def page(chromium, live_server, client, request, settings, lan):
    """A page of this width, signed in as the officer."""
    client.force_login(get_user_model().objects.get(username="lan.nguyen"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=live_server.url)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return context.new_page()


def send(page, name, content):
    page.goto("/xac-minh/")
    page.set_input_files("input[name=file]", {"name": name, "mimeType": "application/pdf", "buffer": content})
    page.get_by_role("button", name="Kiểm tra").click()
    page.get_by_text("Tệp đã kiểm tra").wait_for()


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_anybody_checks_a_file(page, look):
    page.goto("/xac-minh/")
    look(page, "verify")
    signed = services.sign_and_seal_pdf(papers.plain(), leader=LAN, seal=SEAL, box=BOX, level="B-LTA", reason="Thử")
    send(page, "quyet-dinh.pdf", bytes(signed))
    assert page.get_by_text("Văn bản nguyên vẹn, mọi chữ ký số đều hợp lệ.").is_visible()
    look(page, "verify-good")
    send(page, "quyet-dinh.pdf", papers.with_remark(signed))
    look(page, "verify-changed")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải bản đúng như khi ký (chữ ký 2)").click()
    as_signed = Path(waiting.value.path()).read_bytes()
    assert signed.startswith(as_signed)
    assert queries.judge_pdf(as_signed).good


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_every_answer_is_in_order(page, look):
    """Several people, nobody, a stranger's XML, no file at all, a broken one."""
    paper = services.sign_pdf(papers.plain(), signer=LAN, box=BOX, reason="Chấp thuận chủ trương đầu tư")
    for left in (60, 210):
        paper = services.sign_pdf(paper, signer=LAN, box=Box(left, 100, left + 130, 150))
    send(
        page, "to-trinh.pdf", bytes(services.sign_pdf(paper, signer=SEAL, box=Box(60, 20, 190, 70), appearance="seal"))
    )
    assert page.get_by_role("heading", name="Tệp có 4 chữ ký").is_visible()
    look(page, "verify-several")
    page.get_by_text("Chi tiết kỹ thuật").first.click()
    look(page, "verify-details")
    page.locator(".signing-overview a").nth(2).click()
    assert page.get_by_role("heading", name="3. Chữ ký của người có thẩm quyền").is_visible()
    send(page, "chua-ky.pdf", papers.plain())
    look(page, "verify-unsigned")
    send(page, "goi-tin-khong-ro-nguon-goc-ten-rat-dai-khong-co-dau-cach.xml", signed() + b"\n")
    look(page, "verify-xml")
    page.get_by_role("button", name="Kiểm tra").click()
    page.get_by_text("Hãy chọn tệp PDF hoặc XML").first.wait_for()
    look(page, "verify-nothing")
    page.set_input_files("input[name=file]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 no"})
    page.get_by_role("button", name="Kiểm tra").click()
    page.get_by_text("không phải tệp PDF đọc được").first.wait_for()
    look(page, "verify-broken")


@pytest.mark.parametrize("page", [390, 1280], indirect=True)
def test_an_officer_keeps_a_picture_and_signs_by_phone(page, lan, live_server, look):
    page.goto("/ky-so/hinh-chu-ky/")
    look(page, "image-none")
    page.set_input_files("input[name=picture]", {"name": "a.png", "mimeType": "image/png", "buffer": scan()})
    page.get_by_role("button", name="Lưu hình chữ ký").click()
    page.get_by_alt_text("Hình chữ ký của bạn").wait_for()
    look(page, "image")
    request = services.prepare_remote(
        papers.plain(), signer_certificate=queries.get_certificate(LAN).pem, actor=lan, box=BOX, title="Quyết định 128",
        picture=queries.find_signature_image(LAN),
    )  # fmt: skip
    page.goto("/ky-so/")
    look(page, "own-signature")
    page.get_by_label("Mã PIN mới", exact=True).fill("135246")
    page.get_by_label("Nhập lại mã PIN mới").fill("135247")
    page.get_by_role("button", name="Lưu mã PIN").click()
    page.get_by_text("Hai lần nhập mã PIN không giống nhau").first.wait_for()
    look(page, "own-signature-wrong")
    page.goto("/ky-so/tu-xa/")
    look(page, "remote-waiting")
    page.get_by_role("link", name="Quyết định 128").click()
    look(page, "remote-one")
    page.get_by_role("button", name="Ký bằng điện thoại").click()
    page.get_by_role("heading", name="Ký văn bản này?").wait_for()
    look(page, "phone")
    with_phone = {**node().parameters, "signing": {"csc_url": f"{live_server.url}/signing/csc/v2"}}
    from lienthong.kernel.profile import playing

    services.publish_pins([LAN], "135246", actor=SYSTEM)
    with playing(node(), parameters=with_phone):
        page.get_by_label("Mã PIN ký số").fill("135246")
        page.get_by_role("button", name="Ký", exact=True).click()
        page.get_by_text("Văn bản đã được ký.").wait_for()
    look(page, "remote-done")
    page.context.close()
    assert queries.verify_pdf(queries.get_remote_document(request.id, lan))[0].good
