"""Asking about letters sent."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, F
from django.db.models.functions import Length

from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.states import STATES
from lienthong.platform.exchange.types import LetterOutcome, LetterRow

FIELDS = (
    "id", "name", "recipient", "about", "state", "posted_at", "attempts", "next_attempt_at", "answered_at",
    "code", "reason_vi", "reason_en",
)  # fmt: skip


def list_letters(state: str = "", *, recipient: str = "", limit: int = 50, offset: int = 0) -> list[LetterRow]:
    """Sent letters, newest first; `state` one of waiting, accepted, refused, replaced, or all."""
    found = OutgoingLetter.objects.order_by("-number")
    if state:
        found = found.filter(state=state)
    if recipient:
        found = found.filter(recipient=recipient)
    values = found.annotate(size=Length(F("body"))).values(*FIELDS, "size")[offset : offset + limit]
    return [row_of(**value) for value in values]


def list_outcomes(letter_ids: Collection[UUID]) -> list[LetterOutcome]:
    """What became of these letters, those that wait left out; one round trip however many."""
    columns = ("id", "state", "answered_at", "code", "reason_vi", "reason_en", "replaced_by")
    ended = OutgoingLetter.objects.filter(id__in=letter_ids).exclude(state="waiting")
    return [
        LetterOutcome(id_, state, answered_at, code, Bilingual(vi, en) if vi else None, replaced_by)
        for id_, state, answered_at, code, vi, en, replaced_by in ended.values_list(*columns)
    ]


def get_letter(letter_id: UUID) -> LetterRow:
    """One sent letter. Raises NotFound `exchange.no-such-letter`."""
    value = OutgoingLetter.objects.filter(id=letter_id).annotate(size=Length(F("body"))).values(*FIELDS, "size").first()
    if value is None:
        raise NotFound("exchange.no-such-letter", tr("Không có thông điệp này.", "There is no such letter."))
    return row_of(**value)


def count_letters() -> dict[str, int]:
    """Number of sent letters by state, zeros included.

    The few that are not accepted stand in indexes; the accepted ones are all the others.
    """
    few = OutgoingLetter.objects.filter(state__in=["waiting", "refused", "replaced", "discarded"])
    counted = dict(few.values_list("state").annotate(n=Count("number")).order_by())
    accepted = OutgoingLetter.objects.count() - sum(counted.values())
    return {**dict.fromkeys(STATES, 0), **counted, "accepted": accepted}


def count_waiting(recipient: str = "") -> int:
    """Letters on their way."""
    found = OutgoingLetter.objects.filter(state="waiting")
    return (found.filter(recipient=recipient) if recipient else found).count()


def row_of(*, reason_vi: str, reason_en: str, **facts: object) -> LetterRow:
    """A row of the columns in FIELDS and the size."""
    reason = Bilingual(reason_vi, reason_en) if reason_vi else None
    return LetterRow(**facts, reason=reason)  # type: ignore[arg-type]  # values() of the fields of the same names
