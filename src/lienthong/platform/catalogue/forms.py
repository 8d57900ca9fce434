"""Reads what operators type on the pages; whether it is right is for the services to say."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.types import ServiceRef, SystemRef, Terms

MAX_TYPED = 100_000

_DECIMAL = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?")


def text(post: QueryDict, name: str) -> str:
    return post.get(name, "")[:MAX_TYPED]


def lines(post: QueryDict, name: str) -> list[str]:
    return [line for line in text(post, name).splitlines() if line.strip()]


def both(post: QueryDict, name: str) -> Bilingual:
    """`name` and `name_en`: the English one may stay away."""
    vi = text(post, name)
    return Bilingual(vi, text(post, f"{name}_en") or vi)


def number(post: QueryDict, name: str) -> int | None:
    """A whole number or nothing; dots between thousands are read over. Raises Refused `catalogue.bad-number`."""
    typed = text(post, name).strip().replace(".", "").replace(" ", "")
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 10:
        raise Refused("catalogue.bad-number", tr("Hãy ghi một số nguyên.", "Give a whole number."), field=name)
    return int(typed)


def decimal(post: QueryDict, name: str) -> float | None:
    """A number with a point or comma, or nothing. Raises Refused `catalogue.bad-number`."""
    typed = text(post, name).strip().replace(",", ".")
    if not typed:
        return None
    if not _DECIMAL.fullmatch(typed):
        raise Refused("catalogue.bad-number", tr("Hãy ghi một số, ví dụ 2,5.", "Give a number like 2.5."), field=name)
    return float(typed)


def day(post: QueryDict, name: str) -> date | None:
    """Three boxes as a day, or nothing. Raises Refused `catalogue.bad-date`."""
    parts = [text(post, f"{name}-{part}").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        return date(*(int(part) for part in parts if part.isascii() and part.isdigit()))
    except (ValueError, TypeError, OverflowError):
        raise Refused(
            "catalogue.bad-date",
            tr("Hãy ghi một ngày có thật, ví dụ 31 12 2027.", "Give a real day, for example 31 12 2027."),
            field=name,
        ) from None


def terms(post: QueryDict) -> Terms:
    """The terms of a service as typed."""
    timeout = decimal(post, "timeout")
    return Terms(
        daily_quota=number(post, "daily_quota"),
        rate=decimal(post, "rate"),
        threshold=number(post, "threshold"),
        timeout=30.0 if timeout is None else timeout,
        digest_only=post.get("digest_only") == "yes",
    )


def system_ref(value: str) -> SystemRef:
    """`H36/mot-cua`; nonsense leads to a system that is not there."""
    agency_code, _, code = value.strip().partition("/")
    return SystemRef(agency_code[:40], code[:64])


def service_ref(value: str) -> ServiceRef:
    """`G01/dan-cu/tra-cuu.v1`; nonsense leads to a service that is not there."""
    parts = [*value.strip().split("/", 2), "", ""]
    return ServiceRef.of(SystemRef(parts[0][:40], parts[1][:64]), parts[2][:80])


def typed_terms(terms_of: Terms) -> Mapping[str, Any]:
    """Terms as the form shows them."""
    return {
        "daily_quota": terms_of.daily_quota,
        "rate": f"{terms_of.rate:g}" if terms_of.rate is not None else "",
        "threshold": terms_of.threshold,
        "timeout": f"{terms_of.timeout:g}",
        "digest_only": ["yes"] if terms_of.digest_only else [],
    }
