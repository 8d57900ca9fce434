"""What somebody typed into the search box, made ready to compare: folded, short, without filler words."""

import unicodedata
from dataclasses import dataclass

from lienthong.kernel.text import fold

NEAR_ENOUGH = 0.6
"""Trigram likeness from which a text counts as found although words are misspelt."""
MAX_LETTERS = 120
_FILLERS = frozenset(
    ["thu", "tuc", "toi", "muon", "can", "xin", "lam", "cach", "the", "nao", "o", "dau", "cho", "ve", "va", "la", "cua", "hay", "de", "nop", "ho", "so", "giup", "voi", "a", "an", "the", "to", "for", "of", "how", "i", "my"]
)


@dataclass(frozen=True, slots=True)
class SearchText:
    """Folded text and its telling words."""

    text: str
    words: tuple[str, ...]


def clean(text: str) -> str:
    """Lower case without accents; letters, digits and dots only; broken characters gone; at most 120 letters."""
    sound = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in text[: 4 * MAX_LETTERS])
    folded = fold(sound)
    return " ".join("".join(one if one.isalnum() or one == "." else " " for one in folded).split())[
        :MAX_LETTERS
    ].strip()


def read_question(text: str) -> SearchText:
    """The telling words; if there are only filler words, those."""
    words = clean(text).split()
    telling = [word for word in words if word not in _FILLERS] or words
    return SearchText(" ".join(telling), tuple(dict.fromkeys(telling)))


def enough_share(words: int) -> float:
    """The share of words that must be found: all of one or two, most of a sentence."""
    return 1.0 if words <= 2 else 0.75
