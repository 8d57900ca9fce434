"""Parts that a node can play in the exchange."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import inbox, jobs, log_inbox, services
from lienthong.platform.exchange.letters import FreeLetter, NodeChanged, SelfTest
from lienthong.platform.exchange.log_letters import LogCheckpoint
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
            ("van-hanh/trao-doi/tu-kiem-tra/", "lienthong.platform.exchange.urls_self_test"),
            ("van-hanh/trao-doi/", "lienthong.platform.exchange.urls"),
        ),
        inbox=(
            (LogCheckpoint, log_inbox.on_checkpoint),
            (SelfTest, inbox.on_self_test),
        ),
        questions=(
            (log_inbox.CHECKPOINT, log_inbox.on_checkpoint_question),
            ("exchange.self-test", services.answer_self_test),
        ),
        periodic=(
            (1.0, jobs.deliver_due),
            (1.0, jobs.fetch_due),
            (3600.0, jobs.clear_uploads),
            (3.0, jobs.refresh_directory),
            (60.0, jobs.seal_log),
            (60.0, jobs.close_log),
            (3600.0, jobs.run_archive),
            (3600.0, jobs.examine_log),
            (60.0, jobs.keep_listed),
        ),
        menu=(("/van-hanh/trao-doi/", tr("Trao đổi dữ liệu", "Exchange"), ("operator",)),),
        tabs=(
            ("exchange", "/van-hanh/trao-doi/", tr("Thông điệp gửi đi", "Letters sent"), 20),
            ("exchange", "/van-hanh/trao-doi/khong-gui-duoc/", tr("Không gửi được", "Dead letters"), 21),
            ("exchange", "/van-hanh/trao-doi/duong-gui/", tr("Đường gửi", "Delivery lines"), 22),
            ("exchange", "/van-hanh/trao-doi/yeu-cau/", tr("Khai thác dữ liệu", "Questions"), 31),
            ("exchange", "/van-hanh/trao-doi/danh-ba/", tr("Danh bạ kết nối", "Directory"), 60),
            ("exchange", "/van-hanh/trao-doi/nhat-ky/", tr("Nhật ký thông điệp", "Message log"), 70),
            ("exchange", "/van-hanh/trao-doi/tu-kiem-tra/", tr("Tự kiểm tra kết nối", "Self-test"), 90),
        ),
        checks=(check_exchange,),
        measures=(measure_exchange,),
    ),
    Role(
        name="exchange.hub",
        title=tr("Phát hành danh bạ kết nối", "Publisher of the directory of nodes"),
        needs=("exchange.member",),
        urls=(
            ("exchange/", "lienthong.platform.exchange.urls_hub"),
            ("", "lienthong.platform.exchange.urls_joining"),
        ),
        inbox=((NodeChanged, inbox.on_node_changed),),
        periodic=((3600.0, jobs.forget_contacts),),
        tabs=(("exchange", "/van-hanh/trao-doi/don-ket-noi/", tr("Đăng ký kết nối", "Joining"), 62),),
    ),
    Role(
        name="exchange.post_office",
        title=tr(
            "Gửi nhận thư liên thông bằng trang web và thư mục",
            "Letters between people, by a page and a watched folder",
        ),
        needs=("exchange.member",),
        urls=(("thu-dien-tu-lien-thong/", "lienthong.platform.exchange.urls_post"),),
        inbox=((FreeLetter, inbox.on_free_letter),),
        periodic=((2.0, jobs.work_folder),),
        menu=(("/thu-dien-tu-lien-thong/", tr("Thư liên thông", "Letters"), ("clerk",)),),
    ),
)
