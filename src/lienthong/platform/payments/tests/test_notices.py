from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from django.db import connection

from lienthong.kernel import audit, jobs
from lienthong.platform.payments import messages, queries, services
from lienthong.platform.payments.models import Order, Receipt, Transaction
from lienthong.platform.payments.tests.conftest import PARTNER, REFERENCE, SECRET, heard, open_order

URLS = pytest.mark.urls("lienthong.platform.payments.tests.site")


def notice(secret=SECRET, **changes) -> bytes:
    fields = {
        "LoaiBanTin": "NOTIFY",
        "MaLoi": "00",
        "MaDoiTac": PARTNER,
        "MaThamChieu": REFERENCE,
        "SoTien": "8000",
        "MaTienTe": "VND",
        "MaGiaoDich": "TT1",
        "MaNganHang": "SONGHONG",
        "ThoiGianGD": "20261121150405",
        "ThongTinGiaoDich": "Lệ phí",
        "TrangThaiGD": "1",
    }
    return messages.seal("NOTIFY", {**fields, **changes}, secret)


def failed(**changes) -> bytes:
    return notice(**{"MaLoi": "99", "TrangThaiGD": "2", **changes})


def cancelled(**changes) -> bytes:
    return notice(**{"MaLoi": "24", "TrangThaiGD": "3", **changes})


@pytest.mark.django_db
def test_a_right_notice_settles_issues_a_receipt_and_tells(order):
    assert services.take_notice(notice()).code == "00"
    settled = queries.get_order(REFERENCE)
    assert (settled.state, settled.transaction_code, settled.bank_code) == ("settled", "TT1", "SONGHONG")
    assert settled.receipt is not None
    assert settled.receipt["HoTenNguoiNop"] == "Nguyễn Thị Lan"
    assert settled.receipt_number.startswith("BL")
    jobs.run_waiting()
    assert [(e.reference, e.amount, e.transaction_code, e.settled_at) for e in heard] == [
        (REFERENCE, 8000, "TT1", settled.settled_at)
    ]
    assert audit.entries_about(f"order:{REFERENCE}")[0].facts == {"transaction": "TT1", "outcome": "paid"}


@pytest.mark.django_db
def test_the_same_notice_twice_gets_the_same_answer_and_settles_once(order):
    answers = [services.take_notice(notice()) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    jobs.run_waiting()
    assert len(heard) == Receipt.objects.count() == 1
    assert Transaction.objects.get().times_told == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (notice(secret="somebody-else"), "02"),
        (notice(SoTien="8001"), "05"),
        (notice(SoTien="1"), "05"),
        (notice(MaThamChieu="HS-404"), "04"),
        (notice(MaTienTe="USD"), "06"),
        (notice(MaDoiTac="G99"), "03"),
        (notice(MaLoi="00", TrangThaiGD="2"), "01"),
        (notice(MaLoi="55", TrangThaiGD="1"), "01"),
        (b"<xml/>", "01"),
        (b"{}", "01"),
        (messages.seal("NOTIFY", orjson.loads(notice()), SECRET)[:-20], "01"),
    ],
)
def test_a_wrong_notice_is_refused_with_its_code_and_changes_nothing(order, body, answer):
    assert services.take_notice(body).code == answer
    assert not queries.get_order(REFERENCE).is_settled
    assert not Transaction.objects.exists()
    jobs.run_waiting()
    assert heard == []


@pytest.mark.django_db
def test_a_stranger_learns_nothing_about_references(order):
    known = services.take_notice(notice(secret="guess"))
    unknown = services.take_notice(notice(secret="guess", MaThamChieu="HS-404"))
    assert known == unknown


@pytest.mark.django_db
def test_a_wrong_notice_does_not_spoil_the_right_one_after_it(order):
    services.take_notice(notice(secret="somebody-else"))
    services.take_notice(notice(SoTien="1"))
    assert services.take_notice(notice()).code == "00"


@pytest.mark.django_db
def test_a_failed_and_a_cancelled_attempt_leave_the_order_open(order):
    assert services.take_notice(failed()).code == "00"
    assert queries.last_outcome(REFERENCE) == "failed"
    assert services.take_notice(cancelled(MaGiaoDich="TT2")).code == "00"
    assert queries.last_outcome(REFERENCE) == "cancelled"
    assert services.take_notice(notice(MaGiaoDich="TT3")).code == "00"
    assert queries.get_order(REFERENCE).transaction_code == "TT3"


@pytest.mark.django_db
def test_a_late_failure_does_not_undo_a_settlement(order):
    services.take_notice(notice())
    assert services.take_notice(failed(MaGiaoDich="TT0")).code == "00"
    assert queries.get_order(REFERENCE).is_settled


@pytest.mark.django_db
def test_a_second_payment_waits_to_be_returned(order):
    services.take_notice(notice())
    second = notice(MaGiaoDich="TT2")
    assert [services.take_notice(second).code for _ in range(2)] == ["07", "07"]
    assert queries.list_surplus() == [(REFERENCE, "TT2", 8000)]
    assert queries.get_order(REFERENCE).transaction_code == "TT1"
    jobs.run_waiting()
    assert len(heard) == 1


@pytest.mark.django_db
def test_one_transaction_told_with_two_contents_is_refused(order):
    services.take_notice(failed())
    assert services.take_notice(notice()).code == "08"
    assert not queries.get_order(REFERENCE).is_settled


@pytest.mark.django_db
def test_one_transaction_cannot_pay_two_orders(order):
    open_order(reference="HS-2", dossier_code="D2")
    services.take_notice(notice())
    assert services.take_notice(notice(MaThamChieu="HS-2")).code == "08"
    assert not queries.get_order("HS-2").is_settled


@pytest.mark.django_db
def test_receipts_are_numbered_without_gaps(order):
    open_order(reference="HS-2", dossier_code="D2")
    services.take_notice(notice())
    services.take_notice(notice(MaThamChieu="HS-2", MaGiaoDich="TT2"))
    assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_the_same_notice_from_many_hands_at_once_settles_once():
    open_order()

    def tell(place):
        try:
            return services.take_notice(notice(MaGiaoDich=f"TT{place % 2}")).code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(tell, range(6)))
    assert sorted(answers) == ["00"] * 3 + ["07"] * 3
    assert Receipt.objects.count() == Order.objects.filter(state="settled").count() == 1
    assert Transaction.objects.filter(outcome="surplus").count() == 1


@URLS
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(notice(), 200, "00"), (notice(secret="x"), 403, "02"), (notice(SoTien="9"), 422, "05"), (b"{}", 400, "01")],
)
def test_the_door_answers_with_status_and_code(client, order, body, status, code):
    response = client.post("/thanh-toan/ipn/", body, content_type="application/json")
    assert (response.status_code, response.json()["MaLoi"]) == (status, code)


@URLS
@pytest.mark.django_db
def test_the_door_names_the_missing_fields(client):
    told = client.post("/thanh-toan/ipn/", b'{"LoaiBanTin": "NOTIFY"}', content_type="application/json").json()
    assert told["ChiTiet"][0] == {"Truong": "MaLoi", "MoTa": "Thiếu trường MaLoi."}


@URLS
@pytest.mark.django_db
def test_the_door_takes_posts_only_and_nothing_oversize(client):
    assert client.get("/thanh-toan/ipn/").status_code == 405
    flood = client.post("/thanh-toan/ipn/", b"x" * 70_000, content_type="application/json")
    assert (flood.status_code, flood.json()["MaLoi"]) == (400, "01")
