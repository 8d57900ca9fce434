"""What a personal number says about its holder, and whether a form contradicts it."""

from dataclasses import replace
from datetime import date
from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.sources.procedures.rules.dates import read_date
from lienthong.sources.procedures.rules.findings import problem
from lienthong.sources.procedures.types.form import Answers, Field, answer_at


def number_facts(number: str) -> tuple[int, str]:
    """Year of birth and sex inside a personal number (NĐ 137/2015 Điều 13): 4th digit century and sex, then year."""
    century_and_sex = int(number[3])
    year = (19 + century_and_sex // 2) * 100 + int(number[4:6])
    return year, "female" if century_and_sex % 2 else "male"


def check_agreement(one: Field, clean: Answers, on_page: set[str]) -> list[FieldError]:
    """A personal number against the sex and the birth date given elsewhere in the form.

    The error stands at the number, or at the other answer when only that one is on the page being checked.
    """
    year, sex = number_facts(answer_at(clean, one.path))
    found = []
    said_sex = _tied(one, "sex", clean)
    if said_sex in ("male", "female") and said_sex != sex:
        vi, en = ("nữ", "female") if sex == "female" else ("nam", "male")
        wrong = problem(
            one,
            "number-contradicts-sex",
            f"“{one.title.vi}” này là của người giới tính {vi}, khác với điều đã khai. Hãy kiểm tra cả hai.",
            f"This “{one.title.en}” belongs to a {en} person, unlike what the form says. Check both.",
        )
        found.append(_placed(wrong, one.agrees["sex"], on_page))
    born = read_date(_tied(one, "birth_date", clean))
    if isinstance(born, date) and born.year != year:
        wrong = problem(
            one,
            "number-contradicts-birth",
            f"“{one.title.vi}” này ghi năm sinh {year}, khác với năm sinh {born.year} đã khai. "
            "Hãy kiểm tra lại cả hai.",
            f"This “{one.title.en}” says born in {year}, but the form says {born.year}. Check both.",
        )
        found.append(_placed(wrong, one.agrees["birth_date"], on_page))
    return found


def _placed(wrong: FieldError, tie: str, on_page: set[str]) -> FieldError:
    return replace(wrong, path=tie) if wrong.path not in on_page and tie in on_page else wrong


def _tied(one: Field, what: str, clean: Answers) -> Any:
    tie = one.agrees.get(what, "")
    return tie.removeprefix("=") if tie.startswith("=") else answer_at(clean, tie)
