"""Files of 100 MB go out and come in through the memory of a few pieces, and their canonical form is the library's."""

import io
from hashlib import sha256
from itertools import chain
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml.canonical import Unclear, digest_without_signature
from lienthong.platform.documents.edxml.tests import samples

MIB = 2**20
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = f'<s:Signature xmlns:s="{DSIG}" xmlns:in="urn:in"><in:x/>text</s:Signature>'


class Long(io.RawIOBase):
    """A stream of many bytes that lie nowhere."""

    def __init__(self, size: int) -> None:
        self._size = self._left = size
        self._block = bytes(range(256)) * 4096

    def seek(self, place: int, whence: int = 0) -> int:
        """To the beginning or to the end."""
        assert place == 0
        self._left = 0 if whence else self._size
        return self._size if whence else 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        count = min(len(buffer), self._left, len(self._block))
        buffer[:count] = self._block[:count]
        self._left -= count
        return count


def many(size: int) -> Any:
    return Long(size)


class Growth:
    """By how much this process has grown since a moment, at most."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self.most = 0

    def watch(self, pieces):
        for piece in pieces:
            yield piece
            self.most = max(self.most, self._process.memory_info().rss - self._before)


def test_a_hundred_megabytes_go_out_and_come_in(tmp_path, at_province):
    size = 100 * MIB
    said = samples.message()
    envelope = edxml.sign_envelope(edxml.write_envelope(said), [("cid:tep-1", bytes(32))], key="node", at=samples.NOW)
    growth = Growth()
    pieces = growth.watch(edxml.stream_message(envelope, [(said.attachments[0], many(size))]))
    with edxml.split(pieces) as parts:
        (one,) = parts.attachments
        assert one.content.size == size
        digest = sha256()
        for piece in growth.watch(iter(lambda: one.content.stream.read(MIB), b"")):
            digest.update(piece)
        assert one.content.sha256 == digest.hexdigest()
    assert growth.most < 32 * MIB


def test_the_canonical_form_of_a_hundred_megabytes_takes_no_memory(tmp_path, at_province):
    said = samples.message()
    envelope = edxml.sign_envelope(edxml.write_envelope(said), [("cid:tep-1", bytes(32))], key="node", at=samples.NOW)
    path = tmp_path / "large.xml"
    with path.open("wb") as target:
        target.writelines(edxml.stream_message(envelope, [(said.attachments[0], many(100 * MIB))]))
    growth = Growth()
    with path.open("rb") as source:
        slow = watched(source, growth)
        assert len(digest_without_signature(slow, exclusive=True, prefixes=(), hash_name="sha256")) == 32
    assert slow.read_bytes > 130 * MIB
    assert growth.most < 32 * MIB


class Watched:
    """A file of which every read is measured."""

    def __init__(self, source, growth: Growth) -> None:
        self._source, self._growth, self.read_bytes = source, growth, 0

    def seek(self, place: int, whence: int = 0) -> int:
        return int(self._source.seek(place, whence))

    def read(self, count: int) -> bytes:
        piece: bytes
        (piece,) = self._growth.watch([self._source.read(count)])
        self.read_bytes += len(piece)
        return piece


def watched(source: Any, growth: Growth) -> Any:
    return Watched(source, growth)


def test_a_file_is_zipped_through_little_memory():
    growth = Growth()
    source = watched(many(100 * MIB), growth)
    with edxml.zip_file("a.bin", source) as blob, edxml.open_attachment(blob) as (opened,):
        assert (opened.size, source.read_bytes) == (100 * MIB, 100 * MIB)
        for _ in growth.watch(iter(lambda: opened.content.read(MIB), b"")):
            pass
    assert growth.most < 32 * MIB


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 3 * 2**17 - 1, 3 * 2**17, 3 * 2**17 + 1, 2**20])
def test_base64_has_no_seams(size):
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    said = samples.message()

    class Drip(io.BytesIO):
        def read(self, count=-1):
            return super().read(min(count, 100_003))

    for stream in (io.BytesIO(content), Drip(content)):
        with edxml.split(edxml.stream_message(b"<edXMLEnvelope/>", [(said.attachments[0], stream)])) as parts:
            assert parts.attachments[0].content.stream.read() == content


# The canonical form against the library's

TEXTS = st.text(st.sampled_from("ab <>&\"'\t\n\r]ếđ"), max_size=8)
PREFIXES = st.sampled_from(["", "p", "q"])
URIS = st.sampled_from(["urn:1", "urn:2"])


def escape(text: str) -> str:
    for sign in "&<>\"'\t\n\r":
        text = text.replace(sign, f"&#{ord(sign)};") if sign != "&" else text.replace("&", "&amp;")
    return text


@st.composite
def elements(draw, depth=0, known=frozenset()):
    declared = draw(st.dictionaries(PREFIXES, URIS, max_size=2))
    if depth and draw(st.booleans()):
        declared[""] = draw(st.sampled_from(["", "urn:1"]))
    known = known | declared.keys() | {""}
    prefix = draw(st.sampled_from(sorted(known)))
    name = f"{prefix}:e" if prefix else "e"
    plain = draw(st.dictionaries(st.sampled_from(["b", "a", "xml:lang", "xml:space"]), TEXTS, max_size=3))
    others = sorted(known - {""})
    if others and draw(st.booleans()):
        plain[f"{draw(st.sampled_from(others))}:c"] = draw(TEXTS)
    attributes = "".join(f' {one}="{escape(value)}"' for one, value in plain.items())
    namespaces = "".join(f' xmlns{":" if one else ""}{one}="{uri}"' for one, uri in declared.items())
    inner = []
    for _ in range(draw(st.integers(0, 3 if depth < 3 else 0))):
        part = draw(st.sampled_from(["text", "element", "comment", "instruction", "cdata"]))
        if part == "element":
            inner.append(draw(elements(depth=depth + 1, known=known)))
        else:
            made = {"text": escape(draw(TEXTS)), "comment": "<!-- c -->", "instruction": "<?pi a  b?>"}
            inner.append(made.get(part, "<![CDATA[ <&> ]]>"))
    return f"<{name}{attributes}{namespaces}>{''.join(inner)}</{name}>"


@settings(max_examples=200, deadline=None)
@given(elements(), st.booleans(), st.integers(0, 100), st.sampled_from([(), ("p",), ("q", "p")]))
def test_the_canonical_form_is_the_librarys(document, exclusive, place, prefixes):
    ends = [at for at in range(len(document)) if document.startswith("</", at)]
    at = ends[place % len(ends)]
    bare = f"<?a b?>\n<!-- x -->{document}<?c?>"
    tree = etree.fromstring(bare).getroottree()
    keep = list(prefixes) if exclusive else None
    wanted = etree.tostring(tree, method="c14n", exclusive=exclusive, with_comments=False, inclusive_ns_prefixes=keep)
    signed = f"<?a b?>\n<!-- x -->{document[:at]}{SIGNATURE}{document[at:]}<?c?>".replace("\n", "\r\n")
    got = digest_without_signature(
        io.BytesIO(signed.encode()), exclusive=exclusive, prefixes=prefixes, hash_name="sha256"
    )
    assert got == sha256(wanted).digest()


@pytest.mark.parametrize(
    "document",
    [
        b"<a/>",
        b"<a>" + SIGNATURE.encode() * 2 + b"</a>",
        b"<!DOCTYPE a><a>" + SIGNATURE.encode() + b"</a>",
        b"<a>",
        b"<p:a>" + SIGNATURE.encode() + b"</p:a>",
        bytes(chain(b"<a>" * 50, SIGNATURE.encode(), b"</a>" * 50)),
    ],
)
def test_what_has_no_clear_canonical_form_is_not_digested(document):
    with pytest.raises(Unclear):
        digest_without_signature(io.BytesIO(document), exclusive=False, prefixes=(), hash_name="sha256")
