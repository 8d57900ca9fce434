from typing import Any, ClassVar

import pytest

from lienthong.kernel import roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, Invalid, NotFound, Refused
from lienthong.platform.payments import queries, services
from lienthong.platform.payments.models import Order
from lienthong.platform.payments.ports import PaymentGateway
from lienthong.platform.payments.roles import ROLES
from lienthong.platform.payments.tests.conftest import REFERENCE, open_order

pytestmark = pytest.mark.django_db


class Desk(PaymentGateway):
    """A gateway that writes down what it was told."""

    told: ClassVar[list[tuple[dict[str, str], dict[str, Any]]]] = []

    def start(self, *, fields, receipt):
        self.told.append((dict(fields), dict(receipt)))
        return "http://gateway.example/1"

    def ask(self, *, fields):
        return None


@pytest.fixture
def desk():
    Desk.told = []
    roles.open_roles((roles.Role(name="test", title=ROLES[0].title, ports=((PaymentGateway, Desk),)),))
    return Desk


def test_opening_an_order_twice_opens_one():
    assert open_order() == open_order()
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"amount": 9000}, {"agency_code": "H36.102"}, {"dossier_code": "H36.101.01-261121-0002"}]
)
def test_a_reference_never_names_two_things(change):
    open_order()
    with pytest.raises(Conflict, match=r"payments\.reference-taken"):
        open_order(**change)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 8000.0}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"reference": "a b"}, "reference"),
        ({"reference": "a|b"}, "reference"),
        ({"reference": "x" * 65}, "reference"),
        ({"return_path": "https://example.com"}, "return_path"),
        ({"return_path": "//example.com"}, "return_path"),
    ],
)
def test_an_unfit_order_is_refused_at_its_field(change, field):
    with pytest.raises(Invalid) as refused:
        open_order(**change)
    assert [error.path for error in refused.value.field_errors] == [field]
    assert not Order.objects.exists()


def test_starting_announces_the_payment_with_its_receipt(desk, order, lan):
    assert services.start_payment(order.order_id, actor=lan, ip="10.0.0.7") == "http://gateway.example/1"
    fields, receipt = desk.told[0]
    assert (fields["MaThamChieu"], fields["SoTien"], fields["Ip"]) == (REFERENCE, "8000", "10.0.0.7")
    assert receipt["TenDonVi"].startswith("Ủy ban nhân dân phường")
    assert receipt["PhiLePhi"][0]["SoTien"] == receipt["DSKhoanNop"][0]["SoTien"] == "8000"
    assert (receipt["MaHoSo"], receipt["MaTTHC"]) == ("H36.101.01-261121-0001", "2.000635")


def test_nobody_else_can_pay_or_see_the_order(desk, order):
    stranger = Actor(kind="person", name="Khác", account_id=9, personal_number="068185000009", level=2)
    with pytest.raises(NotFound, match=r"payments\.no-order"):
        services.start_payment(order.order_id, actor=stranger, ip="10.0.0.7")
    assert desk.told == []


def test_a_node_without_the_secret_believes_and_sends_nothing(desk, order, payment_node):
    payment_node.parameters.clear()
    with pytest.raises(Refused, match=r"payments\.not-configured"):
        services.start_payment(order.order_id, actor=SYSTEM, ip="10.0.0.7")
    with pytest.raises(Refused, match=r"payments\.not-configured"):
        services.take_notice(b"{}")


def test_the_secret_of_the_environment_comes_before_the_profile(monkeypatch, tmp_path):
    from lienthong.platform.payments.partner import partner

    (tmp_path / "secret").write_text("from-a-file\n")
    monkeypatch.setenv("PAYMENTS_SECRET_FILE", str(tmp_path / "secret"))
    assert partner().secret == "from-a-file"


def test_orders_of_a_dossier_are_found():
    open_order()
    open_order(reference="HS-2", amount=5000)
    assert [o.reference for o in queries.list_orders_of_dossier("H36.101.01-261121-0001")] == [REFERENCE, "HS-2"]
    assert queries.find_order("HS-3") is None
