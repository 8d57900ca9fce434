"""Who we are towards the payment gateway: partner code, address, shared secret; from the node's profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr


@dataclass(frozen=True, slots=True)
class Partner:
    """Our contract with the gateway (đối tác của nền tảng thanh toán).

    ``beneficiary`` is the account fees go to, as (account number, bank code, account name).
    """

    code: str
    secret: str
    gateway_url: str
    beneficiary: tuple[str, str, str]


def partner() -> Partner:
    """Read ``[parameters.payments]``; the secret from ``PAYMENTS_SECRET`` or ``PAYMENTS_SECRET_FILE`` first.

    Raises Refused ``payments.not-configured`` when there is no secret: without one nothing may be believed.
    """
    table: dict[str, Any] = node().parameters.get("payments", {})
    secret = node().secret("PAYMENTS_SECRET") or str(table.get("secret", ""))
    if not secret:
        raise Refused(
            "payments.not-configured",
            tr("Cổng này chưa được nối với nền tảng thanh toán.", "This node has no payment platform yet."),
            status=503,
        )
    return Partner(
        code=str(table.get("partner_code", node().agency_code)),
        secret=secret,
        gateway_url=str(table.get("gateway_url", f"{node().base_url}/cong-thanh-toan-thu")).rstrip("/"),
        beneficiary=(
            str(table.get("beneficiary_account", "")),
            str(table.get("beneficiary_bank", "")),
            str(table.get("beneficiary_name", "")),
        ),
    )
