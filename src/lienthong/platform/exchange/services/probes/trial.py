"""One run of the self-test, and how a test says that it failed or does not apply."""

from dataclasses import dataclass

from lienthong.kernel import http
from lienthong.kernel.text import Bilingual
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.types import NodeEntry

TIMEOUT = 10.0


class Skipped(Exception):
    """This cannot be tested here; the sentence says why."""

    def __init__(self, sentence: Bilingual) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence


class Failed(Exception):
    """The test found what is wrong."""

    def __init__(self, sentence: Bilingual) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence


@dataclass
class Trial:
    """One run against one peer; a letter and its receipt are kept for the tests that build on them."""

    peer: NodeEntry
    patience: float
    letter: tuple[bytes, str, wire.Header] | None = None
    receipt: bytes = b""


def excerpt(response: http.Response) -> str:
    return response.body[:200].decode("utf-8", errors="replace")
