"""Parts that a node can play in the exchange."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import jobs

ROLES: tuple[Role, ...] = (
    Role(
        name="exchange.member",
        title=tr(
            "Kết nối với các cơ quan khác: gửi, nhận thông điệp, khai thác dữ liệu",
            "Exchanges with other agencies: letters and questions",
        ),
        needs=("signing.keys",),
        urls=(
            ("exchange/", "lienthong.platform.exchange.urls_member"),
            ("van-hanh/trao-doi/", "lienthong.platform.exchange.urls"),
        ),
        periodic=((1.0, jobs.deliver_due), (3.0, jobs.refresh_directory), (60.0, jobs.seal_log)),
        menu=(("/van-hanh/trao-doi/", tr("Trao đổi dữ liệu", "Exchange"), ("operator",)),),
    ),
    Role(
        name="exchange.hub",
        title=tr("Phát hành danh bạ kết nối", "Publisher of the directory of nodes"),
        needs=("exchange.member",),
        urls=(("exchange/", "lienthong.platform.exchange.urls_hub"),),
    ),
)
