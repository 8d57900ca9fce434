"""What the background thread does for registers and the search."""

from __future__ import annotations

from lienthong.platform.documents.services import indexing, registers


def index_documents() -> int:
    """Give new and changed documents their words; called every two seconds, again while there is more."""
    done = indexing.index_waiting()
    return done if done >= indexing.BATCH else 0


def close_old_registers() -> int:
    """Close the registers of past years; called every ten minutes."""
    return registers.close_old_registers()
