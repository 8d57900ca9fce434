"""What a payment notice does to an order: one pure decision. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lienthong.kernel.text import Bilingual, tr

OK: Final = "00"
UNREADABLE: Final = "01"
WRONG_CODE: Final = "02"
UNKNOWN_PARTNER: Final = "03"
UNKNOWN_REFERENCE: Final = "04"
WRONG_AMOUNT: Final = "05"
OTHER_CURRENCY: Final = "06"
ALREADY_SETTLED: Final = "07"
CONTRADICTION: Final = "08"
NO_RESULT_YET: Final = "09"

# answer -> (HTTP status, sentence); the codes are a promise to partners and never change their meaning
ANSWERS: Final[dict[str, tuple[int, Bilingual]]] = {
    OK: (200, tr("Đã ghi nhận.", "Recorded.")),
    UNREADABLE: (400, tr("Bản tin thiếu hoặc sai trường.", "The message lacks fields or has malformed ones.")),
    WRONG_CODE: (403, tr("Mã xác thực không đúng.", "The authentication code is wrong.")),
    UNKNOWN_PARTNER: (403, tr("Mã đối tác không đúng.", "The partner code is unknown.")),
    UNKNOWN_REFERENCE: (404, tr("Không có mã tham chiếu này.", "The reference is unknown.")),
    WRONG_AMOUNT: (422, tr("Số tiền không khớp.", "The amount does not match.")),
    OTHER_CURRENCY: (422, tr("Chỉ nhận tiền đồng Việt Nam.", "Only Vietnamese đồng are accepted.")),
    ALREADY_SETTLED: (
        200,
        tr("Khoản này đã được trả bằng giao dịch khác.", "This was settled by another transaction."),
    ),
    CONTRADICTION: (
        409,
        tr("Mã giao dịch này đã được báo với nội dung khác.", "This transaction was told with other content."),
    ),
    NO_RESULT_YET: (200, tr("Chưa có kết quả.", "There is no result yet.")),
}

# (MaLoi, TrangThaiGD) of a notice -> outcome
RESULTS: Final[dict[tuple[str, str], str]] = {
    ("00", "1"): "paid",
    ("24", "3"): "cancelled",
    ("99", "2"): "failed",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice says, or what an earlier notice with the same transaction code said."""

    reference: str
    amount: int
    currency: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to the gateway (MaLoi) and, if something is to be written, the transaction's outcome."""

    answer: str
    outcome: str | None = None


def decide(*, owed: int, is_settled: bool, told: Told, earlier: Told | None, earlier_answer: str = "") -> Verdict:
    """Decide on a notice whose code fits and whose order is known.

    ``owed`` is the order's sum in đồng; ``earlier`` what the same transaction code was told with before.
    A repetition gets the answer it got before; only the first right payment settles.
    """
    if told.currency != "VND":
        return Verdict(OTHER_CURRENCY)
    if earlier is not None:
        return Verdict(earlier_answer) if earlier == told else Verdict(CONTRADICTION)
    if told.amount != owed:
        return Verdict(WRONG_AMOUNT)
    if told.outcome != "paid":
        return Verdict(OK, told.outcome)
    if is_settled:
        return Verdict(ALREADY_SETTLED, "surplus")
    return Verdict(OK, "paid")
