"""Parts that a node can play in monitoring."""

from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.monitoring import jobs
from lienthong.platform.monitoring.queries.health import check_disk, measure_disk

ROLES: tuple[Role, ...] = (
    Role(
        name="monitoring.records",
        title=tr(
            "Giám sát vận hành: bản ghi, số liệu, tình trạng nút",
            "Operational monitoring: records, figures, health of the node",
        ),
        urls=(("", "lienthong.platform.monitoring.urls_machines"),),
        periodic=((5.0, jobs.sum_operations), (3600.0, jobs.forget_old_operations)),
        checks=(check_disk,),
        measures=(measure_disk,),
    ),
)
