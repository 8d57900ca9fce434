"""The test vector of docs/protocols/edxml.md is what this program writes."""

import re
from hashlib import sha256
from pathlib import Path

from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml.limits import DEFAULT
from lienthong.platform.documents.edxml.tests import samples
from lienthong.platform.documents.edxml.verifying import SENTENCES
from lienthong.platform.documents.edxml.warning_codes import WARNINGS

PAGE = (Path(__file__).resolve().parents[6] / "docs" / "protocols" / "edxml.md").read_text(encoding="utf-8")


def test_the_page_shows_the_envelope_that_is_written():
    written = edxml.write_envelope(samples.message())
    assert f"\n{written.decode()}\n" in PAGE
    assert f"`{sha256(written).hexdigest()}`" in PAGE


def test_the_page_shows_the_digest_of_a_zip():
    blob = samples.zipped("Nội dung".encode(), "cong-van.txt")
    assert f"`{sha256(blob.read()).hexdigest()}`" in PAGE


def test_the_page_names_every_code():
    codes = set(re.findall(r"`([a-z0-9-]+)`", PAGE))
    assert set(WARNINGS) - codes == set()
    assert set(SENTENCES) - codes == set()
    sources = (path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].glob("*.py"))
    refusals = {code for text in sources for code in re.findall(r'\brefused\(\s*"([a-z0-9-]+)"', text)}
    ours = {"text", "number", "reason", "replacements", "extras", "not-ours", "content-ids", "document-id"}
    assert refusals - ours - codes == set()


def test_the_page_names_the_limits():
    assert f"{DEFAULT.depth}, {DEFAULT.elements:,}" in PAGE
    assert f"{DEFAULT.attachments}, each up to {DEFAULT.attachment // 2**30} GiB" in PAGE
    assert f"{DEFAULT.members} entries, {DEFAULT.unpacked // 2**30} GiB, {DEFAULT.ratio} times" in PAGE
