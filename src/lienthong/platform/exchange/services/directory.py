"""The directory's life: the hub registers, grants and issues; every other node fetches, verifies and keeps."""

import time
from collections.abc import Iterable
from datetime import date

import structlog

from lienthong.kernel import audit, clock, db, http, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, bilingual, fold, nfc, tr
from lienthong.platform.exchange import directory_form, rules, wire
from lienthong.platform.exchange.models import DirectoryCopy, Grant, Node
from lienthong.platform.exchange.queries.directory import get_directory_state
from lienthong.platform.exchange.types import Directory, DirectoryState, GrantEntry, NodeEntry
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

log = structlog.get_logger()

HUB_ROLE = "exchange.hub"
_KEPT_CERTIFICATES = 3
_ASK_AGAIN_SECONDS = 5.0
_FETCH_TIMEOUT = 5.0

_last_asked = {"at": -_ASK_AGAIN_SECONDS}


def register_node(
    *, agency_code: str, name: Bilingual | str, base_url: str, certificate_pem: str, actor: Actor
) -> NodeEntry:
    """Enter a node into the hub's directory, or its new address or certificate, and issue the directory.

    An earlier certificate stays listed beside the new one, so that letters under way still verify.
    Raises Refused `signing.*` for a certificate that is not trusted, `exchange.foreign-certificate` for another's.
    """
    certificate = signing_queries.check_certificate(certificate_pem, kind="node")
    if certificate.agency_code != agency_code:
        raise Refused(
            "exchange.foreign-certificate",
            tr(
                f"Chứng thư số là của {certificate.agency_code}, không phải của {agency_code}.",
                f"The certificate belongs to {certificate.agency_code}, not to {agency_code}.",
            ),
            field="certificate_pem",
        )
    title = bilingual(name)
    with db.atomic():
        db.advisory_lock("exchange.directory")
        row = Node.objects.filter(agency_code=agency_code).first() or Node(agency_code=agency_code, certificates=[])
        row.name_vi, row.name_en, row.base_url = nfc(title.vi), nfc(title.en), base_url.rstrip("/")
        earlier = [pem for pem in row.certificates if pem != certificate_pem]
        row.certificates = [certificate_pem, *earlier][:_KEPT_CERTIFICATES]
        row.save()
        audit.record(actor, "exchange.register-node", f"node:{agency_code}", thumbprint=certificate.thumbprint)
        issue_directory()
    return NodeEntry(agency_code, Bilingual(row.name_vi, row.name_en), row.base_url, tuple(row.certificates))


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


def issue_directory() -> Directory:
    """Sign and publish the hub's directory anew, with the next serial number."""
    now = clock.now()
    with db.atomic():
        db.advisory_lock("exchange.directory")
        serial = (DirectoryCopy.objects.values_list("serial", flat=True).first() or 0) + 1
        body = directory_form.compose(
            issuer=node().agency_code,
            serial=serial,
            issued_at=now,
            expires_at=now + rules.DIRECTORY_LIFE,
            nodes=_registered_nodes(),
            grants=_published_grants(),
        )
        header = {"kind": "directory", "id": f"{serial}", "from": node().agency_code, "to": "", "at": now.isoformat()}
        signature = signing_services.sign_detached(body, key="node", headers=header)
        directory = directory_form.parse(body)
        _keep(directory, body, signature)
    return directory


def _registered_nodes() -> Iterable[NodeEntry]:
    for row in Node.objects.order_by("agency_code"):
        yield NodeEntry(row.agency_code, Bilingual(row.name_vi, row.name_en), row.base_url, tuple(row.certificates))


def _published_grants() -> Iterable[GrantEntry]:
    for row in Grant.objects.order_by("client", "provider", "service", "pk"):
        yield GrantEntry(
            row.client, row.provider, row.service, row.purpose, row.legal_ground, row.valid_from, row.valid_to
        )


def _keep(directory: Directory, body: bytes, signature: str) -> None:
    DirectoryCopy.objects.update_or_create(
        id=1,
        defaults={
            "serial": directory.serial,
            "issued_at": directory.issued_at,
            "expires_at": directory.expires_at,
            "fetched_at": clock.now(),
            "body": body,
            "signature": signature,
            "trouble": "",
        },
    )


def refresh_directory() -> DirectoryState:
    """Hub: issue anew when half of the life is over. Other nodes: fetch, verify and keep what the hub publishes.

    Failure leaves the last good copy in force and is written beside it for the operator; it never raises Refused.
    """
    state = get_directory_state()
    try:
        if roles.is_open(HUB_ROLE):
            if state.issued_at is None or clock.now() > state.issued_at + rules.DIRECTORY_LIFE / 2:
                issue_directory()
        else:
            _fetch(state)
    except (Refused, http.Unreachable) as trouble:
        word = trouble.code if isinstance(trouble, Refused) else f"exchange.unreachable {trouble.reason}"
        log.warning("directory not refreshed", trouble=word)
        DirectoryCopy.objects.update(trouble=word[:300])
    return get_directory_state()


def ask_hub_again() -> bool:
    """Fetch at once because a code or certificate is unknown; at most every few seconds. True when it was done."""
    if roles.is_open(HUB_ROLE) or time.monotonic() - _last_asked["at"] < _ASK_AGAIN_SECONDS:
        return False
    _last_asked["at"] = time.monotonic()
    refresh_directory()
    return True


def _fetch(state: DirectoryState) -> None:
    held = {"If-None-Match": f'"{state.serial}"'} if state.serial else {}
    answer = http.request("GET", f"{node().hub_url}/exchange/directory", headers=held, timeout=_FETCH_TIMEOUT)
    if answer.status == 304:
        DirectoryCopy.objects.update(fetched_at=clock.now(), trouble="")
        return
    if answer.status != 200:
        raise http.Unreachable(f"HTTP {answer.status}")
    accept_directory(answer.body, answer.headers.get(wire.SIGNATURE_HEADER.lower(), ""))


def accept_directory(body: bytes, signature: str) -> Directory:
    """Verify a directory against the hub's certificate and keep it.

    Raises Refused `exchange.bad-directory` (form, signer, serial going back, already expired) or `signing.*`.
    """
    directory = directory_form.parse(body)
    hub_code = str(node().parameters.get("hub_code", "G22"))
    hub = directory.nodes.get(directory.issuer)
    if directory.issuer != hub_code or hub is None:
        raise directory_form.bad_directory(
            tr(f"Danh bạ không do {hub_code} phát hành.", f"The directory was not issued by {hub_code}."), "issuer"
        )
    by_thumbprint = {directory_form.thumbprint(pem): pem for pem in hub.certificates}
    verified = signing_queries.verify_detached(body, signature, certificate_pem=by_thumbprint.get)
    if verified.certificate.agency_code != hub_code or verified.headers.get("kind") != "directory":
        raise directory_form.bad_directory(
            tr("Chữ ký trên danh bạ không phải của nút trung tâm.", "The signature is not the hub's."), "signature"
        )
    if directory.expires_at <= clock.now():
        raise directory_form.bad_directory(tr("Danh bạ nhận được đã hết hạn.", "It is already expired."), "expires_at")
    with db.atomic():
        db.advisory_lock("exchange.directory")
        if get_directory_state().serial > directory.serial:
            raise directory_form.bad_directory(
                tr("Danh bạ nhận được cũ hơn bản đang dùng.", "It is older than the copy in use."), "serial"
            )
        _keep(directory, body, signature)
    return directory
