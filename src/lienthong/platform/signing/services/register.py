"""Writing in the demo authority's register: what was issued, what is revoked."""

import json
from pathlib import Path
from typing import get_args

from lienthong.kernel import audit, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.durable import locked, write
from lienthong.platform.signing.queries.register import authority_home, find_issued, list_issued
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.types import IssuedCertificate, RevocationReason


def enter(folder: Path, pem: str) -> None:
    """Enter an issued certificate; once is enough."""
    path = folder / "issued" / f"{certificates.parse_chain(pem)[0].serial_number:x}.crt"
    if not path.exists():
        write(path, pem.encode("ascii"))


def revoke_certificate(
    thumbprint: str, *, reason: RevocationReason, actor: Actor, home: Path | None = None
) -> IssuedCertificate:
    """Revoke a certificate that this authority issued (thu hồi chứng thư), for good and from now on.

    Raises NotFound `signing.not-issued`, Conflict `signing.already-revoked`, Refused `signing.bad-reason`.
    """
    if reason not in get_args(RevocationReason):
        reasons = ", ".join(get_args(RevocationReason))
        raise Refused(
            "signing.bad-reason",
            tr(f"Lý do thu hồi phải là một trong: {reasons}.", f"The reason must be one of {reasons}."),
            field="reason",
        )
    folder = (home or authority_home()) / "authority"
    with locked(folder / "revoked"):
        known = _get_issued(folder, thumbprint)
        if known.revoked_at is not None:
            raise Conflict(
                "signing.already-revoked",
                tr("Chứng thư này đã bị thu hồi từ trước.", "This certificate was revoked before."),
            )
        entry = {"at": clock.now().replace(microsecond=0).isoformat(), "reason": reason, "by": actor.label}
        write(folder / "revoked" / f"{known.serial}.json", json.dumps(entry).encode())
    audit.record(
        actor, "signing.revoke-certificate", f"certificate:{known.thumbprint}", reason=reason, agency=known.agency_code
    )
    return _get_issued(folder, known.thumbprint)


def _get_issued(folder: Path, thumbprint: str) -> IssuedCertificate:
    wanted = thumbprint.lower().replace(":", "")
    found = [one for one in list_issued(folder) if one.thumbprint == wanted]
    if not found:
        raise NotFound(
            "signing.not-issued",
            tr(
                "Cơ quan này không cấp chứng thư có dấu vân tay đó.",
                "This authority issued no certificate with that thumbprint.",
            ),
            field="thumbprint",
        )
    known = find_issued(folder, int(found[0].serial, 16))
    return known or found[0]
