"""Findings: the last result of a check that takes too long to run at every look."""

from lienthong.kernel import clock
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.monitoring.models import Finding


def keep_finding(name: str, *, good: bool, sentence: Bilingual, hint: Bilingual | None = None) -> None:
    """Remember what a long check found; health shows it with its time until the next run."""
    told = hint or tr("", "")
    Finding.objects.update_or_create(
        name=name,
        defaults={
            "at": clock.now(),
            "good": good,
            "sentence_vi": sentence.vi,
            "sentence_en": sentence.en,
            "hint_vi": told.vi,
            "hint_en": told.en,
        },
    )
