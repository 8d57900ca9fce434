"""The demo authority's register (sổ chứng thư đã cấp): which certificates it issued, and which it revoked.

It lies in files beside the authority's keys, because every node of the demo issues its own from there:
`issued/<serial>.crt` and, for a revoked one, `revoked/<serial>.json`.
"""

import json
import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import cast

from lienthong.kernel.clock import ZONE
from lienthong.kernel.profile import node
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.types import IssuedCertificate, RevocationReason


def authority_home() -> Path:
    """The home that the demo's authority lies in: LIENTHONG_AUTHORITY, else the folder above the node's home."""
    return Path(os.environ.get("LIENTHONG_AUTHORITY") or node().home.parent)


def list_issued(folder: Path | None = None) -> tuple[IssuedCertificate, ...]:
    """All certificates that were issued, the latest first."""
    folder = folder or authority_home() / "authority"
    found = (_read(folder, path) for path in (folder / "issued").glob("*.crt"))
    return tuple(sorted(found, key=lambda one: (one.not_before, one.serial), reverse=True))


def list_revoked(folder: Path | None = None) -> tuple[IssuedCertificate, ...]:
    """Certificates that were revoked, in the order of their serial numbers."""
    folder = folder or authority_home() / "authority"
    paths = (folder / "issued" / f"{path.stem}.crt" for path in (folder / "revoked").glob("*.json"))
    return tuple(sorted((_read(folder, path) for path in paths), key=lambda one: one.serial))


def find_issued(folder: Path, serial: int) -> IssuedCertificate | None:
    """The line of a serial number; None when this authority did not issue it."""
    path = folder / "issued" / f"{serial:x}.crt"
    return _read(folder, path) if path.exists() else None


def _read(folder: Path, path: Path) -> IssuedCertificate:
    revoked_at, reason = _read_revocation(folder / "revoked" / f"{path.stem}.json")
    pem = _read_pem(path)
    leaf = certificates.describe(pem)
    return IssuedCertificate(
        thumbprint=leaf.thumbprint,
        serial=path.stem,
        kind=leaf.kind,
        name=leaf.name,
        agency_code=leaf.agency_code,
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        pem=pem,
        revoked_at=revoked_at,
        reason=cast("RevocationReason", reason),
    )


@lru_cache(maxsize=10_000)
def _read_pem(path: Path) -> str:
    return path.read_text("ascii")


def _read_revocation(path: Path) -> tuple[datetime | None, str]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None, ""
    return datetime.fromisoformat(told["at"]).astimezone(ZONE), str(told["reason"])
