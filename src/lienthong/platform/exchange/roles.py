"""Parts that a node can play in the exchange."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import jobs
from lienthong.platform.exchange.queries.health import check_exchange, measure_exchange

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
        tabs=(
            ("exchange", "/van-hanh/trao-doi/", tr("Thông điệp gửi đi", "Letters sent"), 20),
            ("exchange", "/van-hanh/trao-doi/yeu-cau/", tr("Khai thác dữ liệu", "Questions"), 31),
            ("exchange", "/van-hanh/trao-doi/danh-ba/", tr("Danh bạ kết nối", "Directory"), 60),
            ("exchange", "/van-hanh/trao-doi/nhat-ky/", tr("Nhật ký thông điệp", "Message log"), 70),
        ),
        checks=(check_exchange,),
        measures=(measure_exchange,),
    ),
    Role(
        name="exchange.hub",
        title=tr("Phát hành danh bạ kết nối", "Publisher of the directory of nodes"),
        needs=("exchange.member",),
        urls=(("exchange/", "lienthong.platform.exchange.urls_hub"),),
    ),
)
