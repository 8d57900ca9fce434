"""Signing many messages at once: one signature over the root of their hash chain, each message provable alone."""

from collections.abc import Sequence
from datetime import datetime

from lienthong.kernel import roles
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.rules import batches, hashchain
from lienthong.platform.signing.types import BatchSignature, KeyName


def sign_batch(
    messages: Sequence[tuple[bytes, Sequence[bytes]]], *, at: datetime, key: KeyName = "node"
) -> BatchSignature:
    """Sign messages, each with the SHA-256 digests of its attachments, by one signature.

    Raises Refused `signing.malformed-chain` for no message or more than a million, `signing.unknown-key`.
    """
    store = roles.port(KeyStore)
    tree = hashchain.build([hashchain.message_leaf(message, attachments) for message, attachments in messages])
    value = store.sign(key, batches.batch_info(tree.root, thumbprint=store.chain(key).thumbprint, at=at))
    chains = tuple(tree.path(index).encode() for index in range(tree.count))
    return BatchSignature(value, hashchain.result_document(tree.root), chains)
