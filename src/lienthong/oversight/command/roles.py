"""Roles of the command centre."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES = (
    Role(
        name="command.centre",
        title=tr("Trung tâm thông tin, chỉ đạo điều hành", "Information and command centre"),
        needs=("reporting.national",),
        urls=(("dieu-hanh/", "lienthong.oversight.command.urls"),),
        menu=(("/dieu-hanh/", tr("Điều hành", "Command centre"), ("command",)),),
    ),
)
