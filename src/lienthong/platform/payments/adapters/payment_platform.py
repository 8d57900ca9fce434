"""The national payment platform's messages over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from typing_extensions import override

from lienthong.kernel import http
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.payments import messages, rules
from lienthong.platform.payments.partner import partner
from lienthong.platform.payments.ports import PaymentGateway

log = structlog.get_logger()

_HEADERS = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}


class PaymentPlatformGateway(PaymentGateway):
    """PaymentPlatform 1.0.6: ``POST {gateway}/khoi-tao/`` and ``POST {gateway}/truy-van/``."""

    @override
    def start(self, *, fields: Mapping[str, str], receipt: Mapping[str, Any]) -> str:
        ours = partner()
        body = messages.seal(messages.INIT, fields, ours.secret, {"ThongTinBienLai": receipt})
        reply = _exchange(f"{ours.gateway_url}/khoi-tao/", body)
        address = reply.get("UrlThanhToan")
        if reply.get("MaLoi") != rules.OK or not isinstance(address, str):
            log.warning("gateway refused INIT", reference=fields["MaThamChieu"], answer=str(reply.get("MaLoi"))[:8])
            raise _gateway_refused()
        if not _same_place(address, ours.gateway_url):
            log.error("gateway answered with a foreign address", reference=fields["MaThamChieu"])
            raise _gateway_refused()
        return address

    @override
    def ask(self, *, fields: Mapping[str, str]) -> bytes | None:
        ours = partner()
        body = messages.seal(messages.QUERY, fields, ours.secret)
        response = _post(f"{ours.gateway_url}/truy-van/", body)
        reply = _table(response.body)
        return response.body if reply.get("LoaiBanTin") == messages.NOTIFY else None


def _exchange(url: str, body: bytes) -> dict[str, Any]:
    return _table(_post(url, body).body)


def _post(url: str, body: bytes) -> http.Response:
    try:
        return http.request("POST", url, body=body, headers=_HEADERS, timeout=15.0)
    except http.Unreachable as error:
        log.warning("gateway unreachable", reason=error.reason)
        raise Refused(
            "payments.gateway-unreachable",
            tr(
                "Chưa nối được với cổng thanh toán. Bạn chưa bị trừ tiền; hãy thử lại sau ít phút.",
                "The payment gateway cannot be reached. Nothing was charged; try again in a few minutes.",
            ),
            status=502,
        ) from None


def _table(body: bytes) -> dict[str, Any]:
    try:
        table = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return table if isinstance(table, dict) else {}


def _same_place(address: str, gateway_url: str) -> bool:
    """The payer is only ever sent to the gateway itself."""
    there, known = urlsplit(address), urlsplit(gateway_url)
    return (there.scheme, there.netloc) == (known.scheme, known.netloc)


def _gateway_refused() -> Refused:
    return Refused(
        "payments.gateway-refused",
        tr(
            "Cổng thanh toán không nhận yêu cầu này. Bạn chưa bị trừ tiền.",
            "The payment gateway did not accept this. Nothing was charged.",
        ),
        status=502,
    )
