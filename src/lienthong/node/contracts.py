"""Contracts: the letters of all rooms as JSON Schemas and samples, for whoever connects an existing system."""

from pathlib import Path

from lienthong.node.wiring import all_roles
from lienthong.platform.exchange import services as exchange


def write_all(folder: Path) -> int:
    """Write schema and sample of every letter that some role receives."""
    letters = {letter for role in all_roles().values() for letter, _ in role.inbox}
    exchange.write_contracts(folder, sorted(letters, key=lambda letter: letter.NAME))
    print(f"{len(letters)} letters written to {folder}")
    return 0
