"""Asking monitoring: how well the node can work, its numbers, volumes and single records."""

from lienthong.platform.monitoring.queries.health import last_finding, run_checks, take_measures, worst_level
from lienthong.platform.monitoring.queries.records import (
    get_operation,
    iterate_operational_records,
    iterate_operations,
    list_operations,
    xroad_name,
)
from lienthong.platform.monitoring.queries.volumes import (
    list_faults,
    list_flows,
    list_parties,
    list_points,
    list_speeds,
    list_totals,
)
from lienthong.platform.monitoring.queries.watchers import may_watch

__all__ = [
    "get_operation",
    "iterate_operational_records",
    "iterate_operations",
    "last_finding",
    "list_faults",
    "list_flows",
    "list_operations",
    "list_parties",
    "list_points",
    "list_speeds",
    "list_totals",
    "may_watch",
    "run_checks",
    "take_measures",
    "worst_level",
    "xroad_name",
]
