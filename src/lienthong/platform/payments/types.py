"""What payments hand to other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from lienthong.kernel.text import Bilingual

OrderState = Literal["open", "settled"]


@dataclass(frozen=True, slots=True)
class OrderRef:
    """An order (yêu cầu thanh toán) as other rooms see it; ``amount`` in whole đồng.

    ``receipt_number`` and ``receipt`` (fields of ThongTinBienLai) are there once it is settled.
    """

    order_id: UUID
    reference: str
    amount: int
    payer_name: str
    payer_number: str
    subject: Bilingual
    agency_code: str
    dossier_code: str
    procedure_code: str
    return_path: str
    state: OrderState
    created_at: datetime
    settled_at: datetime | None
    transaction_code: str
    bank_code: str = ""
    receipt_number: str = ""
    receipt: dict[str, Any] | None = None

    @property
    def is_settled(self) -> bool:
        """Has the whole sum come?"""
        return self.state == "settled"
