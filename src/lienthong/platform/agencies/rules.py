"""Pure rules of agencies: the two forms of an agency code and how they turn into each other.

QĐ 20/2020/QĐ-TTg (amended by QĐ 09/2025/QĐ-TTg): letter and two digits for level 1, then ``.NN`` per level, three
digits where a level has more than 99 members (the communes of a province). QCVN 102:2016/BTTTT: four groups of
3-2-2-3 characters, deepest level first, unused groups zero: ``000.00.14.H56`` is ``H56.14``.
"""

import re

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold, tr

_CODE = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{2,3})*")
_OLD_CODE = re.compile(r"([0-9]{3})\.([0-9]{2,3})\.([0-9]{2,3})\.([A-Z][0-9]{2})")
_OLD_LEVELS = 4
_MAX_LENGTH = 32
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def check_code(code: str) -> str:
    """The code if it has the form of QĐ 20/2020.

    Raises:
        Refused: ``agencies.code-malformed``.
    """
    if len(code) > _MAX_LENGTH or not _CODE.fullmatch(code) or any(int(group) == 0 for group in code.split(".")[1:]):
        raise Refused(
            "agencies.code-malformed",
            tr(
                f"Mã cơ quan “{code[:40]}” không đúng dạng của Quyết định 20/2020/QĐ-TTg, ví dụ H36 hoặc H36.101.",
                f"The agency code “{code[:40]}” is not in the form of Decision 20/2020/QĐ-TTg, like H36 or H36.101.",
            ),
            field="agency_code",
        )
    return code


def is_code(text: str) -> bool:
    """Does the text have the form of QĐ 20/2020?"""
    try:
        check_code(text)
    except Refused:
        return False
    return True


def is_qcvn102(text: str) -> bool:
    """Does the text have the form of QCVN 102:2016?"""
    return bool(_OLD_CODE.fullmatch(text))


def to_qcvn102(code: str) -> str:
    """The QCVN 102:2016 form of a QĐ 20/2020 code: ``H56.14`` → ``000.00.14.H56``.

    The old form has two places for levels 2 and 3. Communes became level 2 in 2025 and some provinces have more
    than 99, so a three-digit group is written out in full (``H21.217`` → ``000.00.217.H21``).

    Raises:
        Refused: ``agencies.code-malformed``; ``agencies.no-old-form`` for a code deeper than four levels or with
            a fourth group that is not three digits, which the old form cannot tell apart.
    """
    groups = check_code(code).split(".")
    if len(groups) > _OLD_LEVELS or (len(groups) == _OLD_LEVELS and len(groups[3]) != 3):
        raise Refused(
            "agencies.no-old-form",
            tr(
                f"Mã cơ quan {code} không viết được theo QCVN 102:2016 (bốn cấp, cấp thứ tư ba chữ số).",
                f"The agency code {code} cannot be written in QCVN 102:2016 (four levels, three digits at the fourth).",
            ),
            field="agency_code",
        )
    zeros = ["", "00", "00", "000"]
    padded = groups + zeros[len(groups) :]
    return ".".join(reversed(padded))


def from_qcvn102(old_code: str) -> str:
    """The QĐ 20/2020 form of a QCVN 102:2016 code: ``000.00.14.H56`` → ``H56.14``.

    Raises:
        Refused: ``agencies.old-code-malformed``, also when a zero group stands above a used one.
    """
    match = _OLD_CODE.fullmatch(old_code)
    groups = list(reversed(match.groups())) if match else []
    while groups and not groups[-1].strip("0"):
        groups.pop()
    if not groups or any(not group.strip("0") for group in groups[1:]):
        raise Refused(
            "agencies.old-code-malformed",
            tr(
                f"Mã cơ quan “{old_code[:40]}” không đúng dạng của QCVN 102:2016, ví dụ 000.00.14.H56.",
                f"The agency code “{old_code[:40]}” is not in the form of QCVN 102:2016, like 000.00.14.H56.",
            ),
            field="agency_code",
        )
    return ".".join(groups)


def normal_code(text: str) -> str:
    """The QĐ 20/2020 form of a code given in either form.

    Raises:
        Refused: when it is neither.
    """
    return from_qcvn102(text) if is_qcvn102(text) else check_code(text)


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above and the code itself, from the top: ``H36.101.01`` → ``H36``, ``H36.101``, ``H36.101.01``."""
    groups = code.split(".")
    return tuple(".".join(groups[:depth]) for depth in range(1, len(groups) + 1))


def search_text(*parts: str) -> str:
    """Texts as words for searching, a space before and after each: ``Xã Ea H'Leo`` → ``" xa ea h leo "``."""
    return f" {_NOT_WORD.sub(' ', fold(' '.join(parts))).strip()} "
