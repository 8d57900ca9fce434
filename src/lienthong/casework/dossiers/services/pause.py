"""The clock of a dossier stands (tạm dừng tính thời hạn) while a supplement or a fee is awaited."""

from __future__ import annotations

from datetime import datetime

from lienthong.casework.dossiers import rules
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.types import Channel
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.procedures import queries as procedure_queries


def start(dossier: Dossier, now: datetime) -> None:
    """Remember when the clock stopped and where to go on; the caller records the deed."""
    dossier.paused_at = now
    dossier.status_before_pause = dossier.status


def end(dossier: Dossier, resumed_at: datetime, now: datetime) -> int:
    """Move the return date by the pause; gives the status to go back to.

    `resumed_at` is when the citizen did their part; it counts even if the letter took a while, but neither before
    the pause nor in the future.
    """
    paused_at = dossier.paused_at or now
    dossier.due_at = rules.due_after_pause(
        dossier.due_at,
        paused_at=paused_at,
        resumed_at=min(max(resumed_at, paused_at), now),
        calendar=agency_queries.get_calendar(dossier.agency_code),
        calendar_days=_counts_calendar_days(dossier),
    )
    back_to = dossier.status_before_pause
    dossier.paused_at = None
    dossier.status_before_pause = 0
    return back_to


def _counts_calendar_days(dossier: Dossier) -> bool:
    procedure = procedure_queries.get_procedure(dossier.procedure_code, version=dossier.procedure_version)
    channel: Channel = (
        "online" if dossier.channel == "online" else "postal" if dossier.channel == "postal" else "direct"
    )
    limit = procedure.time_limit_for(channel)
    return limit is not None and limit.kind == "days"
