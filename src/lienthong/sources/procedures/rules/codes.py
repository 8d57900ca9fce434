"""Codes of procedures (mã thủ tục hành chính)."""

import re

_CODE = re.compile(r"(\d\.\d{6})(?:\.\d{1,3})*(?:\.[A-Z]\d{2}(?:\.\d{1,3})*)?", re.ASCII)


def base_code(code: str) -> str | None:
    """The national code inside a code as written, or None when it is none.

    Local copies append their owner in the old form (`1.001193.000.00.00.H36`) or the new (`1.001193.H36`); a case
    inside a procedure appends its number (`1.000363.01`). All stand for the base `N.NNNNNN`.
    """
    found = _CODE.fullmatch(code.strip().upper())
    return found.group(1) if found else None
