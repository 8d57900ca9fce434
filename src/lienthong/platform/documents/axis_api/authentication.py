"""Who calls: HMAC-SHA256 over system id, timestamp, content type and body; the key itself in the other dialects.

What can be looked at before the body is looked at before it; the body is hashed while it goes to the disk.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

from django.db import IntegrityError
from django.http import HttpRequest

from lienthong.kernel import clock, db
from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Partner, PartnerCall
from lienthong.platform.documents.partner_types import PartnerEntry
from lienthong.platform.documents.queries import partners as queries

T = TypeVar("T")
WINDOW = timedelta(minutes=5)

_TIMESTAMP = re.compile(r"(\d{2})(\d{2})(\d{4})T(\d{2})(\d{2})(\d{2})\+\d{4}")
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_SIGNATURES = ("XroadVnpt-sign-header", "signature")
_NOBODY = "0" * 43


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a partner that has proved who it is."""

    partner: PartnerEntry
    row: int

    def ended(self, outcome: str, about: str = "") -> None:
        """Put on record how it ended."""
        PartnerCall.objects.filter(pk=self.row).update(outcome=outcome[:80], about=about[:80])


@dataclass(slots=True)
class Claim:
    """A call on its way in: everything but the body has been looked at. `take` is given the body's blocks."""

    system_id: str
    given: bytes
    started: list[Any]

    def take(self, block: bytes) -> None:
        for one in self.started:
            one.update(block)

    @property
    def is_true(self) -> bool:
        return any(hmac.compare_digest(one.digest(), self.given) for one in self.started)


def begin(request: HttpRequest) -> Claim:
    """Look at a call before its body. Raises Refused `documents.not-authenticated`, `documents.bad-timestamp`."""
    system_id, stamp = request.headers.get("systemid", ""), request.headers.get("timestamp", "")
    given = next((request.headers[name] for name in _SIGNATURES if name in request.headers), "")
    check_moment(stamp)
    partner = queries.find_partner(system_id)
    keys = queries.secrets_of(system_id) if partner else (_NOBODY,)
    if partner is not None:
        require_welcome(partner, request)
    if not _HEX.fullmatch(given):
        raise stranger()
    heads = [f"{system_id}{stamp}{kind}".encode() for kind in _content_types(request)]
    started = [hmac.new(key.encode(), head, sha256) for key in keys for head in heads]
    return Claim(system_id, bytes.fromhex(given), started)


def _content_types(request: HttpRequest) -> set[str]:
    """The type that was sent. A GET has none, but some servers fill one in before we see it."""
    sent = {request.headers.get("Content-Type", "")}
    return sent | {""} if request.method == "GET" else sent


def check_moment(stamp: str) -> None:
    """The timestamp is near. Its last four digits are milliseconds, so they are not read as an offset."""
    found = _TIMESTAMP.fullmatch(stamp)
    try:
        day, month, year, hour, minute, second = (int(one) for one in found.groups()) if found else (0,) * 6
        moment = datetime(year, month, day, hour, minute, second, tzinfo=ZONE)
    except ValueError:
        raise _bad_moment(
            "Tiêu đề timestamp phải có dạng ddMMyyyyTHHmmss+SSSS.", "timestamp must look like ddMMyyyyTHHmmss+SSSS."
        ) from None
    if abs(clock.now() - moment) > WINDOW:
        now = f"{clock.now():%d%m%YT%H%M%S}"
        raise _bad_moment(
            f"Đồng hồ lệch quá {WINDOW.seconds // 60} phút; giờ của trục: {now}.",
            f"The clock is more than {WINDOW.seconds // 60} minutes off; the axis has {now}.",
        )


def finish(claim: Claim, request: HttpRequest, verb: str) -> Call:
    """The call once its body is here. Raises Refused `documents.not-authenticated`, `documents.replayed`."""
    partner = queries.find_partner(claim.system_id)
    if not claim.is_true or partner is None:
        raise stranger()
    return _record(partner, request, "axis", verb, claim.given)


def by_key(request: HttpRequest, system_id: str, key: str, dialect: str, verb: str) -> Call:
    """A call that shows its key. Raises Refused `documents.not-authenticated`."""
    partner = queries.find_partner(system_id)
    keys = queries.secrets_of(system_id) if partner else (_NOBODY,)
    fits = any(hmac.compare_digest(one.encode(), key.encode()) for one in keys)
    if not fits or partner is None:
        raise stranger()
    require_welcome(partner, request)
    return _record(partner, request, dialect, verb, None)


def require_welcome(partner: PartnerEntry, request: HttpRequest) -> None:
    """It is not suspended and calls from one of its networks."""
    if partner.state != "active":
        raise stranger()
    if partner.networks:
        try:
            address = ip_address(request.META.get("REMOTE_ADDR", ""))
        except ValueError:
            raise stranger() from None
        if not any(address in ip_network(one) for one in partner.networks):
            raise stranger()


def guarded(work: Callable[[], T], call: Call) -> T:
    """Do the work of a call and put on record how it ended."""
    try:
        answer = work()
    except Refused as refusal:
        call.ended(refusal.code)
        raise
    except BaseException as error:
        call.ended(type(error).__name__)
        raise
    return answer


def stranger() -> Refused:
    """One sentence for every cause, so that nobody learns which system ids there are."""
    return Refused(
        "documents.not-authenticated",
        tr(
            "Sai mã hệ thống, khóa hoặc chữ ký lời gọi, hoặc hệ thống không được phép gọi từ đây.",
            "Wrong system id, key or signature, or the system may not call from here.",
        ),
        status=401,
    )


def _record(partner: PartnerEntry, request: HttpRequest, dialect: str, verb: str, signature: bytes | None) -> Call:
    try:
        with db.atomic():
            row = PartnerCall.objects.create(
                partner_id=partner.id,
                at=clock.now(),
                dialect=dialect,
                verb=verb[:40],
                signature=signature,
                address=str(request.META.get("REMOTE_ADDR", ""))[:45],
            )
    except IntegrityError:
        raise Refused(
            "documents.replayed",
            tr(
                "Lời gọi này đã được nhận trước đó; hãy ký lại với thời điểm mới.",
                "This call was taken before; sign it again with a new moment.",
            ),
            status=409,
        ) from None
    Partner.objects.filter(pk=partner.id).update(last_contact_at=clock.now())
    return Call(partner, row.pk)


def _bad_moment(vi: str, en: str) -> Refused:
    return Refused("documents.bad-timestamp", tr(vi, en), field="timestamp", status=401)
