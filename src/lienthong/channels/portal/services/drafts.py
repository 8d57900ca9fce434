"""Drafts: begin one, save it page by page, throw it away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lienthong.channels.portal import places, queries
from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.services import prefill
from lienthong.channels.portal.types import DraftRef, PageOutcome
from lienthong.kernel import audit, clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, Invalid, NotAllowed, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, tr
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import Answers
from lienthong.sources.procedures.types import Page as FormPage

LEVEL_TO_FILE = 2
OWN_NUMBER = "applicant.number"
_MOST_DRAFTS = 30


def begin_draft(*, procedure_code: str, actor: Actor) -> DraftRef:
    """Begin a filing, with what the state already knows filled in; the register's silence is no obstacle.

    Raises NotAllowed `portal.level` (level 1, or an officer's account), NotFound `procedures.unknown` or
    `procedures.no-form`, Refused `portal.too-many-drafts`.
    """
    account_id = require_filer(actor)
    procedure = procedures_queries.get_procedure(procedure_code)
    form = procedures_queries.get_form(procedure_code)
    if Draft.objects.filter(account_id=account_id, filed_at=None).count() >= _MOST_DRAFTS:
        raise Refused(
            "portal.too-many-drafts",
            tr(
                f"Bạn đang có {_MOST_DRAFTS} bản nháp. Hãy nộp hoặc xóa bớt rồi bắt đầu lại.",
                f"You have {_MOST_DRAFTS} drafts. File or delete some, then start again.",
            ),
        )
    # Outside the transaction: the register may be far away.
    answers, known = prefill.fill(form, {}, {prefill.APPLICANT: prefill.facts_of(actor)})
    now = clock.now()
    with db.atomic():
        draft = Draft.objects.create(
            account_id=account_id,
            procedure_code=procedure.code,
            procedure_version=procedure.version,
            name_vi=procedure.name.vi,
            name_en=procedure.name.en,
            answers=answers,
            known=known,
            created_at=now,
            updated_at=now,
        )
        audit.record(actor, "portal.begin-draft", f"draft:{draft.pk}", procedure=procedure.code)
    return queries.as_ref(draft)


def require_filer(actor: Actor) -> int:
    """The account of a person of level 2: nobody else files online. Raises NotAllowed `portal.level`."""
    if actor.kind != "person" or actor.account_id is None or actor.level < LEVEL_TO_FILE:
        raise NotAllowed(
            "portal.level",
            tr(
                "Nộp hồ sơ trực tuyến cần tài khoản định danh điện tử mức độ 2 của cá nhân.",
                "Filing online needs a person's e-identity account of level 2.",
            ),
        )
    return actor.account_id


def save_page(
    *, draft_id: UUID, page_key: str, posted: Mapping[str, Any], uploads: Mapping[str, Any], actor: Actor
) -> PageOutcome:
    """Save the answers of one page. What is right is kept even when something else on the page is wrong.

    When the page tells that the applicant is one of the people in the form, the questions about that person are
    filled in from the applicant's own record.
    """
    draft = queries.get_draft(draft_id, actor)
    page = draft.page_of(page_key)
    if page is None:
        raise NotFound("portal.no-page", tr("Trang này không còn trong biểu mẫu.", "This page is not in the form."))
    typed, errors = _with_files(page, posted, uploads, draft)
    merged = procedures_queries.merge_answers(draft.answers, typed)
    merged, known = _fill_from_record(page, merged, draft, actor)
    clean, found = procedures_queries.check_answers(draft.form, merged, today=clock.today(), page=page_key)
    named = {error.path for error in errors}
    errors += [error for error in found if error.path not in named]
    errors += _unconnected(page, clean, draft, errors)
    errors += not_own_number(clean, actor)
    filled = tuple(one.path for one in page.fields if one.path in known)
    _keep(draft, page, clean, merged, known, done=not errors and not filled)
    after = queries.get_draft(draft_id, actor)
    return PageOutcome(after, tuple(errors), merged if errors else {}, filled)


def _keep(
    draft: DraftRef, page: FormPage, clean: Answers, merged: Answers, known: dict[str, Any], *, done: bool
) -> None:
    """Write the page into the row as it is now: another window may have saved another page meanwhile."""
    with db.atomic():
        row = Draft.objects.select_for_update().filter(pk=draft.id, filed_at=None).first()
        if row is None:
            raise queries.no_draft()
        kept = procedures_queries.merge_answers(_without(row.answers, page), clean)
        for path in known:
            value = procedures_queries.answer_at(merged, path)
            if procedures_queries.answer_at(kept, path) is None:
                group, _, name = path.partition(".")
                kept.setdefault(group, {})[name] = value
        row.answers = kept
        row.known = {**row.known, **known}
        if done and draft.number_of(page.key) > draft.number_of(row.page):
            row.page = page.key
        row.updated_at = clock.now()
        row.reminded_at = None
        row.save(update_fields=["answers", "known", "page", "updated_at", "reminded_at"])


def _without(answers: Mapping[str, Any], page: FormPage) -> Answers:
    """An answer taken away on its page does not live on."""
    kept = {group: dict(part) for group, part in answers.items()}
    for one in page.fields:
        group, _, name = one.path.partition(".")
        kept.get(group, {}).pop(name, None)
    return kept


def _fill_from_record(
    page: FormPage, answers: Answers, draft: DraftRef, actor: Actor
) -> tuple[Answers, dict[str, Any]]:
    """The answers with the applicant's own facts for whoever the applicant is in the form; nothing else is opened."""
    opened = prefill.opened_by(page, draft.form, answers, actor, skip=draft.known)
    if not opened:
        return answers, {}
    facts = prefill.facts_of(actor)
    sources = {name: facts for name in opened if not prefill.contradicts(name, draft.form, facts)}
    return prefill.fill(draft.form, answers, sources, skip=draft.known) if sources else (answers, {})


def not_own_number(answers: Mapping[str, Any], actor: Actor) -> list[FieldError]:
    """The applicant is whoever is signed in: another number among the answers would contradict the dossier."""
    number = procedures_queries.answer_at(answers, OWN_NUMBER)
    if number in (None, actor.personal_number):
        return []
    message = tr(
        f"“Số định danh cá nhân” của người nộp phải là số của tài khoản đang dùng: {actor.personal_number}.",
        f"The applicant's “Personal number” must be that of this account: {actor.personal_number}.",
    )
    return [FieldError(OWN_NUMBER, message, "portal.not-own-number")]


def _unconnected(page: FormPage, clean: Answers, draft: DraftRef, errors: list[FieldError]) -> list[FieldError]:
    """Say at once, not at the end, that nobody takes dossiers at the chosen place."""
    path = draft.form.receiver_path
    if not any(one.path == path for one in page.fields) or any(error.path == path for error in errors):
        return []
    try:
        places.receiving_agency(draft.procedure, clean)
    except Invalid as invalid:
        return list(invalid.field_errors)
    return []


def _with_files(
    page: FormPage, posted: Mapping[str, Any], uploads: Mapping[str, Any], draft: DraftRef
) -> tuple[Answers, list[FieldError]]:
    """The posted answers with uploads stored; a bad file is an error at its field, a missing one keeps the old."""
    typed = procedures_queries.answers_from_post(page, posted)
    errors: list[FieldError] = []
    for one in (field for field in page.fields if field.kind == "file"):
        described = procedures_queries.answer_at(draft.answers, one.path)
        if one.path in uploads:
            try:
                described = describe(files.store(uploads[one.path], name=uploads[one.path].name, field=one.path))
            except Refused as refusal:
                errors.append(FieldError(one.path, about(one.title, refusal.message), refusal.code))
        elif posted.get(f"{one.path}-remove"):
            described = None
        group, _, name = one.path.partition(".")
        typed.setdefault(group, {})[name] = described
    return typed, errors


def about(title: Bilingual, message: Bilingual) -> Bilingual:
    """A sentence about a file that says which one is meant: a page may ask for several."""
    return tr(f"“{title.vi}”: {message.vi}", f"“{title.en}”: {message.en}")


def describe(ref: FileRef) -> dict[str, Any]:
    """A stored file as an answer holds it."""
    return {"sha256": ref.sha256, "name": ref.name, "media_type": ref.media_type, "size": ref.size}


def discard_draft(*, draft_id: UUID, actor: Actor) -> None:
    """Throw a draft away. Raises NotFound for somebody else's or a filed one."""
    account_id = require_filer(actor)
    with db.atomic():
        gone, _ = Draft.objects.filter(pk=draft_id, account_id=account_id, filed_at=None).delete()
        if not gone:
            raise queries.no_draft()
        audit.record(actor, "portal.discard-draft", f"draft:{draft_id}")
