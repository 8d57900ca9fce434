"""Electronic form (biểu mẫu điện tử): a JSON Schema (draft 2020-12) read into pages and fields.

The schema is the truth and stays attached as `Form.schema`; the pages and fields are the reading of it that screens
and the checking rules use. Labels: `title` and `description` are Vietnamese, `x-title-en` and `x-description-en` the
translation. Everything of ours starts with `x-`; see the room's README for the list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lienthong.kernel.text import Bilingual

Answers = dict[str, Any]
"""Nested answers by group: `{"child": {"name": "…", "birth_date": "2026-11-01"}}`. Dates are ISO text once checked."""

Kind = Literal["text", "date", "integer", "choice", "choices", "flag", "file"]

WIDGETS: dict[str, Kind] = {
    "text": "text",
    "textarea": "text",
    "personal-name": "text",
    "personal-number": "text",
    "phone": "text",
    "email": "text",
    "commune": "text",
    "province": "text",
    "date": "date",
    "integer": "integer",
    "money": "integer",
    "radios": "choice",
    "select": "choice",
    "checkboxes": "choices",
    "checkbox": "flag",
    "file": "file",
}
"""Every widget that a form may name, and the kind of value it holds."""

_JSON_TYPES: dict[Kind, str] = {
    "text": "string",
    "date": "string",
    "integer": "integer",
    "choice": "string",
    "choices": "array",
    "flag": "boolean",
    "file": "object",
}
_FIELD_KEYS = frozenset(
    {
        "type", "format", "title", "x-title-en", "description", "x-description-en", "oneOf", "items", "uniqueItems",
        "minItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "default", "properties", "required",
        "additionalProperties", "x-widget", "x-prefill", "x-show-if", "x-required", "x-agrees", "x-latest",
        "x-earliest", "x-min-age", "x-max-age", "x-pattern-message", "x-pattern-message-en", "x-component", "x-lookup",
        "x-autocomplete", "x-width", "x-inline",
    }
)  # fmt: skip
_PAGE_KEYS = frozenset({"key", "title", "x-title-en", "description", "x-description-en", "fields", "x-show-if"})


class FormError(ValueError):
    """A form is written wrongly; `path` is where in the schema, the text says what to do."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the stored value and its label."""

    value: str
    label: Bilingual


