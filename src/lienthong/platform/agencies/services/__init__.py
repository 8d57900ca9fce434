"""Tell agencies: load the country's codes, change the working calendar."""

from lienthong.platform.agencies.services.calendar import (
    declare_day_off,
    declare_working_day,
    set_office_hours,
    withdraw_calendar_day,
)
from lienthong.platform.agencies.services.loading import LoadReport, load_demo_agencies, load_facts

__all__ = [
    "LoadReport",
    "declare_day_off",
    "declare_working_day",
    "load_demo_agencies",
    "load_facts",
    "set_office_hours",
    "withdraw_calendar_day",
]
