"""Asking the catalogue: procedures by code and day, their forms, search, lists, and the pure checks of answers."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q

from lienthong.kernel import clock
from lienthong.kernel.errors import FieldError, NotFound
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.sources.procedures import rules
from lienthong.sources.procedures.models import Entry, Version
from lienthong.sources.procedures.queries import search as searching
from lienthong.sources.procedures.types import (
    Answers,
    Channel,
    FieldOfWork,
    Form,
    Hit,
    LifeEvent,
    Listing,
    Page,
    Procedure,
    WorkingCalendar,
)

_NO_SUCH_PLACE = tr(
    "Nơi này không có trong danh mục đơn vị hành chính hiện nay. Hãy chọn lại trong danh sách.",
    "This place is not among today's administrative units. Choose again from the list.",
)

# Pure functions that other rooms may use, by this door.
answers_from_post = rules.answers_from_post
answer_at = rules.answer_at
base_code = rules.base_code
merge_answers = rules.merge_answers
merge_answers = rules.merge_answers
prefill = rules.prefill
review = rules.review


def get_procedure(code: str, on: date | None = None, *, version: int | None = None) -> Procedure:
    """The version in force on the day (today by default), or the numbered version a dossier was received under.

    Local and case codes resolve to the base: `1.001193.000.00.00.H36`, `1.001193.H36`, `1.000363.01`.
    Raises NotFound `procedures.unknown`.
    """
    found = find_procedure(code, on, version=version)
    if found is None:
        raise NotFound(
            "procedures.unknown",
            tr(
                "Không có thủ tục mã {code}. Hãy kiểm tra lại mã hoặc tìm theo tên.",
                "There is no procedure with the code {code}. Check the code or search by name.",
            ).format(code=code[:40]),
        )
    return found


def find_procedure(code: str, on: date | None = None, *, version: int | None = None) -> Procedure | None:
    """As get_procedure, but None when there is none."""
    base = rules.base_code(code)
    if base is None:
        return None
    rows = Version.objects.filter(code=base)
    if version is not None:
        rows = rows.filter(version=version)
    else:
        day = on or clock.today()
        rows = rows.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    key = rows.order_by("-version").values_list("pk", "digest").first()
    return None if key is None else _read_version(*key)


@lru_cache(maxsize=512)
def _read_version(pk: int, digest: str) -> Procedure:
    """The stored version; cached by its digest, so a correction is seen at once."""
    del digest  # only part of the cache's key
    return Procedure.model_validate(Version.objects.values_list("definition", flat=True).get(pk=pk))


def list_versions(code: str) -> list[Procedure]:
    """All versions of a procedure, newest first."""
    base = rules.base_code(code) or ""
    rows = Version.objects.filter(code=base).order_by("-version").values_list("pk", "digest")
    return [_read_version(pk, digest) for pk, digest in rows]


def get_form(code: str, on: date | None = None, *, version: int | None = None) -> Form:
    """The form of a procedure. Raises NotFound `procedures.no-form` when it is only listed."""
    form = get_procedure(code, on, version=version).form
    if form is None:
        raise NotFound(
            "procedures.no-form",
            tr(
                "Thủ tục này chưa có biểu mẫu trực tuyến. Hãy nộp tại Trung tâm Phục vụ hành chính công.",
                "This procedure has no online form yet. File it at the public service centre.",
            ),
        )
    return form


def search_procedures(
    text: str = "",
    *,
    field: str | None = None,
    level: str | None = None,
    audience: str | None = None,
    life_event: str | None = None,
    with_form: bool = False,
    page: int = 1,
    size: int = 20,
) -> Listing:
    """Search that forgives accents, capitals, decomposed Unicode, word order and small typos; exact code first.

    Without text: all, those with a form first. Filters: `field` = FieldOfWork.key, `level` = ministry|province|
    commune|other, `audience` = citizen|business|…, `life_event` = LifeEvent.key. One statement.
    """
    return searching.search(
        text,
        filters=searching.Filters(field, level, audience, life_event, with_form),
        page=page,
        size=size,
    )


def suggest(text: str, *, limit: int = 8) -> list[Hit]:
    """The best few hits while somebody types; the last word may be unfinished. Empty below two letters."""
    return searching.suggest(text, limit=limit)


def list_fields(*, audience: str | None = None) -> list[FieldOfWork]:
    """Fields (lĩnh vực) with their number of procedures, largest first."""
    return searching.list_fields(audience)


def list_life_events(audience: str | None = None) -> list[LifeEvent]:
    """The portal's 22 groups of events in official order (`citizen`, `business`), with counts."""
    return searching.list_life_events(audience)


def count_procedures(*, with_form: bool = False) -> int:
    """Number of entries of the catalogue."""
    return Entry.objects.filter(**({"has_form": True} if with_form else {})).count()


def pages_for(form: Form, answers: Mapping[str, Any]) -> list[Page]:
    """The pages to show for these answers, each with only the fields to show, in order."""
    return rules.pages_for(form, answers)


def check_answers(
    form: Form, answers: Mapping[str, Any], *, today: date, page: str | None = None
) -> tuple[Answers, list[FieldError]]:
    """Check answers (all, or those of one page) and give them back clean: NFC, ISO dates, only questions shown.

    Errors stand at field paths (`child.birth_date`) in both languages and say what to do. Chosen places must be
    communes or provinces of today.
    """
    clean, errors = rules.check_answers(form, answers, today=today, page=page)
    for one in form.fields():
        code = answer_at(clean, one.path) if one.widget in ("commune", "province") else None
        if code is not None:
            unit = agencies_queries.find_unit(code, today)
            if unit is None or unit.level != one.widget:
                clean[one.path.split(".")[0]].pop(one.path.split(".")[1])
                errors.append(FieldError(one.path, _NO_SUCH_PLACE, "form.place"))
    return clean, errors


def fee_due(procedure: Procedure, channel: Channel, answers: Mapping[str, Any]) -> int | None:
    """The fee in đồng for these answers; 0 free; None when it must be set by the receiving agency."""
    return rules.fee_due(procedure, channel, answers)


def due_at(
    procedure: Procedure, received_at: datetime, calendar: WorkingCalendar, *, channel: Channel = "direct"
) -> datetime | None:
    """The return date (hẹn trả) of a dossier received then; None when the procedure states no time limit."""
    limit = procedure.time_limit_for(channel)
    return None if limit is None else rules.due_at(limit, received_at, calendar)
