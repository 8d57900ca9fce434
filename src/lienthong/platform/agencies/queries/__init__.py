"""Ask agencies: who a code or name is on a day, who answers for it today, and when an office works.

Every question takes a day; without one it is today.
"""

from lienthong.platform.agencies.queries.agencies import (
    answer_for_many,
    answers_for,
    find_agency,
    get_agency,
    list_agencies,
    name_of_agency,
    names_of_agencies,
    recall_agency,
)
from lienthong.platform.agencies.queries.calendars import (
    find_calendar_day,
    get_calendar,
    get_calendars,
    list_calendar_days,
    list_office_hours,
)
from lienthong.platform.agencies.queries.successions import (
    agency_of_unit,
    list_predecessors,
    look_up,
    resolve_unit,
    successors_of_commune,
    successors_of_unit,
)
from lienthong.platform.agencies.queries.units import (
    find_unit,
    get_commune,
    get_province,
    list_bearers,
    list_communes,
    list_provinces,
    search_units,
)
from lienthong.platform.agencies.rules import check_code, from_qcvn102, is_code, is_qcvn102, to_qcvn102

__all__ = [
    "agency_of_unit",
    "answer_for_many",
    "answers_for",
    "check_code",
    "find_agency",
    "find_calendar_day",
    "find_unit",
    "from_qcvn102",
    "get_agency",
    "get_calendar",
    "get_calendars",
    "get_commune",
    "get_province",
    "is_code",
    "is_qcvn102",
    "list_agencies",
    "list_bearers",
    "list_calendar_days",
    "list_communes",
    "list_office_hours",
    "list_predecessors",
    "list_provinces",
    "look_up",
    "name_of_agency",
    "names_of_agencies",
    "recall_agency",
    "resolve_unit",
    "search_units",
    "successors_of_commune",
    "successors_of_unit",
    "to_qcvn102",
]
