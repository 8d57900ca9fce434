"""Services (dịch vụ dữ liệu) that this node offers: drafted, described, published, and taken back in steps."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from lienthong.kernel import access, audit, clock, db, http
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.letters import EndpointPart, ServicePublished
from lienthong.platform.catalogue.models import ServiceVersion
from lienthong.platform.catalogue.queries import places, rows
from lienthong.platform.catalogue.rules import checks, openapi, paths
from lienthong.platform.catalogue.services.changes import about_system, tell_hub, touch
from lienthong.platform.catalogue.services.systems import own_system, system_part
from lienthong.platform.catalogue.states import SERVICE_STATES, may_become
from lienthong.platform.catalogue.types import ServiceEntry, ServiceRef, SystemRef, Terms

_FETCH_SECONDS = 10.0


def draft_service(
    *,
    system: SystemRef,
    code: str,
    kind: str,
    title: Bilingual | str,
    base_url: str,
    description: str = "",
    legal_basis: str = "",
    contact: str = "",
    terms: Terms | None = None,
    actor: Actor,
) -> ServiceEntry:
    """Begin a new version of a service of ours; nobody else knows of it before it is published.

    The first version is 1, a further one takes description, endpoints and terms of the one before.
    """
    access.require(actor, "operator")
    if kind not in ("openapi", "rest", "soap"):
        raise checks.wrong("bad-kind", "kind", tr("Hãy chọn loại dịch vụ.", "Choose the kind of service."))
    with db.atomic():
        held = own_system(system)
        earlier = ServiceVersion.objects.filter(system=held, code=code).order_by("-version").first()
        row = ServiceVersion(
            system=held, code=checks.code(code), version=earlier.version + 1 if earlier else 1, kind=kind
        )
        if earlier:
            row.endpoints, row.fields, row.openapi = earlier.endpoints, earlier.fields, earlier.openapi
        _describe(row, title, base_url, description, legal_basis, contact)
        _set_terms(row, terms or (rows.terms_of(earlier) if earlier else Terms()))
        row.save()
        audit.record(actor, "catalogue.draft-service", f"service:{rows.service_ref(row)}")
    return rows.service_entry(row)


def describe_service(
    *,
    service: ServiceRef,
    title: Bilingual | str,
    base_url: str,
    description: str = "",
    legal_basis: str = "",
    contact: str = "",
    terms: Terms,
    actor: Actor,
) -> ServiceEntry:
    """New words, address or terms of a version of ours."""
    with db.atomic():
        row = _own_service(service, actor)
        _describe(row, title, base_url, description, legal_basis, contact)
        _set_terms(row, terms)
        return _save(row, "catalogue.describe-service", actor)


def set_endpoints(
    *, service: ServiceRef, endpoints: Iterable[str], fields: Iterable[str], actor: Actor
) -> ServiceEntry:
    """Endpoints as lines (`GET /nguoi/* Tra cứu`) and names of answer fields, for services without OpenAPI."""
    with db.atomic():
        row = _own_service(service, actor)
        read = [paths.read_endpoint(line) for line in endpoints if line.strip()]
        row.endpoints = rows.stored_endpoints(read)
        row.fields = [checks.text(one, "fields", 200) for one in fields if one.strip()]
        row.openapi, row.openapi_url = None, ""
        row.kind = "rest" if row.kind == "openapi" else row.kind
        return _save(row, "catalogue.set-endpoints", actor)


def set_openapi(*, service: ServiceRef, content: bytes, url: str = "", actor: Actor) -> ServiceEntry:
    """Take an OpenAPI 3.0 or 3.1 document (JSON or YAML): endpoints and fields are read from it.

    Raises Refused `catalogue.bad-openapi`, saying what is wrong where.
    """
    document = openapi.read_document(content)
    endpoints, fields = openapi.endpoints_of(document), openapi.fields_of(document)
    with db.atomic():
        row = _own_service(service, actor)
        row.openapi, row.openapi_url, row.kind = document, url, "openapi"
        row.endpoints, row.fields = rows.stored_endpoints(endpoints), list(fields)
        return _save(row, "catalogue.set-openapi", actor)


def fetch_openapi(*, service: ServiceRef, url: str, actor: Actor) -> ServiceEntry:
    """As `set_openapi`, from an address below the service's own. Never in a transaction."""
    base = _own_service_address(service, actor)
    place = checks.address(url, "openapi_url")
    if not place.startswith(f"{base}/"):
        raise checks.wrong(
            "bad-address",
            "openapi_url",
            tr(f"Địa chỉ mô tả phải nằm dưới {base}/.", f"The document must lie below {base}/."),
        )
    try:
        answer = http.request("GET", place, timeout=_FETCH_SECONDS)
    except (http.Unreachable, ValueError):
        raise _not_fetched(place, "–") from None
    if answer.status != 200:
        raise _not_fetched(place, f"HTTP {answer.status}")
    return set_openapi(service=service, content=answer.body, url=place, actor=actor)


def publish_service(*, service: ServiceRef, actor: Actor) -> ServiceEntry:
    """Open a draft, or a suspended or deprecated version again, to those who agree on it; the hub lists it."""
    return _move(service, "published", "", actor)


def deprecate_service(*, service: ServiceRef, sunset_date: date, reason: str = "", actor: Actor) -> ServiceEntry:
    """Say that a version will end on a day; calls go on until then."""
    if sunset_date <= clock.today():
        raise checks.wrong("bad-period", "sunset_date", tr("Hãy chọn một ngày sau hôm nay.", "Choose a later day."))
    return _move(service, "deprecated", checks.text(reason, "reason", 500, required=False), actor, sunset_date)


