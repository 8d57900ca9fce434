"""Roles of identity: accounts with sign-in, and the demo's one-press sign-in."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES: tuple[Role, ...] = (
    Role(
        name="identity.accounts",
        title=tr("Tài khoản, đăng nhập", "Accounts, sign-in"),
        urls=(("", "lienthong.platform.identity.urls"),),
    ),
    Role(
        name="identity.demo",
        title=tr("Đăng nhập nhanh bằng người dùng thử", "One-press sign-in as demo people"),
        needs=("identity.accounts",),
        urls=(("", "lienthong.platform.identity.demo_urls"),),
    ),
)
