"""Role of notices."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES: tuple[Role, ...] = (
    Role(
        name="notices.inbox",
        title=tr("Thông báo cho người dùng", "Notices to users"),
        needs=("identity.accounts",),
        urls=(("thong-bao/", "lienthong.platform.notices.urls"),),
    ),
)
