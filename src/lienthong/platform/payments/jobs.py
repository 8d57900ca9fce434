"""Jobs of payments: named here so that every worker knows them."""

from lienthong.platform.payments.demo_gateway.desk import tell_partner

__all__ = ["tell_partner"]
