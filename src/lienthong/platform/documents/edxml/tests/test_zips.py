"""The ZIP around a file: always the same bytes, and every trick with one refused."""

import io
import stat
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.kernel.errors import Refused
from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml.limits import Limits
from lienthong.platform.documents.edxml.tests.samples import PDF, zipped

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def opened(blob, **options):
    content = io.BytesIO(blob) if isinstance(blob, bytes) else blob
    with edxml.open_attachment(content, **options) as files:
        return [(one.name, one.media_type, one.content.read(), one.is_archive) for one in files]


def pack(*entries, comment=b"", method=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        made.comment = comment
        for name, content in entries:
            entry = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            entry.compress_type = method
            made.writestr(entry, content)
    return target.getvalue()


def word_file() -> bytes:
    return pack(("[Content_Types].xml", "<a/>"), ("word/document.xml", "<a/>"))


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("link.pdf")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


def encrypted() -> bytes:
    content = bytearray(pack(("a.pdf", PDF)))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def renamed(old: str, new: str) -> bytes:
    """A ZIP whose names nobody's library would write."""
    return pack((old, PDF)).replace(old.encode(), new.encode())


def understated() -> bytes:
    """An index that says the file is small."""
    content = bytearray(pack(("a.txt", b"0" * 5_000_000)))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + place, 1000)
    return bytes(content)


def overlapping() -> bytes:
    """Two entries of the index that share one content."""
    content = pack(("a.pdf", PDF), ("b.pdf", PDF), method=zipfile.ZIP_STORED)
    second = content.rindex(b"PK\x01\x02")
    changed = bytearray(content)
    struct.pack_into("<I", changed, second + 42, 0)
    return bytes(changed).replace(b"b.pdf", b"c.pdf")


def test_a_file_comes_out_as_it_went_in():
    assert opened(zipped()) == [("cong-van.pdf", "application/pdf", PDF, False)]
    assert opened(zipped(b"x" * 3_000_000, "Số 12.QĐ-UBND"))[0][0] == "Số 12.QĐ-UBND"


def test_the_same_file_gives_the_same_bytes():
    first, second = zipped(name="Công văn.pdf").read(), zipped(name="Công văn.pdf").read()
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        (entry,) = archive.infolist()
    assert (entry.filename, entry.date_time, entry.flag_bits & 0x800) == ("Công văn.pdf", (1980, 1, 1, 0, 0, 0), 0x800)


def test_other_systems_zips_are_opened():
    content = pack(("thu-muc/", b""), ("thu-muc/a.pdf", PDF), ("b.docx", word_file()), ("c.zip", pack(("x", b"y"))))
    assert [(name, media, archive) for name, media, _, archive in opened(content)] == [
        ("a.pdf", "application/pdf", False),
        ("b.docx", DOCX, False),
        ("c.zip", "application/zip", True),
    ]
    assert opened(pack(("a.pdf", PDF), comment="ghi chú".encode()))[0][2] == PDF
    unseekable = io.BytesIO()
    with zipfile.ZipFile(one_way(unseekable), "w") as made:
        made.writestr("a.pdf", PDF)
        made.writestr("b.pdf", PDF)
    assert [one[2] for one in opened(unseekable.getvalue())] == [PDF, PDF]


def one_way(target: io.BytesIO) -> Any:
    return _OneWay(target)


