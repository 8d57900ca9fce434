"""Parts that a node can play in calls of data services."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES: tuple[Role, ...] = (
    Role(
        name="gateway.calls",
        title=tr(
            "Cổng kết nối: gọi và cung cấp dịch vụ dữ liệu",
            "Gateway: calls data services and provides them",
        ),
        needs=("exchange.member",),
        urls=(
            ("van-hanh/trao-doi/", "lienthong.platform.gateway.urls"),
            ("", "lienthong.platform.gateway.urls_proof"),
        ),
        tabs=(("exchange", "/van-hanh/trao-doi/luot-goi/", tr("Lượt gọi dịch vụ", "Calls"), 30),),
        doors=(
            ("/r1/", "lienthong.platform.gateway.adapters.doors:facade"),
            ("/VN/GOV/", "lienthong.platform.gateway.adapters.govstack:call"),
            ("/listClients", "lienthong.platform.gateway.adapters.listing:list_clients"),
            ("/xroad-endpoint", "lienthong.platform.gateway.adapters.soap:call"),
            ("/wsdl", "lienthong.platform.gateway.adapters.soap:wsdl"),
            ("/exchange/calls", "lienthong.platform.gateway.adapters.doors:calls"),
        ),
    ),
)
