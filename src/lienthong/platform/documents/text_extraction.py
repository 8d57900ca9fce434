"""Text of attachments for the search (trích văn bản): PDF and DOCX, best effort, bounded in size, steps and depth.

Nobody may stop the indexing by a file: whatever cannot be read gives what could be read until there.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, Final

from lxml import etree

from lienthong.kernel import files
from lienthong.kernel.text import nfc
from lienthong.platform.documents import pdf_text

MOST_CHARACTERS: Final = 100_000
MOST_BYTES: Final = 30 * 2**20
_MOST_XML: Final = 20 * 2**20
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def text_of(stream: IO[bytes], media_type: str) -> str:
    """The readable text of a file, cut at a limit; "" where there is none or the type has none."""
    if media_type == files.PDF:
        return _tidy(pdf_text.text_of(stream.read(MOST_BYTES), MOST_CHARACTERS))
    if media_type == files.DOCX:
        return _tidy(_docx(stream))
    return ""


def open_zip(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The files of an attachment's ZIP, as far as they are small enough to be read."""
    try:
        with zipfile.ZipFile(stream) as packed:
            for member in packed.infolist()[:20]:
                if not member.is_dir() and member.file_size <= MOST_BYTES and not member.flag_bits & 1:
                    with packed.open(member) as opened:
                        yield io.BytesIO(opened.read(MOST_BYTES))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return


def _docx(stream: IO[bytes]) -> str:
    parts: list[str] = []
    size = 0
    try:
        with zipfile.ZipFile(stream) as packed, packed.open("word/document.xml") as document:
            body = document.read(_MOST_XML)
        for _, element in etree.iterparse(io.BytesIO(body), resolve_entities=False, no_network=True, huge_tree=False):
            if element.tag == f"{_WORD}t" and element.text:
                parts.append(element.text)
                size += len(element.text)
            elif element.tag in (f"{_WORD}p", f"{_WORD}tab", f"{_WORD}br"):
                parts.append(" ")
            element.clear()
            if size > MOST_CHARACTERS:
                break
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, RuntimeError, etree.XMLSyntaxError):
        pass
    return "".join(parts)


def _tidy(text: str) -> str:
    return nfc(" ".join(_CONTROL.sub(" ", text).split()))[:MOST_CHARACTERS]
