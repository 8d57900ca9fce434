"""What must hold when the story is over; each check says in one sentence what it found."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from lienthong.node.demo.country import NAMES, Country
from lienthong.node.story.browser import Browser, PageProblem, Upload
from lienthong.node.story.tale import Tale


@dataclass(frozen=True, slots=True)
class Checked:
    """A check: what was asked, whether it holds, what was found."""

    title: str
    holds: bool
    found: str


Figures = dict[str, int]


def witness(country: Country, name: str, *words: str) -> str:
    """What the node itself says, by its own program in its own environment. Raises PageProblem with its complaint."""
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "lienthong.node", *words, "--profile", str(country.profile_path(name))],
        env=country.environment_of(name),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PageProblem(f"{name}: {done.stdout.strip()} {done.stderr.strip()[-600:]}")
    return done.stdout.strip()


def read_figures(country: Country, tale: Tale) -> Figures:
    """The command centre's row of Lâm Đồng: received and finished dossiers."""
    viewer = tale.people.browser("hub", "g22.chidao")
    table = viewer.get("/dieu-hanh/so-lieu.csv?ky=today").body.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["Mã"] == "H36"]
    row = rows[0] if rows else {}
    wanted = {"received": "Tiếp nhận", "online": "Trong đó trực tuyến", "on_time": "Xong đúng hạn"}
    return {name: int(row.get(column) or 0) for name, column in wanted.items()}


def check_all(
    country: Country, tale: Tale, before: Figures, wait: Callable[[Callable[[], bool]], bool]
) -> Iterator[Checked]:
    """All checks, one after another; a check that cannot be made fails with its reason."""
    filings = (tale.birth, tale.extract)
    yield _guard("the portal's copy equals the province's truth", lambda: _mirror(country, tale, wait))
    for name in NAMES:
        yield _guard(f"the message log of {name} verifies", partial(witness, country, name, "log", "verify"))
    for filing in filings:
        yield _guard(
            f"both signatures of the result of {filing.procedure} verify",
            partial(_signatures, tale, filing.result),
        )
    yield _guard("the child can be looked up by its number", lambda: _child(tale))
    yield _guard("the mother sees who looked at her data", lambda: _looks(tale))
    yield _guard("the command centre moved by exactly these dossiers", lambda: _moved(country, tale, before, wait))


def _guard(title: str, check: Callable[[], str]) -> Checked:
    try:
        return Checked(title, True, check())
    except (PageProblem, OSError, IndexError, ValueError) as problem:
        return Checked(title, False, str(problem))


def _mirror(country: Country, tale: Tale, wait: Callable[[Callable[[], bool]], bool]) -> str:
    ids = [tale.birth.dossier, tale.extract.dossier]
    sides: list[list[dict[str, object]]] = [[], []]

    def agree() -> bool:
        sides[:] = [json.loads(witness(country, name, "truth", *ids)) for name in ("province", "hub")]
        return sides[0] == sides[1] and len(sides[0]) == len(ids)

    if not wait(agree):
        pairs = zip(*sides, strict=False)
        apart = {
            key: (truth[key], copy.get(key)) for truth, copy in pairs for key in truth if truth[key] != copy.get(key)
        }
        raise PageProblem(f"they differ: {apart}")
    return f"{len(ids)} dossiers, {len(sides[0][0])} facts each, the same on both sides"


def _signatures(tale: Tale, result: bytes) -> str:
    browser = Browser(tale.people.urls["hub"])
    browser.get("/xac-minh/").submit({}, files={"file": Upload("ket-qua.pdf", result)})
    good = browser.find("//*[@data-signature='good']")
    if len(good) != 2:
        raise PageProblem(f"{len(good)} good signatures instead of two: {browser.text[:400]}")
    return "the leader's, then the agency's seal; nothing changed since"


def _child(tale: Tale) -> str:
    officer = tale.people.browser("population", "g01.dancu")
    officer.get("/dan-cu/").submit(
        {"q": tale.birth.child_number, "purpose": "register-keeping", "legal_ground": "Luật Căn cước 26/2023/QH15"}
    )
    officer.expect(tale.child["name"])
    return f"{tale.birth.child_number[:6]}…: the register knows the child by name"


def _looks(tale: Tale) -> str:
    page = tale.people.mother().get("/ho-so/ai-da-xem/")
    page.expect("Lâm Đồng")
    return "the province's look stands on her page, with purpose and legal ground"


def _moved(country: Country, tale: Tale, before: Figures, wait: Callable[[Callable[[], bool]], bool]) -> str:
    after: Figures = {}

    def moved() -> bool:
        after.update(read_figures(country, tale))
        return all(after[name] - before[name] == 2 for name in before)

    if not wait(moved):
        raise PageProblem(f"before {before}, after {after}")
    return "received +2, of which online +2, finished on time +2"
