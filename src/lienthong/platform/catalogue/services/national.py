"""The national list (danh mục quốc gia): the hub signs and publishes it, every other node fetches and keeps it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import structlog

from lienthong.kernel import clock, db, http, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.models import Agreement, CatalogueCopy, CatalogueToken, ServiceVersion, System
from lienthong.platform.catalogue.queries import listings, places, rows
from lienthong.platform.catalogue.rules import listing
from lienthong.platform.catalogue.types import AgreementEntry, NationalList, PurposeEntry, ServiceEntry, Suspension
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

log = structlog.get_logger()

HUB_ROLE = "catalogue.national"
PATH = "/catalogue/directory"
SIGNATURE_HEADER = "Lienthong-Signature"
_FETCH_SECONDS = 10.0


def issue_list() -> int:
    """On the hub: sign the list anew if anything has changed since; gives its serial number."""
    with db.atomic():
        db.advisory_lock("catalogue.national")
        token: UUID | None = CatalogueToken.objects.values_list("token", flat=True).first()
        held = CatalogueCopy.objects.values_list("serial", "token").first()
        if held and held[1] == token:
            return int(held[0])
        now, serial = clock.now(), (held[0] if held else 0) + 1
        body = listing.compose(
            issuer=node().agency_code,
            serial=serial,
            issued_at=now,
            systems=[rows.system_entry(row) for row in System.objects.order_by("agency_code", "code")],
            services=list(_services()),
            agreements=list(_agreements()),
        )
        headers = {"kind": "catalogue", "id": str(serial), "from": node().agency_code, "at": now.isoformat()}
        signature = signing_services.sign_detached(body, key="node", headers=headers)
        _keep(listing.parse(body), body, signature, token)
    return serial


def _services() -> Iterator[ServiceEntry]:
    for row in ServiceVersion.objects.exclude(state="draft").select_related("system").order_by("pk"):
        yield rows.service_entry(row, listings.openapi_digest(row.openapi))


def _agreements() -> Iterator[AgreementEntry]:
    """Open agreements without what the two sides alone should read: notes, names, reasons."""
    found = Agreement.objects.filter(state__in=("requested", "accepted")).prefetch_related("purposes")
    for row in found.order_by("requested_at", "id"):
        entry = rows.agreement_entry(row, row.purposes.all())
        flags = {side: "•" for side, _ in entry.suspension.sides()}
        yield replace(
            entry,
            note="",
            reason="",
            requested_by="",
            suspension=Suspension(**flags),
            purposes=tuple(_public(one) for one in entry.purposes if one.state in ("waiting", "accepted")),
        )


def _public(purpose: PurposeEntry) -> PurposeEntry:
    return replace(purpose, reason="")


def _keep(parsed: NationalList, body: bytes, signature: str, token: UUID | None) -> None:
    CatalogueCopy.objects.update_or_create(
        id=1,
        defaults={
            "serial": parsed.serial,
            "issued_at": parsed.issued_at,
            "fetched_at": clock.now(),
            "body": body,
            "signature": signature,
            "token": token,
            "trouble": "",
        },
    )


def refresh_list() -> None:
    """Hub: issue what has changed. Others: fetch, verify, keep. Trouble is written beside the last good copy."""
    try:
        if roles.is_open(HUB_ROLE):
            issue_list()
        else:
            _fetch()
    except (Refused, http.Unreachable) as trouble:
        word = trouble.code if isinstance(trouble, Refused) else f"exchange.unreachable {trouble.reason}"
        log.warning("national list not refreshed", trouble=word)
        CatalogueCopy.objects.update(trouble=word[:300])


def _fetch() -> None:
    serial = CatalogueCopy.objects.values_list("serial", flat=True).first()
    held = {"If-None-Match": f'"{serial}"'} if serial else {}
    answer = http.request("GET", f"{node().hub_url}{PATH}", headers=held, timeout=_FETCH_SECONDS, peer=True)
    if answer.status == 304:
        CatalogueCopy.objects.update(fetched_at=clock.now(), trouble="")
    elif answer.status != 200:
        raise http.Unreachable(f"HTTP {answer.status}")
    else:
        accept_list(answer.body, answer.headers.get(SIGNATURE_HEADER.lower(), ""))


def accept_list(body: bytes, signature: str) -> NationalList:
    """Verify a list against the hub's certificates in the directory, and keep it.

    Raises Refused `catalogue.bad-list` (form, size, signer, serial going back) or `signing.*`.
    """
    if len(body) > listing.MAX_BYTES:
        raise listing.bad_list(tr("Danh mục quá lớn.", "The list is too large."))
    pems = {one.thumbprint: one.pem for one in exchange_queries.list_certificates(places.hub_code())}
    verified = signing_queries.verify_detached(body, signature, certificate_pem=pems.get)
    if verified.certificate.agency_code != places.hub_code() or verified.headers.get("kind") != "catalogue":
        raise listing.bad_list(
            tr("Chữ ký trên danh mục không phải của nút trung tâm.", "The signature is not the hub's."), "signature"
        )
    parsed = listing.parse(body)
    if parsed.issuer != places.hub_code():
        raise listing.bad_list(tr("Danh mục không do nút trung tâm phát hành.", "It is not the hub's."), "issuer")
    with db.atomic():
        db.advisory_lock("catalogue.national")
        held = CatalogueCopy.objects.values_list("serial", flat=True).first() or 0
        if held > parsed.serial:
            raise listing.bad_list(tr("Danh mục cũ hơn bản đang dùng.", "It is older than the one in use."), "serial")
        _keep(parsed, body, signature, None)
    return parsed
