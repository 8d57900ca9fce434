"""Parts that a node can play on the document axis."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.documents import (
    inbox,
    jobs,
    partner_jobs,
    register_jobs,
    statistics_inbox,
    statistics_jobs,
    subscribers,
)
from lienthong.platform.documents.adapters.outsiders import SystemsOutside
from lienthong.platform.documents.letters import DocumentFigures, EdocSent, EdocStatus
from lienthong.platform.documents.ports import Outsiders
from lienthong.platform.documents.queries.axis_tasks import axis_checks
from lienthong.platform.exchange.events import LetterRefused

_PARTNERS = ("documents", "/van-hanh/van-ban/doi-tac/", tr("Hệ thống kết nối", "Partner systems"), 30)
_AXIS_TASKS = ("documents", "/van-hanh/van-ban/doi-tac/viec/", tr("Trục khác", "Other axis"), 31)

ROLES: tuple[Role, ...] = (
    Role(
        name="documents.member",
        title=tr("Gửi, nhận văn bản điện tử và giữ sổ đăng ký văn bản", "Sends, receives and registers documents"),
        needs=("exchange.member", "signing.keys", "identity.accounts"),
        urls=(
            ("van-ban/truc/", "lienthong.platform.documents.urls_messages"),
            ("van-hanh/van-ban/luu-luong/", "lienthong.platform.documents.urls_traffic"),
            ("van-ban/", "lienthong.platform.documents.urls"),
        ),
        listeners=((LetterRefused, subscribers.on_letter_refused),),
        inbox=((EdocSent, inbox.on_sent), (EdocStatus, inbox.on_status)),
        periodic=(
            (0.5, jobs.announce_arrivals),
            (1.0, jobs.learn_receipts),
            (2.0, register_jobs.index_documents),
            (600.0, register_jobs.close_old_registers),
            (5.0, statistics_jobs.count_documents),
            (5.0, statistics_jobs.examine_signatures),
        ),
        menu=(
            ("/van-ban/", tr("Văn bản", "Documents"), ("clerk", "leader", "handling")),
            ("/van-hanh/van-ban/luu-luong/", tr("Trục văn bản", "Document axis"), ("operator",)),
        ),
        tabs=(
            ("documents", "/van-hanh/van-ban/luu-luong/", tr("Lưu lượng", "Traffic"), 10),
            ("documents", "/van-ban/thong-ke/", tr("Thống kê", "Statistics"), 20),
        ),
    ),
    Role(
        name="documents.axis",
        title=tr(
            "Trục liên thông văn bản: giao diện cho hệ thống của các cơ quan",
            "Document axis: the interface for agencies' own systems",
        ),
        needs=("documents.member",),
        urls=(
            ("documents/", "lienthong.platform.documents.urls_axis"),
            ("van-hanh/van-ban/", "lienthong.platform.documents.urls_partners"),
        ),
        tabs=(_PARTNERS,),
        inbox=((DocumentFigures, statistics_inbox.on_figures),),
        periodic=((3600.0, partner_jobs.forget_partner_calls),),
        ports=((Outsiders, SystemsOutside),),
    ),
    Role(
        name="documents.partner_axis",
        title=tr("Kết nối với một trục văn bản khác", "Client of another document axis"),
        needs=("documents.member",),
        urls=(("van-hanh/van-ban/", "lienthong.platform.documents.urls_partners"),),
        tabs=(_AXIS_TASKS,),
        menu=(("/van-hanh/van-ban/doi-tac/viec/", tr("Trục khác", "Other axis"), ("operator",)),),
        periodic=((5.0, partner_jobs.poll_axis), (5.0, partner_jobs.send_axis_tasks)),
        ports=((Outsiders, SystemsOutside),),
        checks=(axis_checks,),
    ),
    Role(
        name="documents.folder",
        title=tr(
            "Thư mục văn bản cho cơ quan chưa có phần mềm", "Watched folder for agencies without a document system"
        ),
        needs=("documents.member",),
        periodic=((5.0, partner_jobs.work_document_folder),),
        ports=((Outsiders, SystemsOutside),),
    ),
)
