"""Dates and numbers in Vietnamese words (ghi bằng chữ), as civil-status papers demand."""

from __future__ import annotations

from datetime import date
from typing import Final

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def number_in_words(number: int) -> str:
    """A number from 0 to 9999: 21 → "hai mươi mốt", 2026 → "hai nghìn không trăm hai mươi sáu"."""
    if not 0 <= number <= 9999:
        raise ValueError(f"only 0 to 9999, not {number}")
    thousands, rest = divmod(number, 1000)
    hundreds, below = divmod(rest, 100)
    parts = []
    if thousands:
        parts.append(f"{_DIGITS[thousands]} nghìn")
    if hundreds or (thousands and below):
        parts.append(f"{_DIGITS[hundreds]} trăm")
    if below or not parts:
        parts.append(_below_hundred(below, after_more=bool(parts)))
    return " ".join(parts)


def _below_hundred(number: int, *, after_more: bool) -> str:
    tens, units = divmod(number, 10)
    if tens == 0:
        return f"linh {_DIGITS[units]}" if after_more else _DIGITS[units]
    head = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if units == 0:
        return head
    if units == 5:
        return f"{head} lăm"
    if units == 1 and tens > 1:
        return f"{head} mốt"
    return f"{head} {_DIGITS[units]}"


def date_in_words(day: date) -> str:
    """A day as birth certificates write it: "Ngày mười hai tháng mười một năm hai nghìn …"; April is "tư"."""
    month = "tư" if day.month == 4 else number_in_words(day.month)
    return f"Ngày {number_in_words(day.day)} tháng {month} năm {number_in_words(day.year)}"


def date_of_letterhead(place: str, day: date) -> str:
    """Place and date of an official document (NĐ 30/2020): days below 10 and months 1, 2 carry a zero."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"
