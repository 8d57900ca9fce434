"""Components with a text between two tags; `lt` brings them along."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from lienthong.kernel.web import fields
from lienthong.kernel.web.fields import Text

register = template.Library()

COMPONENTS = "web/components/"


@register.simple_block_tag(takes_context=True)
def lt_form(context: template.Context, content: str, action: str = "", files: bool = False, **extra: Any) -> str:
    """A POST form with its token: `{% lt_form %} … {% endlt_form %}`; `files=True` when it sends files."""
    return _block("form", content, csrf_token=context.get("csrf_token"), action=action, files=files, extra=extra)


@register.simple_block_tag
def lt_filter(content: str, action: str = "", clear: str = "", selected: Iterable[Mapping[str, Any]] = ()) -> str:
    """Filter panel of a list (a GET form): fields inside; `selected`: dicts of `text`, `href` (which takes it off)."""
    return _block("filter", content, action=action, clear=clear, selected=list(selected), extra={})


@register.simple_block_tag
def lt_fieldset(content: str, legend: Text, heading: bool = False, hint: Text = "") -> str:
    """Fields that belong together under one legend."""
    return _block("fieldset", content, legend=legend, heading=heading, hint=hint, extra={})


@register.simple_block_tag
def lt_details(content: str, summary: Text, opened: bool = False) -> str:
    """A text to unfold."""
    return _block("details", content, summary=summary, opened=opened, extra={})


@register.simple_block_tag
def lt_inset(content: str) -> str:
    """A remark set apart from the text."""
    return _block("inset", content, extra={})


@register.simple_block_tag
def lt_warning(content: str) -> str:
    """A warning: what may happen, and how to avoid it."""
    return _block("warning", content, extra={})


def _block(component: str, content: str, *, extra: Mapping[str, Any], **values: Any) -> SafeString:
    # The block's content has been rendered by the template engine, escaping included.
    inner = mark_safe(conditional_escape(content))  # noqa: S308
    return render_to_string(
        f"{COMPONENTS}{component}.html", {"content": inner, "extra": fields.attributes(extra), **values}
    )
