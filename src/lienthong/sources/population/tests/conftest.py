"""A small register for tests: a family, an officer, and the post between a reader and the holder in one process."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from lienthong.kernel import clock, profile, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.text import fold
from lienthong.platform.agencies import services as agencies
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope, Letter, Question
from lienthong.sources.population.models import IdentityVersion, NumberAllocation, Person
from lienthong.sources.population.roles import ROLES
from lienthong.sources.population.types import BirthDeclaration, ChildFacts, DemoPerson, ParentFacts

HOLDER, READER = ROLES
NOW = clock.at(2026, 11, 21, 9)
XUAN_HUONG = "24781"

HOA = Actor(kind="officer", name="Lê Thị Hoa", account_id=5, agency_code="H36.101", duties=frozenset({"handling"}))
DUNG = Actor(kind="officer", name="Ngô Văn Dũng", account_id=9, agency_code="G01", duties=frozenset({"handling"}))


def person(number: str, name: str, born: date, *, status: str = "alive", died: date | None = None) -> Person:
    """Enter somebody; the sex follows from the number."""
    entered = Person.objects.create(personal_number=number, status=status, death_date=died, synthetic=True)
    NumberAllocation.objects.create(prefix=number[:6], serial=int(number[6:]), basis="test")
    IdentityVersion.objects.create(
        person=entered,
        name=name,
        name_folded=fold(name),
        birth_date=born,
        sex="female" if int(number[3]) % 2 else "male",
        ethnicity="Kinh",
        nationality="Việt Nam",
        residence_commune_gso=XUAN_HUONG,
        residence_detail="27/4 đường Hoa Mai",
        hometown="Lâm Đồng",
        birth_place="Đà Lạt",
        valid_from=born,
        source="synthetic",
        basis="thử",
    )
    return entered


MOTHER = ParentFacts("068196000101", "Trần Thị Thu Hà")
FATHER = ParentFacts("068094000102", "Nguyễn Hoàng Nam")
CHILD = ChildFacts("Nguyễn Trần An Nhiên", date(2026, 11, 12), "female", "Kinh")


def birth(**changes: Any) -> BirthDeclaration:
    """The birth of An Nhiên; ``child=`` takes a dict of changes."""
    child = replace(CHILD, **changes.pop("child", {}))
    facts: dict[str, Any] = {
        "request_id": uuid4(),
        "mother": MOTHER,
        "father": FATHER,
        "registered_at_commune_gso": XUAN_HUONG,
        "registration_date": date(2026, 11, 20),
        **changes,
    }
    return BirthDeclaration(child=child, **facts)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The agencies of the demo, loaded once."""
    with django_db_blocker.unblock():
        agencies.load_demo_agencies()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def holder() -> Iterator[None]:
    """This process is the holder's node."""
    roles.open_roles((HOLDER,))
    with profile.playing(profile.node(), agency_code="G01"):
        yield


@pytest.fixture
def family(db: None) -> tuple[Person, Person]:
    """Mother and father in the register."""
    return (
        person(MOTHER.personal_number, MOTHER.name, date(1996, 3, 14)),
        person(FATHER.personal_number, FATHER.name, date(1994, 8, 2)),
    )


@dataclass
class Post:
    """What was posted and asked, kept instead of sent."""

    letters: list[tuple[str, Letter]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)

    def envelope(self, letter: Letter, sender: str) -> Envelope:
        """As it would arrive."""
        return Envelope(uuid4(), letter.NAME, sender, "G01", NOW)

    def take(self) -> Letter:
        """The oldest letter."""
        return self.letters.pop(0)[1]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """A post office that keeps letters, and answers questions as the holder's node would."""
    kept = Post()

    def post_letter(letter: Letter, *, recipient: str, **_: Any) -> UUID:
        kept.letters.append((recipient, type(letter).model_validate_json(letter.model_dump_json())))
        return uuid4()

    def ask(service: str, payload: dict[str, Any], **asked: Any) -> dict[str, Any]:
        actor = asked.pop("actor")
        kept.questions.append({"service": service, **asked})
        asked.pop("provider")
        question = Question(id=uuid4(), service=service, client="G22", actor_name=actor.name, asked_at=NOW, **asked)
        return dict(HOLDER.questions)[service](payload, question)

    monkeypatch.setattr(exchange, "post_letter", post_letter)
    monkeypatch.setattr(exchange, "ask", ask)
    return kept


def citizen(one: DemoPerson) -> Actor:
    """Somebody signed in as this person."""
    return Actor(kind="person", name=one.name, account_id=1, personal_number=one.personal_number, level=2)
