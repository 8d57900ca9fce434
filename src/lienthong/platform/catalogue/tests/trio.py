"""Three nodes in one process, each with catalogue tables of its own (PostgreSQL schemas), and letters in between.

H36 consumes, G01 provides, G22 is the hub. Letters wait until `carry` takes them across, as JSON, in the order of
posting per `about` and recipient, or crossing each other where a test wants that.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from lienthong.kernel import clock, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.roles import ROLES
from lienthong.platform.catalogue.types import AgreementEntry, ServiceRef, SystemRef, Terms
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope, Letter
from lienthong.platform.signing import services as signing_services

LAN = Actor(kind="officer", name="Nguyễn Thị Lan", account_id=7, agency_code="H36", duties=frozenset({"operator"}))
BA = Actor(kind="officer", name="Trần Văn Ba", account_id=8, agency_code="G01", duties=frozenset({"operator"}))
HOA = Actor(kind="officer", name="Lê Thị Hoa", account_id=9, agency_code="G22", duties=frozenset({"operator"}))
CODES = {"G22": "Văn phòng Chính phủ", "G01": "Bộ Công an", "H36": "Tỉnh Lâm Đồng"}
CLIENT = SystemRef("H36", "mot-cua")
SERVICE = ServiceRef("G01", "dan-cu", "tra-cuu", 1)
WISH = services.PurposeWish("Đăng ký khai sinh", "Luật Hộ tịch 2014", 100, ("name", "birth_date"))
BASE_ROLES: tuple[Role, ...] = (
    *import_module("lienthong.platform.signing.roles").ROLES,
    *import_module("lienthong.platform.exchange.roles").ROLES,
)


@dataclass(frozen=True)
class Waiting:
    """A letter under way."""

    letter: Letter
    sender: str
    recipient: str
    about: str


@dataclass
class Trio:
    """The three nodes and what is under way between them."""

    homes: Path
    under_way: list[Waiting] = field(default_factory=list)
    refused: list[Exception] = field(default_factory=list)

    @contextmanager
    def at(self, code: str) -> Iterator[None]:
        """Be this node: its key, its roles, its tables."""
        before = roles.opened()
        hub = ("exchange.hub", "catalogue.national")
        roles.open_roles(tuple(role for role in (*BASE_ROLES, *ROLES) if code == "G22" or role.name not in hub))
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            path = cursor.fetchone()[0]
            cursor.execute(f"SET search_path TO node_{code.lower()}, public")
        queries.forget_index()
        try:
            with playing(node(), home=self.homes / code, agency_code=code):
                yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"SET search_path TO {path}")
            roles.open_roles(before)
            queries.forget_index()

    def post(self, letter: Letter, *, recipient: str, actor: Actor | None = None, about: str = "") -> UUID:
        self.under_way.append(Waiting(letter, node().agency_code, recipient, about))
        return new_id()

    def carry(self, chance: random.Random | None = None) -> None:
        """Take all letters across, and those that they cause; `chance` lets different lines overtake each other."""
        while self.under_way:
            lines = {(one.sender, one.recipient, one.about): one for one in reversed(self.under_way)}
            first = list(lines.values())[-1] if chance is None else chance.choice(list(lines.values()))
            self.under_way.remove(first)
            self._deliver(first)

    def _deliver(self, one: Waiting) -> None:
        with self.at(one.recipient):
            opened = roles.inbox_of(type(one.letter).NAME)
            assert opened is not None, f"{one.recipient} takes no {type(one.letter).NAME}"
            letter_class, on_letter = opened
            letter = letter_class.model_validate_json(one.letter.model_dump_json(), strict=True)
            envelope = Envelope(new_id(), letter.NAME, one.sender, one.recipient, clock.now())
            on_letter(letter, envelope)

    def agreements(self, agreement_id: UUID) -> dict[str, AgreementEntry]:
        """The agreement as each node holds it."""
        found = {}
        for code in CODES:
            with self.at(code):
                found[code] = queries.get_agreement(agreement_id)
        return found


def make_trio(homes: Path, monkeypatch: Any) -> Trio:
    trio = Trio(homes)
    monkeypatch.setattr("lienthong.platform.catalogue.services.changes.exchange.post_letter", trio.post)
    _make_schemas()
    with trio.at("G22"):
        for code, name in CODES.items():
            certificate = (homes / code / "keys" / "node.crt").read_text("ascii")
            exchange.register_node(
                agency_code=code, name=name, base_url="http://127.0.0.1:9", certificate_pem=certificate, actor=HOA
            )
    return trio


def make_homes(base: Path) -> Path:
    for code, title in CODES.items():
        signing_services.issue_certificate(
            base / "demo", into=base / code, name="node", kind="node", agency_code=code, common_name=title
        )
    return base


def _make_schemas() -> None:
    tables = [model._meta.db_table for model in apps.get_app_config("catalogue").get_models()]
    with connection.cursor() as cursor:
        for code in CODES:
            cursor.execute(f"CREATE SCHEMA node_{code.lower()}")
            for table in tables:
                cursor.execute(f"CREATE TABLE node_{code.lower()}.{table} (LIKE public.{table} INCLUDING ALL)")


def offer(trio: Trio, **terms: Any) -> None:
    """G01 offers the service, H36 registers its system, the hub knows of both."""
    with trio.at("G01"):
        services.register_system(agency_code="G01", code="dan-cu", name="Dân cư", actor=BA)
        services.draft_service(
            system=SERVICE.system,
            code="tra-cuu",
            kind="rest",
            title="Tra cứu công dân",
            base_url="http://127.0.0.1:9/api",
            terms=Terms(**terms),
            actor=BA,
        )
        services.set_endpoints(
            service=SERVICE, endpoints=["GET /nguoi/*"], fields=["name", "birth_date", "address"], actor=BA
        )
        services.publish_service(service=SERVICE, actor=BA)
    with trio.at("H36"):
        services.register_system(agency_code="H36", code="mot-cua", name="Một cửa", actor=LAN)
    trio.carry()
    publish(trio)


def publish(trio: Trio) -> None:
    """The hub issues the national list and both members take it."""
    with trio.at("G22"):
        services.issue_list()
        body, signature = held_list()
    for code in ("H36", "G01"):
        with trio.at(code):
            services.accept_list(body, signature)


def held_list() -> tuple[bytes, str]:
    from lienthong.platform.catalogue.models import CatalogueCopy

    row = CatalogueCopy.objects.get()
    return bytes(row.body), row.signature


def request(trio: Trio, **changes: Any) -> AgreementEntry:
    facts: dict[str, Any] = {"client": CLIENT, "service": SERVICE, "purposes": [WISH], "actor": LAN}
    with trio.at("H36"):
        return services.request_agreement(**{**facts, **changes})


def agree(trio: Trio, **changes: Any) -> AgreementEntry:
    """An agreement that is accepted and known to all three."""
    made = request(trio, **changes)
    trio.carry()
    with trio.at("G01"):
        services.answer_agreement(agreement_id=made.id, accepted=True, actor=BA)
    trio.carry()
    publish(trio)
    return made
