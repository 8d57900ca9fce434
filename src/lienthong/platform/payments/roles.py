"""Roles of payments: our side of the payment platform, and the demo's outside party."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.payments.adapters.payment_platform import PaymentPlatformGateway
from lienthong.platform.payments.ports import PaymentGateway

ROLES: tuple[Role, ...] = (
    Role(
        name="payments.platform",
        title=tr("Thanh toán phí, lệ phí qua nền tảng thanh toán", "Fees through the payment platform"),
        needs=("identity.accounts",),
        urls=(("thanh-toan/", "lienthong.platform.payments.urls"),),
        ports=((PaymentGateway, PaymentPlatformGateway),),
    ),
    Role(
        name="payments.demo_gateway",
        title=tr("Cổng thanh toán thử", "Demo payment gateway"),
        urls=(("cong-thanh-toan-thu/", "lienthong.platform.payments.demo_gateway.urls"),),
    ),
)
