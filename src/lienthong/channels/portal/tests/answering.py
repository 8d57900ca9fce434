"""The agency's side, in the same database: what the officers of the ward do with Lan's dossier."""

from typing import Any
from uuid import UUID

from django.apps import apps

from lienthong.casework.dossiers import services as dossiers
from lienthong.casework.dossiers.types import FeeDemand
from lienthong.channels.portal.tests.conftest import LAN, NOW, PDF, WARD
from lienthong.kernel import files
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.platform.identity import services as identity
from lienthong.platform.payments import services as payments

DUTIES = frozenset({"reception", "handling", "leader", "clerk"})


def officer() -> Actor:
    one = identity.appoint_officer(
        username="xh.motcua", name="Lê Văn Một", agency_code=WARD, position="Công chức", duties=DUTIES, actor=SYSTEM
    )
    return Actor("officer", one.name, one.account_id, agency_code=WARD, duties=DUTIES, level=1)


def receive(dossier_id: str) -> Actor:
    who = officer()
    dossiers.receive_dossier(dossier_id=UUID(dossier_id), actor=who)
    return who


def assign(dossier_id: str) -> Actor:
    who = receive(dossier_id)
    dossiers.assign_dossier(dossier_id=UUID(dossier_id), officer_id=who.account_id or 0, actor=who)
    return who


def ask_fee(dossier_id: str, *, with_order: bool = True) -> FeeDemand:
    who = assign(dossier_id)
    dossier = dossiers.request_fee(dossier_id=UUID(dossier_id), actor=who)
    fee = dossier.fees[0]
    if with_order:
        payments.open_order(
            reference=fee.reference,
            amount=fee.amount,
            payer_name="Nguyễn Thị Lan",
            payer_number=LAN,
            subject=fee.subject,
            agency_code=WARD,
            dossier_code=dossier.code,
            procedure_code=dossier.procedure_code,
            procedure_name=dossier.subject,
            return_path=f"/ho-so/{dossier_id}/",
        )
    return fee


def ask_papers(dossier_id: str) -> None:
    who = assign(dossier_id)
    dossiers.ask_supplement(
        dossier_id=UUID(dossier_id),
        papers=["Giấy chứng sinh", "Giấy <kết hôn>"],
        reason="Ảnh mờ, không đọc được ngày sinh.",
        actor=who,
    )


def refuse(dossier_id: str) -> None:
    dossiers.refuse_dossier(dossier_id=UUID(dossier_id), reason="Đã đăng ký ở nơi khác.", actor=officer())


def give_result(dossier_id: str) -> None:
    """The result as the letter brings it to the portal's copy."""
    assign(dossier_id)
    stored = files.store(PDF, name="ket-qua.pdf")
    table: Any = apps.get_model("dossiers", "Dossier")
    table.objects.filter(pk=dossier_id).update(
        status=9,
        finished_at=NOW,
        result_sha256=stored.sha256,
        result_name=stored.name,
        result_size=stored.size,
        result_number="01/2026",
    )


def code_of(dossier_id: str) -> str:
    """The code that the citizen knows: the official one, or the portal's reference."""
    table: Any = apps.get_model("dossiers", "Dossier")
    row = table.objects.get(pk=dossier_id)
    return str(row.code or row.reference_code)
