"""Roles of the portal."""

from lienthong.channels.portal import jobs
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES = (
    Role(
        name="portal.national",
        title=tr("Cổng Dịch vụ công quốc gia", "National Public Service Portal"),
        needs=("dossiers.portal", "population.reader", "payments.platform", "notices.inbox"),
        urls=(("", "lienthong.channels.portal.urls"),),
        periodic=((600.0, jobs.remind_drafts),),
        menu=(
            ("/thu-tuc/", tr("Thủ tục", "Services"), ()),
            ("/tra-cuu/", tr("Tra cứu hồ sơ", "Track a dossier"), ()),
            ("/ho-so/", tr("Hồ sơ của tôi", "My dossiers"), ("person",)),
            ("/tro-giup/", tr("Trợ giúp", "Help"), ()),
        ),
    ),
)
