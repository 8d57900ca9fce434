"""The shipped definitions, read once, and answers that a careful person would give."""

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

import pytest

from lienthong.kernel import clock
from lienthong.sources.procedures import services
from lienthong.sources.procedures.models import Entry, Version
from lienthong.sources.procedures.rules.values import check_value
from lienthong.sources.procedures.types import Field, Form, Procedure
from lienthong.sources.procedures.types.form import answer_at

T = TypeVar("T")

TODAY = date(2026, 11, 21)
FILE = {"sha256": "a" * 64, "name": "giay-chung-sinh.pdf", "media_type": "application/pdf", "size": 1234}
WARD = "24781"
"""Phường Xuân Hương - Đà Lạt."""

SHIPPED = {procedure.code: procedure for procedure in services.read_definitions()}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(clock.at(2026, 11, 21, 9)):
        yield


@pytest.fixture(autouse=True)
def _own_catalogue(request: pytest.FixtureRequest) -> None:
    """Other rooms' tests keep a catalogue for their whole session; here each test begins without one."""
    if request.node.get_closest_marker("django_db") is not None or "db" in request.fixturenames:
        request.getfixturevalue("db")
        Version.objects.all().delete()
        Entry.objects.all().delete()


@pytest.fixture
def birth() -> Procedure:
    return SHIPPED["1.001193"]


@pytest.fixture
def extract() -> Procedure:
    return SHIPPED["2.000635"]


@pytest.fixture
def catalogue(db: None) -> None:
    services.load_definitions()


def sure(value: T | None) -> T:
    """The value that a test counts on."""
    assert value is not None
    return value


def form_of(procedure: Procedure) -> Form:
    return sure(procedure.form)


def put(answers: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The same answers with one changed; the argument stays as it is."""
    group, name = path.split(".")
    return {**answers, group: {**answers.get(group, {}), name: value}}


_CANDIDATES: dict[str, tuple[Any, ...]] = {
    "text": ("Hộ kinh doanh Hoa Mai", "P01234567", "07:30", "0123456789", "012345678901"),
    "textarea": ("Một dòng\nhai dòng",),
    "personal-name": ("Nguyễn Thị Mai",),
    "phone": ("0912 345 678",),
    "email": ("mai@vidu.vn",),
    "commune": (WARD,),
    "province": ("68",),
    "date": ("2026-11-01", "1995-03-08", "2026-11-30", "2026-11-21"),
    "integer": (2, 2000),
    "money": ("50.000.000",),
    "checkbox": (True,),
    "file": (FILE,),
}


def careful_answers(form: Form, **changed: Any) -> dict[str, Any]:
    """A right answer to every question, shown or not; personal numbers agree with what they are tied to."""
    answers: dict[str, Any] = {}
    for one in form.fields():
        if one.widget != "personal-number":
            answers = put(answers, one.path, _right_answer(one))
    for one in form.fields():
        if one.widget == "personal-number":
            answers = put(answers, one.path, _number_for(one, answers))
    for path, value in changed.items():
        answers = put(answers, path.replace("__", "."), value)
    return answers


def _right_answer(one: Field) -> Any:
    if one.options:
        return one.options[0].value if one.kind == "choice" else [option.value for option in one.options]
    for value in _CANDIDATES[one.widget]:
        if check_value(one, value, TODAY)[1] is None:
            return value
    raise AssertionError(f"no candidate fits {one.path}")


def _number_for(one: Field, answers: dict[str, Any]) -> str:
    def tied(what: str, otherwise: str) -> str:
        tie = one.agrees.get(what, "")
        return tie[1:] if tie.startswith("=") else (answer_at(answers, tie) if tie else None) or otherwise

    year = int(tied("birth_date", "1995-03-08")[:4])
    century_and_sex = 2 * (year // 100 - 19) + (tied("sex", "male") == "female")
    return f"068{century_and_sex}{year % 100:02d}012345"
