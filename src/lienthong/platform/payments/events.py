"""What payments tell."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class OrderSettled:
    """Order settled (đã thanh toán): the whole sum came, once. ``amount`` in đồng."""

    NAME: ClassVar[str] = "payments.order-settled"

    reference: str
    amount: int
    transaction_code: str
    settled_at: datetime

    def event_key(self) -> str:
        """News of one order arrives in order."""
        return self.reference