class _OneWay:
    """A stream that cannot go back, as a system writes that zips into a socket."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, content: bytes) -> int:
        return self._target.write(content)

    def flush(self) -> None:
        """Nothing waits."""


@pytest.mark.parametrize(
    ("blob", "code"),
    [
        (b"", "edxml.zip-broken"),
        (PDF, "edxml.zip-broken"),
        (pack(("a.pdf", PDF))[:-5], "edxml.zip-broken"),
        (pack(("a.pdf", PDF), method=zipfile.ZIP_STORED).replace(b"noi dung", b"noi Dung", 1), "edxml.zip-broken"),
        (pack(), "edxml.zip-empty"),
        (pack(("a.pdf", b"")), "edxml.zip-empty"),
        (pack(("a/", b"")), "edxml.zip-empty"),
        (pack(("../a.pdf", PDF)), "edxml.zip-path"),
        (pack(("/etc/a.pdf", PDF)), "edxml.zip-path"),
        (renamed("a_b.pdf", "a\\b.pdf"), "edxml.zip-path"),
        (renamed("c_a.pdf", "c:a.pdf"), "edxml.zip-path"),
        (renamed("a_b.pdf", "a\0b.pdf"), "edxml.zip-path"),
        (renamed("a_b.pdf", "a\nb.pdf"), "edxml.zip-path"),
        (pack((link(), "/etc/passwd")), "edxml.zip-link"),
        (pack(("a.pdf", PDF), ("A.pdf", PDF)), "edxml.zip-twice"),
        (encrypted(), "edxml.zip-encrypted"),
        (pack(("a.pdf", PDF), method=zipfile.ZIP_LZMA), "edxml.zip-method"),
        (pack(("a.txt", b"0" * 20_000_000)), "edxml.zip-bomb"),
        (understated(), "edxml.zip-broken"),
        (pack(*((f"{number}.txt", b"x") for number in range(101))), "edxml.zip-bomb"),
        (overlapping(), "edxml.zip-hidden"),
        (b"#!/bin/sh\n" + pack(("a.pdf", PDF)), "edxml.zip-hidden"),
        (pack(("a.pdf", PDF)) + b"more", "edxml.zip-hidden"),
        (PDF + pack(("a.pdf", PDF)), "edxml.zip-hidden"),
        (pack(("a.pdf", b"\x89PNG\r\n\x1a\n" + bytes(20))), "edxml.lying-type"),
        (pack(("a.pdf", b"<html>")), "edxml.lying-type"),
        (pack(("a.docx", PDF)), "edxml.lying-type"),
        (pack(("a.txt", PDF)), "edxml.lying-type"),
        (pack(("a.txt", pack(("x", b"y")))), "edxml.lying-type"),
        (pack(("a.exe", b"anything")), "edxml.program"),
        (pack(("a.dat", b"MZ" + bytes(100))), "edxml.program"),
        (pack(("a.pdf", b"%PDF-1.7 cut")), "files.broken"),
        (pack(("a.docx", pack(("word/vbaProject.bin", b"x"), ("word/document.xml", b"<a/>")))), "files.wrong-type"),
    ],
)
def test_tricks_are_refused(blob, code):
    with pytest.raises(Refused) as refusal:
        opened(blob)
    assert refusal.value.code == code


def test_callers_may_want_less():
    with pytest.raises(Refused) as refusal:
        opened(zipped(), allowed=frozenset({DOCX}))
    assert refusal.value.code == "files.wrong-type"
    with pytest.raises(Refused) as refusal:
        opened(zipped(), limits=Limits(unpacked=100))
    assert refusal.value.code == "edxml.zip-bomb"


def test_an_empty_file_is_not_packed():
    with pytest.raises(Refused) as refusal:
        zipped(b"")
    assert refusal.value.code == "edxml.zip-empty"


def code_of(blob: bytes) -> str:
    try:
        opened(blob)
    except Refused as refusal:
        return refusal.code
    return ""


BLOB = pack(("a.pdf", PDF), ("thu/b.txt", b"text " * 50))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_flipped_bytes_are_taken_or_refused(data):
    content = bytearray(BLOB)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert code_of(bytes(content)).partition(".")[0] in ("", "edxml", "files")


@given(st.binary(min_size=1, max_size=2000), st.text(max_size=40))
def test_any_file_goes_in_and_its_name_stays_safe(content, name):
    with zipfile.ZipFile(edxml.zip_file(name, io.BytesIO(content))) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == content
    assert "/" not in entry.filename
