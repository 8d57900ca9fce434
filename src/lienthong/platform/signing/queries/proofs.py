"""Arithmetic of proofs for the rooms that keep logs: chains over rows, checkpoints over streams, paths between them."""

from collections.abc import Sequence

from lienthong.platform.signing.rules.asic.forms import LogProof
from lienthong.platform.signing.rules.checkpoints import (
    CheckpointDocument,
    StreamPart,
    checkpoint_digest,
    read_checkpoint,
    stamp_leaf,
    stamped_bytes,
)
from lienthong.platform.signing.rules.checkpoints import root_of as checkpoint_tree
from lienthong.platform.signing.rules.compact import assemble as write_line
from lienthong.platform.signing.rules.hashchain import Tree, decode_path
from lienthong.platform.signing.rules.hashchain import build as build_chain

__all__ = [
    "CheckpointDocument",
    "LogProof",
    "StreamPart",
    "build_chain",
    "checkpoint_digest",
    "checkpoint_tree",
    "decode_path",
    "read_checkpoint",
    "stamp_tree",
    "stamped_bytes",
    "write_line",
]


def stamp_tree(digests: Sequence[bytes]) -> Tree:
    """The tree over digests of checkpoints that one time stamp is to cover, by `stamped_bytes` of its root."""
    return build_chain([stamp_leaf(digest) for digest in digests])
