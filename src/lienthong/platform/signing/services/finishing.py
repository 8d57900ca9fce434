"""Finishing later what could not be finished when it was signed: time stamps and proofs (hoàn thiện chữ ký số)."""

from datetime import timedelta

import structlog

from lienthong.kernel import clock, db, events, files
from lienthong.kernel.errors import Refused
from lienthong.platform.signing.events import DocumentAugmented
from lienthong.platform.signing.models import UnfinishedDocument
from lienthong.platform.signing.services.levels import augment_pdf
from lienthong.platform.signing.types import PDF_LEVELS, PdfLevel

log = structlog.get_logger()

_AT_ONCE = 50
_LONGEST = timedelta(hours=6)
MAX_STORED = 40 * 2**20


def finish_later(*, sha256: str, wanted: PdfLevel, about: str = "") -> None:
    """Have a stored signed PDF brought to this level as soon as that can be; `DocumentAugmented` tells of the new file.

    The file stays as it is: the finished one is another file that begins with the same bytes.
    """
    UnfinishedDocument.objects.bulk_create(
        [UnfinishedDocument(sha256=sha256, wanted=wanted, about=about, created_at=clock.now(), due_at=clock.now())],
        ignore_conflicts=True,
    )


def finish_due() -> bool:
    """Try those that are due; True when there may be more at once. The network is asked outside of transactions."""
    due = list(UnfinishedDocument.objects.filter(due_at__lte=clock.now()).order_by("due_at")[:_AT_ONCE])
    for row in due:
        _finish(row)
    return len(due) == _AT_ONCE


def _finish(row: UnfinishedDocument) -> None:
    wanted: PdfLevel = next((one for one in PDF_LEVELS if one == row.wanted), "B-LTA")
    try:
        made = augment_pdf(files.read(row.sha256), level=wanted)
    except Refused as refused:
        # What is not good will not become good; somebody who looks at the file is told why.
        log.warning("signature not to be finished", sha256=row.sha256, code=refused.code)
        UnfinishedDocument.objects.filter(pk=row.pk).update(due_at=None, tries=row.tries + 1)
        return
    if PDF_LEVELS.index(made.level) < PDF_LEVELS.index(wanted):
        wait = min(timedelta(minutes=2 ** min(row.tries, 10)), _LONGEST)
        UnfinishedDocument.objects.filter(pk=row.pk).update(
            due_at=clock.now() + wait, tries=row.tries + 1, reached=made.level
        )
        return
    name = files.describe(row.sha256).name
    kept = files.store(bytes(made), name=name, allowed=frozenset({files.PDF}), max_bytes=MAX_STORED)
    with db.atomic():
        if UnfinishedDocument.objects.filter(pk=row.pk, due_at__isnull=False).update(
            due_at=None, tries=row.tries + 1, reached=made.level, finished_sha256=kept.sha256
        ):
            events.publish(
                DocumentAugmented(
                    sha256=row.sha256, finished_sha256=kept.sha256, size=kept.size, level=made.level, about=row.about
                )
            )
