"""Fees and time limits: arithmetic over what a definition says."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from lienthong.sources.procedures.types import Channel, Fee, Procedure, TimeLimit, WorkingCalendar
from lienthong.sources.procedures.types.form import answer_at

IN_THE_DAY_CUTOFF = time(15, 0)
"""A file received after 15:00 may be answered the next working day (Luật Hộ tịch 2014; NĐ 23/2015 Điều 7)."""


def due_at(limit: TimeLimit, received_at: datetime, calendar: WorkingCalendar) -> datetime:
    """The return date (thời điểm hẹn trả) of a dossier received at that moment, by the given calendar."""
    if limit.kind == "same_day":
        return calendar.same_day(received_at, limit.cutoff or IN_THE_DAY_CUTOFF)
    if limit.kind == "working_days":
        return calendar.add_working_days(received_at, limit.amount)
    if limit.kind == "hours":
        return calendar.add_hours(received_at, limit.amount)
    return calendar.add_days(received_at, limit.amount)


def fee_due(procedure: Procedure, channel: Channel, answers: Mapping[str, Any]) -> int | None:
    """The fee in đồng for these answers; None when the definition leaves it to the receiving agency.

    Raises KeyError when the procedure cannot be filed by this channel.
    """
    fee = procedure.fees[channel]
    if fee.amount is None:
        return None
    if fee.per == "dossier":
        return fee.amount
    copies = _count(answers, fee.copies_path)
    pages = _count(answers, fee.pages_path) if fee.per == "page" else 1
    return copies * price_of_copy(fee, pages)


def price_of_copy(fee: Fee, pages: int) -> int:
    """The price of one copy of so many pages: later pages may be cheaper, the whole may be capped."""
    counted = pages if fee.per == "page" else 1
    price = sum(_price_of_page(fee, page) for page in range(1, counted + 1))
    return price if fee.maximum is None else min(price, fee.maximum)


def _price_of_page(fee: Fee, page: int) -> int:
    price = fee.amount or 0
    for step in fee.steps:
        if page >= step.from_unit:
            price = step.amount
    return price


def _count(answers: Mapping[str, Any], path: str) -> int:
    value = answer_at(answers, path) if path else None
    return value if isinstance(value, int) and value > 0 else 1
