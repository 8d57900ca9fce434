"""Jobs of notices: named here so that every worker knows them."""

from lienthong.platform.notices.mail import send_mail

__all__ = ["send_mail"]
