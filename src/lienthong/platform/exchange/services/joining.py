"""Joining (đăng ký kết nối): the hub takes applications, its operator approves or refuses them."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import IntegrityError

from lienthong.kernel import audit, clock, db, roles
from lienthong.kernel.access import Actor, require
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import Bilingual, nfc, tr
from lienthong.platform.exchange import joining_form
from lienthong.platform.exchange.joining_types import ApplicationRow
from lienthong.platform.exchange.models import Application
from lienthong.platform.exchange.queries.joining import describe, fingerprint_of
from lienthong.platform.exchange.services.nodes import register_node
from lienthong.platform.exchange.types import NewNode
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services
from lienthong.platform.signing.types import CertificateKind

log = structlog.get_logger()

AUTHORITY_ROLE = "signing.demo_authority"
MOST_WAITING = 200
CONTACT_KEPT = timedelta(days=90)


def compose_application(new: NewNode) -> bytes:
    """The bytes of an application, as a node that joins posts them. Raises Refused `exchange.bad-application`."""
    return joining_form.compose(new)


def fingerprint_of_application(body: bytes) -> str:
    """The 25 digits that the asker reads out."""
    return joining_form.fingerprint(joining_form.digest_of(body))


def fingerprint_of_trust(pems: Iterable[str]) -> str:
    """The 25 digits over trusted roots that the hub's operator reads out."""
    return joining_form.fingerprint(signing_queries.trust_fingerprint(pems))


def is_same_fingerprint(typed: str, expected: str) -> bool:
    """Are these the digits, however they were spaced?"""
    return joining_form.same_fingerprint(typed, expected)


def receive_application(body: bytes) -> ApplicationRow:
    """Take an application to join; the same bytes again give the same application.

    Raises Refused `exchange.bad-application`, `.too-large`, `.too-many-applications`, `signing.bad-request`.
    """
    new = joining_form.parse(body)
    _check_requests(new)
    digest = joining_form.digest_of(body)
    if known := Application.objects.filter(digest=digest).first():
        return describe(known)
    row = Application(
        token=secrets.token_urlsafe(24),
        agency_code=new.agency_code,
        name_vi=new.name.vi,
        name_en=new.name.en,
        contact={"name": new.contact_name, "phone": new.contact_phone, "email": new.contact_email},
        base_url=new.base_url,
        exchange_url=new.exchange_url,
        pull=new.pull,
        witness=new.witness,
        node_request=new.node_request,
        tls_request=new.tls_request,
        body=body,
        digest=digest,
    )
    try:
        with db.atomic():
            db.advisory_lock("exchange.applications")
            if Application.objects.filter(state="waiting").count() >= MOST_WAITING:
                raise _too_many()
            row.save(force_insert=True)
    except IntegrityError:
        return describe(Application.objects.get(digest=digest))
    log.info("application to join", agency=new.agency_code)
    return describe(row)


def _check_requests(new: NewNode) -> None:
    """The requests must be for this agency, and the TLS request for the host where the node will listen."""
    pairs = [("requests.node", new.node_request), *([("requests.tls", new.tls_request)] if new.tls_request else [])]
    for field, pem in pairs:
        try:
            asked = signing_queries.describe_request(pem)
        except Refused as refusal:
            raise Refused(refusal.code, refusal.message, field=field) from None
        if asked.agency_code != new.agency_code:
            raise Refused(
                "exchange.foreign-request",
                tr(
                    f"Yêu cầu cấp chứng thư ghi mã {asked.agency_code or '–'}, đơn ghi mã {new.agency_code}.",
                    f"The request names {asked.agency_code or '–'}, the application {new.agency_code}.",
                ),
                field=field,
            )
        needed = joining_form.hosts_of(new.exchange_url) if field == "requests.tls" else ()
        if missing := [host for host in needed if host not in asked.hosts]:
            raise Refused(
                "exchange.other-host",
                tr(
                    f"Yêu cầu chứng thư TLS không có tên máy {missing[0]} của địa chỉ trao đổi.",
                    f"The TLS request does not name the host {missing[0]} of the exchange address.",
                ),
                field=field,
            )


def _too_many() -> Refused:
    return Refused(
        "exchange.too-many-applications",
        tr("Đang có quá nhiều đơn chờ duyệt; hãy thử lại sau.", "Too many applications are waiting; try again later."),
        status=429,
        details={"retry_after": 3600},
    )


