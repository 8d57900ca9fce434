"""What a benchmark sends: letters of about a kilobyte that every member takes and that change nothing."""

from collections.abc import Sequence

from lienthong.kernel.ids import new_id
from lienthong.platform.exchange.letters import SelfTest
from lienthong.platform.exchange.types import Letter

_TEXT = "Thư đo tốc độ. " * 60


def letters(count: int) -> Sequence[Letter]:
    """So many letters, no two alike."""
    return [SelfTest(test_id=new_id(), wish="accept", text=_TEXT) for _ in range(count)]