def suspend_service(*, service: ServiceRef, reason: str, actor: Actor) -> ServiceEntry:
    """Take no calls for a while."""
    return _move(service, "suspended", checks.text(reason, "reason", 500), actor)


def archive_service(*, service: ServiceRef, reason: str, actor: Actor) -> ServiceEntry:
    """End a version for good."""
    return _move(service, "archived", checks.text(reason, "reason", 500), actor)


def discard_draft(*, service: ServiceRef, actor: Actor) -> None:
    """Throw a draft away."""
    with db.atomic():
        row = _own_service(service, actor)
        if row.state != "draft":
            raise _wrong_state(row.state, "draft")
        row.delete()
        audit.record(actor, "catalogue.discard-draft", f"service:{service}")


def archive_due(day: date | None = None) -> int:
    """End the deprecated versions whose last day is over; gives how many."""
    due = ServiceVersion.objects.filter(
        state="deprecated", sunset_date__lt=day or clock.today(), system__state="active"
    ).select_related("system")
    ended = 0
    for row in due:
        if places.is_here(row.system.agency_code):
            _move(rows.service_ref(row), "archived", "Hết hạn cung cấp", access.SYSTEM)
            ended += 1
    return ended


def _move(service: ServiceRef, state: str, reason: str, actor: Actor, sunset_date: date | None = None) -> ServiceEntry:
    with db.atomic():
        row = _own_service(service, actor)
        if not may_become(SERVICE_STATES, row.state, state):
            raise _wrong_state(row.state, state)
        if state == "published":
            _require_ready(row)
            row.published_at = row.published_at or clock.now()
        row.state, row.state_reason = state, reason
        row.sunset_date = sunset_date if state == "deprecated" else None if state == "published" else row.sunset_date
        return _save(row, f"catalogue.service-{state}", actor)


def _require_ready(row: ServiceVersion) -> None:
    if not row.endpoints and row.kind in ("rest", "openapi"):
        raise checks.wrong(
            "no-endpoints",
            "endpoints",
            tr(
                "Chưa có điểm truy cập nào: tải mô tả OpenAPI lên hoặc ghi từng điểm truy cập.",
                "There are no endpoints: upload an OpenAPI document or write them down.",
            ),
        )
    if not row.base_url:
        raise checks.wrong("bad-address", "base_url", tr("Hãy ghi địa chỉ của dịch vụ.", "Give the service's address."))


def _describe(
    row: ServiceVersion, title: Bilingual | str, base_url: str, description: str, legal_basis: str, contact: str
) -> None:
    told = checks.name(title)
    row.title_vi, row.title_en = told.vi, told.en
    row.base_url = checks.address(base_url)
    row.description = checks.text(description, "description", 10000, required=False, lines=True)
    row.legal_basis = checks.text(legal_basis, "legal_basis", 500, required=False)
    row.contact = checks.text(contact, "contact", 300, required=False)


def _set_terms(row: ServiceVersion, terms: Terms) -> None:
    checks.number(terms.daily_quota, "daily_quota", least=0, most=2**31 - 1)
    checks.number(terms.threshold, "threshold", least=0, most=2**31 - 1)
    checks.number(terms.rate, "rate", least=0.001, most=1e6)
    checks.number(terms.timeout, "timeout", least=0.1, most=3600)
    row.daily_quota, row.rate, row.threshold = terms.daily_quota, terms.rate, terms.threshold
    row.timeout, row.digest_only = terms.timeout, terms.digest_only


def _own_service(service: ServiceRef, actor: Actor) -> ServiceVersion:
    access.require(actor, "operator")
    held = own_system(service.system)
    row = ServiceVersion.objects.filter(system=held, code=service.code, version=service.version).first()
    if row is None or row.kind == "built-in":
        raise NotFound(
            "catalogue.unknown-service",
            tr(f"Không có dịch vụ {service}.", f"There is no service {service}."),
            field="service",
        )
    return row


def _own_service_address(service: ServiceRef, actor: Actor) -> str:
    with db.atomic():
        return _own_service(service, actor).base_url


def _save(row: ServiceVersion, deed: str, actor: Actor) -> ServiceEntry:
    """Store, write down, tell readers and the hub."""
    row.changed_at = clock.now()
    row.save()
    audit.record(actor, deed, f"service:{rows.service_ref(row)}")
    touch()
    if row.state != "draft":
        tell_hub(published_letter(row), about=about_system(rows.service_ref(row).system), actor=actor)
    return rows.service_entry(row)


def published_letter(row: ServiceVersion) -> ServicePublished:
    """The version whole, as the hub mirrors it."""
    facts: dict[str, Any] = {
        name: getattr(row, name)
        for name in ServicePublished.model_fields
        if name not in ("system", "endpoints", "published_at")
    }
    return ServicePublished(
        system=system_part(row.system),
        endpoints=[EndpointPart(method=m, path=p, summary=s) for m, p, s in row.endpoints],
        published_at=row.published_at or clock.now(),
        **facts,
    )


def _not_fetched(url: str, told: str) -> Refused:
    return checks.wrong(
        "not-fetched", "openapi_url", tr(f"Không lấy được {url} ({told}).", f"{url} could not be fetched ({told}).")
    )


def _wrong_state(now: str, then: str) -> Refused:
    here, there = SERVICE_STATES[now].label, SERVICE_STATES[then].label
    return Conflict(
        "catalogue.wrong-state",
        tr(
            "Dịch vụ đang ở trạng thái “{here}”, không chuyển được sang “{there}”.", "It is {here}: not {there}."
        ).format(here=here, there=there),
    )
