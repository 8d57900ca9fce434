"""Trust in many messages at once: one signature for what leaves together, one check for what was signed together."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.services import trust
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services


class Signed(NamedTuple):
    """A message that claims to be signed: SHA-256 of its body, its line, the header read off it."""

    digest: bytes
    line: str
    header: wire.Header


def sign_together(messages: Sequence[tuple[bytes, wire.Header]], *, at: datetime) -> tuple[str, ...]:
    """Sign digests of bodies under their headers by one signature; the lines, each of which stands alone.

    All headers bear the same moment `at`, which is the signature's.
    """
    kid = signing_queries.get_certificate("node").thumbprint
    listed = [(header.message(kid, at), [digest]) for digest, header in messages]
    return signing_services.sign_lines(listed, at=at, thumbprint=kid)


def verify_together(signed: Sequence[Signed]) -> list[Refused | None]:
    """What is wrong with each message, None for those that verify; as `trust.verify_digest` would say."""
    faults: list[Refused | None] = [None] * len(signed)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for index, one in enumerate(signed):
        value = one.line.rpartition(".")[2]
        groups.setdefault((value, one.header.kid, one.header.sender), []).append(index)
    for members in groups.values():
        if len(members) == 1 or not _is_one_batch([signed[index] for index in members]):
            for index in members:
                faults[index] = _fault(signed[index])
    return faults


def _is_one_batch(members: Sequence[Signed]) -> bool:
    """Do these make up a whole batch, in its order, with the paths that they bring? False: look at each alone."""
    proofs = [signing_queries.read_proof(one.line) for one in members]
    first = members[0].header
    if not all(chain for _, _, chain in proofs) or any(one.header.at != first.at for one in members):
        return False
    try:
        certificate, chains = signing_queries.verify_batch(
            [(message, [one.digest]) for (message, _, _), one in zip(proofs, members, strict=True)],
            value=proofs[0][1],
            certificate_pem=trust.certificate_for(first),
            signed_at=first.at,
            at=trust.judged_at(first),
        )
    except Refused:
        return False
    return certificate.agency_code == first.sender and all(
        chain == own for chain, (_, _, own) in zip(chains, proofs, strict=True)
    )


def _fault(one: Signed) -> Refused | None:
    try:
        trust.verify_digest(one.digest, one.line, one.header)
    except Refused as refusal:
        return refusal
    return None
