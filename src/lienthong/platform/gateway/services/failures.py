"""What may fail at the provider's system, one code per cause."""

from lienthong.kernel import http
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr


def not_filterable() -> Refused:
    return Refused(
        "gateway.not-filterable",
        tr(
            "Thỏa thuận chỉ cho một số trường, nhưng câu trả lời không phải JSON nên không lọc được.",
            "The agreement allows some fields only, but the answer is no JSON that could be narrowed to them.",
        ),
        status=502,
    )


def of_system(error: http.Unreachable) -> Refused:
    if isinstance(error, http.NotPermitted):
        text = tr(
            "Địa chỉ của dịch vụ nằm trong mạng mà cổng kết nối không được tới.",
            "The service's address lies in a network where the gateway may not go.",
        )
        return Refused("gateway.address-not-permitted", text, status=502)
    if error.reason == "timeout":
        text = tr("Hệ thống cung cấp không trả lời kịp.", "The provider's system did not answer in time.")
        return Refused("gateway.provider-timeout", text, status=504)
    if error.reason in ("refused", "unknown name") or error.reason.startswith("TLS"):
        text = tr(
            f"Không kết nối được tới hệ thống cung cấp ({error.reason}).",
            f"The provider's system cannot be reached ({error.reason}).",
        )
        return Refused("gateway.provider-unreachable", text, status=502)
    return broken(error.reason)


def broken(reason: str) -> Refused:
    return Refused(
        "gateway.provider-broken",
        tr(f"Hệ thống cung cấp trả lời hỏng ({reason}).", f"The provider's system answered brokenly ({reason})."),
        status=502,
    )
