"""Template tags of all pages: both languages side by side, and the components.

`{% load lt %}`, then `{% t "Xin chào" "Hello" %}` and `{% lt_input "name" "Họ tên"|en:"Name" %}`. A text is a plain
string or a `Bilingual`. `error=` takes one sentence or all errors of the form: the field finds its own.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page

from lienthong.kernel import roles, text
from lienthong.kernel.text import Bilingual, tr
from lienthong.kernel.web import fields
from lienthong.kernel.web.fields import Problem, Text
from lienthong.kernel.web.tables import Cell, Column, cells_of, columns_of, crumb_of, grouped, page_links
from lienthong.kernel.web.templatetags import lt_blocks
from lienthong.kernel.web.templatetags.lt_blocks import COMPONENTS

register = template.Library()
register.tags.update(lt_blocks.register.tags)

BANNER_TITLES = {
    "info": tr("Thông tin", "Information"),
    "success": tr("Thành công", "Success"),
    "important": tr("Quan trọng", "Important"),
}


@register.simple_tag
def t(vi: str, en: str, **values: object) -> str:
    """A sentence in the active language; `{name}` places are filled with `values`."""
    sentence = str(tr(vi, en))
    return str.format(sentence, **values) if values else sentence


@register.filter
def en(vi: str, english: str) -> Bilingual:
    """Both languages as one value, for arguments: `"Họ tên"|en:"Name"`."""
    return tr(vi, english)


@register.filter
def date_vn(value: date | None) -> str:
    """21/11/2026."""
    return text.show_date(value) if value else ""


@register.filter
def moment_vn(value: datetime | None) -> str:
    """15:04 21/11/2026."""
    return text.show_moment(value) if value else ""


@register.filter
def dong(value: int | None) -> str:
    """8.000 đ."""
    return "" if value is None else text.show_dong(value)


@register.inclusion_tag(COMPONENTS + "input.html")
def lt_input(
    name: str,
    label: Text,
    value: object = "",
    error: Problem = None,
    hint: Text = "",
    optional: bool = False,
    type: str = "text",  # noqa: A002 (the HTML attribute's name, as in the templates)
    autocomplete: str = "",
    inputmode: str = "",
    width: str | int = "",
    prefix: Text = "",
    suffix: Text = "",
    heading: bool = False,
    **extra: Any,
) -> dict[str, Any]:
    """One line of text. `width`: characters (2, 3, 4, 5, 10, 20, 30); `heading`: the label is the page's title."""
    attrs = {"autocomplete": autocomplete, "inputmode": inputmode, **extra}
    return fields.describe(
        name,
        label,
        error=error,
        hint=hint,
        optional=optional,
        heading=heading,
        value="" if value is None else value,
        type=type,
        width=width,
        prefix=prefix,
        suffix=suffix,
        extra=fields.attributes(attrs),
    )


@register.inclusion_tag(COMPONENTS + "textarea.html")
def lt_textarea(
    name: str,
    label: Text,
    value: object = "",
    error: Problem = None,
    hint: Text = "",
    optional: bool = False,
    rows: int = 5,
    heading: bool = False,
    **extra: Any,
) -> dict[str, Any]:
    """Several lines of text."""
    return fields.describe(
        name,
        label,
        error=error,
        hint=hint,
        optional=optional,
        heading=heading,
        value="" if value is None else value,
        rows=rows,
        extra=fields.attributes(extra),
    )


@register.inclusion_tag(COMPONENTS + "select.html")
def lt_select(
    name: str,
    label: Text,
    options: Iterable[Any],
    value: object = "",
    error: Problem = None,
    hint: Text = "",
    optional: bool = False,
    heading: bool = False,
    **extra: Any,
) -> dict[str, Any]:
    """A drop-down list; `options`: (value, label)."""
    return fields.describe(
        name,
        label,
        error=error,
        hint=hint,
        optional=optional,
        heading=heading,
        options=fields.choices(fields.id_of(name), options, [value]),
        extra=fields.attributes(extra),
    )


