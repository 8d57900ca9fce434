"""Reporting births (báo cáo đăng ký khai sinh) and hearing what became of them: the reader's side."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from lienthong.kernel import audit, clock, db, events, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Invalid, NotAllowed, NotFound
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import services as exchange
from lienthong.sources.population import letters, rules
from lienthong.sources.population.events import BirthRefused, PersonalNumberIssued
from lienthong.sources.population.models import BirthEvent
from lienthong.sources.population.ports import BirthDesk
from lienthong.sources.population.services.requests import close_request, open_request
from lienthong.sources.population.types import BirthDeclaration, BirthOutcome, ChildFacts, ParentFacts


def register_birth(
    *,
    request_id: UUID,
    child: ChildFacts,
    mother: ParentFacts | None,
    father: ParentFacts | None,
    registered_at_commune_gso: str,
    registration_date: date,
    actor: Actor,
) -> BirthOutcome:
    """Report a birth and ask for the child's number, in the caller's transaction.

    At a reader the outcome is ``pending`` and comes later as ``PersonalNumberIssued`` or ``BirthRefused``; at the
    holder it is there at once. Repeating a ``request_id`` with the same content gives the same outcome.
    Raises NotAllowed, Invalid (what the declaration alone shows to be wrong), Conflict ``population.request-changed``.
    """
    if actor.kind not in ("officer", "system"):
        raise NotAllowed(
            "population.officers-only", tr("Chỉ cán bộ đăng ký khai sinh.", "Only an officer registers a birth.")
        )
    birth = rules.tidy_birth(
        BirthDeclaration(request_id, child, mother, father, registered_at_commune_gso, registration_date)
    )
    faults = rules.check_birth(birth, today=clock.today())
    if faults:
        raise Invalid(faults, "population.birth-invalid")
    return roles.port(BirthDesk).report(birth, actor=actor)


def report_birth(birth: BirthDeclaration, *, holder: str, actor: Actor) -> BirthOutcome:
    """Post the birth to the holder's node, once per request."""
    with db.atomic():
        event, is_new = open_request(birth, sender=node().agency_code)
        if is_new:
            letter = letters.BirthRegistered(
                request_id=birth.request_id,
                child=letters.Child(**{name: getattr(birth.child, name) for name in letters.Child.model_fields}),
                mother=_as_letter(birth.mother),
                father=_as_letter(birth.father),
                registered_at_commune_gso=birth.registered_at_commune_gso,
                registration_date=birth.registration_date,
            )
            exchange.post_letter(letter, recipient=holder, actor=actor, about=f"birth:{birth.request_id}")
            audit.record(actor, "population.report-birth", f"birth:{birth.request_id}", holder=holder)
        return event.outcome()


def _as_letter(parent: ParentFacts | None) -> letters.Parent | None:
    return letters.Parent(personal_number=parent.personal_number, name=parent.name) if parent else None


def settle_issued(*, request_id: UUID, personal_number: str) -> None:
    """Keep the number that the holder gave and tell the rooms above; a second telling changes nothing."""
    with db.atomic():
        event = _pending(request_id)
        if event is None:
            return
        close_request(event, state="issued", personal_number=personal_number)
        events.publish(PersonalNumberIssued(request_id, personal_number))


def settle_refused(*, request_id: UUID, code: str, reason_vi: str, reason_en: str) -> None:
    """Keep why the holder refused and tell the rooms above; a second telling changes nothing."""
    with db.atomic():
        event = _pending(request_id)
        if event is None:
            return
        close_request(event, state="refused", refusal_code=code, reason_vi=reason_vi, reason_en=reason_en)
        events.publish(BirthRefused(request_id, code, reason_vi, reason_en))


def _pending(request_id: UUID) -> BirthEvent | None:
    event = BirthEvent.objects.select_for_update().filter(request_id=request_id).first()
    if event is None:
        raise NotFound(
            "population.request-unknown",
            tr("Nút này không gửi yêu cầu đó.", "This node sent no such request."),
            field="request_id",
        )
    return event if event.state == "pending" else None
