"""Parts that a node can play in monitoring."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.monitoring import jobs
from lienthong.platform.monitoring.queries.health import check_disk, check_findings, measure_disk

ROLES: tuple[Role, ...] = (
    Role(
        name="monitoring.records",
        title=tr(
            "Giám sát vận hành: bản ghi, số liệu, tình trạng nút",
            "Operational monitoring: records, figures, health of the node",
        ),
        urls=(
            ("", "lienthong.platform.monitoring.urls_machines"),
            ("van-hanh/trao-doi/", "lienthong.platform.monitoring.urls"),
        ),
        periodic=((5.0, jobs.sum_operations), (3600.0, jobs.forget_old_operations)),
        tabs=(
            ("exchange", "/van-hanh/trao-doi/tong-quan/", tr("Tổng quan", "Overview"), 10),
            ("exchange", "/van-hanh/trao-doi/tinh-trang/", tr("Tình trạng nút", "Health of the node"), 15),
            ("exchange", "/van-hanh/trao-doi/ban-ghi/", tr("Bản ghi vận hành", "Operational records"), 35),
            ("exchange", "/van-hanh/trao-doi/chung-thu/", tr("Chứng thư", "Certificates"), 80),
        ),
        checks=(check_disk, check_findings),
        measures=(measure_disk,),
    ),
)