@dataclass(frozen=True, slots=True)
class Condition:
    """Show only if every named answer (dotted path) is one of the listed values; empty = always."""

    wanted: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def holds(self, answers: Mapping[str, Any]) -> bool:
        return all(answer_at(answers, path) in values for path, values in self.wanted)

    def __bool__(self) -> bool:
        return bool(self.wanted)


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `path` is dotted and is also the HTML name (`child.name`); dates post `…-day`, `-month`, `-year`.

    `prefill` names where a first answer may come from (`applicant.name`, `mother.name`); `lookup` says that this
    personal number makes the register record with that name available (`mother`); `component` is the paper that an
    attached file is. `agrees` ties a personal number to what it must not contradict: `birth_date` and `sex`, each
    either the path of another answer or `=value`.
    """

    path: str
    title: Bilingual
    kind: Kind
    widget: str
    required: bool
    hint: Bilingual | None = None
    options: tuple[Option, ...] = ()
    min_length: int = 0
    max_length: int = 250
    pattern: str = ""
    pattern_message: Bilingual | None = None
    minimum: int | None = None
    maximum: int | None = None
    default: Any = None
    prefill: str = ""
    lookup: str = ""
    component: str = ""
    agrees: Mapping[str, str] = field(default_factory=dict)
    earliest: str = ""
    latest: str = ""
    min_age: int | None = None
    max_age: int | None = None
    show_if: Condition = Condition()
    autocomplete: str = ""
    width: str = ""
    inline: bool = False

    def label_of(self, value: Any) -> Bilingual | None:
        """The label of a stored choice, or None when it is none of the options."""
        return next((option.label for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form: one thing to answer, sometimes a few fields that belong together."""

    key: str
    title: Bilingual
    fields: tuple[Field, ...]
    hint: Bilingual | None = None
    show_if: Condition = Condition()


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its pages in order, and the JSON Schema that it was read from.

    `receiver_path` is the answer that chooses who receives: a commune's GSO code (5 digits) when `receiver_level` is
    `commune`, a province's GSO code (2 digits) when it is `province`, empty when only one agency receives.
    """

    schema: Mapping[str, Any]
    pages: tuple[Page, ...]
    receiver_path: str = ""
    receiver_level: str = ""

    def fields(self) -> Iterator[Field]:
        for page in self.pages:
            yield from page.fields

    def get_page(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.key == key), None)

    def get_field(self, path: str) -> Field | None:
        return next((one for one in self.fields() if one.path == path), None)

    def receiver_code(self, answers: Mapping[str, Any]) -> str:
        """The GSO code of the chosen commune or province, or ""."""
        return str(answer_at(answers, self.receiver_path) or "") if self.receiver_path else ""


def answer_at(answers: Mapping[str, Any], path: str) -> Any:
    """The answer at a dotted path, or None."""
    value: Any = answers
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def read_form(schema: Mapping[str, Any]) -> Form:
    """Read a JSON Schema with our annotations. Raises FormError that names the place and what to do."""
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        raise FormError("form", "write `type: object` and `properties` with one object per group of questions")
    fields = {one.path: one for one in _read_groups(schema)}
    pages = tuple(_read_page(page, at, fields) for at, page in enumerate(schema.get("x-pages") or ()))
    _check_pages(pages, fields)
    receiver = schema.get("x-receiver") or {}
    form = Form(schema, pages, str(receiver.get("path", "")), str(receiver.get("level", "")))
    if form.receiver_path and form.receiver_path not in fields:
        raise FormError("form.x-receiver.path", f"there is no question {form.receiver_path!r}")
    return form


def _read_groups(schema: Mapping[str, Any]) -> Iterator[Field]:
    for group, part in schema["properties"].items():
        where = f"form.properties.{group}"
        if not isinstance(part, Mapping) or part.get("type") != "object" or not part.get("properties"):
            raise FormError(where, "a group must be `type: object` with `properties`")
        required = set(part.get("required") or ())
        missing = required - set(part["properties"])
        if missing:
            raise FormError(f"{where}.required", f"names unknown questions {sorted(missing)}")
        for name, question in part["properties"].items():
            yield _read_field(f"{group}.{name}", question, name in required, f"{where}.properties.{name}")


def _read_field(path: str, part: Any, required: bool, where: str) -> Field:
    if not isinstance(part, Mapping):
        raise FormError(where, "a question must be a mapping with `type`, `title`, `x-widget`")
    unknown = set(part) - _FIELD_KEYS
    if unknown:
        raise FormError(where, f"unknown keys {sorted(unknown)}; allowed are {sorted(_FIELD_KEYS)}")
    widget = part.get("x-widget", "text")
    if widget not in WIDGETS:
        raise FormError(f"{where}.x-widget", f"{widget!r} is not a widget; use one of {sorted(WIDGETS)}")
    kind = WIDGETS[widget]
    if part.get("type") != _JSON_TYPES[kind]:
        raise FormError(f"{where}.type", f"must be {_JSON_TYPES[kind]!r} for the widget {widget!r}")
    return Field(
        path=path,
        title=_words(part, "title", where),
        kind=kind,
        widget=widget,
        required=required or bool(part.get("x-required")),
        hint=_words(part, "description", where) if "description" in part else None,
        options=_read_options(part, kind, where),
        min_length=part.get("minLength", 0),
        max_length=part.get("maxLength", 4000 if widget == "textarea" else 250),
        pattern=part.get("pattern", ""),
        pattern_message=_words(part, "x-pattern-message", where) if "x-pattern-message" in part else None,
        minimum=part.get("minimum"),
        maximum=part.get("maximum"),
        default=part.get("default"),
        prefill=part.get("x-prefill", ""),
        lookup=part.get("x-lookup", ""),
        component=part.get("x-component", ""),
        agrees=dict(part.get("x-agrees") or {}),
        earliest=str(part.get("x-earliest", "")),
        latest=str(part.get("x-latest", "")),
        min_age=part.get("x-min-age"),
        max_age=part.get("x-max-age"),
        show_if=_read_condition(part.get("x-show-if"), f"{where}.x-show-if"),
        autocomplete=part.get("x-autocomplete", ""),
        width=str(part.get("x-width", "")),
        inline=bool(part.get("x-inline")),
    )


def _read_options(part: Mapping[str, Any], kind: Kind, where: str) -> tuple[Option, ...]:
    if kind not in ("choice", "choices"):
        return ()
    choices = part.get("oneOf") if kind == "choice" else (part.get("items") or {}).get("oneOf")
    if not choices:
        raise FormError(where, "a choice needs `oneOf` with `const`, `title` and `x-title-en` per option")
    options = tuple(
        Option(str(one["const"]), _words(one, "title", f"{where}.oneOf[{at}]")) for at, one in enumerate(choices)
    )
    if len({option.value for option in options}) != len(options):
        raise FormError(f"{where}.oneOf", "two options have the same `const`")
    return options


def _read_condition(part: Any, where: str) -> Condition:
    if part is None:
        return Condition()
    if not isinstance(part, Mapping) or not all(isinstance(values, list) for values in part.values()):
        raise FormError(where, "write `path.of.answer: [value, …]`")
    return Condition(tuple((path, tuple(values)) for path, values in part.items()))


def _read_page(part: Any, at: int, fields: Mapping[str, Field]) -> Page:
    where = f"form.x-pages[{at}]"
    if not isinstance(part, Mapping) or not part.get("key") or not part.get("fields"):
        raise FormError(where, "a page needs `key` and `fields`")
    if set(part) - _PAGE_KEYS:
        raise FormError(where, f"unknown keys {sorted(set(part) - _PAGE_KEYS)}; allowed are {sorted(_PAGE_KEYS)}")
    missing = [path for path in part["fields"] if path not in fields]
    if missing:
        raise FormError(f"{where}.fields", f"there are no questions {missing}; add them under `properties`")
    shown = tuple(fields[path] for path in part["fields"])
    return Page(
        key=str(part["key"]),
        title=_words(part, "title", where) if "title" in part else shown[0].title,
        fields=shown,
        hint=_words(part, "description", where) if "description" in part else None,
        show_if=_read_condition(part.get("x-show-if"), f"{where}.x-show-if"),
    )


def _check_pages(pages: tuple[Page, ...], fields: Mapping[str, Field]) -> None:
    """Every question on exactly one page; conditions and agreements only on known questions."""
    placed = [one.path for page in pages for one in page.fields]
    lost = sorted(set(fields) - set(placed))
    if lost:
        raise FormError("form.x-pages", f"no page shows {lost}")
    twice = sorted({path for path in placed if placed.count(path) > 1})
    if twice or len({page.key for page in pages}) != len(pages):
        raise FormError("form.x-pages", f"a question stands on two pages or a page key is used twice {twice}")
    earlier: set[str] = set()
    for page in pages:
        _check_condition(page.show_if, earlier, f"page {page.key}, x-show-if")
        for one in page.fields:
            _check_condition(one.show_if, earlier, f"{one.path}, x-show-if")
            earlier.add(one.path)
            if set(one.agrees) - {"sex", "birth_date"}:
                raise FormError(f"{one.path}, x-agrees", "only `sex` and `birth_date` can be compared")
            tied = [to for to in one.agrees.values() if not to.startswith("=")]
            _check_paths(tied, fields, f"{one.path}, x-agrees")


def _check_condition(condition: Condition, earlier: set[str], where: str) -> None:
    """A page or question may hang only on what was asked before it."""
    later = [path for path, _ in condition.wanted if path not in earlier]
    if later:
        raise FormError(where, f"{later} must be questions on an earlier page, or earlier on the same one")


def _check_paths(paths: list[str], fields: Mapping[str, Field], where: str) -> None:
    unknown = [path for path in paths if path not in fields]
    if unknown:
        raise FormError(where, f"there are no questions {unknown}")


def _words(part: Mapping[str, Any], key: str, where: str) -> Bilingual:
    vi, en = part.get(key), part.get(f"x-{key.removeprefix('x-')}-en")
    if not isinstance(vi, str) or not vi.strip() or not isinstance(en, str) or not en.strip():
        english = f"x-{key.removeprefix('x-')}-en"
        raise FormError(f"{where}.{key}", f"write the Vietnamese text in `{key}` and the English in `{english}`")
    return Bilingual(vi, en)
