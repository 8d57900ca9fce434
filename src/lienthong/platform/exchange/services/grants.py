"""Grants (quyền khai thác): the hub publishes its own with the directory; a provider may keep further ones."""

from datetime import date

from lienthong.kernel import audit, db, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold, nfc, tr
from lienthong.platform.exchange.models import Grant
from lienthong.platform.exchange.services.directory import HUB_ROLE, issue_directory
from lienthong.platform.exchange.types import GrantEntry


def grant_access(
    *,
    client: str,
    provider: str,
    service: str,
    purpose: str,
    legal_ground: str,
    valid_from: date,
    valid_to: date | None = None,
    actor: Actor,
) -> GrantEntry:
    """Allow a client to ask a provider's service for one purpose on one legal ground (cấp quyền khai thác).

    On the hub it is published with the directory; on the provider's own node it holds at once.
    Raises Refused `exchange.bad-grant` when purpose or legal ground is missing or the dates are the wrong way round.
    """
    _check_grant(purpose, legal_ground, valid_from, valid_to)
    with db.atomic():
        db.advisory_lock("exchange.directory")
        row, _ = Grant.objects.update_or_create(
            client=client,
            provider=provider,
            service=service,
            purpose=nfc(purpose),
            legal_ground=nfc(legal_ground),
            defaults={"valid_from": valid_from, "valid_to": valid_to},
        )
        audit.record(actor, "exchange.grant", f"grant:{row.pk}", client=client, provider=provider, service=service)
        if roles.is_open(HUB_ROLE):
            issue_directory()
    return GrantEntry(client, provider, service, row.purpose, row.legal_ground, valid_from, valid_to)


def withdraw_access(*, client: str, provider: str, service: str, actor: Actor) -> int:
    """End all grants of a client for a service here (thu hồi quyền); gives how many there were."""
    with db.atomic():
        db.advisory_lock("exchange.directory")
        count, _ = Grant.objects.filter(client=client, provider=provider, service=service).delete()
        audit.record(actor, "exchange.withdraw-grant", f"service:{service}", client=client, provider=provider)
        if roles.is_open(HUB_ROLE):
            issue_directory()
    return count


def _check_grant(purpose: str, legal_ground: str, valid_from: date, valid_to: date | None) -> None:
    for field, text in (("purpose", purpose), ("legal_ground", legal_ground)):
        if not fold(text):
            raise Refused(
                "exchange.bad-grant",
                tr("Cần nêu mục đích và căn cứ pháp lý.", "Purpose and legal ground must be named."),
                field=field,
            )
    if valid_to is not None and valid_to < valid_from:
        raise Refused(
            "exchange.bad-grant",
            tr("Ngày kết thúc trước ngày bắt đầu.", "The end is before the beginning."),
            field="valid_to",
        )
