"""Papers of the room as PDF, and pages of any PDF as pictures. Nothing here decides."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.parsers import expat

import typst

from lienthong.casework.office import rules
from lienthong.casework.office.types import Spot, WorkFilePage
from lienthong.kernel import files, web
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.agencies.types import AgencyKind

PAGE_HEIGHT: Final = 841.89
PAGE_WIDTH: Final = 595.28
MAX_PAGES: Final = 500
DEFAULT_SPOTS: Final = {
    "sign": Spot(-1, 316, 92, 544, 178),
    "number": Spot(0, 150, 722, 181, 738),
    "day": Spot(0, 398, 722, 414, 738),
    "month": Spot(0, 452, 722, 468, 738),
}
"""Where signature, number and date stand on a PDF that was brought along; the drafter may move them."""

_FOLDER: Final = Path(__file__).parent / "templates" / "office" / "pdf"
_FONTS: Final = Path(web.__file__).parent / "static" / "built" / "fonts"
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a document besides its text (thể thức văn bản)."""

    agency_code: str
    title: str
    subject: str
    notation: str
    on: date
    is_letter: bool
    urgency: str
    to: tuple[str, ...]
    places: tuple[str, ...]
    keeper: str
    authority: str
    position: str
    signer: str
    body: str


@dataclass(frozen=True, slots=True)
class Typeset:
    """A PDF, how many pages it has, and where signature, number and date go."""

    pdf: bytes
    pages: int
    places: dict[str, Spot]


def typeset(paper: Paper) -> Typeset:
    """The document by NĐ 30/2020/NĐ-CP, with free places for number, date and signature."""
    compiler = _compiler(paper)
    pdf = one_file(compiler.compile(format="pdf"))
    found = {one["name"]: one for one in json.loads(compiler.query("<spot>", field="value"))}
    return Typeset(pdf, int(found["end"]["page"]), _spots(found))


def typeset_picture(paper: Paper, page: int) -> bytes:
    """A page (from 1) of the document as PNG. Raises Refused `office.no-page`."""
    made = _compiler(paper).compile(format="png", ppi=110.0)
    drawn = made if isinstance(made, list) else [made]
    if not 1 <= page <= len(drawn):
        raise _no_page()
    return one_file(drawn[page - 1])


def _compiler(paper: Paper) -> typst.Compiler:
    superior, agency = letterhead(paper.agency_code, paper.on)
    doc = {
        "superior": superior, "agency": agency, "place": place_of(paper.agency_code, paper.on),
        "year": str(paper.on.year), "title": paper.title, "subject": paper.subject, "notation": paper.notation,
        "letter": paper.is_letter, "urgency": paper.urgency, "to": list(paper.to), "places": list(paper.places),
        "keeper": paper.keeper, "authority": paper.authority, "position": paper.position, "signer": paper.signer,
        "parts": rules.lay_out(paper.body),
    }  # fmt: skip
    inputs = {"doc": json.dumps(doc)}
    return typst.Compiler(_FOLDER / "document.typ", root=_FOLDER, font_paths=[_FONTS], sys_inputs=inputs)


def _spots(found: dict[str, Any]) -> dict[str, Spot]:
    """The places in points from the bottom left. Typst counts pages from 1 and heights from the top."""

    def around(name: str, width: float, height: float, above: float = 0.0, right: float = 0.0) -> Spot:
        left, base = found[name]["x"] + right, PAGE_HEIGHT - found[name]["y"]
        return Spot(int(found[name]["page"]) - 1, left, base + above - height, left + width, base + above)

    return {
        "number": around("number", 31, 16, 12),
        "day": around("day", 16, 16, 12),
        "month": around("month", 16, 16, 12),
        "sign": around("sign", 186, 88, right=34),
    }


def letterhead(agency_code: str, on: date) -> tuple[list[str], list[str]]:
    """Superior and issuing body, broken into phrases. A People's Committee names none above it."""
    agency = agency_queries.recall_agency(agency_code, on)
    is_committee = agency.kind in (AgencyKind.PROVINCE, AgencyKind.COMMUNE)
    above = agency_queries.recall_agency(agency.parent_code, on) if agency.parent_code and not is_committee else None
    superior = [above.name.upper().replace("ỦY BAN NHÂN DÂN", "UBND")] if above else []
    return superior, broken_name(agency.name.upper())


def broken_name(name: str) -> list[str]:
    """A long name in phrases of their own lines.

    >>> broken_name("ỦY BAN NHÂN DÂN PHƯỜNG XUÂN HƯƠNG - ĐÀ LẠT")
    ['ỦY BAN NHÂN DÂN', 'PHƯỜNG XUÂN HƯƠNG - ĐÀ LẠT']
    """
    committee = "ỦY BAN NHÂN DÂN"
    return [committee, name.removeprefix(committee).strip()] if name.startswith(committee + " ") else [name]


