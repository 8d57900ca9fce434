"""Two presses at one moment: two browsers, two threads, two database sessions; the deed is done once."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import Client

from lienthong.casework.dossiers import queries, services
from lienthong.casework.dossiers.models import Dossier, StatusChange
from lienthong.casework.dossiers.tests import stories
from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.tests.walk import begin, fill
from lienthong.kernel import clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.profile import node
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.tests.country import Homes
from lienthong.platform.identity import queries as identity
from lienthong.platform.payments import messages
from lienthong.platform.payments import services as payments
from lienthong.platform.payments.demo_gateway import desk as gateway
from lienthong.platform.payments.models import DemoPayment, Order, Receipt, Transaction
from lienthong.platform.signing import services as signing
from tests.badinput.people import browser, citizen, officer

pytestmark = pytest.mark.django_db(transaction=True)

NOW = clock.at(2026, 11, 23, 9, 30)
HANDS = 4


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run in threads that start at one moment; gives what they gave or raised."""
    gate = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        with clock.frozen(NOW):
            gate.wait()
            try:
                found[place] = act()
            except Exception as error:  # noqa: BLE001 (the test looks at it)
                found[place] = error
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture
def ward(province: Path) -> Iterator[Actor]:
    with clock.frozen(NOW):
        yield officer("H36.101")


def presses(client_of: Callable[[], Any], address: str, values: dict[str, Any] | None = None) -> list[int]:
    """Statuses of several presses of one button at once, each from a browser of its own."""
    clients = [client_of() for _ in range(HANDS)]
    answers = together(*[lambda one=one: one.post(address, values or {}) for one in clients])
    return sorted(answer.status_code for answer in answers)


def at_counter(who: Actor) -> Any:
    return services.file_at_counter(
        procedure_code=stories.EXTRACT, agency_code="H36.101", answers=stories.extract_answers(), papers=(),
        applicant=stories.APPLICANT, actor=who,
    )  # fmt: skip


def filed_online(who: Actor) -> Any:
    """As it lies before reception."""
    made = at_counter(who)
    Dossier.objects.filter(pk=made.id).update(
        status=1, code="", received_at=None, due_at=None, channel="online", version=1,
        timeline={"1": {"at": NOW.isoformat(), "status": 1, "deed": "submit", "note": ""}},
    )  # fmt: skip
    StatusChange.objects.filter(dossier_id=made.id).delete()
    Dossier.objects.get(pk=made.id).steps.all().delete()
    return made


def test_a_dossier_is_received_once(ward):
    dossier = filed_online(ward)
    assert presses(lambda: browser(ward.account_id), f"/mot-cua/{dossier.id}/viec/receive/") == [302, 409, 409, 409]
    row = Dossier.objects.get()
    assert (row.status, row.version, row.code) == (2, 2, "H36.101.01-261123-0002")


def test_dossiers_received_at_once_are_numbered_without_gap_or_double(ward):
    waiting = [filed_online(ward) for _ in range(6)]
    first = Dossier.objects.count()
    answers = together(*[
        lambda one=one: browser(ward.account_id).post(f"/mot-cua/{one.id}/viec/receive/") for one in waiting
    ])  # fmt: skip
    assert {answer.status_code for answer in answers} == {302}
    codes = sorted(Dossier.objects.values_list("code", flat=True))
    assert [code[-4:] for code in codes] == [f"{first + place:04d}" for place in range(1, 7)]


@pytest.fixture
def signing_ward(ward: Actor, homes: Homes) -> Actor:
    """The chair's key and the seal."""
    name = identity.get_account(ward.account_id or 0).username
    for key, kind in ((f"officer:{name}", "officer"), ("seal:H36.101", "seal")):
        signing.issue_certificate(
            homes.base / "demo", into=node().home, name=key, kind=kind, agency_code="H36.101",
            common_name="Trần Thị Kim Oanh", position="Chủ tịch", organisation="Ủy ban nhân dân phường",
        )  # fmt: skip
    return ward


def test_a_result_is_signed_and_sealed_once(signing_ward):
    who = signing_ward
    dossier = at_counter(who)
    services.assign_dossier(dossier_id=dossier.id, officer_id=who.account_id or 0, actor=who)
    services.draft_decision(dossier_id=dossier.id, verdict="granted", text="Có.", actor=who)
    for deed in ("decide", "issue"):
        address = f"/mot-cua/{dossier.id}/viec/{deed}/"
        assert presses(lambda: browser(who.account_id), address) == [302, 409, 409, 409], deed
    row = Dossier.objects.get()
    assert (row.status, row.result_number) == (9, "01/TLHT-BS")
    assert [entry["deed"] for entry in row.timeline.values()].count("issue") == 1
    assert OutgoingLetter.objects.filter(name="dossier-result.v1").count() == 1
    assert files.describe(row.result_sha256).size == row.result_size


