"""Finding where a signature belongs, by the signer's printed name and position (NĐ 30/2020, phụ lục I: ô số 7)."""

import io
from collections.abc import Sequence

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold
from lienthong.platform.signing.rules.pades import text
from lienthong.platform.signing.rules.pades.changes import BROKEN
from lienthong.platform.signing.rules.pades.entries import paper_of
from lienthong.platform.signing.rules.pades.refusals import encrypted, not_a_pdf
from lienthong.platform.signing.rules.pades.text import Piece
from lienthong.platform.signing.types import Box, Place

_LAST_PAGES = 5
_WIDTH, _HEIGHT = 150.0, 70.0
_LEAST, _MOST = 32.0, 96.0
_REACH = 220.0
_TITLE_LETTERS = 14  # room for "PGS.TS." before the name


def find_place(pdf: bytes, name: str, position: str) -> Place | None:
    """The place between position and name, searched from the last page back; None when the name is not there."""
    wanted = _bare(name)
    if not wanted:
        return None
    reader = _open(pdf)
    try:
        count = int(reader.root["/Pages"]["/Count"])
        for number in range(count - 1, max(-1, count - 1 - _LAST_PAGES), -1):
            page, resources = _page(reader, number)
            box = _box(_lines(text.pieces(page, resources)), wanted, _bare(position), paper_of(page))
            if box is not None:
                return Place(number, box, found=True)
    except Refused:
        raise
    except BROKEN:  # a page that cannot be read has no place to be found on
        return None
    return None


def fallback(pdf: bytes) -> Place:
    """The lower right of the last page, where a leader signs by habit."""
    reader = _open(pdf)
    try:
        number = int(reader.root["/Pages"]["/Count"]) - 1
        left, bottom, right, _ = paper_of(_page(reader, number)[0])
    except Exception as error:  # strangers' files can fail the parser in any way
        raise not_a_pdf() from error
    end = right - 56
    return Place(number, Box(max(left, end - _WIDTH - 30), bottom + 100, end, bottom + 100 + _HEIGHT), found=False)


def _open(pdf: bytes) -> PdfFileReader:
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        is_encrypted = reader.encrypted
    except Exception as error:  # strangers' files can fail the parser in any way
        raise not_a_pdf() from error
    if is_encrypted:
        raise encrypted()
    return reader


def _page(reader: PdfFileReader, number: int) -> tuple[DictionaryObject, DictionaryObject]:
    reference, resources = reader.find_page_for_modification(number)
    return reference.get_object(), resources if isinstance(resources, DictionaryObject) else resources.get_object()


def _bare(words: str) -> str:
    """Letters and digits alone, without accents: how a name is compared."""
    return "".join(letter for letter in fold(words) if letter.isalnum())


def _lines(found: Sequence[Piece]) -> list[Piece]:
    """Pieces that stand beside each other on one baseline, as one."""
    lines: list[Piece] = []
    for one in sorted(found, key=lambda piece: (-round(piece.baseline), piece.left)):
        last = lines[-1] if lines else None
        if last and abs(last.baseline - one.baseline) < 0.4 * one.size and -2 < one.left - last.right < 1.2 * one.size:
            gap = " " if one.left - last.right > 0.15 * one.size else ""
            lines[-1] = Piece(last.left, one.right, last.baseline, max(last.size, one.size), last.text + gap + one.text)
        else:
            lines.append(one)
    return lines


def _box(lines: Sequence[Piece], name: str, position: str, paper: tuple[float, float, float, float]) -> Box | None:
    names = [one for one in lines if _is_name(_bare(one.text), name)]
    if not names:
        return None
    # The lowest, but one that the position stands above comes first: a name may also be told in the text.
    printed = min(names, key=lambda one: (_above(lines, one, position) is None, one.baseline))
    bottom = printed.baseline + printed.size
    title = _above(lines, printed, position) or _next_above(lines, printed)
    top = min(title.baseline - 0.35 * title.size if title else bottom + _HEIGHT, bottom + _MOST, paper[3] - 10)
    if top - bottom < _LEAST:
        top = bottom + _LEAST
    middle = (printed.left + printed.right) / 2
    left = min(max(middle - _WIDTH / 2, paper[0] + 10), paper[2] - _WIDTH - 10)
    return Box(left, bottom, left + _WIDTH, top)


def _is_name(line: str, name: str) -> bool:
    return line == name or (line.endswith(name) and len(line) - len(name) <= _TITLE_LETTERS)


def _above(lines: Sequence[Piece], name: Piece, position: str) -> Piece | None:
    """The line with the position, the nearest above the name."""
    if not position:
        return None
    near = [one for one in lines if _is_over(one, name) and position in _bare(one.text)]
    return min(near, key=lambda one: one.baseline, default=None)


def _next_above(lines: Sequence[Piece], name: Piece) -> Piece | None:
    return min((one for one in lines if _is_over(one, name)), key=lambda one: one.baseline, default=None)


def _is_over(one: Piece, name: Piece) -> bool:
    rise = one.baseline - name.baseline
    return name.size < rise < _REACH and one.left < name.right + 40 and one.right > name.left - 40
