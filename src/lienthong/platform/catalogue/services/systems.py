"""Systems (hệ thống thông tin): registered by their agency's node, which alone knows how they prove who they are."""

import secrets
from collections.abc import Iterable
from hashlib import sha256

from lienthong.kernel import access, audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.catalogue.letters import SystemPart, SystemRegistered
from lienthong.platform.catalogue.models import System, SystemKey
from lienthong.platform.catalogue.queries import places, rows
from lienthong.platform.catalogue.rules import checks
from lienthong.platform.catalogue.services.changes import about_system, tell_hub, touch
from lienthong.platform.catalogue.types import KeyEntry, SystemEntry, SystemRef

_KEY_BYTES = 32


def register_system(
    *, agency_code: str, code: str, name: Bilingual | str, contact: str = "", actor: Actor
) -> SystemEntry:
    """Enter a system of an agency of this node, or its new name and contact; the hub is told.

    Raises Refused `catalogue.not-ours`, `.bad-code`, `.required`, `agencies.*`.
    """
    access.require(actor, "operator")
    agency = agencies_queries.get_agency(agency_code).code
    places.require_here(agency)
    title = checks.name(name)
    with db.atomic():
        row, _ = System.objects.update_or_create(
            agency_code=agency,
            code=checks.code(code),
            defaults={
                "name_vi": title.vi,
                "name_en": title.en,
                "contact": checks.text(contact, "contact", 300, required=False),
                "node_code": places.home_of(agency),
                "state": "active",
            },
        )
        audit.record(actor, "catalogue.register-system", f"system:{row.agency_code}/{row.code}")
        _tell(row, actor)
    return rows.system_entry(row)


def close_system(*, system: SystemRef, actor: Actor) -> SystemEntry:
    """The system calls and answers no more; its keys end."""
    access.require(actor, "operator")
    with db.atomic():
        row = own_system(system)
        row.state = "closed"
        row.save(update_fields=["state"])
        row.keys.filter(ended_at=None).update(ended_at=clock.now())
        audit.record(actor, "catalogue.close-system", f"system:{system}")
        _tell(row, actor)
    return rows.system_entry(row)


def set_access(*, system: SystemRef, networks: Iterable[str], certificates: Iterable[str], actor: Actor) -> None:
    """How the system proves who it is besides keys: networks (CIDR), TLS certificates (SHA-256).

    Raises Refused `catalogue.bad-network`, `catalogue.bad-thumbprint`.
    """
    access.require(actor, "operator")
    with db.atomic():
        row = own_system(system)
        row.networks, row.certificates = checks.networks(networks), checks.thumbprints(certificates)
        row.save(update_fields=["networks", "certificates"])
        audit.record(actor, "catalogue.set-access", f"system:{system}", networks=" ".join(row.networks))
        touch()


def make_key(*, system: SystemRef, label: str, may_manage: bool = False, actor: Actor) -> tuple[KeyEntry, str]:
    """A new key of the system: the key itself is shown this once and kept nowhere."""
    access.require(actor, "operator")
    key = f"lt_{secrets.token_urlsafe(_KEY_BYTES)}"
    with db.atomic():
        row = own_system(system)
        made = SystemKey.objects.create(
            system=row,
            digest=sha256(key.encode()).digest(),
            hint=key[-4:],
            label=checks.text(label, "label", 100),
            may_manage=may_manage,
        )
        audit.record(actor, "catalogue.make-key", f"system:{system}", key=made.pk, may_manage=may_manage)
        touch()
    return rows.key_entry(made), key


def end_key(*, system: SystemRef, key_id: int, actor: Actor) -> None:
    """The key opens nothing from now on."""
    access.require(actor, "operator")
    with db.atomic():
        ended = SystemKey.objects.filter(system=own_system(system), pk=key_id, ended_at=None).update(
            ended_at=clock.now()
        )
        if not ended:
            raise NotFound("catalogue.unknown-key", tr("Không có khóa này.", "There is no such key."))
        audit.record(actor, "catalogue.end-key", f"system:{system}", key=key_id)
        touch()


def own_system(system: SystemRef) -> System:
    """The row of a system of this node, locked. Raises NotFound, Refused `catalogue.not-ours`, Conflict when closed."""
    row = System.objects.select_for_update().filter(agency_code=system.agency_code, code=system.code).first()
    if row is None:
        raise NotFound(
            "catalogue.unknown-system",
            tr(f"Không có hệ thống {system}.", f"There is no system {system}."),
            field="system",
        )
    places.require_here(row.agency_code)
    if row.state == "closed":
        raise Conflict(
            "catalogue.system-closed",
            tr(f"Hệ thống {system} đã ngừng.", f"The system {system} is closed."),
            field="system",
        )
    return row


def system_part(row: System) -> SystemPart:
    return SystemPart(
        agency_code=row.agency_code, code=row.code, name_vi=row.name_vi, name_en=row.name_en, contact=row.contact
    )


def _tell(row: System, actor: Actor) -> None:
    touch()
    letter = SystemRegistered(system=system_part(row), state="active" if row.state == "active" else "closed")
    tell_hub(letter, about=about_system(SystemRef(row.agency_code, row.code)), actor=actor)
