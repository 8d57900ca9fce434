"""Proof containers as archives: what no honest writer makes is refused before anything in it is looked at."""

import warnings
import zipfile
from io import BytesIO

import pytest

from lienthong.platform.signing import queries


def bad_codes(verdict):
    return {one.code for one in verdict.findings if one.level == "bad"}


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as made:
        warnings.simplefilter("ignore")  # two entries of one name are what is to be refused
        made.writestr("mimetype", "application/vnd.etsi.asic-e+zip", zipfile.ZIP_STORED)
        for name, content in entries:
            made.writestr(name, content, method)
    return target.getvalue()


@pytest.mark.parametrize(
    "container",
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7",
        packed(("message.xml", b"a"), ("message.xml", b"b")),
        packed(("message.xml", b"a"), ("MESSAGE.XML", b"b")),
        packed(("../message.xml", b"a")),
        packed(("/message.xml", b"a")),
        packed(("a\\..\\b", b"a")),
        packed(("META-INF/../x", b"a")),
        packed(("message.xml", b"a" * 3_000_000)),
        packed(("message.xml", b"a"), method=zipfile.ZIP_BZIP2),
        packed(*((f"attachment{number}", b"") for number in range(1001))),
    ],
    ids=lambda content: f"{len(content)}",
)
def test_what_no_honest_writer_makes_is_refused(container):
    verdict = queries.verify_container(container)
    assert (verdict.good, bad_codes(verdict)) == (False, {"signing.bad-container"})


def test_a_container_of_another_kind_is_refused():
    made = packed(("message.xml", b"a")).replace(b"asic-e", b"asic-s")
    assert bad_codes(queries.verify_container(made)) == {"signing.bad-container"}
