"""Parts that a node can play in signing."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.signing.adapters.key_files import KeyFiles, TrustFiles
from lienthong.platform.signing.ports import KeyMaker, KeyStore, TrustStore

ROLES: tuple[Role, ...] = (
    Role(
        name="signing.keys",
        title=tr("Giữ khóa ký và danh sách tin cậy của nút", "Keeper of the node's keys and trusted roots"),
        ports=((KeyStore, KeyFiles), (KeyMaker, KeyFiles), (TrustStore, TrustFiles)),
    ),
    Role(
        name="signing.verifier",
        title=tr("Kiểm tra chữ ký số trên tệp", "Checks signatures of files for anyone"),
        needs=("signing.keys",),
        urls=(("xac-minh/", "lienthong.platform.signing.urls"),),
    ),
)
