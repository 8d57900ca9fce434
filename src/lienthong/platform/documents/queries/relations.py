"""Ask what answers what (văn bản liên quan): documents bound to each other by edXML `ResponseFor`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lienthong.kernel.access import Actor
from lienthong.platform.documents.models import Arrival, Document
from lienthong.platform.documents.queries.documents import document_ref, get_document
from lienthong.platform.documents.types import DocumentRef

MOST = 50


def list_answered(document_id: UUID, actor: Actor) -> list[dict[str, str]]:
    """What a document answers, as it says itself: agency's code, notation, document id. Raises NotFound."""
    get_document(document_id, actor)
    told: list[dict[str, Any]] = Document.objects.values_list("answers", flat=True).get(pk=document_id)
    return [
        {key: str(one.get(key, "")) for key in ("agency_code", "notation", "document_id")} for one in told[:MOST] if one
    ]


def list_answers(document_id: UUID, actor: Actor) -> list[DocumentRef]:
    """Documents that the actor's agency sent or got in answer to this one. Raises NotFound."""
    document = get_document(document_id, actor)
    rows = Document.objects.defer("content").filter(
        answers__contains=[{"agency_code": document.agency_code, "document_id": document.document_id}]
    )
    own = actor.agency_code
    got = set(Arrival.objects.filter(agency_code=own, document__in=rows).values_list("document_id", flat=True))
    return [
        document_ref(row) for row in rows.order_by("promulgated_on")[:MOST] if row.agency_code == own or row.pk in got
    ]
