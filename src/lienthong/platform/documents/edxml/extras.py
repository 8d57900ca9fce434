"""Elements that we do not know: kept on reading, put back on writing."""

from collections import defaultdict
from collections.abc import Iterable

from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.types import Extra


class Extras:
    """The foreign elements of a message by the place where they belong."""

    __slots__ = ("_by_parent",)

    def __init__(self, extras: Iterable[Extra]) -> None:
        self._by_parent: dict[str, list[str]] = defaultdict(list)
        for one in extras:
            self._by_parent[one.parent].append(one.xml)

    def at(self, parent: str, place: int = 0) -> str:
        """Markup of what belongs below a parent; `place` tells several of one name apart, from 1."""
        if not self._by_parent:
            return ""
        return "".join(self._by_parent.pop(path_of(parent, place), ()))

    def check_all_used(self) -> None:
        """Refuse what has no place: a message read elsewhere may have lost its parent. `edxml.extras`."""
        if self._by_parent:
            lost = ", ".join(sorted(self._by_parent))[:100]
            raise refused(
                "extras", f"Không còn chỗ cho phần tử của {lost}.", f"Elements of {lost} have no place.", "extras"
            )


def path_of(parent: str, place: int = 0) -> str:
    """The path of a parent: `…/To[2]`."""
    return f"{parent}[{place}]" if place else parent
