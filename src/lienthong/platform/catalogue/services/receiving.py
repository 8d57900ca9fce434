"""Receiving (tiếp nhận): letters of other nodes about systems, services and agreements, each from the one who may."""

from lienthong.kernel.errors import NotAllowed, NotFound
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.letters import (
    AgreementAnswered,
    AgreementEnded,
    AgreementNoted,
    AgreementRequested,
    AgreementSuspended,
    PurposeAnswered,
    PurposeEnded,
    PurposeRequested,
    ServicePublished,
    ServiceSuspended,
    SystemRegistered,
)
from lienthong.platform.catalogue.models import Agreement
from lienthong.platform.catalogue.queries import listings, places
from lienthong.platform.catalogue.services import applying, mirroring
from lienthong.platform.catalogue.services.noting import note_to_hub
from lienthong.platform.catalogue.services.platform import apply_service_suspended
from lienthong.platform.catalogue.services.purposes import answer_within_threshold
from lienthong.platform.catalogue.states import CALLABLE
from lienthong.platform.catalogue.types import ServiceRef, Side


def mirror_registered(letter: SystemRegistered, *, sender: str) -> None:
    _require_home(letter.system.agency_code, sender)
    mirroring.apply_registered(letter, sender)


def mirror_published(letter: ServicePublished, *, sender: str) -> None:
    _require_home(letter.system.agency_code, sender)
    mirroring.apply_published(letter, sender)


def mirror_noted(letter: AgreementNoted, *, sender: str) -> None:
    _require_home(letter.service.agency_code, sender)
    mirroring.apply_noted(letter)


def receive_service_suspended(letter: ServiceSuspended, *, sender: str) -> None:
    if sender != places.hub_code():
        raise _not_theirs(sender)
    apply_service_suspended(letter)


def receive_requested(letter: AgreementRequested, *, sender: str) -> None:
    """The provider takes a request for a service it offers."""
    _require_home(letter.client.agency_code, sender)
    part = letter.service
    service = listings.find_service(ServiceRef(part.agency_code, part.system_code, part.code, part.version))
    if service is None or service.state == "draft" or not places.is_here(part.agency_code):
        raise NotFound(
            "catalogue.unknown-service",
            tr("Nút này không cung cấp dịch vụ đó.", "This node offers no such service."),
            field="service",
        )
    if service.shown_state not in CALLABLE:
        raise NotAllowed(
            "catalogue.service-disabled",
            tr("Dịch vụ này hiện không nhận đề nghị.", "This service takes no requests now."),
            field="service",
        )
    note_to_hub(applying.apply_requested(letter))


def receive_answered(letter: AgreementAnswered, *, sender: str) -> None:
    _require_side(applying.find_agreement(letter.id), "provider", sender)
    applying.apply_answered(letter)


def receive_suspended(letter: AgreementSuspended, *, sender: str) -> None:
    _require_side(applying.find_agreement(letter.id), letter.side, sender)
    note_to_hub(applying.apply_suspended(letter))


def receive_ended(letter: AgreementEnded, *, sender: str) -> None:
    _require_side(applying.find_agreement(letter.id), letter.side, sender)
    note_to_hub(applying.apply_ended(letter))


def receive_purpose_requested(letter: PurposeRequested, *, sender: str) -> None:
    """A further purpose: it waits, or is accepted at once within the threshold."""
    _require_side(applying.find_agreement(letter.agreement_id), "consumer", sender)
    row = applying.apply_purpose_requested(letter)
    if answer_within_threshold(row, letter.purpose.id) is None:
        note_to_hub(row)


def receive_purpose_answered(letter: PurposeAnswered, *, sender: str) -> None:
    _require_side(applying.find_agreement(letter.agreement_id), "provider", sender)
    applying.apply_purpose_answered(letter)


def receive_purpose_ended(letter: PurposeEnded, *, sender: str) -> None:
    _require_side(applying.find_agreement(letter.agreement_id), letter.side, sender)
    note_to_hub(applying.apply_purpose_ended(letter))


def _require_side(row: Agreement, side: Side, sender: str) -> None:
    """Each side speaks for itself alone."""
    if side == "platform":
        expected = places.hub_code()
    else:
        expected = places.home_of(row.client_agency if side == "consumer" else row.provider_agency)
    if sender != expected:
        raise _not_theirs(sender)


def _require_home(agency_code: str, sender: str) -> None:
    if places.home_of(agency_code) != sender:
        raise _not_theirs(sender)


def _not_theirs(sender: str) -> NotAllowed:
    return NotAllowed(
        "catalogue.not-your-side",
        tr(f"{sender} không có quyền nói điều này.", f"It is not for {sender} to say this."),
        field="side",
    )
