import hashlib
import io
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image

from lienthong.kernel import files
from lienthong.kernel.errors import NotFound, Refused

pytestmark = pytest.mark.django_db

SMALL_PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(width: int = 8, height: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "PNG")
    return out.getvalue()


def word_file(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def word_file_with(name: str, content: bytes) -> bytes:
    out = io.BytesIO(word_file(document=b"<a/>"))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def zip_file(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, b"<a/>")
    return out.getvalue()


def refusal(body: bytes, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        files.store(body, name="giay.pdf", field="paper", **options)
    assert caught.value.field == "paper"
    return caught.value.code


def test_a_stored_file_reads_back_and_is_kept_once(node_home):
    first = files.store(SMALL_PDF, name="giấy khai sinh.pdf")
    second = files.store(SMALL_PDF, name="khác.pdf")
    assert first.sha256 == second.sha256
    assert files.read(first.sha256) == SMALL_PDF
    assert files.describe(first.sha256).media_type == files.PDF
    assert len([p for p in node_home.rglob("*") if p.is_file()]) == 1


def test_papers_are_closed_to_other_users_of_the_machine(node_home):
    kept = files.path_of(files.store(SMALL_PDF, name="giấy khai sinh.pdf").sha256)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode & 0o777 for folder in (kept.parent, kept.parent.parent)] == [0o700, 0o700]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "files.empty"),
        (b"MZ\x90\x00 a program", "files.wrong-type"),
        (b"<svg onload=alert(1)>", "files.wrong-type"),
        (b"%PDF-1.7 cut off", "files.broken"),
        (picture()[:40], "files.broken"),
        (word_file(document=b"<a>" + b"0" * (101 * 2**20) + b"</a>"), "files.bomb"),
        (word_file(document=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "files.bomb"),
        (word_file(document=b"<a>not closed"), "files.broken"),
        (word_file(document=b'<a xmlns="\xff\xfe">'), "files.broken"),
        (zip_file("other/word/document.xml"), "files.wrong-type"),
        (word_file_with("word/vbaProject.bin", b"a macro"), "files.wrong-type"),
    ],
    ids=[
        *("empty", "program", "svg", "cut pdf", "cut png", "zip bomb", "xml bomb", "broken xml", "broken utf-8"),
        *("a zip that is no word file", "macros"),
    ],
)
def test_bad_files_are_refused_and_nothing_is_kept(node_home, body, code):
    assert refusal(body) == code
    assert not list(node_home.rglob("files/*"))


def test_a_picture_of_too_many_points_is_refused_before_it_unfolds(node_home):
    assert refusal(picture(20_000, 20_000)) == "files.bomb"


def test_a_large_file_is_refused_with_the_limit(node_home):
    assert refusal(SMALL_PDF * 100_000, max_bytes=2**20) == "files.too-large"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x", "a\x00b\n.pdf", "", "."])
def test_names_cannot_lead_anywhere(name):
    cleaned = files.clean_name(name)
    assert "/" not in cleaned
    assert "\\" not in cleaned
    assert cleaned.isprintable()
    assert cleaned.strip(".")


@pytest.mark.parametrize("digest", ["../" * 20, "g" * 64, "ab", "A" * 64])
def test_a_made_up_digest_finds_nothing(node_home, digest):
    with pytest.raises(NotFound):
        files.read(digest)


def test_a_word_file_is_kept(node_home):
    kept = files.store(word_file(document="<a>Tờ khai</a>".encode()), name="to-khai.docx")
    assert kept.media_type == files.DOCX


def test_a_small_file_of_millions_of_elements_does_not_fill_the_memory(node_home):
    body = word_file(document=b"<a>" + b"<b/>" * (12 * 2**20) + b"</a>")
    assert len(body) < 2**17
    tracemalloc.start()
    files.store(body, name="to-khai.docx")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * 2**20


@pytest.mark.parametrize(
    "make", [picture, lambda: word_file_with("word/media/a.bin", random.Random(7).randbytes(3000))]
)
def test_whatever_is_damaged_is_refused_or_kept_but_never_breaks_the_page(node_home, make):
    whole, chance = make(), random.Random(11)
    for _ in range(600):
        body = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        cut = chance.choice([len(body), chance.randrange(1, len(body))])
        with suppress(Refused):
            files.store(bytes(body[:cut]), name="giay")


def long_pdf(megabytes: int) -> Iterator[bytes]:
    yield b"%PDF-1.7\n"
    for number in range(megabytes):
        yield number.to_bytes(4, "big") * 2**18
    yield b"\n%%EOF\n"


def test_a_long_file_goes_to_the_disk_and_not_into_the_memory(node_home):
    tracemalloc.start()
    kept = files.store(long_pdf(64), name="ban-ve.pdf", max_bytes=100 * 2**20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 2**20
    assert (kept.size, kept.media_type) == (64 * 2**20 + 16, files.PDF)
    hashed = hashlib.sha256(b"".join(long_pdf(64))).hexdigest()
    assert kept.sha256 == hashed
    with files.open(hashed) as stream:
        assert stream.read(9) == b"%PDF-1.7\n"
    assert [path.name for path in node_home.rglob("*") if path.is_file()] == [hashed]
    assert files.path_of(hashed).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("chunks", "limit", "code"),
    [
        (lambda: long_pdf(8), 4 * 2**20, "files.too-large"),
        (lambda: [b"x" * 2**20] * 3, 10 * 2**20, "files.wrong-type"),
        (lambda: [b"%PDF-1.7\n", *[b"x" * 2**20] * 3], 10 * 2**20, "files.broken"),
    ],
    ids=["too large", "unknown", "cut off"],
)
def test_a_long_file_that_is_refused_leaves_nothing(node_home, chunks, limit, code):
    assert refusal(chunks(), max_bytes=limit) == code
    assert [path for path in node_home.rglob("*") if path.is_file()] == []


def test_a_file_of_the_home_is_adopted_without_a_copy(node_home):
    node_home.mkdir(exist_ok=True)
    given = node_home / "arrived"
    given.write_bytes(SMALL_PDF)
    digest = hashlib.sha256(SMALL_PDF).hexdigest()
    kept = files.adopt(given, sha256=digest, name="giay.pdf")
    assert files.adopt(given, sha256=digest, name="giay.pdf") == kept
    assert files.path_of(digest).samefile(given)
    given.write_bytes(b"MZ")
    with pytest.raises(Refused, match=r"files\.wrong-type"):
        files.adopt(given, sha256="0" * 64, name="giay.pdf")