@register.inclusion_tag(COMPONENTS + "radios.html")
def lt_radios(
    name: str,
    legend: Text,
    options: Iterable[Any],
    value: object = "",
    error: Problem = None,
    hint: Text = "",
    inline: bool = False,
    heading: bool = False,
    optional: bool = False,
    small: bool = False,
) -> dict[str, Any]:
    """Choose one; `options`: (value, label) or (value, label, hint)."""
    return fields.describe(
        name,
        legend,
        error=error,
        hint=hint,
        optional=optional,
        heading=heading,
        inline=inline,
        small=small,
        options=fields.choices(fields.id_of(name), options, [value]),
    )


@register.inclusion_tag(COMPONENTS + "checkboxes.html")
def lt_checkboxes(
    name: str,
    legend: Text,
    options: Iterable[Any],
    values: Iterable[Any] | str | None = (),
    error: Problem = None,
    hint: Text = "",
    optional: bool = False,
    heading: bool = False,
    small: bool = False,
) -> dict[str, Any]:
    """Choose any; all boxes share the name, read them with `request.POST.getlist(name)`."""
    chosen = [values] if isinstance(values, str) else (values or ())
    return fields.describe(
        name,
        legend,
        error=error,
        hint=hint,
        optional=optional,
        heading=heading,
        small=small,
        options=fields.choices(fields.id_of(name), options, chosen),
    )


@register.inclusion_tag(COMPONENTS + "date.html")
def lt_date(
    name: str,
    label: Text,
    value: object = "",
    error: Problem = None,
    hint: Text = "",
    optional: bool = False,
    heading: bool = False,
    birthday: bool = False,
) -> dict[str, Any]:
    """A day in three boxes `name-day`, `name-month`, `name-year`; `value`: a date, ISO text or a mapping."""
    parts = fields.date_parts(name, value, birthday=birthday)
    return fields.describe(name, label, error=error, hint=hint, optional=optional, heading=heading, parts=parts)


@register.inclusion_tag(COMPONENTS + "file.html")
def lt_file(
    name: str,
    label: Text,
    error: Problem = None,
    hint: Text = "",
    accept: str = "",
    optional: bool = False,
    multiple: bool = False,
    heading: bool = False,
) -> dict[str, Any]:
    """A file to send with the form (the form needs `enctype="multipart/form-data"`)."""
    return fields.describe(
        name,
        label,
        error=error,
        hint=hint,
        optional=optional,
        heading=heading,
        extra=fields.attributes({"accept": accept, "multiple": multiple}),
    )


@register.inclusion_tag(COMPONENTS + "error_summary.html")
def lt_error_summary(errors: object = None) -> dict[str, Any]:
    """All errors of the page at its top, each linked to its field; shows nothing when there are none."""
    found = fields.errors_of(errors)
    return {"errors": [{"target": fields.id_of(e.path) if e.path else "", "message": e.message} for e in found]}


@register.inclusion_tag(COMPONENTS + "button.html")
def lt_button(
    vi: Text, en: str = "", kind: str = "", name: str = "", value: object = "", href: str = "", **extra: Any
) -> dict[str, Any]:
    """A button that names the act; a link with `href`. `kind`: secondary, warning, inverse, start."""
    return {
        "text": tr(vi, en) if isinstance(vi, str) and en else vi,
        "kind": kind,
        "name": name,
        "value": value,
        "href": href,
        "extra": fields.attributes(extra),
    }


@register.inclusion_tag(COMPONENTS + "tag.html")
def lt_tag(label: Text, colour: str = "") -> dict[str, Any]:
    """A status. `colour`: grey, green, teal, blue, purple, magenta, red, orange, yellow."""
    return {"label": label, "colour": colour}


@register.inclusion_tag(COMPONENTS + "back.html")
def lt_back(href: str, label: Text = "") -> dict[str, Any]:
    """The link to the previous page; stands in the block `before_content`."""
    return {"href": href, "label": label}


@register.inclusion_tag(COMPONENTS + "panel.html")
def lt_panel(title: Text, body: Text = "", code: str = "") -> dict[str, Any]:
    """The confirmation: what has been done, and the code to keep. It holds the page's only h1."""
    return {"title": title, "body": body, "code": code}


