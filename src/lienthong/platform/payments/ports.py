"""The seam to the payment gateway."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any


class PaymentGateway(ABC):
    """Payment gateway (cổng thanh toán): an outside party that takes the money."""

    @abstractmethod
    def start(self, *, fields: Mapping[str, str], receipt: Mapping[str, Any]) -> str:
        """Announce a payment (INIT with these signed fields) and give the address to send the payer to.

        Raises Refused ``payments.gateway-unreachable`` or ``payments.gateway-refused``.
        """

    @abstractmethod
    def ask(self, *, fields: Mapping[str, str]) -> bytes | None:
        """Ask for the result (QUERY): the notice as bytes, unverified; None when there is no result yet.

        Raises Refused ``payments.gateway-unreachable``.
        """
