"""Applying what the letters of agreements say: the same functions for one's own deeds and for letters received.

Whatever order the letters of the two sides cross in, both copies end alike: each side alone writes its own
suspension, an end outlasts everything, and answers keep their figures even where the end came first.
"""

from uuid import UUID

from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.letters import (
    AgreementAnswered,
    AgreementEnded,
    AgreementRequested,
    AgreementSuspended,
    PurposeAnswered,
    PurposeAnswerPart,
    PurposeEnded,
    PurposePart,
    PurposeRequested,
)
from lienthong.platform.catalogue.models import Agreement, AgreementStep, Purpose
from lienthong.platform.catalogue.services.changes import touch


def find_agreement(agreement_id: UUID) -> Agreement:
    """The row, locked. Raises NotFound `catalogue.unknown-agreement`."""
    row = Agreement.objects.select_for_update().filter(pk=agreement_id).first()
    if row is None:
        raise NotFound(
            "catalogue.unknown-agreement",
            tr("Không có thỏa thuận này.", "There is no such agreement."),
            field="id",
        )
    return row


def apply_requested(letter: AgreementRequested) -> Agreement:
    """A new agreement that waits for the provider; known ids stay as they are."""
    row, created = Agreement.objects.get_or_create(
        id=letter.id,
        defaults={
            "client_agency": letter.client.agency_code,
            "client_code": letter.client.code,
            "provider_agency": letter.service.agency_code,
            "provider_code": letter.service.system_code,
            "service_code": letter.service.code,
            "version": letter.service.version,
            "endpoints": [[one.method, one.path, one.summary] for one in letter.endpoints],
            "valid_from": letter.valid_from,
            "valid_to": letter.valid_to,
            "note": letter.note,
            "requested_at": letter.at,
            "requested_by": letter.by,
        },
    )
    if created:
        for part in letter.purposes:
            _add_purpose(row, part)
        _step(row, letter, "consumer", "requested", letter.note)
        touch()
    return row


def apply_answered(letter: AgreementAnswered) -> Agreement:
    row = find_agreement(letter.id)
    row.valid_from, row.valid_to, row.rate = letter.valid_from, letter.valid_to, letter.rate
    if row.state == "requested":
        row.state, row.reason = ("accepted", "") if letter.accepted else ("refused", letter.reason)
    row.save()
    for answer in letter.purposes:
        _answer_purpose(row, answer)
    _step(row, letter, "provider", "accepted" if letter.accepted else "refused", letter.reason)
    touch()
    return row


def apply_suspended(letter: AgreementSuspended) -> Agreement:
    row = find_agreement(letter.id)
    setattr(row, f"suspended_by_{letter.side}", letter.reason)
    row.save()
    _step(row, letter, letter.side, "suspended" if letter.reason else "resumed", letter.reason)
    touch()
    return row


def apply_ended(letter: AgreementEnded) -> Agreement:
    row = find_agreement(letter.id)
    if row.state != "ended":
        row.state, row.reason = "ended", letter.reason
        row.save()
    _step(row, letter, letter.side, "ended", letter.reason)
    touch()
    return row


def apply_purpose_requested(letter: PurposeRequested) -> Agreement:
    row = find_agreement(letter.agreement_id)
    _add_purpose(row, letter.purpose)
    _step(row, letter, "consumer", "purpose-requested", letter.purpose.title)
    touch()
    return row


def apply_purpose_answered(letter: PurposeAnswered) -> Agreement:
    row = find_agreement(letter.agreement_id)
    purpose = _answer_purpose(row, letter.answer)
    deed = "purpose-accepted" if letter.answer.accepted else "purpose-refused"
    told = [purpose.title, *([letter.answer.reason] if letter.answer.reason else [])]
    _step(row, letter, "provider", deed, ": ".join(told))
    touch()
    return row


def apply_purpose_ended(letter: PurposeEnded) -> Agreement:
    row = find_agreement(letter.agreement_id)
    purpose = find_purpose(row, letter.purpose_id)
    if purpose.state != "ended":
        purpose.state, purpose.reason = "ended", letter.reason
        purpose.save()
    _step(row, letter, letter.side, "purpose-ended", f"{purpose.title}: {letter.reason}")
    touch()
    return row


def find_purpose(agreement: Agreement, purpose_id: UUID) -> Purpose:
    """Raises NotFound `catalogue.unknown-purpose`."""
    row = Purpose.objects.select_for_update().filter(agreement=agreement, pk=purpose_id).first()
    if row is None:
        raise NotFound(
            "catalogue.unknown-purpose",
            tr("Thỏa thuận không có mục đích này.", "The agreement has no such purpose."),
            field="purpose",
        )
    return row


def _add_purpose(agreement: Agreement, part: PurposePart) -> None:
    Purpose.objects.get_or_create(
        id=part.id,
        defaults={
            "agreement": agreement,
            "title": part.title,
            "legal_ground": part.legal_ground,
            "fields": list(part.fields),
            "daily_calls": part.daily_calls,
        },
    )


def _answer_purpose(agreement: Agreement, answer: PurposeAnswerPart) -> Purpose:
    row = find_purpose(agreement, answer.id)
    row.daily_quota = answer.daily_quota
    if row.state == "waiting":
        row.state, row.reason = ("accepted", "") if answer.accepted else ("refused", answer.reason)
    row.save()
    return row


_Told = (
    AgreementRequested
    | AgreementAnswered
    | AgreementSuspended
    | AgreementEnded
    | PurposeRequested
    | PurposeAnswered
    | PurposeEnded
)


def _step(agreement: Agreement, letter: _Told, side: str, deed: str, reason: str) -> None:
    AgreementStep.objects.create(
        agreement=agreement, at=letter.at, side=side, deed=deed, by=letter.by, reason=reason[:1000]
    )
