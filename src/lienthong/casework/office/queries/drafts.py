"""Ask for drafts: lists by box, one draft with all that belongs to it, what a leader has to sign."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from lienthong.casework.office import rights, rules, states
from lienthong.casework.office.models import Comment, Draft, DraftVersion, Review, ReviewRound, SigningBatch
from lienthong.casework.office.types import (
    AnswerRef,
    BatchItem,
    BatchRef,
    CommentRef,
    DraftFacts,
    DraftPage,
    DraftRow,
    DraftStatus,
    Filters,
    Order,
    ReviewRef,
    ReviewState,
    RoundRef,
    Spot,
    StepRef,
    VersionRef,
)
from lienthong.kernel import clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import bilingual, fold, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries

PAGE_SIZE = 30
OPEN = ("drafting", "in-review", "presented", "returned", "signed", "numbered", "sealed")
ISSUING = ("signed", "numbered", "sealed")


def list_drafts(actor: Actor, filters: Filters, page: int = 1) -> Page[DraftRow]:
    """Drafts of a box: mine, asked (my opinion), agency, issuing (the clerk's), done."""
    found = _box(actor, filters.box)
    if filters.statuses:
        found = found.filter(status__in=filters.statuses)
    if filters.type_code:
        found = found.filter(type_code=filters.type_code)
    if filters.priority.isdigit():
        found = found.filter(priority=int(filters.priority))
    for word in fold(filters.text).split()[:8]:
        found = found.filter(search__contains=word)
    order = ("-priority", "waits_since", "id") if filters.box == "issuing" else ("-updated_at", "-id")
    shown = Paginator(found.order_by(*order), PAGE_SIZE).get_page(page)
    cast("Any", shown).object_list = [as_row(draft) for draft in shown.object_list]
    return cast("Page[DraftRow]", shown)


def count_boxes(actor: Actor) -> dict[str, int]:
    """How much waits in each box of this officer; one question."""
    mine = Q(drafter_id=rights.me(actor))
    asked = Exists(_open_reviews(actor).filter(round__draft=OuterRef("pk")))
    counts = _readable(actor).aggregate(
        mine=Count("pk", filter=mine & Q(status__in=OPEN)),
        returned=Count("pk", filter=mine & Q(status="returned")),
        asked=Count("pk", filter=Q(asked)),
        sign=Count("pk", filter=Q(signer_id=rights.me(actor), status="presented")),
        issuing=Count("pk", filter=Q(status__in=ISSUING)),
    )
    return {name: int(count) for name, count in counts.items()}


def list_signing(actor: Actor, limit: int = 200) -> list[DraftRow]:
    """What waits for this leader's signature: urgent first, then the longest waiting."""
    if not (rights.works_here(actor) and actor.has("leader")):
        return []
    rows = Draft.objects.filter(agency_code=actor.agency_code, signer_id=rights.me(actor), status="presented")
    rows = rows.prefetch_related(_last_round(), _versions())
    return [as_row(draft) for draft in rows.order_by("-priority", "waits_since", "id")[:limit]]


def list_signed(actor: Actor, limit: int = 50) -> list[DraftRow]:
    """What this leader signed and the clerk has not numbered yet: it can still be undone."""
    rows = Draft.objects.filter(agency_code=actor.agency_code, signer_id=rights.me(actor), status="signed")
    return [as_row(draft) for draft in rows.order_by("-signed_at")[:limit]] if actor.has("leader") else []


def get_batch(batch_id: UUID, actor: Actor) -> BatchRef:
    """A leader's own batch. Raises NotFound `office.no-batch`."""
    batch = SigningBatch.objects.filter(pk=batch_id, account_id=rights.me(actor)).first()
    if batch is None:
        raise NotFound("office.no-batch", tr("Không có lô ký này.", "There is no such batch."))
    items = tuple(
        BatchItem(UUID(one["draft"]), one["subject"], one["state"], str(bilingual(one.get("message") or "")))
        for one in batch.items
    )
    return BatchRef(batch.pk, items, batch.finished_at)


def get_draft(draft_id: UUID, actor: Actor) -> DraftPage:
    """Everything about one draft. Raises NotFound `office.no-draft`."""
    draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
    versions = tuple(as_version(one) for one in draft.versions.order_by("-number"))
    is_drafter = draft.drafter_id == actor.account_id
    state = states.DRAFTS[draft.status]
    return DraftPage(
        id=draft.pk,
        agency_code=draft.agency_code,
        facts=facts_of(draft),
        type_name=draft.type_name,
        notation=draft.notation,
        status=cast("DraftStatus", draft.status),
        status_label=state.label,
        colour=state.colour,
        drafter_id=draft.drafter_id,
        drafter_name=draft.drafter_name,
        signer_name=draft.signer_name,
        signer_position=draft.signer_position,
        returned_reason=draft.returned_reason,
        code=draft.code,
        promulgated_on=draft.promulgated_on,
        message_id=draft.message_id,
        version=draft.version,
        updated_at=draft.updated_at,
        final=_final(draft, versions),
        newest=versions[0] if versions else None,
        versions=versions,
        attachments=tuple(
            FileRef(one.sha256, one.name, one.media_type, one.size) for one in draft.attachments.order_by("position")
        ),
        comments=_comments(draft),
        rounds=_rounds(draft),
        steps=tuple(
            StepRef(one.deed, states.DRAFT_DEEDS[one.deed].told, one.at, one.by, one.note)
            for one in draft.steps.order_by("-pk")[:200]
        ),
        answers=tuple(_answer(UUID(one), actor) for one in draft.answers),
        deeds=_deeds(draft, actor),
        working=draft.working if is_drafter else None,
        working_at=draft.working_at if is_drafter else None,
    )


def get_version(draft_id: UUID, number: int, actor: Actor) -> VersionRef:
    """One version of a draft. Raises NotFound `office.no-draft`, `office.no-version`."""
    draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
    found = draft.versions.filter(number=number).first()
    if found is None:
        raise NotFound("office.no-version", tr("Không có phiên bản này.", "There is no such version."))
    return as_version(found)


def compare_versions(draft_id: UUID, old: int, new: int, actor: Actor) -> list[list[rules.Change]]:
    """What changed from one version to another, as text."""
    return rules.compare(get_version(draft_id, old, actor).text, get_version(draft_id, new, actor).text)


def shown_pdf(draft_id: UUID, actor: Actor) -> tuple[str, str, int]:
    """What there is to read now: digest, name and pages; the sealed paper, else the signed, else the newest version.

    Raises NotFound `office.no-draft`, `office.no-version`.
    """
    draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
    newest = draft.versions.exclude(pdf_sha256="").order_by("-number").first()
    if newest is None:
        raise NotFound("office.no-version", tr("Chưa có bản PDF.", "There is no PDF yet."))
    return draft.sealed_sha256 or draft.signed_sha256 or newest.pdf_sha256, newest.pdf_name, newest.pages


def facts_of(draft: Draft) -> DraftFacts:
    """What the drafter said, as it was typed."""
    return DraftFacts(
        type_code=draft.type_code,
        subject=draft.subject,
        signer_id=draft.signer_id,
        unit=draft.unit,
        competence=draft.competence,
        authority=draft.authority,
        priority=draft.priority,
        due_on=draft.due_on,
        needs_paper=draft.needs_paper,
        keeper=draft.keeper,
        receivers=tuple(draft.receivers),
        to_places=tuple(draft.to_places),
        answers=tuple(UUID(one) for one in draft.answers),
    )


def as_row(draft: Draft) -> DraftRow:
    """A draft as lists show it; opinions and pages only where they were loaded along."""
    state = states.DRAFTS[draft.status]
    loaded = getattr(draft, "_prefetched_objects_cache", {})
    rounds = list(loaded.get("rounds", ()))
    versions = list(loaded.get("versions", ()))
    return DraftRow(
        id=draft.pk,
        type_name=draft.type_name,
        subject=draft.subject,
        status=cast("DraftStatus", draft.status),
        status_label=state.label,
        colour=state.colour,
        priority=draft.priority,
        drafter_name=draft.drafter_name,
        signer_name=draft.signer_name,
        code=draft.code,
        version=draft.version,
        due_on=draft.due_on,
        updated_at=draft.updated_at,
        waits_since=draft.waits_since,
        opinions=_tally(rounds[-1]) if rounds else "",
        pages=versions[-1].pages if versions else 0,
    )


def as_version(row: DraftVersion) -> VersionRef:
    """A version as pages show it."""
    return VersionRef(
        number=row.number,
        author_name=row.author_name,
        at=row.at,
        note=row.note,
        is_written_here=row.is_written_here,
        text=row.text,
        pdf=FileRef(row.pdf_sha256, row.pdf_name, files.PDF, row.pdf_size) if row.pdf_sha256 else None,
        word=FileRef(row.word_sha256, row.word_name, files.DOCX, row.word_size) if row.word_sha256 else None,
        pages=row.pages,
        places={name: Spot(int(box[0]), *box[1:]) for name, box in row.places.items()},
    )


# --- pieces --------------------------------------------------------------------------------------------------------


def _readable(actor: Actor) -> QuerySet[Draft]:
    return Draft.objects.filter(rights.readable_drafts(actor)).defer("working", "receivers")


def _box(actor: Actor, box: str) -> QuerySet[Draft]:
    rows = _readable(actor)
    if box == "asked":
        return rows.filter(pk__in=_open_reviews(actor).values("round__draft_id"))
    if box == "issuing":
        return rows.filter(status__in=ISSUING)
    if box == "done":
        return rows.filter(status__in=("sent", "withdrawn"))
    if box == "agency":
        return rows
    return rows.filter(drafter_id=rights.me(actor))


def _open_reviews(actor: Actor) -> QuerySet[Review]:
    return Review.objects.filter(reviewer_id=rights.me(actor), state="asked", round__closed_at__isnull=True)


def _last_round() -> Prefetch[str, QuerySet[ReviewRound], str]:
    return Prefetch("rounds", ReviewRound.objects.order_by("number").prefetch_related("reviews"))


def _versions() -> Prefetch[str, QuerySet[DraftVersion], str]:
    return Prefetch("versions", DraftVersion.objects.order_by("number").only("draft_id", "number", "pages"))


def _tally(opened: ReviewRound) -> str:
    opinions = [one.opinion for one in opened.reviews.all()]
    parts = [
        (opinions.count("agree"), tr("đồng ý", "agree")),
        (opinions.count("remarks"), tr("có góp ý", "with remarks")),
        (opinions.count("disagree"), tr("không đồng ý", "disagree")),
        (opinions.count(""), tr("chưa trả lời", "no answer")),
    ]
    return ", ".join(f"{count} {word}" for count, word in parts if count)


def _final(draft: Draft, versions: tuple[VersionRef, ...]) -> FileRef | None:
    digest = draft.sealed_sha256 or draft.signed_sha256
    if not digest:
        return None
    known = files.describe(digest)
    name = next((one.pdf.name for one in versions if one.pdf), known.name)
    return FileRef(known.sha256, name, known.media_type, known.size)


def _comments(draft: Draft) -> tuple[CommentRef, ...]:
    rows = list(draft.comments.order_by("at", "pk"))
    answers: dict[int, list[CommentRef]] = {}
    for row in rows:
        if row.answers_to_id is not None:
            answers.setdefault(row.answers_to_id, []).append(_comment(row, ()))
    return tuple(_comment(row, tuple(answers.get(row.pk, ()))) for row in rows if row.answers_to_id is None)


def _comment(row: Comment, answers: tuple[CommentRef, ...]) -> CommentRef:
    return CommentRef(
        id=row.pk,
        author_name=row.author_name,
        author_id=row.author_id,
        at=row.at,
        version=row.version_number,
        page=row.page,
        paragraph=row.paragraph,
        quote=row.quote,
        text=row.text,
        resolved_by=row.resolved_by,
        answers=answers,
    )


def _rounds(draft: Draft) -> tuple[RoundRef, ...]:
    now = clock.now()
    return tuple(
        RoundRef(
            number=one.number,
            order=cast("Order", one.order),
            version=one.version_number,
            due_at=one.due_at,
            is_open=one.closed_at is None,
            asked_by=one.asked_by,
            reviews=tuple(
                ReviewRef(
                    id=review.pk,
                    reviewer_id=review.reviewer_id,
                    reviewer_name=review.reviewer_name,
                    reviewer_position=review.reviewer_position,
                    state=cast("ReviewState", review.state),
                    opinion=review.opinion,
                    remarks=review.remarks,
                    asked_at=review.asked_at,
                    answered_at=review.answered_at,
                    is_late=one.due_at is not None and (review.answered_at or now) > one.due_at,
                )
                for review in sorted(one.reviews.all(), key=lambda found: found.position)
            ),
        )
        for one in draft.rounds.prefetch_related("reviews").order_by("-number")
    )


def _answer(arrival_id: UUID, actor: Actor) -> AnswerRef:
    try:
        arrival = document_queries.get_arrival(arrival_id, actor)
    except Refused:
        return AnswerRef(arrival_id, "", "", "")
    sender = agency_queries.name_of_agency(arrival.sender_code)
    return AnswerRef(arrival_id, arrival.document.code, sender, arrival.document.subject)


def _deeds(draft: Draft, actor: Actor) -> tuple[str, ...]:
    parts = rights.parts_of(actor, draft)
    found = [deed for deed in states.DRAFTS[draft.status].deeds if parts.intersection(states.DRAFT_DEEDS[deed].by)]
    if "review" in found and not _open_reviews(actor).filter(round__draft=draft).exists():
        found.remove("review")
    return tuple(found)
