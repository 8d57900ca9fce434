"""Writing XML in its canonical form, piece by piece: no spaces between elements, every element with an end tag."""

from collections.abc import Iterable
from datetime import date, datetime

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import read_text, tr
from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.names import PREFIX

_MAX_TEXT = 100_000


def escape(text: str) -> str:
    """Text as canonical XML has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")


def element(name: str, *inner: str) -> str:
    """An element around markup."""
    return f"<{PREFIX}:{name}>{''.join(inner)}</{PREFIX}:{name}>"


def group(name: str, *inner: str) -> str:
    """An element around markup, nothing when there is none."""
    body = "".join(inner)
    return f"<{PREFIX}:{name}>{body}</{PREFIX}:{name}>" if body else ""


def text(name: str, value: str, *, needed: bool = False, lines: bool = False) -> str:
    """An element with text that must be clean already; left out when it is empty and not needed.

    Raises Refused `edxml.required`, `edxml.text`.
    """
    if not value:
        if needed:
            raise required(name)
        return ""
    # Plain ASCII without control characters and doubled spaces is most of a message, and needs no closer look.
    plain = value.isascii() and value.isprintable() and "  " not in value and value.strip() == value
    if len(value) > _MAX_TEXT or (not plain and read_text(value, lines=lines) != value):
        raise refused(
            "text",
            f"Nội dung {name} có ký tự không hợp lệ, thừa khoảng trắng, hoặc quá dài.",
            f"The text of {name} has characters that are not allowed, needless spaces, or is too long.",
            name,
        )
    return f"<{PREFIX}:{name}>{escape(value)}</{PREFIX}:{name}>"


def number(name: str, value: int | None) -> str:
    """An element with a whole number, nothing for None. Raises Refused `edxml.number` for less than 0."""
    if value is None:
        return ""
    if value < 0:
        raise refused("number", f"{name} không được âm.", f"{name} must not be negative.", name)
    return f"<{PREFIX}:{name}>{int(value)}</{PREFIX}:{name}>"


def flag(name: str, value: bool | None) -> str:
    """An element with 1 or 0, nothing for None."""
    return "" if value is None else f"<{PREFIX}:{name}>{int(value)}</{PREFIX}:{name}>"


def day(name: str, value: date | None) -> str:
    """An element with a day `yyyy/MM/dd`, nothing for None."""
    return "" if value is None else f"<{PREFIX}:{name}>{value:%Y/%m/%d}</{PREFIX}:{name}>"


def moment(name: str, value: datetime) -> str:
    """An element with a moment `yyyy/MM/dd HH:mm:ss` of Vietnam's zone."""
    return f"<{PREFIX}:{name}>{value.astimezone(ZONE):%Y/%m/%d %H:%M:%S}</{PREFIX}:{name}>"


def texts(name: str, values: Iterable[str]) -> str:
    """One element for each value; none may be empty."""
    return "".join(text(name, value, needed=True) for value in values)


def required(name: str) -> Refused:
    """The refusal of a message that lacks what the standard demands."""
    return Refused(
        "edxml.required",
        tr("Thiếu {name}, phần bắt buộc của gói tin edXML.", "{name} is missing; edXML demands it.").format(name=name),
        field=name,
    )
