"""The hub as an axis with foreign systems around it, for tests: G22 is the node, H56 and G09 are behind partners."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from django.db import connection

from lienthong.kernel import roles
from lienthong.kernel.access import Actor
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.platform.documents.models import (
    Arrival,
    Attachment,
    AxisTask,
    Delivery,
    Document,
    MailboxItem,
    Message,
    Step,
)
from lienthong.platform.documents.services import partners
from lienthong.platform.documents.tests.foreign import Foreign
from lienthong.platform.exchange import services as exchange
from lienthong.platform.signing import services as signing_services

HOA = Actor(kind="officer", name="Lê Thị Hoa", account_id=9, agency_code="G22", duties=frozenset({"operator"}))
TITLES = {"G22": "Văn phòng Chính phủ", "H36": "Tỉnh Lâm Đồng"}
STORED = (Document, Message, Attachment, Delivery, Arrival, Step, MailboxItem, AxisTask)


def room_roles(*names: str) -> tuple[Role, ...]:
    """The roles of this room by name, with those below that they need."""
    below = (
        *import_module("lienthong.platform.signing.roles").ROLES,
        *import_module("lienthong.platform.exchange.roles").ROLES,
    )
    own = import_module("lienthong.platform.documents.roles").ROLES
    return (*below, *(role for role in own if role.name in names))


def make_homes(base: Path) -> Path:
    """Homes of two nodes under one demo authority."""
    for code, title in TITLES.items():
        signing_services.issue_certificate(
            base / "demo", into=base / code, name="node", kind="node", agency_code=code, common_name=title
        )
    return base


@contextmanager
def being(homes: Path, code: str = "G22", *role_names: str, **parameters: Any) -> Iterator[None]:
    """Be a node of the room's roles, all of whose neighbours are known."""
    opened = room_roles(*(role_names or ("documents.member", "documents.axis")))
    roles.open_roles(opened)
    with playing(node(), home=homes / "G22", agency_code="G22"):
        for agency, name in TITLES.items():
            certificate = (homes / agency / "keys" / "node.crt").read_text("ascii")
            exchange.register_node(
                agency_code=agency, name=name, base_url="http://127.0.0.1:9", certificate_pem=certificate, actor=HOA
            )
    with playing(node(), home=homes / code, agency_code=code, parameters={**node().parameters, **parameters}):
        yield


def register(server: str, system_id: str, agency: str, **more: Any) -> Foreign:
    """A partner that the operator registered, as the foreign system that got the secret."""
    _, secret = partners.register_partner(
        system_id=system_id, name=f"Hệ thống {agency}", agencies=[agency], actor=HOA, **more
    )
    host, _, port = server.removeprefix("http://").partition(":")
    return Foreign(host, int(port), system_id, secret, agency)


def counted() -> dict[str, int]:
    """How many rows of everything there is that a message could leave behind."""
    found = {model.__name__: model.objects.count() for model in STORED}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_storedfile")
        found["StoredFile"] = cursor.fetchone()[0]
    return found
