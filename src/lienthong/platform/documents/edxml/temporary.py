"""Temporary files that stay in memory while they are small."""

import tempfile
from typing import BinaryIO, cast


def temporary_file(in_memory: int) -> BinaryIO:
    """A nameless file for reading and writing; whoever gets it closes it, and then it is gone."""
    made = tempfile.SpooledTemporaryFile(max_size=in_memory, mode="w+b")  # noqa: SIM115 (its owner closes it)
    return cast("BinaryIO", made)
