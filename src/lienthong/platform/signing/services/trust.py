"""Taking roots into the list of those whom this node trusts (danh sách tin cậy)."""

from collections.abc import Iterable
from pathlib import Path

from lienthong.kernel.profile import node
from lienthong.platform.signing.durable import write
from lienthong.platform.signing.rules import certificates


def install_roots(pems: Iterable[str], *, home: Path | None = None) -> int:
    """Trust these roots, and use the intermediates among them to reach the roots; gives how many files are new.

    Whoever calls this has made sure that they are the right ones (`trust_fingerprint`).
    """
    folder, written = (home or node().home) / "trust", 0
    for pem in pems:
        for one in certificates.parse_chain(pem):
            path = folder / f"{certificates.thumbprint(one)[:32]}.pem"
            if not path.exists():
                write(path, certificates.to_pem(one).encode("ascii"))
                written += 1
    return written
