"""Audit (nhật ký): every deed and every look at personal data, written in the transaction of the deed."""

from collections.abc import Mapping, Sequence
from typing import Any

from lienthong.kernel import bulk, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.models import AuditEntry


def record(actor: Actor, action: str, subject: str, **facts: Any) -> None:
    """Add a line to the ledger: `record(actor, "dossiers.receive", f"dossier:{id}", due=...)`.

    Facts hold identifiers, codes and moments; never names, answers or other personal data.
    """
    record_many(actor, action, {subject: facts})


def record_many(actor: Actor, action: str, about: Mapping[str, Mapping[str, Any]]) -> None:
    """The same deed on many things, in one round trip: the facts of each by its subject."""
    now = clock.now()
    bulk.insert(
        [
            AuditEntry(
                at=now,
                actor=actor.label,
                account_id=actor.account_id,
                agency_code=actor.agency_code,
                action=action,
                subject=subject,
                facts={
                    key: value if isinstance(value, bool | int | None) else str(value) for key, value in facts.items()
                },
            )
            for subject, facts in about.items()
        ]
    )


def entries_about(subject: str, limit: int = 100) -> Sequence[AuditEntry]:
    """The ledger's lines about one thing, newest first."""
    return list(AuditEntry.objects.filter(subject=subject).order_by("-at")[:limit])
