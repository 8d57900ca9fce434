"""Roles of agencies."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES: tuple[Role, ...] = (
    Role(
        name="agencies.lookup",
        title=tr("Tra cứu cơ quan, đơn vị hành chính", "Looking up agencies and administrative units"),
        urls=(("", "lienthong.platform.agencies.urls"),),
        menu=(("/tra-cuu/don-vi/", tr("Tra cứu đơn vị", "Find an agency"), ()),),
    ),
    Role(
        name="agencies.calendar",
        title=tr("Lịch làm việc", "The working calendar"),
        needs=("identity.accounts",),
        urls=(("van-hanh/lich-lam-viec/", "lienthong.platform.agencies.operator_urls"),),
        menu=(("/van-hanh/lich-lam-viec/", tr("Lịch làm việc", "Working calendar"), ("operator",)),),
    ),
)
