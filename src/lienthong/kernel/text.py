"""Text: one form for stored text, folding for search, and the two languages of every screen."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation

from lienthong.kernel.clock import ZONE

LANGUAGES = ("vi", "en")

_SPACES = re.compile(r"\s+")

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Letters that nobody sees and copying from web pages brings along; they are dropped without a word."""
_UNSEEN = frozenset(map(chr, INVISIBLE))
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KNOWN_GOOD: set[str] = set()
"""Letters that were found to be sound; there are not many."""


def nfc(text: str) -> str:
    """Composed Unicode (NFC): "é" as one letter, so that equal texts are equal bytes."""
    return unicodedata.normalize("NFC", text)


def read_text(value: object, *, lines: bool = False) -> str | None:
    """What a person typed, in NFC without invisible letters and doubled spaces; None when it is broken (or no text).

    Broken: bytes that were no UTF-8, control characters, signs that turn the reading order around, unassigned ones.
    """
    if not isinstance(value, str):
        return None
    # A long text has few different letters; asking each of them once is what keeps this quick.
    seen = set(value)
    text = nfc(value.translate(INVISIBLE) if seen & _UNSEEN else value).replace("\r\n", "\n").replace("\r", "\n")
    if any(map(_is_broken, (set(text) if text != value else seen) - _KNOWN_GOOD)):
        return None
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    return " ".join(text.split())


def _is_broken(letter: str) -> bool:
    broken = letter == "\ufffd" or letter in _REORDERING
    if broken or (unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter not in "\n\t"):
        return True
    _KNOWN_GOOD.add(letter)
    return False


def fold(text: str) -> str:
    """Text for searching: lower case, no accents, đ→d, single spaces.

    >>> fold("  Đăng ký  KHAI SINH ")
    'dang ky khai sinh'
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    for letter in set(decomposed):  # few different ones, and taking one out of the whole text is quick
        if unicodedata.combining(letter):
            decomposed = decomposed.replace(letter, "")
    return _SPACES.sub(" ", decomposed).strip()


def active_language() -> str:
    """`vi` or `en`: the language of the screen being made; Vietnamese unless asked."""
    language = (translation.get_language() or "vi").split("-")[0]
    return language if language in LANGUAGES else "vi"


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A sentence in both languages; `str()` is the one of the active language."""

    vi: str
    en: str

    def __str__(self) -> str:
        return self.en if active_language() == "en" else self.vi

    def format(self, **values: object) -> "Bilingual":
        """Fill `{name}` places in both languages; what is Bilingual itself is filled in by language.

        >>> tr("{what}: hồ sơ", "{what}: dossier").format(what=tr("Mới", "New")).en
        'New: dossier'
        """
        vi = {name: value.vi if isinstance(value, Bilingual) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Bilingual) else value for name, value in values.items()}
        return Bilingual(self.vi.format(**vi), self.en.format(**en))

    def as_dict(self) -> dict[str, str]:
        return {"vi": self.vi, "en": self.en}


def tr(vi: str, en: str) -> Bilingual:
    """Both languages of one sentence, side by side where it is used."""
    return Bilingual(vi, en)


def bilingual(value: "Bilingual | str | dict[str, str]") -> Bilingual:
    """Take what a record or a caller holds (both languages, or one for both) as Bilingual."""
    if isinstance(value, Bilingual):
        return value
    if isinstance(value, str):
        return Bilingual(value, value)
    return Bilingual(value["vi"], value.get("en") or value["vi"])


def show_date(day: date | None) -> str:
    """A day as people in Vietnam write it: 21/11/2026."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = day.astimezone(ZONE).date()
    return f"{day:%d/%m/%Y}"


def show_moment(moment: datetime | None) -> str:
    """A moment as people in Vietnam write it: 15:04 21/11/2026."""
    return "" if moment is None else f"{moment.astimezone(ZONE):%H:%M %d/%m/%Y}"


def show_number(number: int) -> str:
    """Thousands by dots: 1.234.567."""
    return f"{number:,}".replace(",", ".")


def show_dong(amount: int) -> str:
    """An amount of money in đồng: 8.000 đ."""
    return f"{show_number(amount)} đ"
