"""Asking what a proof container proves."""

import io
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import IO

from cryptography import x509

from lienthong.kernel import clock, roles
from lienthong.platform.signing.ports import TrustAnchors, TrustStore
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.rules.asic import bundle, verdict
from lienthong.platform.signing.types import ContainerVerdict


def verify_container(
    file: IO[bytes] | bytes,
    *,
    trusted_roots: Sequence[str] | None = None,
    given: Mapping[str, bytes] | None = None,
) -> ContainerVerdict:
    """What a container (ASiC-E) proves, in sentences; never raises for what stands in the file.

    `trusted_roots`: PEM texts of the roots that the reader trusts, issuers among them; None: those that the container
    brings, which the verdict then says. Needs no node, no database and no network. `given`: what was left out, by name.
    """
    opened = io.BytesIO(file) if isinstance(file, bytes) else file
    anchors = anchors_of(trusted_roots) if trusted_roots is not None else None
    return verdict.judge(opened, now=clock.now(), anchors=anchors, given=given)


def verify_container_here(file: IO[bytes] | bytes, *, given: Mapping[str, bytes] | None = None) -> ContainerVerdict:
    """As `verify_container`, judged by whom this node trusts."""
    store = roles.port(TrustStore)
    opened = io.BytesIO(file) if isinstance(file, bytes) else file
    return verdict.judge(
        opened, now=clock.now(), anchors=store.anchors(), timestamp_anchors=store.timestamp_anchors(), given=given
    )


def anchors_of(pems: Sequence[str]) -> TrustAnchors:
    """Trust in these certificates: the self-signed are roots, the others help to reach them."""
    found: list[x509.Certificate] = []
    for pem in pems:
        found += certificates.parse_chain(pem)
    roots = tuple(one for one in dict.fromkeys(found) if one.issuer == one.subject)
    others = tuple(one for one in dict.fromkeys(found) if one.issuer != one.subject)
    prints = "".join(sorted(certificates.thumbprint(one) for one in (*roots, *others)))
    return TrustAnchors(roots, others, sha256(prints.encode("ascii")).hexdigest())


def verify_proof(
    file: IO[bytes],
    *,
    trusted_roots: Sequence[str] | None = None,
    given: Mapping[str, bytes] | None = None,
    here: bool = False,
) -> Iterator[tuple[str, ContainerVerdict]]:
    """As `verify_container`, for one container or a ZIP of several (a message with its answer), one after another.

    `here`: judged by whom this node trusts.
    """

    def judge(container: IO[bytes]) -> ContainerVerdict:
        if here:
            return verify_container_here(container, given=given)
        return verify_container(container, trusted_roots=trusted_roots, given=given)

    held = bundle.open_bundle(file)
    if held is None:
        file.seek(0)
        yield "", judge(file)
        return
    for name in held.names:
        with held.open(name) as inner:
            yield name, judge(inner)
