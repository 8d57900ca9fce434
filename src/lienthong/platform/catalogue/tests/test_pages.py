"""The operator's pages: what stands there, what the buttons do, what is wrong said beside the field."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.platform.catalogue import queries
from lienthong.platform.catalogue.models import Agreement
from lienthong.platform.catalogue.tests.desk import CLIENT, DOCUMENT, PAGES, SERVICE, at_desk, furnish, sign_in
from lienthong.platform.catalogue.tests.trio import LAN
from lienthong.platform.catalogue.types import ServiceRef, SystemRef

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.catalogue.tests.site")]
OWN = f"{PAGES}dich-vu-cua-toi/H36/dat-dai/thua-dat.v1/"


@pytest.fixture
def operator(db: None, homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    sign_in(monkeypatch)
    with at_desk(homes):
        yield Client()


@pytest.fixture
def agreed(operator: Client) -> Any:
    return furnish()


def read(client: Client, path: str, status: int = 200) -> str:
    response = client.get(PAGES + path)
    assert response.status_code == status
    return response.content.decode()


def send(browser: Client, path: str, status: int = 302, /, **typed: Any) -> str:
    response = browser.post(path if path.startswith("/") else PAGES + path, typed)
    assert response.status_code == status, response.content.decode()[:3000]
    return response.content.decode()


def test_empty_pages_say_what_would_stand_there(operator: Client) -> None:
    for path, words in (
        ("dich-vu/", "Không tìm thấy dịch vụ nào"),
        ("dich-vu-cua-toi/", "Chưa có dịch vụ nào"),
        ("he-thong/", "Chưa có hệ thống nào"),
        ("thoa-thuan/", "Không có thỏa thuận nào"),
        ("quyen/", "Chưa có quyền nào"),
        ("vi-sao/", "Vì sao"),
    ):
        assert words in read(operator, path)


def test_a_system_is_registered_and_its_key_is_shown_once(operator: Client) -> None:
    page = send(operator, "he-thong/moi/", 422, agency_code="H36", code="một", name="x")
    assert "Mã gồm chữ không dấu" in page
    send(operator, "he-thong/moi/", agency_code="H36", code="mot-cua", name="Một cửa")
    change = "he-thong/H36/mot-cua/sua/"
    assert "Hãy điền ô này" in send(operator, change, 422, act="key", label="")
    shown = send(operator, change, 200, act="key", label="Máy chủ")
    key = shown.split('<strong class="lt-code">')[1].split("</strong>")[0]
    assert queries.find_key_owner(key) == (SystemRef("H36", "mot-cua"), False)
    page = read(operator, "he-thong/H36/mot-cua/")
    assert key not in page
    assert f"…{key[-4:]}" in page
    assert "10.0.0.999" in send(operator, change, 422, act="access", networks="10.0.0.999")
    send(operator, change, act="access", networks="10.0.0.0/8\n")
    assert "10.0.0.0/8" in read(operator, "he-thong/H36/mot-cua/")
    (held,) = queries.list_keys(SystemRef("H36", "mot-cua"))
    send(operator, change, act="end-key", key=held.id)
    assert queries.find_key_owner(key) is None
    send(operator, change, act="close")
    assert "Đã ngừng" in read(operator, "he-thong/")
    assert send(operator, change, 404, act="nonsense")
    assert read(operator, "he-thong/G01/khac/", 404)


def test_a_service_goes_from_draft_to_published_by_its_pages(operator: Client) -> None:
    send(operator, "he-thong/moi/", agency_code="H36", code="dat-dai", name="Đất đai")
    typed: dict[str, Any] = {
        "system": "H36/dat-dai",
        "code": "thua-dat",
        "kind": "openapi",
        "title": "Thửa đất",
        "timeout": "5",
    }
    page = send(operator, "dich-vu-cua-toi/moi/", 422, **typed, base_url="ftp://x")
    assert "Hãy ghi địa chỉ như" in page
    page = send(operator, "dich-vu-cua-toi/moi/", 422, **typed, base_url="http://a", rate="nhanh")
    assert "Hãy ghi một số" in page
    send(operator, "dich-vu-cua-toi/moi/", **typed, base_url="http://127.0.0.1:9", daily_quota="10.000", rate="2,5")
    entry = queries.get_service(SERVICE)
    assert (entry.terms.daily_quota, entry.terms.rate, entry.terms.timeout) == (10000, 2.5, 5.0)
    assert "Chưa có điểm truy cập" in send(operator, f"{OWN}trang-thai/", 422, act="published")
    assert "Hãy chọn một tệp" in send(operator, f"{OWN}giao-dien/", 422, act="upload")
    bad = SimpleUploadedFile("a.json", b"{}")
    assert "Cần tài liệu OpenAPI" in send(operator, f"{OWN}giao-dien/", 422, act="upload", openapi=bad)
    send(operator, f"{OWN}giao-dien/", act="upload", openapi=SimpleUploadedFile("a.yaml", DOCUMENT))
    send(operator, f"{OWN}trang-thai/", act="published")
    page = read(operator, "dich-vu/?q=thua dat")
    assert "Thửa đất" in page
    assert "Đang cung cấp" in page
    assert "/thua-dat/{ma}" in read(operator, "dich-vu/H36/dat-dai/thua-dat.v1/")
    send(operator, f"{OWN}sua/", title="Thửa đất mới", base_url="http://127.0.0.1:9", timeout="5")
    assert queries.get_service(SERVICE).terms.daily_quota is None
    assert "Hãy điền ô này" in send(operator, f"{OWN}trang-thai/", 422, act="suspended", reason="")
    send(operator, f"{OWN}trang-thai/", act="suspended", reason="Bảo trì")
    assert "Bảo trì" in read(operator, "dich-vu/H36/dat-dai/thua-dat.v1/")
    send(operator, f"{OWN}giao-dien/", act="lines", endpoints="GET /a/*  Xem\n\nPOST /b", fields="x\ny")
    assert [str(one) for one in queries.get_service(SERVICE).endpoints] == ["GET /a/*", "POST /b"]
    assert "không phải là điểm truy cập" in send(operator, f"{OWN}giao-dien/", 422, act="lines", endpoints="x")


def test_a_description_is_fetched_only_from_below_the_service(operator: Client, agreed: Any) -> None:
    page = send(operator, f"{OWN}giao-dien/", 422, act="link", openapi_url="http://10.0.0.1/secret.json")
    assert "phải nằm dưới" in page
    page = send(operator, f"{OWN}giao-dien/", 422, act="link", openapi_url="http://127.0.0.1:9/dat-dai/../x")
    assert "Hãy ghi địa chỉ như" in page
    page = send(operator, f"{OWN}giao-dien/", 422, act="link", openapi_url="http://127.0.0.1:9/dat-dai/a.json")
    assert "Không lấy được" in page


def test_a_new_version_begins_with_what_the_last_one_says(operator: Client, agreed: Any) -> None:
    page = read(operator, f"dich-vu-cua-toi/moi/?tu={SERVICE}")
    assert 'value="Thông tin thửa đất"' in page
    assert 'value="http://127.0.0.1:9/dat-dai"' in page


def test_an_agreement_is_asked_for_answered_and_stopped_by_its_pages(operator: Client, agreed: Any) -> None:
    Agreement.objects.all().delete()
    page = read(operator, f"thoa-thuan/de-nghi/?service={SERVICE}")
    assert "so_thua" in page
    assert "Điểm truy cập cần gọi" in page
    typed: dict[str, Any] = {
        "service": str(SERVICE),
        "client": str(CLIENT),
        "title": "Việc",
        "legal_ground": "Luật",
        "note": "n",
    }
    assert "Từ 1 đến" in send(operator, "thoa-thuan/de-nghi/", 422, **typed)
    dates = {"valid_to-day": "31", "valid_to-month": "2", "valid_to-year": "2027"}
    assert "ngày có thật" in send(operator, "thoa-thuan/de-nghi/", 422, **typed, daily_calls="5", **dates)
    send(operator, "thoa-thuan/de-nghi/", **typed, daily_calls="5", fields=["so_to"], endpoints=["GET /thua-dat/{ma}"])
    (made,) = queries.list_agreements()
    assert (made.purposes[0].fields, [str(one) for one in made.endpoints]) == (("so_to",), ["GET /thua-dat/{ma}"])
    assert "1 đề nghị đang chờ" in read(operator, "thoa-thuan/")
    address = f"thoa-thuan/{made.id}/"
    change = f"{address}sua/"
    assert "Hãy điền ô này" in send(operator, change, 422, act="refuse")
    send(operator, change, act="accept", daily_quota="9", rate="1")
    page = read(operator, address)
    assert "Đang hiệu lực" in page
    assert "0 / 9" in page
    send(operator, change, act="suspend", side="provider", reason="Bảo trì")
    assert "Bảo trì" in read(operator, address)
    send(operator, change, act="resume", side="provider")
    assert send(operator, change, 409, act="resume", side="provider")
    send(operator, change, act="add-purpose", title="Thêm", legal_ground="Luật", daily_calls="1000")
    second = queries.get_agreement(made.id).purposes[1]
    assert second.state == "waiting"
    send(operator, change, act="accept-purpose", purpose=second.id)
    send(operator, change, act="end-purpose", purpose=second.id, side="consumer", reason="Xong")
    assert queries.get_agreement(made.id).purposes[1].state == "ended"
    assert send(operator, change, 404, act="suspend", side="platform", reason="x")
    send(operator, change, act="end", side="consumer", reason="Thôi")
    assert "Đã chấm dứt" in read(operator, address)


def test_permissions_and_sheets(operator: Client, agreed: Any) -> None:
    assert "H36/mot-cua" in read(operator, "quyen/")
    assert "Xác minh khi đăng ký biến động" in read(operator, f"quyen/?client={CLIENT}")
    for path, words in (
        ("quyen/tep.csv", "so_to; so_thua"),
        ("thoa-thuan/tep.csv?q=bien+dong", str(agreed.id)),
        ("dich-vu/tep.csv", "H36/dat-dai/thua-dat.v1"),
    ):
        response = operator.get(PAGES + path)
        assert response["Content-Type"].startswith("text/csv")
        text = response.getvalue().decode("utf-8-sig")
        assert words in text
        assert len(text.splitlines()) == 2


def test_a_formula_stays_text_in_a_sheet(operator: Client, agreed: Any) -> None:
    from lienthong.platform.catalogue.models import ServiceVersion

    ServiceVersion.objects.update(title_vi='=HYPERLINK("x")')
    assert "'=HYPERLINK" in operator.get(f"{PAGES}dich-vu/tep.csv").getvalue().decode()


def test_why_replays_the_decision(operator: Client, agreed: Any) -> None:
    page = read(operator, f"vi-sao/?client={CLIENT}&service={SERVICE}&method=GET&path=/thua-dat/5")
    assert "Được gọi" in page
    page = read(operator, f"vi-sao/?client={CLIENT}&service={SERVICE}&method=PUT&path=/thua-dat/5")
    assert "catalogue.endpoint-denied" in page
    assert "Cần làm" in page
    assert "catalogue.bad-path" in read(operator, f"vi-sao/?client={CLIENT}&service={SERVICE}&path=/../x")
    assert "catalogue.unknown-client" in read(operator, "vi-sao/?client=%00%ff&service=///&method=x")


def test_filters_stay_while_paging(operator: Client, agreed: Any) -> None:
    page = read(operator, "thoa-thuan/?side=provider&state=active&q=mot")
    assert "Chúng tôi cung cấp" in page
    assert "?state=active&amp;q=mot" in page or "?q=mot&amp;state=active" in page
    assert "Không có thỏa thuận nào" in read(operator, "thoa-thuan/?state=ended&side=zzz")


def test_the_hub_stops_a_service_by_its_page(
    operator: Client, agreed: Any, homes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "dich-vu/H36/dat-dai/thua-dat.v1/"
    assert "Tạm dừng cho cả nước" not in read(operator, path)
    with at_desk(homes, "G22"):
        monkeypatch.setattr("lienthong.platform.catalogue.services.changes.exchange.post_letter", lambda *_, **__: None)
        assert "Tạm dừng cho cả nước" in read(operator, path)
        assert "Hãy điền ô này" in send(operator, f"{path}nen-tang/", 422)
        send(operator, f"{path}nen-tang/", reason="Sự cố")
        assert "Sự cố" in read(operator, path)
        send(operator, f"{path}nen-tang/")
        assert queries.get_service(SERVICE).shown_state == "published"


def test_drafts_and_strangers_services_are_not_to_be_seen(operator: Client, agreed: Any) -> None:
    draft = ServiceRef("H36", "dat-dai", "thua-dat", 2)
    typed: dict[str, Any] = {
        "system": "H36/dat-dai",
        "code": "thua-dat",
        "kind": "rest",
        "title": "2",
        "base_url": "http://a",
    }
    send(operator, "dich-vu-cua-toi/moi/", **typed)
    assert queries.get_service(draft).state == "draft"
    read(operator, "dich-vu/H36/dat-dai/thua-dat.v2/", 404)
    read(operator, "dich-vu-cua-toi/G01/x/y.v1/", 404)
    send(operator, f"{PAGES}dich-vu-cua-toi/H36/dat-dai/thua-dat.v2/trang-thai/", act="discarded")
    assert queries.find_service(draft) is None


def test_only_operators_come_in(homes: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from lienthong.platform.catalogue.urls import urlpatterns

    assert {getattr(one.callback, "access_rule", "") for one in urlpatterns} == {"duty:operator"}
    sign_in(monkeypatch, replace(LAN, duties=frozenset({"handling"})))
    with at_desk(homes):
        assert Client().get(f"{PAGES}dich-vu/").status_code == 403
