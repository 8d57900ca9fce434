"""Parts that a node can play in the document office."""

from lienthong.casework.office import subscribers
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.documents.events import DocumentRecalled

_DESKS = ("reception", "handling", "leader", "clerk")

ROLES: tuple[Role, ...] = (
    Role(
        name="office.desk",
        title=tr("Soạn, trình, ký, phân công và lập hồ sơ công việc", "Drafts, signs, assigns, keeps work files"),
        needs=("documents.member", "notices.inbox"),
        urls=(("van-phong/", "lienthong.casework.office.urls"),),
        listeners=((DocumentRecalled, subscribers.on_document_recalled),),
        menu=(
            ("/van-phong/", tr("Văn phòng", "Office"), _DESKS),
            ("/van-phong/ky/", tr("Trình ký", "To sign"), ("leader",)),
        ),
    ),
)
