"""Examining the log: the whole message log is verified once a day and on demand, and health tells the last result."""

from dataclasses import replace
from datetime import timedelta

from lienthong.kernel import clock
from lienthong.kernel.text import show_number, tr
from lienthong.platform.exchange.models import LogEntry
from lienthong.platform.exchange.queries.log import verify_log
from lienthong.platform.exchange.services.witness import check_with_witness
from lienthong.platform.exchange.types import LogVerdict
from lienthong.platform.monitoring import queries as monitoring_queries
from lienthong.platform.monitoring import services as monitoring

FINDING = "log-verified"
_EVERY = timedelta(days=1)


def examine_log(*, witness: bool = False) -> LogVerdict:
    """Verify the whole log and keep the result for health; `witness`: compare with what the witness keeps, too.

    Raises Refused where it cannot be verified, or the witness cannot be asked.
    """
    verdict = verify_log()
    if witness:
        names, unlike = check_with_witness()
        verdict = replace(verdict, witness=names, faults=(*verdict.faults, *unlike))
    rows, faults = show_number(verdict.rows), show_number(len(verdict.faults))
    if verdict.intact:
        sentence = tr(f"Nhật ký thông điệp nguyên vẹn, {rows} dòng.", f"The message log is intact, {rows} rows.")
    else:
        sentence = tr(
            f"Nhật ký thông điệp KHÔNG nguyên vẹn: {faults} lỗi trong {rows} dòng.",
            f"The message log is NOT intact: {faults} faults in {rows} rows.",
        )
    hint = tr(
        "Giữ nguyên máy chủ và bản sao lưu, mở mục “Nhật ký thông điệp” để xem từng lỗi, đối chiếu với nút làm chứng.",
        "Leave the server and its backups as they are; “Message log” names each fault; compare with the witness.",
    )
    monitoring.keep_finding(FINDING, good=verdict.intact, sentence=sentence, hint=hint)
    return verdict


def examine_log_daily() -> None:
    """Verify the log if nobody has since yesterday."""
    last = monitoring_queries.last_finding(FINDING)
    if (last is not None and clock.now() - last < _EVERY) or not LogEntry.objects.exists():
        return
    examine_log()
