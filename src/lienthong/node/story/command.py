"""`./lienthong story`: the main story against three node processes of its own."""

import json
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path

from lienthong.kernel import clock
from lienthong.node.cluster import UpgradeFailed
from lienthong.node.demo.country import NAMES, Country, CountryProblem
from lienthong.node.demo.passing import passing_country
from lienthong.node.postgres import ServerProblem
from lienthong.node.serve import PortTaken
from lienthong.node.story.browser import PageProblem
from lienthong.node.story.checks import Checked, check_all, read_figures
from lienthong.node.story.tale import People, Tale
from lienthong.node.story.teller import StoryStopped, Teller, Told
from lienthong.sources.population.demo.family import NAMED_PEOPLE

MOTHER = "mother"

_MIDDLE = ("Hữu", "Minh", "Gia", "Đức", "Bảo", "Quang", "Thành", "Nhật", "Tuấn", "Khánh")
_GIVEN = (
    "An",
    "Bách",
    "Cường",
    "Duy",
    "Hải",
    "Huy",
    "Khôi",
    "Lâm",
    "Long",
    "Nam",
    "Phong",
    "Phúc",
    "Sơn",
    "Tâm",
    "Vinh",
)


def make_tale(country: Country, *, today: date | None = None) -> Tale:
    """The tale of the demo's mother and a child born yesterday, in the country's addresses."""
    mother = next(person for person in NAMED_PEOPLE if person.key == MOTHER)
    day = today or clock.today()
    people = People({name: country.url(name) for name in NAMES}, mother.personal_number)
    # A name of its own in every telling: the register refuses a child that it has already.
    name = f"Nguyễn {secrets.choice(_MIDDLE)} {secrets.choice(_GIVEN)} {secrets.choice(_GIVEN)}"
    child = {"name": name, "sex": "male", "birth_date": day.isoformat()}
    return Tale(people, child)


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Ask again until it is true or the time is over."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def run(*, home: Path | None, as_json: bool) -> int:
    """Tell the story and check it; gives 0 only if every check holds."""
    say = (lambda _line: None) if as_json else _print
    try:
        with passing_country(say=say, home=home) as country:
            country.prepare()
            country.start()
            told, checked = _tell(country, say)
    except (CountryProblem, PortTaken, ServerProblem, UpgradeFailed, StoryStopped, PageProblem) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    holds = all(check.holds for check in checked)
    if as_json:
        print(
            json.dumps(
                {"steps": [asdict(t) for t in told], "checks": [asdict(c) for c in checked], "holds": holds},
                ensure_ascii=False,
            )
        )
    else:
        print("The story holds." if holds else "The story does not hold.")
    return 0 if holds else 1


def _tell(country: Country, say: Callable[[str], object]) -> tuple[list[Told], list[Checked]]:
    tale = make_tale(country)
    before = read_figures(country, tale)
    teller = Teller(lambda told: say(f"{told.seconds:6.2f} s  {told.node:<10} {told.title}"))
    teller.tell(tale.steps())
    checked = []
    for check in check_all(country, tale, before, wait_until):
        checked.append(check)
        say(f"{'✓' if check.holds else '✗'} {check.title}: {check.found}")
    return teller.told, checked


def _print(line: str) -> None:
    print(line, flush=True)
