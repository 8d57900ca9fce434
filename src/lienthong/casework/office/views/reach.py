"""Recipients for whom no node receives (nơi nhận chưa có nút nào nhận): told while the draft can still be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lienthong.casework.office.types import DraftPage
from lienthong.kernel.errors import Refused
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.exchange import queries as exchange_queries

_TOLD_BEFORE = ("present", "sign", "number", "seal", "send")
_FEW, _NAMED = 4, 200


def unserved_of(draft: DraftPage) -> dict[str, Any] | None:
    """Whom the document may not reach, for somebody who is about to present, sign or send it; None when nobody.

    Agencies with a system of their own behind an axis are in no directory, so this is a doubt and stops nothing.
    """
    if not set(draft.deeds).intersection(_TOLD_BEFORE) or not draft.facts.receivers:
        return None
    missing = _unserved(draft.facts.receivers)
    if not missing:
        return None
    names = agency_queries.names_of_agencies(missing[:_NAMED])
    return {
        "count": len(missing),
        "of": len(draft.facts.receivers),
        "names": [names[code] for code in missing[:_NAMED]],
        "is_short": len(missing) <= _FEW,
        "more": max(0, len(missing) - _NAMED),
    }


def _unserved(codes: Sequence[str]) -> list[str]:
    """Those of these agencies that no node of the directory answers for, closed ones by their heirs."""
    heirs = agency_queries.answer_for_many(codes)
    answering = {code: heirs[code].code if code in heirs else code for code in codes}
    try:
        nodes = exchange_queries.nodes_for(set(answering.values()))
    except Refused:
        # Without a directory nothing is known of anybody; sending says so by itself.
        return []
    return [code for code, heir in answering.items() if heir not in nodes]
