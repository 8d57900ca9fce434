"""Bodies of calls: large ones cost the memory of a block; signatures as the published vector says."""

import hmac
import io
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from lienthong.kernel.errors import Refused
from lienthong.platform.documents import edxml
from lienthong.platform.documents.axis_api import bodies, numbers
from lienthong.platform.documents.tests.foreign import edoc, form

SIZE = 48 * 2**20


class Poured(io.RawIOBase):
    """A body that is made while it is read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if not self._held:
            self._held = next(self._blocks, b"")
        count = min(len(into), len(self._held))
        into[:count], self._held = self._held[:count], self._held[count:]
        return count


def poured(head: bytes, tail: bytes, size: int) -> Iterator[bytes]:
    yield head
    block = b64encode(b"PK\x05\x06" + bytes(3 * 2**16 - 4))
    for _ in range(size // len(block)):
        yield block
    yield tail


def request_of(blocks: Iterator[bytes], length: int, content_type: str) -> WSGIRequest:
    request = RequestFactory().post("/documents/axis/sendEdoc", b"", content_type=content_type)
    request.META.update({"CONTENT_LENGTH": str(length), "CONTENT_TYPE": content_type})
    cast("Any", request)._stream = io.BufferedReader(Poured(blocks))
    return request


def test_a_large_message_costs_the_memory_of_blocks(node_home: Path) -> None:
    whole, content_type = form(edoc("H56", ["G09"], 1, content=b"@@@"))
    head, _, tail = whole.partition(b64encode(b"@@@"))
    block = len(b64encode(bytes(3 * 2**16)))
    length = len(head) + len(tail) + SIZE // block * block
    digest = sha256()
    tracemalloc.start()
    try:
        request = request_of(poured(head, tail, SIZE), length, content_type)
        with closing(bodies.spool(request, digest.update, bodies.MOST_BYTES)) as body:
            file, _ = bodies.file_of(request, body)
            with closing(file.stream), edxml.split(cast("Any", file.stream)) as split:
                assert split.attachments[0].content.size == SIZE // block * 3 * 2**16
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert file.size > SIZE
    assert peak < 12 * 2**20


def test_a_body_shorter_than_it_says_is_refused(node_home: Path) -> None:
    request = request_of(iter([b"abc"]), 10, "application/json")
    with pytest.raises(Refused) as caught:
        bodies.spool(request, lambda _block: None, 100)
    assert numbers.number_of(caught.value) == 10
    with pytest.raises(Refused) as caught:
        bodies.spool(request_of(iter([b""]), 101, "application/json"), lambda _block: None, 100)
    assert numbers.number_of(caught.value) == 11
    in_pieces = request_of(iter([b"abc"]), 0, "application/json")
    in_pieces.META["HTTP_TRANSFER_ENCODING"] = "chunked"
    with pytest.raises(Refused) as caught:
        bodies.spool(in_pieces, lambda _block: None, 100)
    assert (numbers.number_of(caught.value), caught.value.field) == (10, "Content-Length")


def test_the_published_vector_holds() -> None:
    """As on the protocol page, made here by its words."""
    page = Path(__file__).parents[5] / "docs" / "protocols" / "axis.md"
    signed = "VN:GOV:H56:qlvb" + "22112026T093000+0123" + "application/json" + "{}"
    vector = hmac.new(b"bi-mat-thu-nghiem", signed.encode(), sha256).hexdigest()
    assert vector in page.read_text("utf-8")


def test_numbers_of_the_lgsp_variant_are_those_it_knows() -> None:
    codes = ("documents.too-large", "documents.replayed", "documents.unknown-item", "files.empty", "agencies.unknown")
    found = {numbers.lgsp_number_of(numbers.number_of(Refused(code, ""))) for code in codes}
    assert found <= {0, 10, 15, 18, 19, 20, 21, 22, 23}
    assert numbers.number_of(Refused("documents.failed", "", status=500)) == 99
