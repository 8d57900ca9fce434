"""What other rooms may have payments do."""

from lienthong.platform.payments.services.notices import ask_gateway, take_notice
from lienthong.platform.payments.services.orders import open_order, start_payment

__all__ = ["ask_gateway", "open_order", "start_payment", "take_notice"]