def approve_application(
    *, token: str, typed: str, actor: Actor, node_certificate: str = "", tls_certificate: str = ""
) -> ApplicationRow:
    """List the node with its certificates (duyệt đơn): those given, made by the state's authority, or the demo's.

    `typed`: the digits that the asker read out. Raises Refused `exchange.other-fingerprint`, `.no-certificate`,
    `.other-key`, `.foreign-certificate`, `signing.*`; Conflict `exchange.already-decided`.
    """
    require(actor, "operator")
    with db.atomic():
        row = _waiting(token)
        if not joining_form.same_fingerprint(typed, fingerprint_of(bytes(row.digest))):
            raise Refused(
                "exchange.other-fingerprint",
                tr(
                    "Dãy số không khớp với đơn này. Hãy nhờ bên đăng ký đọc lại; nếu vẫn khác, hãy từ chối đơn.",
                    "These are not the digits of this application. Ask for them again; if they still differ, refuse.",
                ),
                field="fingerprint",
            )
        row.node_certificate = _certificate(row, "node", row.node_request, node_certificate)
        if row.tls_request:
            row.tls_certificate = _certificate(row, "tls", row.tls_request, tls_certificate)
        _decide(row, "approved", actor)
        register_node(
            agency_code=row.agency_code,
            name=Bilingual(row.name_vi, row.name_en),
            base_url=row.base_url,
            exchange_url=row.exchange_url,
            pull=row.pull,
            witness=row.witness,
            certificate_pem=row.node_certificate,
            tls_certificates=(row.tls_certificate,) if row.tls_certificate else (),
            actor=actor,
        )
    return describe(row)


def refuse_application(*, token: str, reason: str, actor: Actor) -> ApplicationRow:
    """Turn an application down with a reason that the asker reads (từ chối đơn)."""
    require(actor, "operator")
    if not reason.strip():
        raise Refused("exchange.no-reason", tr("Cần nêu lý do.", "A reason is needed."), field="reason")
    with db.atomic():
        row = _waiting(token)
        row.reason = nfc(reason.strip())[:2000]
        _decide(row, "refused", actor)
    return describe(row)


def can_issue() -> bool:
    """Does this hub issue certificates by itself (in the demo), or does the state's authority?"""
    return roles.is_open(AUTHORITY_ROLE)


def forget_contacts() -> int:
    """Blank the contacts of applications that were decided long ago: they have served their purpose."""
    old = Application.objects.exclude(state="waiting").filter(decided_at__lt=clock.now() - CONTACT_KEPT)
    return old.exclude(contact={}).update(contact={}, body=b"")


def _waiting(token: str) -> Application:
    row = Application.objects.select_for_update().filter(token=token).first()
    if row is None:
        raise NotFound("exchange.unknown-application", tr("Không có đơn này.", "There is no such application."))
    if row.state != "waiting":
        raise Conflict(
            "exchange.already-decided", tr("Đơn này đã được xử lý.", "This application has been decided already.")
        )
    return row


def _decide(row: Application, state: str, actor: Actor) -> None:
    row.state, row.decided_at, row.decided_by = state, clock.now(), actor.name
    row.save()
    audit.record(actor, f"exchange.application-{state}", f"node:{row.agency_code}", application=row.pk)


def _certificate(row: Application, kind: CertificateKind, request: str, given: str) -> str:
    """The certificate for a request: the one given, else the demo authority's. It must be for the key that asked."""
    if given.strip():
        certificate = signing_queries.check_certificate(given.strip() + "\n", kind=kind)
    elif roles.is_open(AUTHORITY_ROLE):
        certificate = signing_services.issue_from_request(
            request, kind=kind, agency_code=row.agency_code, common_name=f"Nút liên thông {row.agency_code}"
        )
    else:
        raise Refused(
            "exchange.no-certificate",
            tr("Hãy dán chứng thư do cơ quan chứng thực cấp.", "Paste the certificate that the authority issued."),
            field=f"{kind}_certificate",
        )
    field = f"{kind}_certificate"
    if certificate.agency_code != row.agency_code:
        raise Refused(
            "exchange.foreign-certificate",
            tr("Chứng thư là của cơ quan khác.", "The certificate is another agency's."),
            field=field,
        )
    if not signing_queries.is_answer_to(certificate.pem, request):
        raise Refused(
            "exchange.other-key",
            tr("Chứng thư không phải của khóa trong đơn.", "The certificate is not for the key of the application."),
            field=field,
        )
    return certificate.pem