def place_of(agency_code: str, on: date) -> str:
    """The name of the place (địa danh) in front of the date."""
    agency = agency_queries.recall_agency(agency_code, on)
    if len(agency.gso_code) == 5:
        return agency_queries.get_commune(agency.gso_code).name
    if len(agency.gso_code) == 2:
        return agency_queries.get_province(agency.gso_code).name
    return "Hà Nội"


# --- pages as pictures -----------------------------------------------------------------------------------------------


def picture(sha256: str, page: int, *, ppi: float = 110.0, marks: list[dict[str, Any]] | None = None) -> bytes:
    """A page (from 1) of a stored PDF as PNG. Raises Refused `office.no-page`."""
    path = files.path_of(sha256)
    inputs = {"file": "/paper.pdf", "page": str(page), "marks": json.dumps(marks or [])}
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "page.typ").write_bytes((_FOLDER / "page.typ").read_bytes())
        (root / "paper.pdf").write_bytes(path.read_bytes())
        try:
            made = typst.compile(
                root / "page.typ", root=root, font_paths=[_FONTS], format="png", ppi=ppi, sys_inputs=inputs
            )
        except typst.TypstError as error:
            raise _no_page() from error
        except BaseException as error:
            # A panic of the drawing library is no Exception to Python; one strange paper must not end the worker.
            if type(error).__name__ != "PanicException":
                raise
            raise _no_page() from error
    return one_file(made)


def one_file(made: bytes | list[bytes] | None) -> bytes:
    """What Typst made, when it is one file."""
    if not isinstance(made, bytes):
        raise TypeError("Typst made several files")
    return made


def count_pages(pdf: bytes, *, field: str = "pdf") -> int:
    """How many pages a PDF has. Raises Refused `office.pdf-unreadable`, `office.too-many-pages`."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        encrypted = bool(reader.encrypted)
        pages = 0 if encrypted else int(reader.root["/Pages"]["/Count"])
    except Exception as error:  # strangers' files fail a parser in any way
        raise unreadable(field) from error
    if encrypted or pages < 1:
        raise unreadable(field)
    if pages > MAX_PAGES:
        raise Refused(
            "office.too-many-pages",
            tr("Tệp có quá {n} trang.", "The file has more than {n} pages.").format(n=MAX_PAGES),
            field=field,
        )
    return pages


def unreadable(field: str) -> Refused:
    return Refused(
        "office.pdf-unreadable",
        tr(
            "Không đọc được tệp PDF này: tệp hỏng hoặc có mật khẩu.",
            "This PDF cannot be read: it is damaged or has a password.",
        ),
        field=field,
    )


def _no_page() -> Refused:
    return Refused(
        "office.no-page", tr("Không hiện được trang này.", "This page cannot be shown."), field="", status=404
    )


# --- words of a Word file --------------------------------------------------------------------------------------------


def word_text(content: bytes, at_most: int = rules.MAX_BODY) -> str:
    """The paragraphs of a DOCX as plain text, for comparing versions; the file was checked when it was stored."""
    reader = _WordReader(at_most)
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("word/document.xml") as stream:
        while chunk := stream.read(65536):
            reader.parser.Parse(chunk, False)
    return nfc("".join(reader.words))[:at_most]


class _WordReader:
    """Keeps texts and ends of paragraphs, nothing else."""

    def __init__(self, at_most: int) -> None:
        self.words: list[str] = []
        self.left = at_most
        self._in_text = False
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, _: object) -> None:
        local = name.rpartition("}")[2]
        self._in_text = local == "t"
        if local in ("tab", "br"):
            self.words.append(" ")

    def _end(self, name: str) -> None:
        self._in_text = False
        if name.rpartition("}")[2] == "p":
            self.words.append("\n")

    def _characters(self, text: str) -> None:
        if self._in_text and self.left > 0:
            self.words.append(text[: self.left])
            self.left -= len(text)


def contents(file: WorkFilePage, *, agency: str, on: date) -> bytes:
    """The list of contents of a work file (mục lục văn bản trong hồ sơ)."""
    doc = {
        "agency": broken_name(agency.upper()),
        "title": file.row.title,
        "code": file.row.code,
        "retention": file.row.retention.vi,
        "keeper": file.row.keeper_name,
        "day": f"{on:%d/%m/%Y}",
        "rows": [
            [str(one.position), one.code, f"{one.day:%d/%m/%Y}" if one.day else "", one.author, one.subject,
             str(one.pages or ""), one.note]
            for one in file.entries
        ],
    }  # fmt: skip
    inputs = {"doc": json.dumps(doc)}
    made = typst.compile(_FOLDER / "contents.typ", root=_FOLDER, font_paths=[_FONTS], sys_inputs=inputs)
    return one_file(made)
