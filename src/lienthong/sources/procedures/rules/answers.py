"""Answers of a form: which pages to show, what a browser posted, first answers from registers, and the check."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, show_date, show_dong, tr
from lienthong.sources.procedures.rules import values
from lienthong.sources.procedures.rules.dates import read_date
from lienthong.sources.procedures.rules.persons import check_agreement
from lienthong.sources.procedures.types.form import Answers, Field, Form, Page, answer_at


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of the check-your-answers page. For places (`commune`, `province`) the value is the GSO code."""

    page_key: str
    path: str
    title: Bilingual
    value: Bilingual
    widget: str
    raw: Any


def pages_for(form: Form, answers: Mapping[str, Any]) -> list[Page]:
    """The pages to show, each with only the fields to show.

    An answer of a question that is itself hidden counts as not given, so a change of mind hides what hung on it.
    """
    shown: Answers = {}
    pages = []
    for page in form.pages:
        fields = []
        for one in page.fields if page.show_if.holds(shown) else ():
            if one.show_if.holds(shown):
                fields.append(one)
                _put(shown, one.path, _comparable(one, answer_at(answers, one.path)))
        if fields:
            pages.append(replace(page, fields=tuple(fields)))
    return pages


def _comparable(one: Field, value: Any) -> Any:
    """The value as conditions compare it: a posted checkbox as a boolean, the default where nothing was said."""
    if value is None:
        return one.default
    return values.read_flag(value) if one.kind == "flag" else value


def check_answers(
    form: Form, answers: Mapping[str, Any], *, today: date, page: str | None = None
) -> tuple[Answers, list[FieldError]]:
    """Clean answers and the errors, of all pages or of the one named; answers to unknown questions are dropped."""
    clean: Answers = {}
    errors: list[FieldError] = []
    on_page: set[str] = set()
    for shown in _shown_pages(form, clean):
        for one in shown.fields:
            if not one.show_if.holds(clean):
                continue
            if page in (None, shown.key):
                on_page.add(one.path)
            value, error = values.check_value(one, answer_at(answers, one.path), today)
            if error is not None:
                errors.append(error)
            elif value is not None:
                _put(clean, one.path, value)
    wrong = {error.path for error in errors}
    for one in form.fields():
        if one.agrees and one.path not in wrong and answer_at(clean, one.path):
            errors.extend(check_agreement(one, clean, on_page))
    return _only(clean, on_page), [error for error in errors if error.path in on_page]


def _shown_pages(form: Form, clean: Answers) -> Iterator[Page]:
    """Pages in order; each asked about only after the earlier answers are clean."""
    for page in form.pages:
        if page.show_if.holds(clean):
            yield page


def _only(clean: Answers, paths: set[str]) -> Answers:
    kept: Answers = {}
    for path in paths:
        value = answer_at(clean, path)
        if value is not None:
            _put(kept, path, value)
    return {group: kept[group] for group in clean if group in kept}


def answers_from_post(page: Page, post: Mapping[str, Any]) -> Answers:
    """What a browser posted for a page (a QueryDict or a plain mapping) as nested answers, unchecked.

    Dates come as `path-day`, `path-month`, `path-year`; files are not read here: put their description
    (`sha256`, `name`, `media_type`, `size`) at the field's path after storing them.
    """
    answers: Answers = {}
    for one in page.fields:
        if one.kind == "date":
            parts = {part: post.get(f"{one.path}-{part}", "") for part in ("day", "month", "year")}
            _put(answers, one.path, parts if any(parts.values()) else post.get(one.path, ""))
        elif one.kind == "choices":
            getlist = getattr(post, "getlist", None)
            _put(answers, one.path, getlist(one.path) if getlist else post.get(one.path, []))
        elif one.kind == "flag":
            _put(answers, one.path, values.read_flag(post.get(one.path)))
        elif one.kind != "file":
            _put(answers, one.path, post.get(one.path, ""))
    return answers


def merge_answers(old: Mapping[str, Any], new: Mapping[str, Any]) -> Answers:
    """Answers with those of one more page; a group keeps what the page did not ask. Neither argument is changed."""
    merged: Answers = {group: dict(part) for group, part in old.items()}
    for group, part in new.items():
        merged[group] = {**merged.get(group, {}), **part}
    return merged


def prefill(form: Form, sources: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any] | None = None) -> Answers:
    """First answers from what is known, for questions not answered yet.

    `sources` by name (`applicant`, `mother`, `father`, `spouse`): number, name, birth_date, sex, ethnicity,
    nationality, hometown, birth_place, residence (one line), commune (GSO code), phone, email. A value that is not
    an option of its question is left out rather than shown wrong.
    """
    first: Answers = {}
    for one in form.fields():
        if answers is not None and answer_at(answers, one.path) not in (None, ""):
            continue
        value = answer_at(sources, one.prefill) if one.prefill else None
        if isinstance(value, date):
            value = value.isoformat()
        if one.options and value is not None and one.label_of(value) is None:
            value = None
        value = one.default if value in (None, "") else value
        if value not in (None, ""):
            _put(first, one.path, value)
    return first


def review(form: Form, answers: Mapping[str, Any]) -> list[ReviewRow]:
    """The answered questions in order, as words for reading over."""
    return [
        ReviewRow(page.key, one.path, one.title, _as_words(one, answer_at(answers, one.path)), one.widget, raw)
        for page in pages_for(form, answers)
        for one in page.fields
        if (raw := answer_at(answers, one.path)) not in (None, "", [], {})
    ]


def _as_words(one: Field, value: Any) -> Bilingual:
    if one.kind == "flag":
        return tr("Có", "Yes") if value else tr("Không", "No")
    if one.kind == "file":
        return _plain(value.get("name", "") if isinstance(value, Mapping) else "")
    if one.kind == "choices":
        labels = [one.label_of(part) or _plain(part) for part in value]
        return Bilingual(", ".join(label.vi for label in labels), ", ".join(label.en for label in labels))
    if one.kind == "date":
        day = read_date(value)
        return _plain(show_date(day) if isinstance(day, date) else "")
    if one.widget == "money" and isinstance(value, int):
        return _plain(show_dong(value))
    return one.label_of(value) or _plain(value)


def _plain(value: Any) -> Bilingual:
    return Bilingual(str(value), str(value))


def _put(answers: Answers, path: str, value: Any) -> None:
    group, name = path.split(".")
    answers.setdefault(group, {})[name] = value
