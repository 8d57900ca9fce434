"""Asking monitoring: how well the node can work, and its numbers."""

from lienthong.platform.monitoring.queries.health import run_checks, take_measures, worst_level

__all__ = ["run_checks", "take_measures", "worst_level"]
