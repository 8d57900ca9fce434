"""Operator's pages of monitoring: overview, records, health, certificates."""

from lienthong.platform.monitoring.views.overview import flows_csv, overview
from lienthong.platform.monitoring.views.records import record, records, records_csv
from lienthong.platform.monitoring.views.wellbeing import certificates, health

__all__ = ["certificates", "flows_csv", "health", "overview", "record", "records", "records_csv"]