def test_the_fee_is_asked_once(ward):
    dossier = at_counter(ward)
    services.assign_dossier(dossier_id=dossier.id, officer_id=ward.account_id or 0, actor=ward)
    address = f"/mot-cua/{dossier.id}/viec/request_fee/"
    assert presses(lambda: browser(ward.account_id), address) == [302, 409, 409, 409]
    assert [fee.amount for fee in queries.get_dossier(dossier.id, ward).fees] == [8000]


# --- at the portal ----------------------------------------------------------------------------------------------


def test_a_draft_is_filed_once(hub):
    with clock.frozen(NOW):
        lan = citizen()
        client = browser(lan.account_id)
        check = fill(client, begin(client, stories.EXTRACT), stories.EXTRACT)
    assert presses(lambda: browser(lan.account_id), check) == [302] * HANDS
    assert Dossier.objects.count() == 1
    assert OutgoingLetter.objects.filter(name="dossier-submitted.v1").count() == 1
    assert Draft.objects.get().filed_at is not None


def test_pressing_begin_twice_makes_two_drafts_and_no_error(hub):
    with clock.frozen(NOW):
        lan = citizen()
    assert presses(lambda: browser(lan.account_id), f"/nop-ho-so/{stories.EXTRACT}/") == [302] * HANDS


REFERENCE = "H36.101.01-261123-0001-P1"


@pytest.fixture
def order(hub: Path) -> Order:
    lan = citizen()
    payments.open_order(
        reference=REFERENCE, amount=8000, payer_name="Lan", payer_number=lan.personal_number, subject="Phí",
        agency_code="H36.101", dossier_code="H36.101.01-261123-0001", procedure_code="2.000635", procedure_name="Sao",
        return_path="/",
    )  # fmt: skip
    return Order.objects.get()


def told(**changes: str) -> bytes:
    fields = {
        "LoaiBanTin": "NOTIFY", "MaLoi": "00", "MaDoiTac": "G22", "MaThamChieu": REFERENCE, "SoTien": "8000",
        "MaTienTe": "VND", "MaGiaoDich": "TT1", "MaNganHang": "SONGHONG", "ThoiGianGD": "20261123093000",
        "ThongTinGiaoDich": "Phí", "TrangThaiGD": "1",
    }  # fmt: skip
    return messages.seal("NOTIFY", fields | changes, node().parameters["payments"]["secret"])


def notify(body: bytes) -> Any:
    answer = Client(raise_request_exception=False).post("/thanh-toan/ipn/", body, content_type="application/json")
    return answer.status_code, orjson.loads(answer.content)["MaLoi"]


def test_the_same_notice_from_many_hands_settles_once(order):
    body = told()
    assert set(together(*[lambda: notify(body)] * HANDS)) == {(200, "00")}
    assert (Transaction.objects.count(), Receipt.objects.count()) == (1, 1)


def test_two_payments_of_one_order_at_once_settle_it_once_and_owe_one_back(order):
    answers = together(*[lambda code=code: notify(told(MaGiaoDich=code)) for code in ("TT1", "TT2", "TT3")])
    assert sorted(answers) == [(200, "00"), (200, "07"), (200, "07")]
    assert sorted(Transaction.objects.values_list("outcome", flat=True)) == ["paid", "surplus", "surplus"]
    assert Receipt.objects.count() == 1


def test_a_right_and_a_wrong_notice_at_once_settle_it_rightly(order):
    together(lambda: notify(told()), lambda: notify(told(SoTien="1")), lambda: notify(told() + b" "))
    assert Order.objects.get().state == "settled"
    assert Transaction.objects.get().amount == 8000


def test_the_gateway_opens_one_payment_however_often_pay_is_pressed(order):
    fields = messages.init_fields(
        partner_code="G22", reference=REFERENCE, amount=8000, description="Phí", moment=NOW, ip="127.0.0.1"
    )
    body = messages.seal("INIT", fields, node().parameters["payments"]["secret"], {"ThongTinBienLai": {}})
    addresses = together(*[lambda: gateway.take_init(body)] * HANDS)
    assert len(set(addresses)) == 1, addresses
    assert DemoPayment.objects.count() == 1
