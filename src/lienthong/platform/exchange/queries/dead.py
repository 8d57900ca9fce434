"""Asking about letters that do not arrive, and about the lines to their recipients."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Length

from lienthong.kernel import clock, sql
from lienthong.kernel.text import Bilingual
from lienthong.platform.exchange import limits
from lienthong.platform.exchange.models import DeliveryLine, OutgoingLetter
from lienthong.platform.exchange.queries.letters import FIELDS, row_of
from lienthong.platform.exchange.types import LetterRow, LineRow

_SUBJECTS = "SELECT DISTINCT recipient, name, code FROM exchange_outgoingletter WHERE state = ANY (%s) LIMIT 1000"


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Dead letters (thông điệp không gửi được): refused, or waiting for longer than `dead_after_days`.

    `kind`: refused, late, or both; the others take exactly this recipient, letter name and code.
    """

    kind: str = ""
    recipient: str = ""
    name: str = ""
    code: str = ""

    def count(self) -> int:
        return self._found().count()

    def rows(self, *, limit: int = 50, offset: int = 0) -> list[LetterRow]:
        """The latest first."""
        found = self._found().order_by("-number").annotate(size=Length(F("body")))
        return [row_of(**value) for value in found.values(*FIELDS, "size")[offset : offset + limit]]

    def _found(self) -> "QuerySet[OutgoingLetter]":
        late = Q(state="waiting", posted_at__lt=clock.now() - limits.limits().dead_after)
        refused = Q(state="refused")
        found = OutgoingLetter.objects.filter({"refused": refused, "late": late}.get(self.kind, refused | late))
        for field in ("recipient", "name", "code"):
            if value := getattr(self, field):
                found = found.filter(**{field: value})
        return found


def list_dead_choices() -> dict[str, list[str]]:
    """What dead letters can be filtered by: recipients, names and codes that occur."""
    found = sql.rows(_SUBJECTS, (["waiting", "refused"],))
    columns = zip(*found, strict=True) if found else ((), (), ())
    return {
        key: sorted({str(value) for value in column if value})
        for key, column in zip(("recipient", "name", "code"), columns, strict=True)
    }


def list_lines() -> list[LineRow]:
    """How it stands with reaching each recipient that letters wait for or ever went to; failing ones first."""
    waiting: dict[str, dict[str, Any]] = {
        row["recipient"]: dict(row)
        for row in OutgoingLetter.objects.filter(state="waiting")
        .values("recipient")
        .annotate(count=Count("number"), oldest=Min("posted_at"))
        .order_by()
    }
    lines = {line.recipient: line for line in DeliveryLine.objects.all()}
    rows = [_line_row(code, lines.get(code), waiting.get(code, {})) for code in {*waiting, *lines}]
    return sorted(rows, key=lambda row: (row.state == "closed", -row.waiting, row.recipient))


def _line_row(recipient: str, line: DeliveryLine | None, waiting: dict[str, Any]) -> LineRow:
    failures = line.failures if line else 0
    until = line.open_until if line else None
    state = "closed" if not failures else "open" if until and clock.now() < until else "half-open"
    return LineRow(
        recipient=recipient,
        state=state,
        failures=failures,
        failing_since=line.failing_since if line else None,
        open_until=until if failures else None,
        code=line.code if line else "",
        reason=Bilingual(line.reason_vi, line.reason_en) if line and line.reason_vi else None,
        last_success_at=line.last_success_at if line else None,
        waiting=waiting.get("count", 0),
        oldest_at=waiting.get("oldest"),
    )
