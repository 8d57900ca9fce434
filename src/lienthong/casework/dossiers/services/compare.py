"""Comparing the portal's copy with the truth (đối soát bản sao trạng thái) by asking the nodes that answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from lienthong.casework.dossiers import queries
from lienthong.casework.dossiers.models import Dossier
from lienthong.kernel.access import Actor
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange

SERVICE: Final = "dossiers.truth"
PURPOSE: Final = "mirror-check"
LEGAL_GROUND: Final = "Nghị định 118/2025/NĐ-CP"
"""What the grant in the directory names."""

_AT_ONCE: Final = 500


def compare_with_truth(*, dossier_ids: Sequence[UUID], actor: Actor) -> list[dict[str, Any]]:
    """Where the copy differs from what the answering nodes say now: id, field, copy, truth; empty when all agree.

    Raises Refused `exchange.*` when a node cannot be asked.
    """
    differences: list[dict[str, Any]] = []
    for node_code, ids in _by_node(dossier_ids).items():
        for start in range(0, len(ids), _AT_ONCE):
            asked = ids[start : start + _AT_ONCE]
            answer = exchange.ask(
                SERVICE,
                {"ids": [str(one) for one in asked]},
                provider=node_code,
                purpose=PURPOSE,
                legal_ground=LEGAL_GROUND,
                actor=actor,
            )
            truths = {truth["id"]: truth for truth in answer["dossiers"]}
            copies = {copy["id"]: copy for copy in queries.list_truth(asked)}
            for one in map(str, asked):
                differences += differences_of(one, copies.get(one), truths.get(one))
    return differences


def differences_of(dossier_id: str, copy: dict[str, Any] | None, truth: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Field by field; a dossier that one side lacks is one difference named `id`."""
    if copy is None or truth is None:
        if copy is truth:
            return []
        return [{"id": dossier_id, "field": "id", "copy": copy is not None, "truth": truth is not None}]
    return [
        {"id": dossier_id, "field": name, "copy": copy[name], "truth": truth.get(name)}
        for name in copy
        if copy[name] != truth.get(name)
    ]


def _by_node(dossier_ids: Sequence[UUID]) -> dict[str, list[UUID]]:
    grouped: dict[str, list[UUID]] = {}
    for pk, agency in Dossier.objects.filter(pk__in=list(dossier_ids)).values_list("pk", "agency_code"):
        grouped.setdefault(exchange_queries.node_for(agency).agency_code, []).append(pk)
    return grouped
