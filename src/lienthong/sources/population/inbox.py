"""What reaches this room from other nodes: births and questions at the holder, answers at a reader."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import tr
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope, Question
from lienthong.sources.population import letters, queries, rules, services
from lienthong.sources.population.types import BirthDeclaration, ChildFacts, ParentFacts

# --- at the holder -------------------------------------------------------------------------------------------


def answer_person_lookup(payload: dict[str, Any], question: Question) -> dict[str, Any]:
    """Another agency looks at a person: ``{"personal_number", "asker_number"}`` → the fields of the purpose."""
    number = rules.parse_number(str(payload.get("personal_number", ""))).text
    _require_about(question, number)
    record = services.open_record(
        personal_number=number,
        purpose=question.purpose,
        legal_ground=question.legal_ground,
        actor=_asker(payload, question),
        counter=False,
    )
    return record.as_answer()


def answer_my_looks(payload: dict[str, Any], question: Question) -> dict[str, Any]:
    """A citizen asks, through the portal, who looked at them: only ever about oneself."""
    asker = _asker(payload, question)
    rules.require_self(asker)
    _require_about(question, asker.personal_number)
    rules.allowed_purpose(
        question.purpose,
        question.legal_ground,
        personal_number=question.about,
        asker=asker,
        at_holder=False,
    )
    looks = queries.list_looks_at(question.about)
    return {"looks": [{**asdict(look), "at": look.at.isoformat(), "fields": list(look.fields)} for look in looks]}


def _require_about(question: Question, number: str) -> None:
    """The ledger is kept by ``about``: a question that names somebody else there would hide whom it looked at."""
    if question.about != number:
        raise NotAllowed(
            "population.about",
            tr("Yêu cầu ghi nhật ký cho một người khác.", "The question is logged about somebody else."),
            field="about",
        )


def _asker(payload: dict[str, Any], question: Question) -> Actor:
    """The asking node vouches for its citizen's number: it signed the question, and signed them in."""
    return Actor(
        kind="node",
        name=question.client,
        agency_code=question.client,
        personal_number=str(payload.get("asker_number", "")),
    )


def on_birth_registered(letter: letters.BirthRegistered, envelope: Envelope) -> None:
    """A commune entered a birth: judge it, and answer in the same transaction with the number or the reason."""
    birth = BirthDeclaration(
        request_id=letter.request_id,
        child=ChildFacts(**letter.child.model_dump()),
        mother=_as_facts(letter.mother),
        father=_as_facts(letter.father),
        registered_at_commune_gso=letter.registered_at_commune_gso,
        registration_date=letter.registration_date,
    )
    sender = Actor(kind="node", name=envelope.sender, agency_code=envelope.sender)
    outcome = services.record_birth(birth, sender=envelope.sender, actor=sender)
    answer: letters.PersonalNumberIssued | letters.BirthRefused
    if outcome.reason is None:
        answer = letters.PersonalNumberIssued(request_id=outcome.request_id, personal_number=outcome.personal_number)
    else:
        answer = letters.BirthRefused(
            request_id=outcome.request_id,
            code=outcome.refusal_code,
            reason_vi=outcome.reason.vi,
            reason_en=outcome.reason.en,
        )
    exchange.post_letter(answer, recipient=envelope.sender, about=f"birth:{letter.request_id}")


def _as_facts(parent: letters.Parent | None) -> ParentFacts | None:
    return ParentFacts(parent.personal_number, parent.name) if parent else None


# --- at a reader ---------------------------------------------------------------------------------------------


def on_number_issued(letter: letters.PersonalNumberIssued, envelope: Envelope) -> None:
    """The holder gave the number."""
    _require_holder(envelope)
    services.settle_issued(request_id=letter.request_id, personal_number=letter.personal_number)


def on_birth_refused(letter: letters.BirthRefused, envelope: Envelope) -> None:
    """The holder refused the birth and says why."""
    _require_holder(envelope)
    services.settle_refused(
        request_id=letter.request_id, code=letter.code, reason_vi=letter.reason_vi, reason_en=letter.reason_en
    )


def _require_holder(envelope: Envelope) -> None:
    if envelope.sender != queries.holder_code():
        raise NotAllowed(
            "population.not-the-holder",
            tr(
                f"{envelope.sender} không quản lý cơ sở dữ liệu dân cư.",
                f"{envelope.sender} does not hold the population register.",
            ),
            field="sender",
        )
