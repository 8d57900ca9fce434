"""Signing many messages at once: one signature over the root of their hash chain, each message provable alone."""

from collections.abc import Sequence
from datetime import datetime

from lienthong.kernel import roles
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.rules import batches, compact, hashchain
from lienthong.platform.signing.services.messages import sign_line
from lienthong.platform.signing.types import BatchSignature, KeyName


def sign_batch(
    messages: Sequence[tuple[bytes, Sequence[bytes]]], *, at: datetime, key: KeyName = "node", thumbprint: str = ""
) -> BatchSignature:
    """Sign messages, each with the SHA-256 digests of its attachments, by one signature.

    Raises Refused `signing.malformed-chain` for no message or more than a million, `signing.unknown-key`.
    """
    held = roles.port(KeyStore).hold(key, thumbprint)
    tree = hashchain.build([hashchain.message_leaf(message, attachments) for message, attachments in messages])
    value = held.sign(batches.batch_info(tree.root, thumbprint=held.chain.thumbprint, at=at))
    chains = tuple(tree.paths())
    return BatchSignature(value, hashchain.result_document(tree.root), chains)


def sign_lines(
    messages: Sequence[tuple[bytes, Sequence[bytes]]], *, at: datetime, key: KeyName = "node", thumbprint: str = ""
) -> tuple[str, ...]:
    """The lines of signed headers (`sign_line`) of many messages, by one signature; each stands alone with its path."""
    if len(messages) == 1:
        return (sign_line(messages[0][0], messages[0][1], at=at, key=key, thumbprint=thumbprint),)
    signed = sign_batch(messages, at=at, key=key, thumbprint=thumbprint)
    return tuple(
        compact.assemble(message, signed.value, chain)
        for (message, _), chain in zip(messages, signed.chains, strict=True)
    )
