"""How a check speaks: the clean value, or one error at the field's path in both languages."""

from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures.types.form import Field

Checked = tuple[Any, FieldError | None]
"""The clean value (None: nothing answered) or the error; never both."""


def problem(one: Field, code: str, vi: str, en: str) -> FieldError:
    """An error of this field; the code gets the room's prefix `form.`."""
    return FieldError(one.path, Bilingual(vi, en), f"form.{code}")
