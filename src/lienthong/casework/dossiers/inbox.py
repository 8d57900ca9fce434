"""Letters that arrive, at the portal and at the node that answers; each in one transaction with its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from lienthong.casework.dossiers import letters, queries, states
from lienthong.casework.dossiers.models import Dossier, Fee
from lienthong.casework.dossiers.services import charge, deliver, mirror, stop, submit, supplement
from lienthong.kernel import audit, clock
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import show_dong, tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope, Question
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.notices import services as notices
from lienthong.platform.payments import services as payments
from lienthong.sources.procedures import queries as procedure_queries

_MOST_ASKED: Final = 500
_DEFINITIONS_TRAVEL: Final = timedelta(hours=24)
"""How long a dossier waits for the definition of its procedure before the citizen is told that it was refused."""


class NotYet(Exception):
    """A letter overtook the one it builds on; the sender tries again."""


# --- at the node that answers -----------------------------------------------------------------------------------


def on_submitted(letter: letters.DossierSubmitted, envelope: Envelope) -> None:
    """A citizen filed on the portal.

    Raises NotYet when the procedure's definition, which travels by a letter of its own, is still on its way.
    """
    _require_portal(envelope)
    try:
        submit.register_dossier(letter=letter, envelope=envelope, actor=_sender(envelope))
    except NotFound as refusal:
        if refusal.code != "procedures.unknown" or clock.now() - letter.submitted_at > _DEFINITIONS_TRAVEL:
            raise
        raise NotYet(f"procedure {letter.procedure_code} version {letter.procedure_version} is not here yet") from None


def on_supplemented(letter: letters.DossierSupplemented, envelope: Envelope) -> None:
    """A citizen added papers on the portal."""
    _require_portal(envelope)
    supplement.take_supplement(
        dossier_id=letter.dossier_id,
        papers=submit.papers_of(letter.papers, envelope.parts),
        note=letter.note,
        answers=letter.answers,
        at=letter.at,
        actor=SYSTEM,
    )


def on_withdrawn(letter: letters.DossierWithdrawn, envelope: Envelope) -> None:
    """A citizen asks on the portal to withdraw."""
    _require_portal(envelope)
    stop.record_withdrawal(dossier_id=letter.dossier_id, reason=letter.reason, actor=SYSTEM)


def on_fee_paid(letter: letters.FeePaid, envelope: Envelope) -> None:
    """A fee was paid on the portal."""
    _require_portal(envelope)
    charge.settle_fee(
        reference=letter.reference,
        amount=letter.amount,
        transaction_code=letter.transaction_code,
        paid_at=letter.paid_at,
        actor=SYSTEM,
    )


def on_result_stored(letter: letters.ResultStored, envelope: Envelope) -> None:
    """The portal put the result into the citizen's store."""
    _require_portal(envelope)
    deliver.hand_over_electronically(dossier_id=letter.dossier_id, stored_at=letter.stored_at)


def _require_portal(envelope: Envelope) -> None:
    """What citizens do comes from the portal that signed them in; another node could not know it."""
    if envelope.sender != charge.portal_code():
        raise NotAllowed(
            "dossiers.not-the-portal",
            tr(
                f"{envelope.sender} không phải là cổng dịch vụ công.",
                f"{envelope.sender} is not the public service portal.",
            ),
            field="sender",
        )


# --- at the portal ----------------------------------------------------------------------------------------------


def mirror_status(letter: letters.DossierStatus, envelope: Envelope) -> None:
    """Bring the copies up to date, then tell the citizens who have an account here.

    Raises Refused `dossiers.not-yours` when the sender does not answer for one of the dossiers, or names as its own
    a dossier that lies with another agency.
    """
    changes: Sequence[Mapping[str, Any]] = orjson.loads(envelope.body)["changes"]
    _require_answers(envelope.sender, {change["agency_code"] for change in changes})
    numbers = {change["applicant_number"] for change in changes} - {""}
    accounts = identity_queries.find_person_accounts(numbers)
    known = _known_versions(changes, accounts) if accounts else {}
    if mirror.apply_changes(envelope.body) != len({change["id"] for change in changes}):
        raise _foreign(envelope.sender)
    for change in changes:
        account_id = accounts.get(change["applicant_number"])
        if account_id is not None and str(change["version"]) not in known.get(change["id"], {}):
            _tell(account_id, change)


def _require_answers(sender: str, agency_codes: set[str]) -> None:
    """A node speaks only for the agencies it answers for."""
    answering = exchange_queries.nodes_for(agency_codes)
    for code in sorted(agency_codes):
        if answering.get(code) != sender:
            raise Refused(
                "dossiers.not-yours",
                tr(f"Bên gửi không giải quyết hồ sơ của {code}.", f"The sender does not answer for {code}."),
            )


def _foreign(sender: str) -> Refused:
    return Refused(
        "dossiers.not-yours",
        tr(f"{sender} không giải quyết hồ sơ này.", f"{sender} does not answer for this dossier."),
        field="agency_code",
    )


