"""What the program itself answers (dịch vụ có sẵn): questions of this node's roles, as services of the catalogue."""

from lienthong.kernel import clock, db, roles
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.models import ServiceVersion, System
from lienthong.platform.catalogue.queries.questions import PROGRAM
from lienthong.platform.catalogue.services.changes import about_system, tell_hub, touch
from lienthong.platform.catalogue.services.offering import published_letter
from lienthong.platform.catalogue.types import SystemRef

_OWN = ("exchange.", "catalogue.")


def list_built_in() -> int:
    """Enter the questions that this node answers into the catalogue, and archive those it answers no more."""
    here = node()
    answered = {name: role for role in roles.opened() for name, _ in role.questions if not name.startswith(_OWN)}
    known = ServiceVersion.objects.filter(kind="built-in", system__node_code=here.agency_code)
    if set(known.filter(state="published").values_list("code", flat=True)) == set(answered):
        return 0
    with db.atomic():
        db.advisory_lock("catalogue.built-in")
        system, _ = System.objects.update_or_create(
            agency_code=here.agency_code,
            code=PROGRAM,
            defaults={"name_vi": here.title.vi, "name_en": here.title.en, "node_code": here.agency_code},
        )
        changed = [_enter(system, name) for name in sorted(answered)]
        changed += [_leave(row) for row in known.exclude(code__in=answered).exclude(state="archived")]
        touch()
        about = about_system(SystemRef(system.agency_code, system.code))
        for row in changed:
            tell_hub(published_letter(row), about=about)
    return len(changed)


def _enter(system: System, name: str) -> ServiceVersion:
    title = tr("Yêu cầu khai thác {name}", "Question {name}").format(name=name)
    row, _ = ServiceVersion.objects.update_or_create(
        system=system,
        code=name,
        version=1,
        defaults={
            "kind": "built-in",
            "title_vi": title.vi,
            "title_en": title.en,
            "state": "published",
            "state_reason": "",
            "published_at": clock.now(),
            "digest_only": True,
        },
    )
    return row


def _leave(row: ServiceVersion) -> ServiceVersion:
    row.state, row.changed_at = "archived", clock.now()
    row.save(update_fields=["state", "changed_at"])
    return row
