"""Letters of the catalogue as they arrive: is the sender the one who may say this, and then as if done here."""

from lienthong.platform.catalogue import services
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
from lienthong.platform.exchange.types import Envelope


def on_system_registered(letter: SystemRegistered, envelope: Envelope) -> None:
    services.mirror_registered(letter, sender=envelope.sender)


def on_service_published(letter: ServicePublished, envelope: Envelope) -> None:
    services.mirror_published(letter, sender=envelope.sender)


def on_agreement_noted(letter: AgreementNoted, envelope: Envelope) -> None:
    services.mirror_noted(letter, sender=envelope.sender)


def on_service_suspended(letter: ServiceSuspended, envelope: Envelope) -> None:
    services.receive_service_suspended(letter, sender=envelope.sender)


def on_agreement_requested(letter: AgreementRequested, envelope: Envelope) -> None:
    services.receive_requested(letter, sender=envelope.sender)


def on_agreement_answered(letter: AgreementAnswered, envelope: Envelope) -> None:
    services.receive_answered(letter, sender=envelope.sender)


def on_agreement_suspended(letter: AgreementSuspended, envelope: Envelope) -> None:
    services.receive_suspended(letter, sender=envelope.sender)


def on_agreement_ended(letter: AgreementEnded, envelope: Envelope) -> None:
    services.receive_ended(letter, sender=envelope.sender)


def on_purpose_requested(letter: PurposeRequested, envelope: Envelope) -> None:
    services.receive_purpose_requested(letter, sender=envelope.sender)


def on_purpose_answered(letter: PurposeAnswered, envelope: Envelope) -> None:
    services.receive_purpose_answered(letter, sender=envelope.sender)


def on_purpose_ended(letter: PurposeEnded, envelope: Envelope) -> None:
    services.receive_purpose_ended(letter, sender=envelope.sender)
