"""The portal of G22 with one province connected, Lan who files, and an agency that answers in the same database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.channels.portal.roles import ROLES
from lienthong.kernel import clock, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node, playing
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.agencies import services as agencies
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import NodeEntry
from lienthong.platform.identity import queries as identity_queries
from lienthong.platform.identity import services as identity
from lienthong.sources.population import queries as population_queries
from lienthong.sources.population.types import PersonRecord, Relative, Residence
from lienthong.sources.procedures import services as procedures

NOW = clock.at(2026, 11, 23, 9, 30)
BIRTH, EXTRACT = "1.001193", "2.000635"
WARD_GSO, WARD = "24781", "H36.101"
LAN, BINH = "068195000001", "068095000002"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The agencies of the demo and the shipped procedures, loaded once."""
    with django_db_blocker.unblock():
        agencies.load_demo_agencies()
        procedures.load_definitions()


@dataclass
class Register:
    """The population register as the portal reaches it; `silent` while it is unreachable."""

    silent: bool = False
    asked: list[str] = field(default_factory=list)
    looks: list[Any] = field(default_factory=list)

    def look_up(self, number: str, *, purpose: str, legal_ground: str, actor: Actor) -> PersonRecord:
        self._speak()
        assert (purpose, number) == ("own-record", actor.personal_number)
        assert legal_ground
        self.asked.append(number)
        female = number == LAN
        return PersonRecord(
            personal_number=number,
            fields=frozenset({"name", "birth_date", "sex", "ethnicity", "nationality", "hometown", "residence"}),
            name="Nguyễn Thị Lan" if female else "Trần Văn Bình",
            birth_date=date(1995, 3, 12),
            sex="female" if female else "male",
            ethnicity="Kinh",
            nationality="Việt Nam",
            hometown="Phường Cam Ly - Đà Lạt, tỉnh Lâm Đồng",
            residence=Residence(WARD_GSO, "Phường Xuân Hương - Đà Lạt", "Tỉnh Lâm Đồng", "12 Hồ Tùng Mậu"),
            spouse=Relative("", "Không ai"),
        )

    def list_my_looks(self, *, actor: Actor) -> list[Any]:
        self._speak()
        return self.looks

    def _speak(self) -> None:
        if self.silent:
            raise Refused("exchange.unreachable", tr("Không kết nối được.", "Unreachable."), status=503)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    answering = Register()
    monkeypatch.setattr(population_queries, "look_up", answering.look_up)
    monkeypatch.setattr(population_queries, "list_my_looks", answering.list_my_looks)
    return answering


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Letters that were posted to the province."""
    letters: list[Any] = []

    def keep(letter: Any, *, recipient: str, actor: Any = None, about: str = "", parts: Any = ()) -> UUID:
        letters.append(letter)
        return new_id()

    monkeypatch.setattr(exchange, "post_letter", keep)
    return letters


NODES = [NodeEntry(code, Bilingual(code, code), "http://127.0.0.1:9", ()) for code in ("G01", "G22", "H36")]


def node_for(agency_code: str) -> NodeEntry:
    for entry in NODES:
        if f"{agency_code}.".startswith(f"{entry.agency_code}."):
            return entry
    raise Refused("exchange.unknown-recipient", tr("Không có nút.", "No node."))


@pytest.fixture(autouse=True)
def portal(
    db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, register: Register, posted: list[Any]
) -> Iterator[None]:
    """This process is the portal on a Monday morning, H36 is in the directory."""
    settings.ROOT_URLCONF = "lienthong.channels.portal.tests.site"
    monkeypatch.setattr(exchange_queries, "list_nodes", lambda: NODES)
    monkeypatch.setattr(exchange_queries, "node_for", node_for)
    cache.clear()
    roles.open_roles(ROLES)
    with playing(node(), home=tmp_path, agency_code="G22"), clock.frozen(NOW):
        yield


def open_account(number: str = LAN, name: str = "Nguyễn Thị Lan", level: int = 2) -> Actor:
    return identity_queries.actor_of(
        identity.open_person_account(personal_number=number, name=name, level=level, actor=SYSTEM)
    )


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        get_user_model().objects.get(username=actor.personal_number),
        "allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


@pytest.fixture
def lan() -> Actor:
    return open_account()


@pytest.fixture
def binh() -> Actor:
    return open_account(BINH, "Trần Văn Bình")


@pytest.fixture
def browser(lan: Actor) -> Client:
    """Lan's browser."""
    return signed_in(lan)


def photo(name: str = "giay-chung-sinh.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")
