"""Agencies for measurements: as many below each of some agencies as are wanted, named by their numbers."""

from collections.abc import Sequence

from lienthong.platform.agencies import models
from lienthong.platform.agencies.types import AgencyKind

_FIRST, _MOST = 100, 900


def fill(parents: Sequence[str], count: int) -> list[str]:
    """Add agencies `H36.100`, `H36.101` … below these parents, evenly, where they are not there; gives their codes.

    Raises ValueError for more than 900 below one parent.
    """
    if count > _MOST * len(parents):
        raise ValueError(f"at most {_MOST} agencies below one")
    codes = [f"{parents[number % len(parents)]}.{_FIRST + number // len(parents)}" for number in range(count)]
    models.Agency.objects.bulk_create(
        [
            models.Agency(
                code=code,
                name=f"Cơ quan {code}",
                search_text=f"co quan {code.lower()}",
                kind=AgencyKind.COMMUNE,
                parent_id=code.rpartition(".")[0],
            )
            for code in codes
        ],
        ignore_conflicts=True,
    )
    return codes
