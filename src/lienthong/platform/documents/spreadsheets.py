"""Spreadsheets (bảng tính): tables out of XLSX and CSV files of anybody, and into XLSX; no formulas.

Cells are text. A day that a spreadsheet keeps as a number becomes ISO text by the cell's format.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import IO, Any, Final
from xml.sax.saxutils import escape

from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 60
MOST_CELL: Final = 5000
MOST_UNPACKED: Final = 400 * 2**20
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NS: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAY_FORMATS: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_EPOCH: Final = date(1899, 12, 30)
_COLUMN = re.compile(r"^([A-Z]{1,3})\d+$")
_DAY_SIGNS = re.compile(r"[ymd]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')

Row = list[str]


def rows_of(stream: IO[bytes]) -> Iterator[Row]:
    """The rows of a table: the first sheet of an XLSX, or a CSV with commas, semicolons or tabs.

    Raises Refused `documents.sheet-broken`, `documents.sheet-too-large`, also while it is read.
    """
    start = stream.read(4)
    stream.seek(0)
    rows = _xlsx(stream) if start == b"PK\x03\x04" else _csv(stream)
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise _too_large()
        yield [nfc(cell[:MOST_CELL]).strip() for cell in row[:MOST_COLUMNS]]


def _csv(stream: IO[bytes]) -> Iterator[Row]:
    raw = stream.read(MOST_UNPACKED)
    text = _decoded(raw)
    if not text:
        raise _broken()
    head = text[:20_000]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise _broken() from error


def _decoded(raw: bytes) -> str:
    """The text of a CSV; "" for what is none."""
    is_wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not is_wide and b"\x00" in raw[:4096]:
        return ""
    try:
        return raw.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _xlsx(stream: IO[bytes]) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(stream) as book:
            if sum(one.file_size for one in book.infolist()) > MOST_UNPACKED or len(book.infolist()) > 2000:
                raise _too_large()
            strings = list(_strings(book))
            days = _day_styles(book)
            with book.open(_first_sheet(book)) as sheet:
                yield from _sheet(sheet, strings, days)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, RuntimeError, ValueError,
            etree.XMLSyntaxError) as error:  # fmt: skip
        raise _broken() from error


def _parse(stream: IO[bytes], tag: str) -> Iterator[Any]:
    for _, element in etree.iterparse(
        stream, events=("end",), tag=f"{_NS}{tag}", resolve_entities=False, no_network=True, load_dtd=False
    ):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _strings(book: zipfile.ZipFile) -> Iterator[str]:
    if "xl/sharedStrings.xml" in book.namelist():
        with book.open("xl/sharedStrings.xml") as stream:
            for item in _parse(stream, "si"):
                yield _text_of(item)


def _text_of(item: Any) -> str:
    """The text of a cell without its readings aloud (rPh)."""
    runs = [one for one in item.iter(f"{_NS}t") if one.getparent().tag != f"{_NS}rPh"]
    return "".join(one.text or "" for one in runs)


def _first_sheet(book: zipfile.ZipFile) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    sheets = etree.fromstring(book.read("xl/workbook.xml"), parser).find(f"{_NS}sheets")
    if sheets is None or not len(sheets):
        raise _broken()
    wanted = sheets[0].get(_REL)
    for relation in etree.fromstring(book.read("xl/_rels/workbook.xml.rels"), parser):
        if relation.get("Id") == wanted:
            target = str(relation.get("Target", ""))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise _broken()


def _day_styles(book: zipfile.ZipFile) -> frozenset[int]:
    """Numbers of the cell formats that show a number as a day."""
    if "xl/styles.xml" not in book.namelist():
        return frozenset()
    root = etree.fromstring(book.read("xl/styles.xml"), etree.XMLParser(resolve_entities=False, no_network=True))
    own = {
        int(one.get("numFmtId", "0")): _QUOTED.sub("", one.get("formatCode", "")) for one in root.iter(f"{_NS}numFmt")
    }
    cells = root.find(f"{_NS}cellXfs")
    found = set()
    for number, one in enumerate(cells if cells is not None else ()):
        kind = int(one.get("numFmtId", "0"))
        if kind in _DAY_FORMATS or _DAY_SIGNS.search(own.get(kind, "")):
            found.add(number)
    return frozenset(found)


def _sheet(stream: IO[bytes], strings: Sequence[str], days: frozenset[int]) -> Iterator[Row]:
    for row in _parse(stream, "row"):
        cells: Row = []
        for cell in row.iter(f"{_NS}c"):
            at = _column(cell.get("r", ""), len(cells))
            if at >= MOST_COLUMNS:
                break
            cells += [""] * (at - len(cells))
            cells.append(_value(cell, strings, days))
        yield cells


def _value(cell: Any, strings: Sequence[str], days: frozenset[int]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text_of(cell)
    value = cell.find(f"{_NS}v")
    text = (value.text or "") if value is not None else ""
    if kind == "s":
        return strings[int(text)] if text.isdigit() and int(text) < len(strings) else ""
    if kind != "n" or not text:
        return text
    number = float(text)
    if int(cell.get("s", "0")) in days and 1 <= number < 2_958_466:
        return (_EPOCH + timedelta(days=int(number))).isoformat()
    return str(int(number)) if number.is_integer() else text


def _column(place: str, otherwise: int) -> int:
    found = _COLUMN.match(place)
    if found is None:
        return otherwise
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1


# --- writing ---------------------------------------------------------------------------------------------------------

_TYPES_XML: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/'
    'sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELS: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{target}"/></Relationships>'
)
_BOOK: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/'
    'spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_xlsx(stream: IO[bytes], name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    """One sheet; text stays text, so that nothing in it is ever run as a formula."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", _TYPES_XML)
        book.writestr("_rels/.rels", _RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        book.writestr("xl/_rels/workbook.xml.rels", _RELS.format(kind="worksheet", target="worksheets/sheet1.xml"))
        title = "".join(letter for letter in name if letter not in "[]:*?/\\'")[:31]
        book.writestr("xl/workbook.xml", _BOOK.format(name=escape(title, {'"': "&quot;"})))
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.'
                b'openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            sheet.write(_row_xml(head))
            for row in rows:
                sheet.write(_row_xml(row))
            sheet.write(b"</sheetData></worksheet>")


def _row_xml(row: Sequence[object]) -> bytes:
    cells = []
    for cell in row:
        if isinstance(cell, int) and not isinstance(cell, bool):
            cells.append(f"<c><v>{cell}</v></c>")
        else:
            text = escape(_CONTROL.sub("", "" if cell is None else str(cell)))
            cells.append(f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    return f"<row>{''.join(cells)}</row>".encode()


def _broken() -> Refused:
    return Refused(
        "documents.sheet-broken",
        tr(
            "Không đọc được bảng này. Hãy lưu dạng .xlsx hoặc .csv (UTF-8).", "Save the table as .xlsx or .csv (UTF-8)."
        ),
        field="file",
    )


def _too_large() -> Refused:
    return Refused(
        "documents.sheet-too-large",
        tr("Bảng quá lớn, tối đa {n} dòng.", "The table is too large, {n} rows at most.").format(n=MOST_ROWS),
        field="file",
    )