@register.inclusion_tag(COMPONENTS + "banner.html")
def lt_banner(vi: Text, en: str = "", kind: str = "info", title: Text = "") -> dict[str, Any]:
    """A message above the page's title. `kind`: info, success, important."""
    message = tr(vi, en) if isinstance(vi, str) and en else vi
    return {"text": message, "kind": kind, "title": title or BANNER_TITLES.get(kind, BANNER_TITLES["info"])}


@register.inclusion_tag(COMPONENTS + "pagination.html", takes_context=True)
def lt_pagination(context: template.Context, page: "Page[Any]", param: str = "page") -> dict[str, Any]:
    """Links to the other pages; keeps the rest of the query string. `page`: a Django `Page`."""
    request = context.get("request")
    return page_links(page, request.GET.copy() if request is not None else None, param)


@register.inclusion_tag(COMPONENTS + "summary.html")
def lt_summary(rows: Iterable[Mapping[str, Any]], title: Text = "") -> dict[str, Any]:
    """Answers or facts, one a row: dicts of `key`, `value` and, if it can be changed, `href` and `action`."""
    listed = list(rows)
    return {"rows": listed, "title": title, "has_actions": any(row.get("href") for row in listed)}


@register.inclusion_tag(COMPONENTS + "timeline.html")
def lt_timeline(items: Iterable[Mapping[str, Any]], level: int = 2) -> dict[str, Any]:
    """What happened, newest first: dicts of `title`, `moment`, `by`, `text`, `colour`. `level`: of the headings."""
    return {"items": list(items), "level": level}


@register.inclusion_tag(COMPONENTS + "empty.html")
def lt_empty(title: Text, body: Text = "") -> dict[str, Any]:
    """What to show where a list has nothing: what would stand here, and what to do."""
    return {"title": title, "text": body}


@register.inclusion_tag(COMPONENTS + "breadcrumbs.html")
def lt_breadcrumbs(items: Iterable[Any]) -> dict[str, Any]:
    """Where the page stands: pairs (text, href); the last one may be a plain text."""
    return {"items": [crumb_of(item) for item in items]}


@register.inclusion_tag(COMPONENTS + "table.html")
def lt_table(
    head: Iterable[Column],
    rows: Iterable[Iterable[Cell]],
    caption: Text = "",
    sortable: bool = False,
    caption_hidden: bool = False,
    stacked: bool = False,
) -> dict[str, Any]:
    """A table that scrolls by itself on a narrow screen; with `stacked` its rows become cards there instead, each value
    behind its column's name. `head`: texts or dicts (`text`, `numeric`, `sort`, `stacked`: "title" or "bare", see
    `columns_of`); cells: texts or dicts (`text`, `href`, `numeric`, `tag`, `code`, `sort_value`)."""
    columns = columns_of(head)
    if stacked and not any(column["stacked"] == "title" for column in columns):
        columns[0]["stacked"] = "title"
    return {
        "columns": columns,
        "rows": [cells_of(row, columns) for row in rows],
        "caption": caption,
        "caption_hidden": caption_hidden,
        "sortable": sortable,
        "stacked": stacked,
    }


@register.inclusion_tag(COMPONENTS + "side_nav.html")
def lt_side_nav(items: Iterable[Mapping[str, Any]], label: Text = "") -> dict[str, Any]:
    """Officers' side navigation: dicts of `text`, `href`, `active`, `count`; a dict with `heading` starts a group."""
    return {"groups": grouped(items), "label": label}


@register.inclusion_tag(COMPONENTS + "side_nav.html", takes_context=True)
def lt_tabs(context: template.Context, group: str, label: Text = "") -> dict[str, Any]:
    """The pages of a group that this node's roles name (`Role.tabs`), as side navigation; the nearest is current."""
    request = context.get("request")
    here = request.path if request is not None else ""
    tabs = roles.tabs(group)
    nearest = max((href for href, _ in tabs if here.startswith(href)), key=len, default="")
    return {
        "groups": grouped({"text": text, "href": href, "active": href == nearest} for href, text in tabs),
        "label": label,
    }


@register.inclusion_tag(COMPONENTS + "figures.html")
def lt_figures(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Numbers: dicts of `number`, `unit`, `label`, `note` (period and source), `href`, `tone` (good, bad)."""
    return {"items": list(items)}
