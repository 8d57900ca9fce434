"""Numbers of the axis' answers: which `ErrorCode` a refusal has, here and in the LGSP variant."""

from typing import Final

from lienthong.kernel.errors import Refused

DONE: Final = 0
BAD_REQUEST: Final = 10
TOO_LARGE: Final = 11
NOT_WHO_THEY_SAY: Final = 15
WRONG_CLOCK: Final = 16
REPLAYED: Final = 17
UNKNOWN_AGENCY: Final = 18
NOT_YOUR_AGENCY: Final = 19
BAD_FILE: Final = 20
OTHER_FILE: Final = 21
OTHER_CONTENT: Final = 22
NOT_NOW: Final = 23
NO_ITEM: Final = 24
OUR_FAULT: Final = 99

_BY_CODE: Final = {
    "documents.too-large": TOO_LARGE,
    "documents.not-authenticated": NOT_WHO_THEY_SAY,
    "documents.bad-timestamp": WRONG_CLOCK,
    "documents.replayed": REPLAYED,
    "documents.unknown-agency": UNKNOWN_AGENCY,
    "documents.unreachable": UNKNOWN_AGENCY,
    "documents.no-receivers": UNKNOWN_AGENCY,
    "documents.agency-elsewhere": UNKNOWN_AGENCY,
    "documents.not-your-agency": NOT_YOUR_AGENCY,
    "documents.agency-taken": NOT_YOUR_AGENCY,
    "documents.hash-mismatch": OTHER_FILE,
    "documents.other-content": OTHER_CONTENT,
    "documents.conflict": OTHER_CONTENT,
    "documents.unknown-document": NOT_NOW,
    "documents.never-sent": NOT_NOW,
    "documents.out-of-order": NOT_NOW,
    "documents.unknown-item": NO_ITEM,
    "documents.bad-request": BAD_REQUEST,
    "documents.bad-field": BAD_REQUEST,
    "documents.reason-missing": BAD_REQUEST,
    "documents.reason-too-long": BAD_REQUEST,
    "documents.not-a-receiver": UNKNOWN_AGENCY,
    "files.empty": BAD_FILE,
    "exchange.unknown-recipient": UNKNOWN_AGENCY,
}
_LGSP: Final = {TOO_LARGE: 10, WRONG_CLOCK: 15, REPLAYED: 15, NO_ITEM: 23, OUR_FAULT: 10}


def number_of(refusal: Refused) -> int:
    """The `ErrorCode` of a refusal: by its code, else by its room and status."""
    if refusal.code in _BY_CODE:
        return _BY_CODE[refusal.code]
    if refusal.status >= 500:
        return OUR_FAULT
    if refusal.code.startswith("agencies."):
        return UNKNOWN_AGENCY
    if refusal.code.startswith(("edxml.", "files.", "signing.")):
        return BAD_FILE
    return {413: TOO_LARGE, 409: NOT_NOW, 403: NOT_YOUR_AGENCY, 404: NOT_NOW}.get(refusal.status, BAD_FILE)


def lgsp_number_of(number: int) -> int:
    """The same in the LGSP variant, which knows 0, 10, 15 and 18–23."""
    return _LGSP.get(number, number)
