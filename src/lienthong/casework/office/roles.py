"""Parts that a node can play in the document office."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr

ROLES: tuple[Role, ...] = (
    Role(
        name="office.desk",
        title=tr("Soạn, trình, ký, phân công và lập hồ sơ công việc", "Drafts, signs, assigns, keeps work files"),
        needs=("documents.member",),
    ),
)
