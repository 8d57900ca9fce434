"""A small country for tests: three nodes under one authority, a foreign one, a letter and a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Self

from lienthong.kernel import roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import services, wire
from lienthong.platform.exchange.roles import ROLES as EXCHANGE_ROLES
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.types import Envelope, Letter, Question
from lienthong.platform.signing import services as signing_services

LAN = Actor(kind="officer", name="Nguyễn Thị Lan", account_id=7, agency_code="H36.101", duties=frozenset({"operator"}))
SERVICE = "population.person-lookup"
PURPOSE = "Đăng ký khai sinh"
GROUND = "Luật Hộ tịch 2014, Điều 16"
# As the wiring finds them: a room's roles are no door for other rooms.
SIGNING_ROLES: tuple[Role, ...] = import_module("lienthong.platform.signing.roles").ROLES
NAMES = {"G22": "Văn phòng Chính phủ", "G01": "Bộ Công an", "H36": "Tỉnh Lâm Đồng"}


class Note(Letter):
    """A short note."""

    NAME: ClassVar[str] = "test-note.v1"

    subject: str
    number: int
    day: date | None = None

    @classmethod
    def sample(cls) -> Self:
        return cls(subject="Mẫu", number=1)


class RawNote(Note):
    """The same, read by its inbox as bytes."""

    NAME: ClassVar[str] = "test-raw-note.v2"
    RAW: ClassVar[bool] = True


@dataclass
class Desk:
    """What the test inbox took, and how it should behave."""

    taken: list[tuple[Letter, Envelope]] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)

    def on_note(self, letter: Note, envelope: Envelope) -> None:
        if letter.subject == "từ chối":
            raise Refused("test.unwanted", tr("Không nhận.", "Not wanted."), field="subject")
        if letter.subject == "hỏng":
            raise RuntimeError("broken inbox")
        self.taken.append((letter, envelope))

    def answer_person(self, payload: dict[str, Any], question: Question) -> dict[str, Any]:
        self.asked.append(question)
        if payload.get("number") == "000":
            raise NotFound("test.no-person", tr("Không có người này.", "No such person."), field="number")
        return {"name": "Trần Văn Bình", "number": payload.get("number")}


@dataclass(frozen=True)
class Homes:
    """Homes of keys by agency code; `abroad` is G22 under an authority nobody trusts."""

    base: Path

    def of(self, code: str) -> Path:
        return self.base / code

    @property
    def abroad(self) -> Path:
        return self.base / "abroad"


def make_homes(base: Path) -> Homes:
    homes = Homes(base)
    for code, title in NAMES.items():
        signing_services.issue_certificate(
            base / "demo", into=homes.of(code), name="node", kind="node", agency_code=code, common_name=title
        )
    signing_services.issue_certificate(
        homes.abroad, name="node", kind="node", agency_code="G22", common_name="Văn phòng Chính phủ"
    )
    return homes


def certificate_of(homes: Homes, code: str) -> str:
    return (homes.of(code) / "keys" / "node.crt").read_text("ascii")


@contextmanager
def at_node(homes: Homes, code: str, desk: Desk | None = None, *, home: Path | None = None) -> Iterator[None]:
    """This process is the node of that code, with all roles of the exchange that it has."""
    before = roles.opened()
    exchange = [role for role in EXCHANGE_ROLES if code == "G22" or role.name != "exchange.hub"]
    roles.open_roles((*SIGNING_ROLES, *exchange, *([test_role(desk)] if desk else [])))
    with playing(node(), home=home or homes.of(code), agency_code=code):
        yield
    roles.open_roles(before)


def test_role(desk: Desk) -> Role:
    return Role(
        name="test.desk",
        title=tr("Bàn thử", "Test desk"),
        inbox=((Note, desk.on_note), (RawNote, desk.on_note)),
        questions=((SERVICE, desk.answer_person),),
    )


test_role.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for a test


def register_all(homes: Homes, base_url: str = "http://127.0.0.1:9") -> None:
    """The hub registers the three nodes; the directory lies in the one database of the test."""
    with at_node(homes, "G22"):
        for code, title in NAMES.items():
            services.register_node(
                agency_code=code, name=title, base_url=base_url, certificate_pem=certificate_of(homes, code), actor=LAN
            )


def allow(homes: Homes, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "client": "H36",
        "provider": "G01",
        "service": SERVICE,
        "purpose": PURPOSE,
        "legal_ground": GROUND,
        "valid_from": date(2025, 7, 1),
    }
    with at_node(homes, "G22"):
        services.grant_access(**{**facts, **changes}, actor=LAN)


def headers(signature: str) -> dict[str, str]:
    return {wire.SIGNATURE_HEADER: signature}


def sealed_letter(
    homes: Homes,
    letter: Letter,
    *,
    sender: str = "G22",
    recipient: str = "H36",
    home: Path | None = None,
    **changes: Any,
) -> tuple[bytes, str, wire.Header]:
    """A letter as another node would send it: body, signature, header; `changes` go into the header."""
    with at_node(homes, sender, home=home):
        header = trust.own_header("letter", type(letter).NAME, recipient)
        header = wire.Header(**{**{name: getattr(header, name) for name in header.__slots__}, **changes})
        body = wire.compose_letter(letter, ())
        return body, trust.sign(body, header), header


def sealed_question(
    homes: Homes, payload: dict[str, Any], *, sender: str = "H36", provider: str = "G01", **changes: Any
) -> tuple[bytes, str]:
    facts = {"purpose": PURPOSE, "legal_ground": GROUND, "actor_name": LAN.name, "about": "001", **changes}
    at = facts.pop("at", None)
    with at_node(homes, sender):
        header = trust.own_header("question", SERVICE, provider)
        if at:
            header = wire.Header("", "question", header.id, SERVICE, sender, provider, at)
        body = wire.compose_question(payload, **facts)
        return body, trust.sign(body, header)
