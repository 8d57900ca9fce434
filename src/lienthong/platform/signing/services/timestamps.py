"""Time stamps: asking for one, and giving one where this node is the demo's authority."""

from pathlib import Path

from lienthong.kernel import clock, roles
from lienthong.kernel.ids import new_id
from lienthong.platform.signing.ports import TimestampAuthority
from lienthong.platform.signing.queries.register import authority_home
from lienthong.platform.signing.rules import signatures, timestamps
from lienthong.platform.signing.services.authority import ensure_demo_authority, load_issuer, service_pair


def timestamp(digest: bytes) -> bytes:
    """A DER TimeStampToken (RFC 3161) over a SHA-256 digest, already verified.

    Goes over the network: never in a transaction. Raises Refused `signing.no-timestamp` when nobody gives one.
    """
    return roles.port(TimestampAuthority).stamp(digest)


def answer_timestamp(request_der: bytes, *, home: Path | None = None) -> bytes:
    """TimeStampResp in DER for a TimeStampReq, also when the answer is no."""
    try:
        question = timestamps.read_question(request_der)
    except timestamps.BadQuestion as bad:
        return timestamps.rejected(bad.failure)
    folder = ensure_demo_authority(home or authority_home())
    pair = service_pair(folder, "tsa")
    token = timestamps.stamp(
        question,
        serial=new_id().int,
        at=clock.now(),
        chain=(pair.certificate, load_issuer(folder).certificate),
        sign=lambda payload: pair.key.sign(payload, signatures.SHA256),
    )
    return timestamps.granted(token)
