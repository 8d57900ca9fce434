"""Ask for recipients: agencies by name, groups saved by the agency, groups that stand by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from lienthong.casework.office.models import RecipientGroup
from lienthong.casework.office.types import GroupRef
from lienthong.kernel.access import Actor
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.agencies.types import AgencyKind, AgencyRef

_MINISTRIES = (AgencyKind.MINISTRY, AgencyKind.MINISTERIAL, AgencyKind.GOVERNMENT)


def search_agencies(text: str, limit: int = 20) -> list[AgencyRef]:
    """Agencies by code or name, accents forgiven; one that is closed is found as the one that answers for it."""
    found = [one.answers for one in agency_queries.look_up(text, limit).agencies]
    return list({one.code: one for one in found if one is not None}.values())


def name_agencies(codes: Sequence[str]) -> dict[str, str]:
    """Names of many agencies at once; the code itself where nobody knows it."""
    known = agency_queries.answer_for_many(codes)
    return {code: known[code].name if code in known else code for code in codes}


def list_groups(actor: Actor) -> list[GroupRef]:
    """Groups to choose from: provinces, ministries, the communes of the own province, then the saved ones."""
    return [*_standing(actor.agency_code), *list_saved(actor)]


def list_saved(actor: Actor) -> list[GroupRef]:
    """Groups that the agency saved."""
    rows = RecipientGroup.objects.filter(agency_code=actor.agency_code).order_by("name")
    return [GroupRef(str(one.pk), one.name, tuple(one.members)) for one in rows]


def members_of(keys: Sequence[str], actor: Actor) -> tuple[str, ...]:
    """The agencies of these groups together."""
    wanted = set(keys)
    groups = [one for one in list_groups(actor) if one.key in wanted]
    return tuple(dict.fromkeys(code for group in groups for code in group.members))


def _standing(own: str) -> list[GroupRef]:
    top = agency_queries.list_agencies(level=1)
    provinces = tuple(one.code for one in top if one.kind == AgencyKind.PROVINCE and one.code != own)
    ministries = tuple(one.code for one in top if one.kind in _MINISTRIES and one.code != own)
    groups = [
        GroupRef("all-provinces", str(tr("Ủy ban nhân dân các tỉnh, thành phố", "All provinces")), provinces, False),
        GroupRef("all-ministries", str(tr("Các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ", "All ministries")),
                 ministries, False),
    ]  # fmt: skip
    house = own.split(".", maxsplit=1)[0]
    communes = tuple(
        one.code
        for one in agency_queries.list_agencies(level=2, under=house)
        if one.kind == AgencyKind.COMMUNE and one.code != own
    )
    if communes:
        name = agency_queries.name_of_agency(house).replace("Ủy ban nhân dân ", "")
        label = tr("Ủy ban nhân dân các xã, phường, đặc khu của {name}", "All communes of {name}").format(name=name)
        groups.append(GroupRef("all-communes", str(label), communes, False))
    return [one for one in groups if one.members]
