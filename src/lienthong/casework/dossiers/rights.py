"""Who may see and do what with a dossier; asked on every read and before every deed."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from lienthong.casework.dossiers import states
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.rules import is_unit_of
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries

OFFICER_DUTIES: Final = ("reception", "handling", "leader", "clerk")


def works_on(actor: Actor, dossier: Dossier) -> bool:
    """Is the dossier at the officer's agency: the one that decides (or a unit of it), or the one that received it?

    A superior body is not meant: a province does not sign for a commune, and sees its figures by reports.
    """
    if actor.kind != "officer" or not actor.has(*OFFICER_DUTIES):
        return False
    return is_unit_of(actor.agency_code, dossier.agency_code) or receives_at(actor, dossier.reception_code)


def receives_at(actor: Actor, reception_code: str) -> bool:
    """Does the officer work at this one-stop unit, or in the commune that it belongs to?"""
    return bool(actor.agency_code) and is_unit_of(reception_code, actor.agency_code)


def works_on_as_set(actor: Actor) -> Q:
    """The same rule as `works_on`, as a condition for sets of dossiers; matches nothing for anybody else."""
    if actor.kind != "officer" or not actor.has(*OFFICER_DUTIES) or not actor.agency_code:
        return Q(pk__in=[])
    groups = actor.agency_code.split(".")
    houses = {".".join(groups[:depth]) for depth in range(2, len(groups) + 1)} | {actor.agency_code}
    desks = {actor.agency_code}
    if len(groups) > 1:
        desks |= {unit.code for unit in agency_queries.list_agencies(under=actor.agency_code)}
    return Q(agency_code__in=sorted(houses)) | Q(reception_code__in=sorted(desks))


def require_deed(actor: Actor, dossier: Dossier, deed: str) -> None:
    """Raises NotAllowed `dossiers.not-yours` or `dossiers.not-your-duty`."""
    if may_do(actor, dossier, deed):
        return
    if actor.kind == "officer" and works_on(actor, dossier):
        raise NotAllowed(
            "dossiers.not-your-duty",
            tr("Việc này không thuộc nhiệm vụ của bạn.", "This is not among your duties."),
        )
    raise _not_yours()


def may_do(actor: Actor, dossier: Dossier, deed: str) -> bool:
    """May this actor do this deed to this dossier, whatever its status?

    A desk of another commune receives, charges and hands over, and does nothing else.
    """
    duties = states.DEEDS[deed].duties
    if actor.kind == "system":
        return states.SYSTEM in duties
    if actor.kind == "person":
        return states.APPLICANT in duties and _is_applicant(actor, dossier)
    if not works_on(actor, dossier):
        return False
    held = actor.duties.intersection(duties)
    if not is_unit_of(actor.agency_code, dossier.agency_code):
        held &= {"reception"}
    return bool(held)


def require_reading(actor: Actor, dossier: Dossier) -> None:
    """Officers read dossiers of their agency. Raises NotAllowed `dossiers.not-yours`."""
    if actor.kind != "system" and not works_on(actor, dossier):
        raise _not_yours()


def require_applicant(actor: Actor, dossier: Dossier | None) -> Dossier:
    """The applicant reads the own dossier; a stranger does not even learn that it is there (NotFound)."""
    if dossier is None or not _is_applicant(actor, dossier):
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ của bạn.", "There is no such dossier of yours."))
    return dossier


def _is_applicant(actor: Actor, dossier: Dossier) -> bool:
    return actor.kind == "person" and bool(actor.personal_number) and actor.personal_number == dossier.applicant_number


def _not_yours() -> NotAllowed:
    return NotAllowed(
        "dossiers.not-yours",
        tr("Hồ sơ này không thuộc cơ quan hoặc tài khoản của bạn.", "This dossier is not your agency's or yours."),
    )
