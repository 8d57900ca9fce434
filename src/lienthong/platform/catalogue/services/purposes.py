"""Purposes (mục đích khai thác) added to an agreement that is accepted, answered, ended."""

from uuid import UUID

from lienthong.kernel import access, clock, db
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.letters import PurposeAnswered, PurposeEnded, PurposeRequested
from lienthong.platform.catalogue.models import Agreement, Purpose, ServiceVersion
from lienthong.platform.catalogue.queries import listings
from lienthong.platform.catalogue.rules import checks, limits
from lienthong.platform.catalogue.services import applying
from lienthong.platform.catalogue.services.agreements import (
    PurposeWish,
    PurposeWord,
    purpose_answer,
    purpose_part,
    require_side,
    sides_of,
    spread,
)
from lienthong.platform.catalogue.types import AgreementEntry, ServiceEntry, ServiceRef, Side


def request_purpose(*, agreement_id: UUID, wish: PurposeWish, actor: Actor) -> AgreementEntry:
    """The consumer asks for a further purpose; within the provider's threshold it is accepted by itself."""
    access.require(actor, "operator")
    with db.atomic():
        row = applying.find_agreement(agreement_id)
        require_side(row, "consumer")
        if row.state != "accepted":
            raise _moved_on()
        part = purpose_part(wish, _service_of(row))
        letter = PurposeRequested(agreement_id=row.id, purpose=part, by=actor.name[:200], at=clock.now())
        applying.apply_purpose_requested(letter)
        entry = spread(row, letter, "catalogue.request-purpose", actor)
        return answer_within_threshold(row, part.id) or entry


def answer_purpose(*, agreement_id: UUID, purpose_id: UUID, word: PurposeWord, actor: Actor) -> AgreementEntry:
    """The provider's word about a purpose that waits."""
    access.require(actor, "operator")
    with db.atomic():
        row = applying.find_agreement(agreement_id)
        require_side(row, "provider")
        if applying.find_purpose(row, purpose_id).state != "waiting" or row.state != "accepted":
            raise _moved_on()
        return _answer(row, purpose_id, word, actor)


def end_purpose(*, agreement_id: UUID, purpose_id: UUID, side: Side, reason: str, actor: Actor) -> AgreementEntry:
    """One side ends a purpose for good."""
    access.require(actor, "operator")
    told = checks.text(reason, "reason", 500)
    with db.atomic():
        row = applying.find_agreement(agreement_id)
        require_side(row, side)
        if side == "platform" or applying.find_purpose(row, purpose_id).state in ("ended", "refused"):
            raise _moved_on()
        letter = PurposeEnded(
            agreement_id=row.id,
            purpose_id=purpose_id,
            side=side,
            reason=told,
            by=actor.name[:200],
            at=clock.now(),
        )
        applying.apply_purpose_ended(letter)
        return spread(row, letter, "catalogue.end-purpose", actor)


def answer_within_threshold(row: Agreement, purpose_id: UUID) -> AgreementEntry | None:
    """At the provider: accept the purpose at once if the sum of estimates stays within the threshold."""
    if "provider" not in sides_of(row) or row.state != "accepted":
        return None
    service = ServiceVersion.objects.filter(
        system__agency_code=row.provider_agency,
        system__code=row.provider_code,
        code=row.service_code,
        version=row.version,
    ).first()
    if service is None or service.threshold is None:
        return None
    purpose = applying.find_purpose(row, purpose_id)
    if purpose.state != "waiting" or limits.needs_word(purpose.daily_calls, _estimates(row), service.threshold):
        return None
    return _answer(row, purpose_id, PurposeWord(accepted=True), SYSTEM)


def _estimates(row: Agreement) -> list[int]:
    """Daily calls of all accepted purposes on this version of the service."""
    return list(
        Purpose.objects.filter(
            state="accepted",
            agreement__state="accepted",
            agreement__provider_agency=row.provider_agency,
            agreement__provider_code=row.provider_code,
            agreement__service_code=row.service_code,
            agreement__version=row.version,
        ).values_list("daily_calls", flat=True)
    )


def _answer(row: Agreement, purpose_id: UUID, word: PurposeWord, actor: Actor) -> AgreementEntry:
    answer = purpose_answer(purpose_id, word)
    letter = PurposeAnswered(agreement_id=row.id, answer=answer, by=actor.name[:200], at=clock.now())
    applying.apply_purpose_answered(letter)
    return spread(row, letter, "catalogue.answer-purpose", actor)


def _service_of(row: Agreement) -> ServiceEntry:
    service = ServiceRef(row.provider_agency, row.provider_code, row.service_code, row.version)
    found = listings.find_service(service)
    if found is None:
        raise _moved_on()
    return found


def _moved_on() -> Refused:
    return Conflict(
        "catalogue.wrong-state",
        tr("Thỏa thuận hoặc mục đích đã ở trạng thái khác.", "The agreement or the purpose has moved on."),
    )
