"""Telling the register: births, numbers, looks at the counter, the demo's people."""

from lienthong.sources.population.services.births import record_birth
from lienthong.sources.population.services.looks import open_record, search_people
from lienthong.sources.population.services.numbers import allocate_number, cancel_number
from lienthong.sources.population.services.reports import (
    register_birth,
    report_birth,
    settle_issued,
    settle_refused,
)
from lienthong.sources.population.services.seeding import seed_demo_people

__all__ = [
    "allocate_number",
    "cancel_number",
    "open_record",
    "record_birth",
    "register_birth",
    "report_birth",
    "search_people",
    "seed_demo_people",
    "settle_issued",
    "settle_refused",
]