def _known_versions(changes: Sequence[Mapping[str, Any]], accounts: Mapping[str, int]) -> dict[str, Any]:
    ids = [change["id"] for change in changes if change["applicant_number"] in accounts]
    rows = Dossier.objects.select_for_update().filter(pk__in=ids).order_by("id")
    return {str(pk): timeline for pk, timeline in rows.values_list("pk", "timeline")}


def _tell(account_id: int, change: Mapping[str, Any]) -> None:
    """A notice in plain words; the deed's sentence, which dossier, and what the officer wrote."""
    deed = states.DEEDS.get(change["deed"])
    if deed is None or change["deed"] in states.QUIET:
        return
    code = change["code"] or change["reference_code"]
    note = f"\n{change['note']}" if change["note"] else ""
    notices.notify(
        account_id=account_id,
        title=tr("{label}: hồ sơ {code}", "{label}: dossier {code}").format(
            label=states.state_of(change["status"]).label, code=code
        ),
        body=tr(f"{deed.told.vi}\n{change['subject']}{note}", f"{deed.told.en}\n{change['subject']}{note}"),
        link=f"/ho-so/{change['id']}/",
        key=f"dossier:{change['id']}:{change['version']}",
    )


def on_fee_requested(letter: letters.FeeRequested, envelope: Envelope) -> None:
    """A fee is to be paid: open the payment order and tell the citizen."""
    dossier = _copy(letter.dossier_id)
    _require_answers(envelope.sender, {dossier.agency_code})
    if letter.agency_code != dossier.agency_code or letter.payer_number != dossier.applicant_number:
        raise _foreign(envelope.sender)
    procedure = procedure_queries.find_procedure(letter.procedure_code)
    payments.open_order(
        reference=letter.reference,
        amount=letter.amount,
        payer_name=letter.payer_name,
        payer_number=letter.payer_number,
        subject=letter.subject,
        agency_code=letter.agency_code,
        dossier_code=letter.dossier_code,
        procedure_code=letter.procedure_code,
        procedure_name=procedure.name if procedure else letter.subject,
        return_path=f"/ho-so/{letter.dossier_id}/",
    )
    Fee.objects.get_or_create(
        reference=letter.reference,
        defaults={
            "dossier": dossier,
            "amount": letter.amount,
            "subject": letter.subject,
            "requested_at": letter.requested_at,
        },
    )
    notices.notify(
        personal_number=letter.payer_number,
        title=tr("Cần nộp phí: hồ sơ {code}", "Fee to be paid: dossier {code}").format(code=letter.dossier_code),
        body=tr(
            f"Số tiền {show_dong(letter.amount)}. Mở hồ sơ để nộp phí trực tuyến.",
            f"Amount {show_dong(letter.amount)}. Open the dossier to pay online.",
        ),
        link=f"/ho-so/{letter.dossier_id}/",
        key=f"fee:{letter.reference}",
    )


def on_result(letter: letters.DossierResult, envelope: Envelope) -> None:
    """The signed result arrives: into the citizen's store, and word back that it is there."""
    dossier = _copy(letter.dossier_id)
    _require_answers(envelope.sender, {dossier.agency_code})
    part = next((one for one in envelope.parts if one.sha256 == letter.part), None)
    if part is None:
        raise Refused("dossiers.part-missing", tr("Thư thiếu tệp kết quả.", "The letter lacks the result."))
    dossier.result_sha256, dossier.result_name, dossier.result_size = part.sha256, part.name, part.size
    dossier.save(update_fields=["result_sha256", "result_name", "result_size"])
    exchange.post_letter(
        letters.ResultStored(dossier_id=dossier.pk, part=part.sha256, stored_at=envelope.sent_at),
        recipient=envelope.sender,
        about=f"dossier:{dossier.pk}",
    )
    audit.record(SYSTEM, "dossiers.store_result", f"dossier:{dossier.pk}", file=part.sha256, sender=envelope.sender)


def _copy(dossier_id: Any) -> Dossier:
    """The portal's copy, locked. Raises NotYet when the status letter that creates it is still on its way."""
    dossier = Dossier.objects.select_for_update().filter(pk=dossier_id).first()
    if dossier is None:
        raise NotYet(f"no copy of dossier {dossier_id} yet")
    return dossier


def _sender(envelope: Envelope) -> Actor:
    return Actor(kind="node", name=envelope.sender, agency_code=envelope.sender)


# --- questions --------------------------------------------------------------------------------------------------


def answer_truth(payload: dict[str, Any], question: Question) -> dict[str, Any]:
    """`dossiers.truth`: the state of up to 500 dossiers as this node knows it, to compare a copy with.

    Raises Refused `dossiers.bad-ids`.
    """
    try:
        ids = [UUID(str(one)) for one in payload["ids"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            "dossiers.bad-ids", tr("Danh sách mã không đúng.", "The list of ids is wrong."), field="ids"
        ) from error
    if len(ids) > _MOST_ASKED:
        raise Refused("dossiers.bad-ids", tr("Hỏi quá nhiều hồ sơ.", "Too many dossiers at once."), field="ids")
    return {"dossiers": queries.list_truth(ids)}
