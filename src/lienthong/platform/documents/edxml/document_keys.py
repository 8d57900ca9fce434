"""Document ids (mã định danh văn bản): reading and writing `agency,YYYY/MM/DD,number/notation`."""

import re
from datetime import date, datetime

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.types import Code, DocumentKey

_YEAR_FIRST = re.compile(r"(\d{4})([/-])(\d{1,2})\2(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?")
_MAX = 200
_YEARS = range(1900, 2200)


def read_agency_code(text: str) -> tuple[str, str]:
    """The QĐ 20/2020 form of a code in either form, and the warning it deserves; an unknown form stays as it is."""
    wanted = text.strip().upper()
    if agencies_queries.is_code(wanted):
        return wanted, ""
    try:
        return agencies_queries.from_qcvn102(wanted), "old-agency-code"
    except Refused:
        return text.strip(), "agency-code"


def read_day(text: str) -> tuple[date, str] | None:
    """A day in the standard's form or another that cannot be misread, and the warning it deserves."""
    wanted = text.strip().replace("T", " ").split(" ")[0]
    if match := _YEAR_FIRST.fullmatch(wanted):
        year, separator, month, day = match.groups()
        warning = "" if separator == "/" else "date-dashes"
    elif match := _DAY_FIRST.fullmatch(wanted):
        day, _, month, year = match.groups()
        warning = "date-order"
    else:
        return None
    try:
        return (date(int(year), int(month), int(day)), warning) if int(year) in _YEARS else None
    except ValueError:
        return None


def read_moment(text: str) -> tuple[datetime, str] | None:
    """A moment `yyyy/MM/dd HH:mm:ss`, in Vietnam's zone unless it says another."""
    found = read_day(text)
    if found is None:
        return None
    rest = text.strip().replace("T", " ").split(" ")[1:]
    match = _TIME.fullmatch("".join(rest)) if rest else None
    if rest and match is None:
        return None
    try:
        moment = datetime(found[0].year, found[0].month, found[0].day, tzinfo=ZONE)
        if match is not None:
            hour, minute, second, zone = match.groups()
            moment = moment.replace(hour=int(hour), minute=int(minute), second=int(second or 0))
            if zone:
                offset = datetime.strptime(zone.replace(":", ""), "%z").tzinfo
                moment = moment.replace(tzinfo=offset).astimezone(ZONE)
        return moment, found[1]
    except (ValueError, OverflowError):
        return None


def split_code(text: str) -> Code:
    """Number and notation of `128/VPCP-KSTT`: the number ends at the first slash, the notation may hold more."""
    number, _, notation = text.strip().partition("/")
    return Code(number.strip(), notation.strip())


def parse_document_key(text: str) -> DocumentKey:
    """The document that an id names. Raises Refused `edxml.document-id`."""
    found = find_document_key(text)
    if found is None:
        raise refused(
            "document-id",
            f"Mã định danh văn bản “{text[:60]}” sai dạng, ví dụ đúng: G22.99,2025/03/14,128/VPCP-KSTT.",
            f"The document id “{text[:60]}” is malformed; an example: G22.99,2025/03/14,128/VPCP-KSTT.",
            "document_id",
        )
    return found


def find_document_key(text: str) -> DocumentKey | None:
    """As `parse_document_key`, None for another form."""
    parts = text.strip().split(",", 2)
    if len(parts) != 3 or len(text) > _MAX:
        return None
    day, code = read_day(parts[1]), split_code(parts[2])
    organ_id, warning = read_agency_code(parts[0])
    if day is None or not organ_id or warning == "agency-code" or not code.number or not code.notation:
        return None
    key = DocumentKey(organ_id, day[0], code)
    return key if str(key) == text else DocumentKey(organ_id, day[0], code, as_written=text.strip())
