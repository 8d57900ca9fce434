"""Recipient groups (nhóm nơi nhận): saved by an agency for its own letters."""

from __future__ import annotations

from collections.abc import Sequence

from lienthong.casework.office import rights, rules
from lienthong.casework.office.models import RecipientGroup
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries

MAX_GROUPS = 200


def save_group(name: str, codes: Sequence[str], *, actor: Actor) -> int:
    """Save a group under its name, or give the group of this name these members. Gives its id.

    Raises Refused `office.no-members`, `office.unknown-receiver`, `office.too-many-groups`.
    """
    rights.require_desk(actor)
    title = rules.clean_text(name, field="name", at_most=200, lines=False)
    wanted = rules.clean_receivers(codes, own=actor.agency_code)
    known = agency_queries.answer_for_many(wanted)
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise Refused(
            "office.unknown-receiver",
            tr("Không có cơ quan mang mã {code}.", "No agency has the code {code}.").format(code=unknown[0]),
            field="members",
        )
    if not wanted:
        raise Refused(
            "office.no-members", tr("Chọn ít nhất một cơ quan.", "Choose at least one agency."), field="members"
        )
    with db.atomic():
        db.advisory_lock(f"office:groups:{actor.agency_code}")
        group = RecipientGroup.objects.filter(agency_code=actor.agency_code, name=title).first()
        if group is None:
            if RecipientGroup.objects.filter(agency_code=actor.agency_code).count() >= MAX_GROUPS:
                raise Refused("office.too-many-groups", tr("Có quá nhiều nhóm.", "There are too many groups."))
            group = RecipientGroup(agency_code=actor.agency_code, name=title)
        group.members, group.by, group.updated_at = list(wanted), actor.name, clock.now()
        group.save()
        audit.record(actor, "office.save_group", f"group:{group.pk}", members=len(wanted))
        return group.pk


def drop_group(group_id: int, *, actor: Actor) -> None:
    """Take a group away. Raises NotFound `office.no-group`."""
    rights.require_desk(actor)
    with db.atomic():
        gone, _ = RecipientGroup.objects.filter(pk=group_id, agency_code=actor.agency_code).delete()
        if not gone:
            raise NotFound("office.no-group", tr("Không có nhóm này.", "There is no such group."))
        audit.record(actor, "office.drop_group", f"group:{group_id}")
