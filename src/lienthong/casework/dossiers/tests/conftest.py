"""Named people, a ward of Lâm Đồng, and a postman who keeps the letters instead of carrying them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from lienthong.casework.dossiers.roles import ROLES
from lienthong.kernel import clock, files, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node, playing
from lienthong.kernel.text import Bilingual
from lienthong.platform.agencies import services as agencies
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope, NodeEntry
from lienthong.platform.identity import services as identity
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import CertificateKind
from lienthong.sources.population import services as population
from lienthong.sources.procedures import services as procedures

# Another room's roles are the wiring's business, not ours: taken here as the wiring takes them.
SIGNING_ROLES = import_module("lienthong.platform.signing.roles").ROLES
NOW = clock.at(2026, 11, 23, 9, 30)
WARD, DESK = "H36.101", "H36.101.01"
BIRTH, EXTRACT = "1.001193", "2.000635"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The agencies of the demo and the shipped procedures, loaded once."""
    with django_db_blocker.unblock():
        agencies.load_demo_agencies()
        procedures.load_definitions()


@dataclass
class Postman:
    """Keeps what is posted, in order."""

    sent: list[tuple[Any, str, tuple[Any, ...]]] = field(default_factory=list)

    def __call__(self, letter: Any, *, recipient: str, actor: Any = None, about: str = "", parts: Any = ()) -> UUID:
        # Through JSON, so that nothing travels that could not.
        self.sent.append((type(letter).model_validate_json(letter.model_dump_json()), recipient, tuple(parts)))
        return new_id()

    def named(self, letter_class: type) -> list[Any]:
        return [letter for letter, _, _ in self.sent if isinstance(letter, letter_class)]

    def last(self, letter_class: type) -> tuple[Any, Envelope]:
        letter, recipient, parts = next(one for one in reversed(self.sent) if isinstance(one[0], letter_class))
        return letter, envelope_of(letter, recipient, parts)


def envelope_of(letter: Any, recipient: str, parts: tuple[Any, ...] = ()) -> Envelope:
    """The letter as it arrives at the other node."""
    sender = "G22" if recipient.startswith("H36") else "H36"
    body = letter.model_dump_json().encode()
    return Envelope(new_id(), type(letter).NAME, sender, recipient, clock.now(), parts, body)


@pytest.fixture
def postman(monkeypatch: pytest.MonkeyPatch) -> Postman:
    keeper = Postman()
    monkeypatch.setattr(exchange, "post_letter", keeper)
    monkeypatch.setattr(exchange_queries, "node_for", _node_for)
    monkeypatch.setattr(exchange_queries, "nodes_for", lambda codes: {code: code.split(".")[0] for code in codes})
    return keeper


def _node_for(agency_code: str) -> NodeEntry:
    code = agency_code.split(".", maxsplit=1)[0]
    return NodeEntry(code, Bilingual(code, code), "http://127.0.0.1", ())


@dataclass
class Reported:
    """Births that were reported to the register."""

    births: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, **facts: Any) -> None:
        self.births.append(facts)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Reported:
    reported = Reported()
    monkeypatch.setattr(population, "register_birth", reported)
    return reported


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chairwoman's key and the ward's seal under a demo authority."""
    base = tmp_path_factory.mktemp("dossiers-keys")
    with clock.frozen(clock.at(2026, 11, 1, 8)):
        made: tuple[tuple[str, CertificateKind, str, str], ...] = (
            ("officer:xh.chutich", "officer", "Trần Thị Kim Oanh", "Chủ tịch Ủy ban nhân dân"),
            (f"seal:{WARD}", "seal", "Ủy ban nhân dân phường Xuân Hương - Đà Lạt", ""),
        )
        for name, kind, person, position in made:
            signing.issue_certificate(
                base / "authority", into=base / "home", name=name, kind=kind, agency_code=WARD, common_name=person,
                position=position, organisation="Ủy ban nhân dân phường Xuân Hương - Đà Lạt",
            )  # fmt: skip
    return base / "home"


@dataclass(frozen=True)
class Cast:
    """Everybody in these stories."""

    ngoc: Actor
    stranger: Actor
    desk: Actor
    registrar: Actor
    chair: Actor
    clerk: Actor
    elsewhere: Actor
    province: Actor


@pytest.fixture
def people(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    """Open the officers' accounts."""

    def officer(username: str, duty: str, agency: str = WARD) -> Actor:
        one = identity.appoint_officer(
            username=username,
            name=f"Lê {username}",
            agency_code=agency,
            position="Chủ tịch",
            duties={duty},
            actor=SYSTEM,
        )
        return Actor("officer", one.name, one.account_id, agency_code=agency, duties=frozenset({duty}), level=1)

    return Cast(
        ngoc=Actor("person", "Trần Thị Bích Ngọc", 900001, "068195000001", level=2),
        stranger=Actor("person", "Người Lạ", 900002, "068195000002", level=2),
        desk=officer("xh.tiepnhan", "reception"),
        registrar=officer("xh.hotich", "handling"),
        chair=officer("xh.chutich", "leader"),
        clerk=officer("xh.vanthu", "clerk"),
        elsewhere=officer("cl.tiepnhan", "reception", "H36.102"),
        province=officer("tinh.lanhdao", "leader", "H36"),
    )


@pytest.fixture
def at_ward(db: None, keys: Path, tmp_path: Path, postman: Postman) -> Iterator[Path]:
    """This process is the province's node, on a Monday morning."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "keys").symlink_to(keys / "keys")
    if (keys / "trust").exists():
        (home / "trust").symlink_to(keys / "trust")
    roles.open_roles((*SIGNING_ROLES, ROLES[1]))
    with playing(node(), home=home, agency_code="H36"), clock.frozen(NOW):
        yield home


@pytest.fixture
def certificate_of_birth(at_ward: Path) -> Any:
    return files.store(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", name="giay-chung-sinh.pdf")


@pytest.fixture
def shared_database(django_db_setup: None, django_db_blocker: Any, keys: Any, tmp_path: Any, postman: Any) -> Any:
    """The database without the transaction around the test, so that threads see each other; wiped by hand."""
    with django_db_blocker.unblock():
        yield make_cast()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE dossiers_dossier, dossiers_codecounter, identity_account CASCADE")
