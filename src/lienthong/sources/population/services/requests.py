"""One row per reported birth, on both sides: the same request never has two effects."""

from __future__ import annotations

from lienthong.kernel import clock, db
from lienthong.kernel.errors import Conflict
from lienthong.kernel.text import tr
from lienthong.sources.population import rules
from lienthong.sources.population.models import BirthEvent
from lienthong.sources.population.types import BirthDeclaration


def open_request(birth: BirthDeclaration, *, sender: str) -> tuple[BirthEvent, bool]:
    """The row of this request and whether it is new; two at once wait for each other. Within a transaction.

    Raises Conflict ``population.request-changed`` when the id was used for something else.
    """
    db.advisory_lock(f"population.birth:{birth.request_id}")
    digest = rules.birth_digest(birth)
    known = BirthEvent.objects.filter(request_id=birth.request_id).first()
    if known is None:
        row = BirthEvent(
            request_id=birth.request_id,
            digest=digest,
            sender=sender,
            registered_at_commune_gso=birth.registered_at_commune_gso,
            registration_date=birth.registration_date,
            state="pending",
        )
        row.save(force_insert=True)
        return row, True
    if known.digest != digest or known.sender != sender:
        raise Conflict(
            "population.request-changed",
            tr("Mã yêu cầu này đã dùng cho một khai sinh khác.", "This request id was used for another birth."),
            field="request_id",
        )
    return known, False


def close_request(
    event: BirthEvent,
    *,
    state: str,
    personal_number: str = "",
    refusal_code: str = "",
    reason_vi: str = "",
    reason_en: str = "",
) -> None:
    """Write down what became of the request."""
    event.state = state
    event.personal_number = personal_number
    event.refusal_code = refusal_code[:100]
    event.reason_vi = reason_vi[:1000]
    event.reason_en = reason_en[:1000]
    event.settled_at = clock.now()
    event.save()
