"""What the background thread does for registers and the search."""

from __future__ import annotations

from lienthong.kernel import lull
from lienthong.platform.documents.services import indexing, registers

_LULL = lull.lull()


def index_documents() -> int:
    """Give new and changed documents their words; called every two seconds, again while there is more.

    While letters are many the search may be two minutes late: reading a file costs as much as sending it.
    """
    if not _LULL.is_here():
        return 0
    done = indexing.index_waiting()
    return done if done >= indexing.BATCH else 0


def close_old_registers() -> int:
    """Close the registers of past years; called every ten minutes."""
    return registers.close_old_registers()
