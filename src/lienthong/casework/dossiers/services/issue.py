"""Issue (phát hành): the clerk seals the signed result; it becomes the dossier's result and goes to the portal."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.dossiers import letters, printing, queries, rights
from lienthong.casework.dossiers.events import ResultIssued
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import journal
from lienthong.casework.dossiers.services.charge import portal_code
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.exchange import services as exchange
from lienthong.platform.signing import services as signing


def issue_result(*, dossier_id: UUID, actor: Actor) -> DossierFacts:
    """Seal the result with the agency's key (status 9) and send the citizen's copy to the portal.

    Raises Conflict `dossiers.not-signed` or `.moved-on`, NotAllowed, Refused `signing.*`.
    """
    dossier = journal.load_dossier(dossier_id)
    rights.require_deed(actor, dossier, "issue")
    journal.check_step(dossier, "issue")
    _require_signed(dossier)
    now = clock.now()
    sealed = signing.sign_pdf(
        files.read(dossier.signed_sha256),
        signer=f"seal:{dossier.agency_code}",
        box=printing.SEAL_BOX,
        appearance="seal",
        moment=now,
        reason=dossier.code,
    )
    result = files.store(sealed, name=printing.result_name(dossier), allowed=frozenset({files.PDF}))
    with db.atomic():
        locked = journal.lock_dossier(dossier_id)
        journal.check_step(locked, "issue")
        if locked.signed_sha256 != dossier.signed_sha256:
            raise Conflict("dossiers.moved-on", tr("Hồ sơ vừa thay đổi.", "The dossier has just changed."))
        locked.result_sha256, locked.result_name, locked.result_size = result.sha256, result.name, result.size
        journal.finish_step(locked, "clerk", actor=actor, at=now, start_next="reception")
        journal.record(
            locked, "issue", actor=actor, at=now, note=f"Số {locked.result_number}",
            event=ResultIssued, file=result.sha256,
        )  # fmt: skip
        _post_result(locked, result, actor)
        return queries.as_dossier(locked)


def _require_signed(dossier: Dossier) -> None:
    if dossier.decided_at is None or not dossier.signed_sha256:
        raise Conflict("dossiers.not-signed", tr("Lãnh đạo chưa ký kết quả.", "The leader has not signed yet."))


def _post_result(dossier: Dossier, result: FileRef, actor: Actor) -> None:
    letter = letters.DossierResult(
        dossier_id=dossier.pk,
        dossier_code=dossier.code,
        result_number=dossier.result_number,
        part=result.sha256,
        issued_at=clock.now(),
    )
    exchange.post_letter(letter, recipient=portal_code(), actor=actor, about=f"dossier:{dossier.pk}", parts=(result,))
