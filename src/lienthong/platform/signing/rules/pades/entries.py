"""Looking into dictionaries of a PDF: the thing itself, wherever in the file it lies."""

from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfError

PAPER = (0.0, 0.0, 595.0, 842.0)
_MAX_PARENTS = 60


def entry(holder: Any, name: str, default: Any = None) -> Any:
    """The value of a name; the default when there is none. pyHanko's own `get` gives references as they are."""
    try:
        found = holder[name]
        return found.get_object() if isinstance(found, IndirectObject) else found
    except (KeyError, PdfError):
        return default


def items(array: Any) -> list[Any]:
    """The things in an array; nothing for anything else."""
    if not isinstance(array, ArrayObject):
        return []
    return [one.get_object() if isinstance(one, IndirectObject) else one for one in array]


def paper_of(page: Any) -> tuple[float, float, float, float]:
    """The visible rectangle of a page: left, bottom, right, top; A4 when the file does not say."""
    for _ in range(_MAX_PARENTS):
        if not isinstance(page, DictionaryObject):
            break
        for name in ("/CropBox", "/MediaBox"):
            sides = items(entry(page, name))
            if len(sides) == 4:
                left, bottom, right, top = (float(one) for one in sides)
                return min(left, right), min(bottom, top), max(left, right), max(bottom, top)
        page = entry(page, "/Parent")
    return PAPER
