"""Pure decisions of the catalogue: codes, answers of forms, fees and time limits. No database, no clock."""

from lienthong.sources.procedures.rules.answers import (
    answers_from_post,
    check_answers,
    merge_answers,
    pages_for,
    prefill,
    review,
)
from lienthong.sources.procedures.rules.codes import base_code
from lienthong.sources.procedures.rules.limits import due_at, fee_due
from lienthong.sources.procedures.types.form import answer_at

__all__ = [
    "answer_at",
    "answers_from_post",
    "base_code",
    "check_answers",
    "due_at",
    "fee_due",
    "merge_answers",
    "pages_for",
    "prefill",
    "review",
]
