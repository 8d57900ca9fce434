"""The demo gateway's contract with its one partner: who it is, the shared secret, where to tell and send back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lienthong.kernel.profile import node


@dataclass(frozen=True, slots=True)
class Contract:
    """A partner as the gateway knows it; ``return_url`` holds ``{reference}``."""

    partner_code: str
    secret: str
    notify_url: str
    return_url: str
    page_url: str


def contract() -> Contract:
    """Read ``[parameters.demo_gateway]``; without it the partner is the payments platform of the same node."""
    ours: dict[str, Any] = node().parameters.get("payments", {})
    table: dict[str, Any] = node().parameters.get("demo_gateway", {})
    base = node().base_url
    secret = table.get("secret") or node().secret("PAYMENTS_SECRET") or ours.get("secret", "")
    return Contract(
        partner_code=str(table.get("partner_code") or ours.get("partner_code", node().agency_code)),
        secret=str(secret),
        notify_url=str(table.get("notify_url", f"{base}/thanh-toan/ipn/")),
        return_url=str(table.get("return_url", f"{base}/thanh-toan/ket-qua/{{reference}}/?tu-cong=1")),
        page_url=f"{base}/cong-thanh-toan-thu/giao-dich",
    )
