"""Checks of what operators and programs enter: codes, words, addresses, numbers, days. Pure."""

import ipaddress
import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, bilingual, read_text, tr
from lienthong.platform.catalogue.types import CODE

THUMBPRINT = re.compile(r"[0-9a-f]{64}")


def wrong(code: str, field: str, message: Bilingual) -> Refused:
    return Refused(f"catalogue.{code}", message, field=field)


def text(value: str, field: str, limit: int, *, required: bool = True, lines: bool = False) -> str:
    """A sentence in NFC. Raises Refused `catalogue.bad-text`, `catalogue.required`, `catalogue.too-long`."""
    read = read_text(value, lines=lines)
    if read is None:
        raise wrong("bad-text", field, tr("Có ký tự không đọc được.", "There are unreadable characters."))
    if required and not read:
        raise wrong("required", field, tr("Hãy điền ô này.", "Fill this in."))
    if len(read) > limit:
        raise wrong("too-long", field, tr(f"Tối đa {limit} ký tự.", f"At most {limit} characters."))
    return read


def name(value: Bilingual | str) -> Bilingual:
    """A name in both languages; the Vietnamese one stands for a missing English one."""
    told = bilingual(value)
    vi = text(told.vi, "name", 300)
    return Bilingual(vi, text(told.en, "name_en", 300, required=False) or vi)


def code(value: str, field: str = "code") -> str:
    """A code as it stands in addresses. Raises Refused `catalogue.bad-code`."""
    if not CODE.fullmatch(value) or value.endswith("."):
        raise wrong(
            "bad-code",
            field,
            tr(
                "Mã gồm chữ không dấu, chữ số, “-”, “.” và “_”, tối đa 64 ký tự, bắt đầu bằng chữ hoặc số.",
                "A code has letters without accents, digits, “-”, “.” and “_”, at most 64, and begins with one of the "
                "first two.",
            ),
        )
    return value


def address(value: str, field: str = "base_url") -> str:
    """A plain http(s) address without query and credentials, without a slash at its end."""
    try:
        parts = urlsplit(value.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    # An @ hides who is called, % and dots hide where.
    if not good or len(value) > 500 or not value.isascii() or re.search(r"[\s@?#%\\]|/\.", value):
        raise wrong(
            "bad-address",
            field,
            tr(
                "Hãy ghi địa chỉ như http://10.1.2.3:8080/api, không có tham số hay mật khẩu.",
                "Give an address like http://10.1.2.3:8080/api, without parameters or passwords.",
            ),
        )
    return value.strip().rstrip("/")


def networks(values: Iterable[str]) -> list[str]:
    """Networks in CIDR form. Raises Refused `catalogue.bad-network`."""
    found = []
    for value in values:
        try:
            found.append(str(ipaddress.ip_network(value.strip(), strict=False)))
        except ValueError:
            raise wrong(
                "bad-network",
                "networks",
                tr(
                    f"“{value[:60]}” không phải là mạng như 10.1.0.0/16.",
                    f"“{value[:60]}” is no network like 10.1.0.0/16.",
                ),
            ) from None
    return list(dict.fromkeys(found))


def thumbprints(values: Iterable[str]) -> list[str]:
    """SHA-256 thumbprints of certificates, with or without colons. Raises Refused `catalogue.bad-thumbprint`."""
    found = [value.strip().replace(":", "").lower() for value in values]
    if any(not THUMBPRINT.fullmatch(one) for one in found):
        raise wrong(
            "bad-thumbprint",
            "certificates",
            tr("Dấu vân SHA-256 gồm 64 chữ số hệ 16.", "A SHA-256 thumbprint has 64 hexadecimal digits."),
        )
    return list(dict.fromkeys(found))


def number(value: float | None, field: str, *, least: float, most: float) -> None:
    """None, or a number between the two. Raises Refused `catalogue.bad-number`."""
    if value is not None and not least <= value <= most:
        raise wrong("bad-number", field, tr(f"Từ {least:g} đến {most:g}.", f"Between {least:g} and {most:g}."))


def period(valid_from: date | None, valid_to: date | None) -> None:
    """Raises Refused `catalogue.bad-period` when the end is before the beginning."""
    if valid_from and valid_to and valid_to < valid_from:
        raise wrong(
            "bad-period", "valid_to", tr("Ngày kết thúc trước ngày bắt đầu.", "The end is before the beginning.")
        )
