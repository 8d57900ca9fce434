"""The form of a draft's facts: what was typed, what there is to choose from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict

from lienthong.casework.office.queries import people, recipients
from lienthong.casework.office.types import COMPETENCES, PRIORITIES, DraftFacts
from lienthong.casework.office.views import frame
from lienthong.kernel.access import Actor
from lienthong.kernel.text import tr
from lienthong.platform.documents import queries as document_queries

FOUND_AT_ONCE = 20


def read_facts(request: HttpRequest, actor: Actor) -> DraftFacts:
    """What was typed. Raises Refused `office.day`; the rest is judged by the service."""
    sent = request.POST
    groups = recipients.members_of(sent.getlist("group"), actor)
    return DraftFacts(
        type_code=sent.get("type_code", "")[:16],
        subject=sent.get("subject", ""),
        signer_id=frame.whole(sent.get("signer_id")) or 0,
        unit=sent.get("unit", ""),
        competence=sent.get("competence", ""),
        authority=sent.get("authority", ""),
        priority=frame.whole(sent.get("priority")) or 0,
        due_on=frame.read_day(request, "due_on"),
        needs_paper=sent.get("needs_paper") == "1",
        keeper=sent.get("keeper", ""),
        receivers=tuple(dict.fromkeys([*sent.getlist("receivers"), *groups])),
        to_places=tuple(sent.get("to_places", "").splitlines()),
        answers=tuple(found for one in sent.getlist("answers") if (found := as_uuid(one))),
    )


def as_uuid(text: str) -> UUID | None:
    """An id as it stands in a form; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def typed_of(facts: DraftFacts) -> dict[str, Any]:
    """Stored facts as the form shows them."""
    return {
        "type_code": facts.type_code,
        "subject": facts.subject,
        "signer_id": facts.signer_id,
        "unit": facts.unit,
        "competence": facts.competence,
        "authority": facts.authority,
        "priority": facts.priority,
        "due_on": facts.due_on,
        "needs_paper": ["1"] if facts.needs_paper else [],
        "keeper": facts.keeper,
        "to_places": "\n".join(facts.to_places),
        "receivers": list(facts.receivers),
        "answers": [str(one) for one in facts.answers],
        "groups": [],
    }


def typed_in(sent: QueryDict) -> dict[str, Any]:
    """What was typed, to be shown again beside the errors."""
    plain = ("type_code", "subject", "signer_id", "unit", "competence", "authority", "priority", "keeper", "to_places")
    return {name: sent.get(name, "") for name in plain} | {
        "due_on": sent,
        "needs_paper": sent.getlist("needs_paper"),
        "receivers": sent.getlist("receivers"),
        "answers": sent.getlist("answers"),
        "groups": sent.getlist("group"),
        "find": sent.get("find", ""),
    }


def choices(actor: Actor, typed: dict[str, Any]) -> dict[str, Any]:
    """Everything that the form offers."""
    chosen = list(dict.fromkeys(typed["receivers"]))
    names = recipients.name_agencies(chosen)
    found = recipients.search_agencies(typed.get("find", ""), FOUND_AT_ONCE) if typed.get("find") else []
    types = document_queries.list_types(numbered=True)
    return {
        "typed": typed,
        "types": [("", tr("Chọn loại văn bản", "Choose")), *((one.code, one.name) for one in types)],
        "signers": [
            ("", tr("Chọn người ký", "Choose")),
            *((one.account_id, f"{one.name}, {one.position}") for one in people.list_leaders(actor.agency_code)),
        ],
        "competences": list(COMPETENCES.items()),
        "priorities": list(PRIORITIES.items()),
        "chosen": [(code, names[code]) for code in chosen],
        "found": [(one.code, one.name) for one in found if one.code not in names],
        "groups": [
            (one.key, tr("{name} ({n})", "{name} ({n})").format(name=one.name, n=len(one.members)))
            for one in recipients.list_groups(actor)
        ],
        "paper_option": [("1", tr("Cần gửi thêm bản giấy", "A copy on paper is to follow"))],
        "answered": _answered(typed["answers"], actor),
    }


def _answered(ids: list[str], actor: Actor) -> list[tuple[str, str]]:
    found = []
    for one in ids:
        arrival_id = as_uuid(one)
        if arrival_id is not None:
            document = document_queries.get_arrival(arrival_id, actor).document
            found.append((one, f"{document.code}: {document.subject}"))
    return found
