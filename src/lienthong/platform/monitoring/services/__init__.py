"""Telling monitoring: record what happened to messages, sum it up, forget what is old."""

from lienthong.platform.monitoring.services.findings import keep_finding
from lienthong.platform.monitoring.services.recording import record
from lienthong.platform.monitoring.services.summing import forget_old_operations, sum_operations

__all__ = ["forget_old_operations", "keep_finding", "record", "sum_operations"]
