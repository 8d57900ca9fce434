"""The national list (danh mục quốc gia) as this node holds it: parsed once per issue."""

from functools import lru_cache

from lienthong.platform.catalogue.models import CatalogueCopy
from lienthong.platform.catalogue.rules import listing
from lienthong.platform.catalogue.types import NationalList


def serial() -> int:
    """The serial number of the list in use; 0 when there is none."""
    return CatalogueCopy.objects.values_list("serial", flat=True).first() or 0


def find_list() -> NationalList | None:
    """The list in use."""
    held = CatalogueCopy.objects.values_list("serial", "signature").first()
    return _parsed(*held) if held else None


@lru_cache(maxsize=2)
def _parsed(number: int, signature: str) -> NationalList:
    # The signature is unlike for unlike bytes, so it names the copy.
    body = CatalogueCopy.objects.values_list("body", flat=True).get(serial=number, signature=signature)
    return listing.parse(bytes(body))
