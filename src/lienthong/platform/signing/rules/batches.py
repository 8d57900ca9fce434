"""The bytes that a batch signature covers: one XAdES reference, to the result of the batch's hash chain."""

from datetime import datetime
from hashlib import sha256

from lienthong.platform.signing.rules import hashchain, xades


def batch_entries(result: bytes) -> tuple[xades.Entry, ...]:
    """What a batch signature refers to. `result`: the chain's result document."""
    return (xades.Entry(xades.CHAIN_RESULT, sha256(result).digest()),)


def batch_info(root: bytes, *, thumbprint: str, at: datetime) -> bytes:
    """The signed bytes of a batch with this root."""
    return xades.signed_info(batch_entries(hashchain.result_document(root)), thumbprint=thumbprint, at=at)
