"""Decision (giải quyết): the handler drafts, the leader approves and signs. Signing happens between transactions."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.dossiers import printing, queries, rights, rules
from lienthong.casework.dossiers.events import Decided
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import codes, journal
from lienthong.casework.dossiers.services.number import issues_number
from lienthong.casework.dossiers.types import VERDICTS, Status, Verdict
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing


def draft_decision(*, dossier_id: UUID, verdict: Verdict, text: str, actor: Actor) -> DossierFacts:
    """Put a draft before the leader. Raises Refused `dossiers.number-missing`, `.verdict`; Conflict; NotAllowed."""
    if verdict not in VERDICTS:
        raise Refused("dossiers.verdict", tr("Chọn đồng ý hay không.", "Choose granted or not."), field="verdict")
    note = rules.clean_text(text, field="text", at_most=4000) if text.strip() or verdict == "rejected" else ""
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "draft")
        journal.check_step(dossier, "draft")
        if dossier.decided_at is not None:
            raise Conflict("dossiers.moved-on", tr("Lãnh đạo đã ký kết quả.", "The leader has signed already."))
        if verdict == "granted" and issues_number(dossier) and dossier.number_state != "issued":
            raise Refused(
                "dossiers.number-missing",
                tr("Chưa có số định danh của trẻ.", "The child has no personal number yet."),
            )
        now = clock.now()
        dossier.verdict = verdict
        dossier.decision_text = note
        dossier.drafted_at = now
        journal.finish_step(dossier, "handling", actor=actor, at=now, start_next="leader")
        journal.record(dossier, "draft", actor=actor, at=now, verdict=verdict)
        return queries.as_dossier(dossier)


def return_draft(*, dossier_id: UUID, remarks: str, actor: Actor) -> DossierFacts:
    """Send a draft back to the handler with remarks. Raises Conflict `dossiers.no-draft`, NotAllowed."""
    note = rules.clean_text(remarks, field="remarks", at_most=1000)
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "return_draft")
        _require_draft(dossier)
        now = clock.now()
        dossier.drafted_at = None
        last = dossier.steps.filter(duty="handling").order_by("-position").first()
        if last is not None:
            last.finished_at = None
            last.save(update_fields=["finished_at"])
        dossier.draft_remarks = note
        journal.record(dossier, "return_draft", actor=actor, at=now)
        return queries.as_dossier(dossier)


def decide_dossier(*, dossier_id: UUID, actor: Actor) -> DossierFacts:
    """Approve the draft: the result is numbered, made as a PDF and signed with the leader's own key.

    Three parts, so that no transaction waits for the signature: reserve the number; make and sign; record, unless
    the dossier has moved on meanwhile (withdrawn, drafted anew): then Conflict and the signature is thrown away.
    Raises also Conflict `dossiers.no-draft`, NotAllowed, Refused `signing.*`.
    """
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "decide")
        _require_draft(dossier)
        if not dossier.result_number:
            dossier.result_number = _next_result_number(dossier)
            dossier.save(update_fields=["result_number"])
    seen = dossier.version
    now = clock.now()
    pdf = printing.make_result(dossier, on=now.date(), position=_position(dossier, actor), signer=actor.name)
    signed = signing.sign_pdf(
        pdf, signer=leader_key(actor), box=printing.LEADER_BOX, appearance="leader", moment=now,
        reason=dossier.subject[:200], picture=signing_queries.find_signature_image(leader_key(actor)),
    )  # fmt: skip
    kept = files.store(signed, name=printing.result_name(dossier), allowed=frozenset({files.PDF}))
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        if dossier.version != seen:
            raise Conflict(
                "dossiers.moved-on",
                tr("Hồ sơ vừa thay đổi trong khi ký. Hãy xem lại.", "The dossier changed meanwhile. Look again."),
            )
        dossier.decided_at = now
        dossier.signed_sha256 = kept.sha256
        journal.finish_step(dossier, "leader", actor=actor, at=now, start_next="clerk")
        journal.record(dossier, "decide", actor=actor, at=now, event=Decided, number=dossier.result_number)
        return queries.as_dossier(dossier)


def leader_key(actor: Actor) -> str:
    """The name of the officer's own signing key. Raises NotFound `identity.no-account`."""
    return f"officer:{identity_queries.get_account(actor.account_id or 0).username}"


def _position(dossier: Dossier, actor: Actor) -> str:
    """The leader's position (chức vụ) at the agency, as it stands above the signature."""
    leaders = identity_queries.list_officers(actor.agency_code or dossier.agency_code, "leader")
    return next((one.position for one in leaders if one.account_id == actor.account_id), "")


def _require_draft(dossier: Dossier) -> None:
    if dossier.status != Status.IN_PROGRESS or dossier.drafted_at is None or dossier.decided_at is not None:
        raise Conflict("dossiers.no-draft", tr("Không có dự thảo nào chờ ký.", "No draft is waiting for a signature."))


def _next_result_number(dossier: Dossier) -> str:
    """Number and notation (số, ký hiệu) by NĐ 30/2020: from 01 on 1 January, per agency and kind of result."""
    today = clock.today()
    notation = printing.notation_of(dossier)
    number = codes.next_number(f"{dossier.agency_code}/{notation}"[:64], today.replace(month=1, day=1))
    return f"{number:02d}/{today.year}" if notation == "KS" else f"{number:02d}/{notation}"
