"""Parts that a node can play in signing."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.signing import jobs
from lienthong.platform.signing.adapters.csc_http import CscByHttp
from lienthong.platform.signing.adapters.key_choice import make_key_store
from lienthong.platform.signing.adapters.key_files import TrustFiles
from lienthong.platform.signing.adapters.reader import ReaderProcesses
from lienthong.platform.signing.adapters.timestamp_http import TimestampsByHttp
from lienthong.platform.signing.ports import (
    FileReader,
    KeyMaker,
    KeyStore,
    RemoteSigner,
    TimestampAuthority,
    TrustStore,
)
from lienthong.platform.signing.queries.health import check_signing, measure_signing

ROLES: tuple[Role, ...] = (
    Role(
        name="signing.keys",
        title=tr("Giữ khóa ký và danh sách tin cậy của nút", "Keeper of the node's keys and trusted roots"),
        ports=(
            (KeyStore, make_key_store),
            (KeyMaker, make_key_store),
            (TrustStore, TrustFiles),
            (TimestampAuthority, TimestampsByHttp),
            (FileReader, ReaderProcesses),
        ),
        periodic=(
            (20.0, jobs.refresh_standings),
            (600.0, jobs.renew_due),
            (60.0, jobs.measure_clock),
            (60.0, jobs.finish_due),
            (300.0, jobs.purge_remote),
        ),
        checks=(check_signing,),
        measures=(measure_signing,),
    ),
    Role(
        name="signing.demo_authority",
        title=tr(
            "Cơ quan chứng thực thử nghiệm: cấp, thu hồi, tình trạng chứng thư, dấu thời gian",
            "Demo authority: issues, revokes, answers on status, stamps the time",
        ),
        needs=("signing.keys",),
        urls=(("authority/", "lienthong.platform.signing.urls_authority"),),
    ),
    Role(
        name="signing.remote",
        title=tr(
            "Trang ký của cán bộ: mã PIN, hình chữ ký, ký từ xa",
            "Officers' pages: PIN, scanned signature, remote signing",
        ),
        needs=("signing.keys", "identity.accounts"),
        urls=(("ky-so/", "lienthong.platform.signing.urls_officer"),),
        ports=((RemoteSigner, CscByHttp),),
        periodic=((3.0, jobs.follow_remote),),
        menu=(("/ky-so/", tr("Chữ ký số của tôi", "My signature"), ("leader",)),),
    ),
    Role(
        name="signing.demo_phone",
        title=tr("Điện thoại ký thử nghiệm của cán bộ (CSC)", "Demo phone of officers as a signing service (CSC)"),
        needs=("signing.remote",),
        urls=(("signing/csc/v2/", "lienthong.platform.signing.urls_csc"),),
    ),
    Role(
        name="signing.verifier",
        title=tr("Kiểm tra chữ ký số trên tệp", "Checks signatures of files for anyone"),
        needs=("signing.keys",),
        urls=(
            ("xac-minh/", "lienthong.platform.signing.urls"),
            ("xac-minh/api/v1/", "lienthong.platform.signing.urls_api"),
        ),
        periodic=((300.0, jobs.warm_reader),),
    ),
)
