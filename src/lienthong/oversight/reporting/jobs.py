"""Background of reporting: count again what changed and tell the national level."""

from lienthong.oversight.reporting import services


def report_figures() -> bool:
    """Woken by each change, and every minute because dossiers grow late by themselves."""
    return services.fold_and_report() > 0
