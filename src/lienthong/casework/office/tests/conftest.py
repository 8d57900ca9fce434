"""A ward that writes, a ward that answers, and a postman who keeps the letters instead of carrying them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lienthong.casework.office.roles import ROLES
from lienthong.kernel import clock, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node, playing
from lienthong.platform.agencies import services as agencies
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.identity import services as identity
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import CertificateKind

# Other rooms' roles are the wiring's business, not ours: taken here as the wiring takes them.
SIGNING_ROLES = import_module("lienthong.platform.signing.roles").ROLES
DOCUMENT_ROLES = import_module("lienthong.platform.documents.roles").ROLES
NOW = clock.at(2026, 11, 23, 9, 30)
WARD, OTHER = "H36.101", "H36.102"
WARDS = {WARD: "Ủy ban nhân dân phường Xuân Hương - Đà Lạt", OTHER: "Ủy ban nhân dân phường Cam Ly - Đà Lạt"}
PIN = "246135"
CHAIRS = {WARD: ("xh.chutich", "Trần Thị Kim Oanh"), OTHER: ("cl.chutich", "Lê Hữu Phước")}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The agencies of the demo, loaded once."""
    with django_db_blocker.unblock():
        agencies.load_demo_agencies()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of both chairs, the seals of both wards and the node's own under a demo authority."""
    base = tmp_path_factory.mktemp("office-keys")
    made: list[tuple[str, CertificateKind, str, str, str]] = [("node", "node", "H36", "Tỉnh Lâm Đồng", "")]
    for code, name in WARDS.items():
        username, person = CHAIRS[code]
        made.append((f"officer:{username}", "officer", code, person, "Chủ tịch Ủy ban nhân dân"))
        made.append((f"seal:{code}", "seal", code, name, ""))
    with clock.frozen(clock.at(2026, 11, 1, 8)):
        for key, kind, code, person, position in made:
            signing.issue_certificate(
                base / "authority", into=base / "home", name=key, kind=kind, agency_code=code, common_name=person,
                position=position, organisation=WARDS.get(code, ""),
            )  # fmt: skip
    return base / "home"


@dataclass(frozen=True)
class Cast:
    """Everybody in these stories."""

    drafter: Actor
    legal: Actor
    finance: Actor
    chair: Actor
    clerk: Actor
    desk: Actor
    other_clerk: Actor
    other_chair: Actor
    other_handler: Actor


def make_cast() -> Cast:
    """Open the officers' accounts."""

    def officer(username: str, name: str, duty: str, agency: str = WARD, position: str = "Công chức") -> Actor:
        one = identity.appoint_officer(
            username=username, name=name, agency_code=agency, position=position, duties={duty}, actor=SYSTEM
        )
        return Actor("officer", one.name, one.account_id, agency_code=agency, duties=frozenset({duty}), level=1)

    signing.publish_pins([f"officer:{username}" for username, _ in CHAIRS.values()], PIN, actor=SYSTEM)
    chair = "Chủ tịch Ủy ban nhân dân phường"
    return Cast(
        drafter=officer("xh.vanphong", "Hồ Thanh Vân", "handling", position="Chuyên viên Văn phòng"),
        legal=officer("xh.tuphap", "Đặng Minh Châu", "handling", position="Công chức tư pháp"),
        finance=officer("xh.taichinh", "Bùi Quốc Bảo", "handling", position="Công chức tài chính"),
        chair=officer("xh.chutich", "Trần Thị Kim Oanh", "leader", position=chair),
        clerk=officer("xh.vanthu", "Ngô Ngọc Lan", "clerk", position="Văn thư"),
        desk=officer("xh.tiepnhan", "Đỗ Thùy Dương", "reception", position="Công chức một cửa"),
        other_clerk=officer("cl.vanthu", "Phạm Đức Thịnh", "clerk", OTHER, "Văn thư"),
        other_chair=officer("cl.chutich", "Lê Hữu Phước", "leader", OTHER, chair),
        other_handler=officer("cl.vanphong", "Võ Thị Thu Hà", "handling", OTHER, "Chuyên viên"),
    )


@pytest.fixture
def people(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would leave for other nodes. Both wards are at this node."""
    sent: list[Any] = []

    def post(letter: Any, **_: Any) -> Any:
        sent.append(letter)
        return new_id()

    def post_many(posted: Any, **_: Any) -> list[Any]:
        return [post(letter) for letter in posted]

    monkeypatch.setattr(exchange, "post_letter", post)
    monkeypatch.setattr(exchange, "post_letters", post_many)
    monkeypatch.setattr(exchange_queries, "nodes_for", lambda codes: {code: code.split(".")[0] for code in codes})
    for ask in ("get_directory", "recall_directory"):
        monkeypatch.setattr(exchange_queries, ask, lambda: SimpleNamespace(issuer="G22"))
    return sent


@pytest.fixture
def office(db: None, keys: Path, tmp_path: Path, letters: list[Any]) -> Iterator[Path]:
    """This process is the province's node, on a Monday morning."""
    with at_province(keys, tmp_path / "home") as home, clock.frozen(NOW):
        yield home


@pytest.fixture
def committed_people(transactional_db: None, keys: Path, tmp_path: Path, letters: list[Any]) -> Iterator[Cast]:
    """Everybody, in a database that threads share, at a node whose clock runs."""
    with at_province(keys, tmp_path / "home"):
        yield make_cast()


@contextmanager
def at_province(keys: Path, home: Path) -> Iterator[Path]:
    """This process is the province's node, with a home of its own and everybody's keys."""
    home.mkdir()
    for name in ("keys", "trust"):
        if (keys / name).exists():
            (home / name).symlink_to(keys / name)
    members = tuple(role for role in DOCUMENT_ROLES if role.name == "documents.member")
    roles.open_roles((*SIGNING_ROLES, *members, *ROLES))
    with playing(node(), home=home, agency_code="H36"):
        yield home
