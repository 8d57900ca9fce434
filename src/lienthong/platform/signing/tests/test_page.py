"""The public page that says who signed a file."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.queries import uploads
from lienthong.platform.signing.tests import papers
from lienthong.platform.signing.tests.papers import BOX, LEADER, SEAL
from lienthong.platform.signing.tests.test_xml_signatures import signed
from lienthong.platform.signing.views import verify as views

pytestmark = [pytest.mark.usefixtures("at_province"), pytest.mark.django_db, pytest.mark.urls(__name__)]

from django.urls import include, path  # noqa: E402 (the routes of this test's node)

urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("xac-minh/", include("lienthong.platform.signing.urls")),
]


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch):
    """A machine that is busy with other tests may take its time."""
    monkeypatch.setattr(uploads, "READING_SECONDS", 120.0)
    cache.clear()


def check(client, content, name="ket-qua.pdf"):
    response = client.post("/xac-minh/", {"file": SimpleUploadedFile(name, content, "application/pdf")})
    return response, response.content.decode()


def test_anyone_can_open_the_page(client):
    page = client.get("/xac-minh/").content.decode()
    assert "Kiểm tra chữ ký số" in page
    assert "không cần đăng nhập" in page


def test_a_good_paper_shows_who_signed(client):
    paper = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)
    response, page = check(client, paper)
    assert response.status_code == 200
    assert "Văn bản nguyên vẹn, mọi chữ ký số đều hợp lệ." in page
    for seen in ("Nguyễn Thị Lan", "Phó Chủ tịch", "H36.101", "09:30 21/11/2026", "2. Con dấu của cơ quan"):
        assert seen in page


def test_each_signature_says_what_it_covers_and_by_whose_clock(client):
    paper = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)
    page = check(client, paper)[1]
    leader, seal = page.split("<section")[1:]
    assert "Sau đó chỉ thêm chữ ký, con dấu hoặc dữ liệu xác minh." in leader
    assert "Toàn bộ tệp, đúng như bạn đang có." in seal
    assert "09:30 21/11/2026, theo đồng hồ máy người ký" in leader
    assert "dấu thời gian chứng minh" not in leader


def test_many_signatures_are_told_before_one_by_one_and_one_is_not(client):
    alone = check(client, services.sign_pdf(papers.plain(), signer=LEADER, box=BOX))[1]
    assert "signing-overview" not in alone
    both = check(client, services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX))[1]
    overview = both.partition("signing-overview")[2].partition("</ol>")[0]
    assert "Tệp có 2 chữ ký" in both
    assert overview.count("<li>") == overview.count("Hợp lệ") == 2
    assert "Nguyễn Thị Lan" in overview
    for number in (1, 2):
        assert f'href="#chu-ky-{number}"' in overview
        assert f'id="chu-ky-{number}"' in both


def test_a_signed_xml_file_says_as_much_as_a_pdf(client):
    page = check(client, signed(files={}), "goi-tin.xml")[1]
    assert "Mọi chữ ký số trong tệp đều hợp lệ" in page
    assert "Toàn bộ tệp, đúng như bạn đang có." in page
    assert "1. Chữ ký bằng chứng thư của hệ thống của cơ quan" in page
    assert "09:30 21/11/2026, theo đồng hồ máy người ký" in page
    assert "Chi tiết kỹ thuật" in page


def test_the_page_speaks_english_on_request(client):
    client.cookies["language"] = "en"
    paper = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)
    from django.conf import settings

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "every digital signature is good" in check(client, paper)[1]


def test_a_changed_paper_is_called_changed(client):
    paper = services.sign_and_seal_pdf(papers.plain(), leader=LEADER, seal=SEAL, box=BOX)
    _, page = check(client, papers.with_other_words(paper))
    assert "Văn bản đã bị thêm hoặc sửa sau khi" in page
    assert page.count("Bị sửa sau khi ký</strong>") == 4
    assert "Những gì thêm hoặc sửa sau đó không thuộc chữ ký này" in page
    assert "Hợp lệ</strong>" not in page


def test_an_unsigned_paper_is_called_unsigned(client):
    assert "Tệp này chưa được ký số." in check(client, papers.plain())[1]


def test_a_foreign_paper_names_no_one_as_sure(client, country):
    with playing(node(), home=country.abroad):
        foreign = services.sign_pdf(papers.plain(), signer=LEADER, box=BOX)
    page = check(client, foreign)[1]
    assert "Không rõ ai ký</strong>" in page
    assert "Không rõ ai ký:" in page


def test_no_file_and_a_wrong_file_are_explained_at_the_field(client):
    response = client.post("/xac-minh/", {})
    assert response.status_code == 422
    assert "Hãy chọn tệp PDF hoặc XML cần kiểm tra." in response.content.decode()
    response, page = check(client, b"not a pdf", name="anh.png")
    assert response.status_code == 422
    assert "không phải tệp PDF đọc được" in page


def test_a_file_that_is_too_large_is_not_read(client, monkeypatch):
    monkeypatch.setattr(views, "MAX_PDF_BYTES", 1000)
    response, page = check(client, papers.plain())
    assert response.status_code == 413
    assert f"lớn hơn {queries.MAX_PDF_BYTES // 2**20} MB" in page


def test_a_strangers_file_name_is_shown_as_text():
    paper = papers.plain()
    file = SimpleUploadedFile("<script>.pdf", paper, "application/pdf")
    response = views.verify(RequestFactory().post("/xac-minh/", {"file": file}))
    assert isinstance(response, HttpResponse)
    assert b"<script>.pdf" not in response.content
