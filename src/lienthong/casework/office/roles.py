"""Parts that a node can play in the document office."""

from lienthong.casework.office import subscribers
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.documents.events import DocumentRecalled
from lienthong.platform.signing.events import RemoteBatchEnded

_PUT_IN = tr("Đưa vào hồ sơ công việc", "Put into a work file")
_DESKS = ("reception", "handling", "leader", "clerk")

ROLES: tuple[Role, ...] = (
    Role(
        name="office.desk",
        title=tr("Soạn, trình, ký, phân công và lập hồ sơ công việc", "Drafts, signs, assigns, keeps work files"),
        needs=("documents.member", "notices.inbox"),
        urls=(("van-phong/", "lienthong.casework.office.urls"),),
        listeners=(
            (DocumentRecalled, subscribers.on_document_recalled),
            (RemoteBatchEnded, subscribers.on_remote_batch_ended),
        ),
        tabs=(
            ("arrival", "/van-phong/van-ban-den/_id_/", tr("Giao việc, xử lý", "Assign, work on it"), 10),
            ("arrival", "/van-phong/ho-so/them/?kind=arrival&reference=_id_", _PUT_IN, 20),
            ("document", "/van-phong/ho-so/them/?kind=document&reference=_id_", _PUT_IN, 20),
        ),
        menu=(
            ("/van-phong/", tr("Văn phòng", "Office"), _DESKS),
            ("/van-phong/ky/", tr("Trình ký", "To sign"), ("leader",)),
        ),
    ),
)
