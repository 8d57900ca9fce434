"""Parts that a node can play on the document axis."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES: tuple[Role, ...] = (
    Role(
        name="documents.member",
        title=tr("Gửi, nhận văn bản điện tử và giữ sổ đăng ký văn bản", "Sends, receives and registers documents"),
        needs=("exchange.member", "signing.keys", "identity.accounts"),
    ),
    Role(
        name="documents.axis",
        title=tr(
            "Trục liên thông văn bản: giao diện cho hệ thống của các cơ quan",
            "Document axis: the interface for agencies' own systems",
        ),
        needs=("documents.member",),
    ),
)
