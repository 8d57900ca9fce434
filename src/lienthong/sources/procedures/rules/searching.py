"""What somebody typed into the search box, made ready to compare: folded, short, without filler words."""

import math
import unicodedata
from dataclasses import dataclass

from lienthong.kernel.text import fold

MAX_LETTERS = 120
_FILLERS = frozenset(("thu", "tuc", "toi", "muon", "xin", "lam", "cho", "ve", "va", "la", "cua", "giup", "for", "of"))


@dataclass(frozen=True, slots=True)
class SearchText:
    """Folded text and, for each telling word, the LIKE pattern for it; the last word may be unfinished."""

    text: str
    patterns: tuple[str, ...]

    @property
    def enough(self) -> int:
        """How many words an entry must have when none has them all: three of four."""
        return max(1, math.ceil(len(self.patterns) * 0.75))


def clean(text: str) -> str:
    """Lower case without accents; letters, digits and dots only; broken characters gone; at most 120 letters."""
    sound = "".join(" " if unicodedata.category(one)[0] == "C" else one for one in text[: 4 * MAX_LETTERS])
    plain = "".join(one if one.isalnum() or one == "." else " " for one in fold(sound))
    return " ".join(plain.split())[:MAX_LETTERS].strip()


def read_question(text: str) -> SearchText:
    """The telling words; if there are only filler words, those."""
    words = clean(text).split()
    telling = [word for word in words if word not in _FILLERS] or words
    patterns = [f"% {word} %" for word in telling[:-1]] + [f"% {word}%" for word in telling[-1:]]
    return SearchText(" ".join(telling), tuple(dict.fromkeys(patterns)))
