"""Steps that many tests begin with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from lienthong.casework.office.models import Draft
from lienthong.casework.office.services import drafts, issuing, leading
from lienthong.casework.office.tests.conftest import OTHER, PIN, Cast
from lienthong.casework.office.types import DraftFacts
from lienthong.kernel.access import Actor
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents import services as documents
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import SigningProof

BODY = """Ủy ban nhân dân phường Xuân Hương - Đà Lạt nhận được đề nghị của quý cơ quan.
Về việc này, Ủy ban nhân dân phường có ý kiến như sau:
1. Thống nhất nội dung dự thảo kế hoạch.
2. Đề nghị bổ sung biểu mẫu thống kê./."""


def facts_of(people: Cast, **changes: Any) -> DraftFacts:
    """A letter to the other ward."""
    return replace(
        DraftFacts(
            type_code="CV",
            subject="Phối hợp rà soát dữ liệu dân cư",
            signer_id=people.chair.account_id or 0,
            unit="VP",
            competence="TM.",
            authority="Ủy ban nhân dân",
            receivers=(OTHER,),
        ),
        **changes,
    )


def started(people: Cast, **changes: Any) -> UUID:
    """Begun, nothing written yet."""
    return drafts.start_draft(facts_of(people, **changes), actor=people.drafter)


def written(people: Cast, **changes: Any) -> UUID:
    """With a first version."""
    draft_id = started(people, **changes)
    drafts.save_text(draft_id, BODY, actor=people.drafter)
    return draft_id


def presented(people: Cast, **changes: Any) -> UUID:
    """Before the chair."""
    draft_id = written(people, **changes)
    leading.present_draft(draft_id, actor=people.drafter)
    return draft_id


def signed(people: Cast, **changes: Any) -> UUID:
    """Signed by the chair."""
    draft_id = presented(people, **changes)
    leading.sign_draft(draft_id, seen=seen(draft_id), proof=proof(people.chair), actor=people.chair)
    return draft_id


def proof(actor: Actor) -> SigningProof:
    """The chair has just given the PIN."""
    return signing.prove_pin(PIN, actor=actor)


def confirmed(ids: Iterable[UUID], people: Cast) -> UUID:
    """A batch that the chair chose, looked at and confirmed with the PIN."""
    batch_id = leading.start_batch([(one, seen(one)) for one in ids], actor=people.chair)
    leading.confirm_batch(batch_id, proof=proof(people.chair), actor=people.chair)
    return batch_id


def sent(people: Cast, **changes: Any) -> UUID:
    """Numbered, sealed, sent."""
    draft_id = signed(people, **changes)
    issuing.issue_draft(draft_id, actor=people.clerk)
    return draft_id


def registered(people: Cast) -> UUID:
    """A document of the first ward, arrived and registered at the other; gives the arrival."""
    sent(people)
    arrival = document_queries.list_arrivals(OTHER, actor=people.other_clerk)[0]
    documents.register_arrival(arrival.id, actor=people.other_clerk)
    return arrival.id


def seen(draft_id: UUID) -> int:
    """The version that is on the screen now."""
    return Draft.objects.values_list("version", flat=True).get(pk=draft_id)
