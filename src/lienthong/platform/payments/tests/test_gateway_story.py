"""The payer's way over real HTTP: our pages, the gateway's page, its notices."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from lienthong.kernel import http, jobs, profile
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Refused
from lienthong.platform.payments import messages, queries, services
from lienthong.platform.payments.models import DemoPayment, Receipt
from lienthong.platform.payments.tests.conftest import NUMBER, REFERENCE, SECRET, heard, open_order

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.payments.tests.site"),
]


@pytest.fixture
def live(live_server, payment_node):
    with profile.playing(payment_node, base_url=live_server.url) as node:
        yield node


@pytest.fixture
def order(live):
    return open_order()


@pytest.fixture
def payer(client, lan):
    client.force_login(get_user_model().objects.get(personal_number=NUMBER))
    return client


def path_of(address: str) -> str:
    return re.sub(r"^http://[^/]+", "", address)


def go_to_gateway(payer) -> str:
    return path_of(payer.post(f"/thanh-toan/bat-dau/{REFERENCE}/").headers["Location"])


def pay(payer, manner="once", act="pay", bank="SONGHONG"):
    page = go_to_gateway(payer)
    back = payer.post(page, {"act": act, "bank": bank, "manner": manner})
    jobs.run_waiting()
    return path_of(back.headers["Location"])


def answers() -> list[str]:
    return [told["answer"] for told in DemoPayment.objects.get().answers]


def test_the_payer_pays_and_comes_back_to_a_receipt(order, payer):
    first = payer.get(f"/thanh-toan/ket-qua/{REFERENCE}/").content.decode()
    assert "8.000 đ" in first
    gateway = payer.get(go_to_gateway(payer)).content.decode()
    assert "8.000 đ" in gateway
    back = pay(payer)
    assert back == f"/thanh-toan/ket-qua/{REFERENCE}/?tu-cong=1"
    page = payer.get(back).content.decode()
    assert "Đã thanh toán" in page
    assert queries.get_order(REFERENCE).receipt_number in page
    assert [event.reference for event in heard] == [REFERENCE]


def test_the_gateway_tells_twice_and_the_order_is_settled_once(order, payer):
    pay(payer, "twice")
    assert answers() == ["00", "00"]
    jobs.run_waiting()
    assert len(heard) == Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ("wrong-code", ["02"]),
        ("wrong-amount", ["05"]),
        ("other-currency", ["06"]),
        ("unknown-reference", ["04"]),
        ("nothing", []),
    ],
)
def test_a_notice_that_is_wrong_or_lost_does_not_settle_but_asking_does(order, payer, manner, expected):
    back = pay(payer, manner)
    assert answers() == expected
    assert "Đang chờ ngân hàng xác nhận" in payer.get(back).content.decode()
    payer.post(f"/thanh-toan/kiem-tra/{REFERENCE}/")
    assert "Đã thanh toán" in payer.get(back).content.decode()


def test_a_wrong_code_first_and_the_right_one_after(order, payer):
    pay(payer, "wrong-code-first")
    assert answers() == ["02", "00"]
    assert queries.get_order(REFERENCE).is_settled


@pytest.mark.parametrize(("act", "sentence"), [("cancel", "Bạn đã hủy"), ("fail", "không thành công")])
def test_after_a_cancelled_or_failed_attempt_one_can_pay_again(order, payer, act, sentence):
    page = payer.get(pay(payer, act=act)).content.decode()
    assert sentence in page
    assert "Bạn chưa bị trừ tiền" in page
    first = DemoPayment.objects.get()
    gateway = go_to_gateway(payer)
    assert str(first.token) not in gateway
    payer.post(gateway, {"act": "pay", "bank": "CUULONG"})
    jobs.run_waiting()
    assert queries.get_order(REFERENCE).is_settled


def test_pressing_pay_twice_leads_to_one_transaction_at_the_gateway(order, payer):
    assert go_to_gateway(payer) == go_to_gateway(payer)
    page = go_to_gateway(payer)
    for _ in range(2):
        payer.post(page, {"act": "pay", "bank": "SONGHONG"})
    assert jobs.run_waiting() >= 1
    assert DemoPayment.objects.count() == 1
    assert len(answers()) == 1


def test_a_paid_payment_is_not_taken_again(order, payer):
    pay(payer, "nothing")
    answer = payer.post(f"/thanh-toan/bat-dau/{REFERENCE}/")
    assert answer.status_code == 502
    assert "không nhận yêu cầu này" in answer.content.decode()
    assert DemoPayment.objects.count() == 1


def test_a_settled_order_cannot_be_started(order, payer):
    pay(payer)
    with pytest.raises(Refused, match=r"payments\.settled"):
        services.start_payment(order.order_id, actor=SYSTEM, ip="127.0.0.1")


def test_an_unreachable_gateway_is_said_in_a_sentence_and_nothing_is_charged(order, payer, live):
    live.parameters["payments"]["gateway_url"] = "http://127.0.0.1:9"
    answer = payer.post(f"/thanh-toan/bat-dau/{REFERENCE}/")
    assert answer.status_code == 502
    assert "Chưa nối được với cổng thanh toán" in answer.content.decode()
    live.parameters["payments"].pop("gateway_url")


def test_init_with_a_wrong_code_is_refused_by_the_gateway(order, live):
    fields = messages.init_fields(
        partner_code="G22", reference="HS1", amount=1, description="x", moment=order.created_at, ip="127.0.0.1"
    )
    cases: list[tuple[str, dict[str, Any], bytes]] = [
        ("other", {"ThongTinBienLai": {}}, b'"02"'),
        (SECRET, {}, b'"ThongTinBienLai"'),
    ]
    for secret, rest, code in cases:
        body = messages.seal("INIT", fields, secret, rest)
        answer = http.request("POST", f"{live.base_url}/cong-thanh-toan-thu/khoi-tao/", body=body)
        assert answer.status in (400, 403)
        assert code in answer.body
    assert not DemoPayment.objects.exists()


def test_bad_messages_to_the_gateway_name_the_field(live):
    answer = http.request("POST", f"{live.base_url}/cong-thanh-toan-thu/khoi-tao/", body=b'{"LoaiBanTin":"INIT"}')
    assert answer.status == 400
    assert "Thiếu trường PhienBan." in answer.body.decode()


def test_the_gateway_page_asks_for_a_bank(order, payer):
    page = payer.post(go_to_gateway(payer), {"act": "pay"})
    assert page.status_code == 422
    assert "Hãy chọn ngân hàng." in page.content.decode()


def test_the_page_of_another_persons_payment_does_not_exist(order, client, lan):
    assert client.get(f"/thanh-toan/ket-qua/{REFERENCE}/").status_code == 302
    from lienthong.platform.identity import services as identity_services

    identity_services.open_person_account(personal_number="068185000009", name="Khác", level=2, actor=SYSTEM)
    client.force_login(get_user_model().objects.get(personal_number="068185000009"))
    for path in ("ket-qua", "bat-dau", "kiem-tra"):
        send = client.get if path == "ket-qua" else client.post
        assert send(f"/thanh-toan/{path}/{REFERENCE}/").status_code == 404


def test_an_order_without_a_payers_number_is_nobodys_page(payer):
    """Filed at a counter by somebody without a number: references can be guessed, so nobody sees it online."""
    open_order(reference="H36.101.01-261121-0009-P1", payer_number="")
    assert payer.get("/thanh-toan/ket-qua/H36.101.01-261121-0009-P1/").status_code == 404
    assert payer.post("/thanh-toan/bat-dau/H36.101.01-261121-0009-P1/").status_code == 404


def test_while_waiting_the_page_refreshes_itself_in_part(order, payer):
    back = pay(payer, "nothing")
    part = payer.get(back, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part


def test_a_gateway_that_sends_people_elsewhere_is_not_followed(order, live, monkeypatch):
    reply = http.Response(200, {}, b'{"MaLoi": "00", "UrlThanhToan": "http://elsewhere.example/pay"}')
    monkeypatch.setattr(http, "request", lambda *_, **__: reply)
    with pytest.raises(Refused, match=r"payments\.gateway-refused"):
        services.start_payment(order.order_id, actor=SYSTEM, ip="127.0.0.1")
