"""Agreements (thỏa thuận chia sẻ dữ liệu): requested by the consumer, answered by the provider, stopped by any side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lienthong.kernel import access, audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.letters import (
    AgreementAnswered,
    AgreementEnded,
    AgreementRequested,
    AgreementSuspended,
    EndpointPart,
    PurposeAnswerPart,
    PurposePart,
    ServicePart,
)
from lienthong.platform.catalogue.models import Agreement
from lienthong.platform.catalogue.queries import listings, places, rows
from lienthong.platform.catalogue.rules import checks, paths
from lienthong.platform.catalogue.services import applying
from lienthong.platform.catalogue.services.changes import about_pair, tell
from lienthong.platform.catalogue.services.noting import note_to_hub
from lienthong.platform.catalogue.services.systems import own_system, system_part
from lienthong.platform.catalogue.states import CALLABLE
from lienthong.platform.catalogue.types import AgreementEntry, ServiceEntry, ServiceRef, Side, SystemRef
from lienthong.platform.exchange.types import Letter


@dataclass(frozen=True, slots=True)
class PurposeWish:
    """A purpose as the consumer asks for it."""

    title: str
    legal_ground: str
    daily_calls: int
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PurposeWord:
    """The provider's word about one purpose."""

    accepted: bool
    reason: str = ""
    daily_quota: int | None = None


def request_agreement(
    *,
    client: SystemRef,
    service: ServiceRef,
    purposes: Sequence[PurposeWish],
    endpoints: Sequence[str] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
    note: str = "",
    actor: Actor,
) -> AgreementEntry:
    """Ask the provider for leave to call a version of a service, for these purposes.

    `endpoints`: lines that narrow the service (`GET /nguoi/*`); none means all of it.
    Raises Refused `catalogue.unknown-system`, `.unknown-service`, `.service-disabled`, `.agreement-open`, and what
    is wrong with a field.
    """
    access.require(actor, "operator")
    checks.period(valid_from, valid_to)
    wanted = _find_service(service)
    read = [paths.read_endpoint(line) for line in endpoints if line.strip()]
    with db.atomic():
        system = own_system(client)
        _require_none_open(client, service)
        letter = AgreementRequested(
            id=new_id(),
            client=system_part(system),
            service=_service_part(service),
            endpoints=[EndpointPart(method=one.method, path=one.path, summary=one.summary) for one in read],
            purposes=[purpose_part(wish, wanted) for wish in _at_least_one(purposes)],
            valid_from=valid_from,
            valid_to=valid_to,
            note=checks.text(note, "note", 2000, required=False, lines=True),
            by=actor.name[:200],
            at=clock.now(),
        )
        row = applying.apply_requested(letter)
        return spread(row, letter, "catalogue.request-agreement", actor)


def answer_agreement(
    *,
    agreement_id: UUID,
    accepted: bool,
    reason: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    rate: float | None = None,
    purposes: Mapping[UUID, PurposeWord] | None = None,
    actor: Actor,
) -> AgreementEntry:
    """The provider's answer. A refusal needs a reason; `purposes` not named go the way of the agreement."""
    access.require(actor, "operator")
    checks.period(valid_from, valid_to)
    checks.number(rate, "rate", least=0.001, most=1e6)
    words = purposes or {}
    with db.atomic():
        row = applying.find_agreement(agreement_id)
        require_side(row, "provider")
        _require_state(row, "requested")
        letter = AgreementAnswered(
            id=row.id,
            accepted=accepted,
            reason=checks.text(reason, "reason", 500, required=not accepted),
            valid_from=valid_from if accepted else row.valid_from,
            valid_to=(valid_to or row.valid_to) if accepted else row.valid_to,
            rate=float(rate) if rate is not None else None,
            purposes=[
                purpose_answer(one.id, words.get(one.id, PurposeWord(accepted, reason)))
                for one in row.purposes.filter(state="waiting").order_by("id")
            ],
            by=actor.name[:200],
            at=clock.now(),
        )
        applying.apply_answered(letter)
        return spread(row, letter, "catalogue.answer-agreement", actor)


def suspend_agreement(*, agreement_id: UUID, side: Side, reason: str, actor: Actor) -> AgreementEntry:
    """One side lets no calls through for a while; only that side lets them go on."""
    return _set_suspension(agreement_id, side, checks.text(reason, "reason", 500), actor)


def resume_agreement(*, agreement_id: UUID, side: Side, actor: Actor) -> AgreementEntry:
    """The side that has suspended the agreement lets calls go on."""
    return _set_suspension(agreement_id, side, "", actor)


def _set_suspension(agreement_id: UUID, side: Side, reason: str, actor: Actor) -> AgreementEntry:
    access.require(actor, "operator")
    with db.atomic():
        row = applying.find_agreement(agreement_id)
        require_side(row, side)
        _require_state(row, "accepted")
        if bool(reason) == bool(getattr(row, f"suspended_by_{side}")):
            raise _moved_on()
        letter = AgreementSuspended(id=row.id, side=side, reason=reason, by=actor.name[:200], at=clock.now())
        applying.apply_suspended(letter)
        return spread(row, letter, "catalogue.suspend-agreement", actor)


def end_agreement(*, agreement_id: UUID, side: Side, reason: str, actor: Actor) -> AgreementEntry:
    """One side ends the agreement for good, or the consumer takes its request back."""
    access.require(actor, "operator")
    with db.atomic():
        row = applying.find_agreement(agreement_id)
        require_side(row, side)
        _require_state(row, *(("requested", "accepted") if side == "consumer" else ("accepted",)))
        told = checks.text(reason, "reason", 500)
        letter = AgreementEnded(id=row.id, side=side, reason=told, by=actor.name[:200], at=clock.now())
        applying.apply_ended(letter)
        return spread(row, letter, "catalogue.end-agreement", actor)


# For the services of purposes


def sides_of(row: Agreement) -> tuple[Side, ...]:
    """On which sides of the agreement this node stands."""
    checked: tuple[tuple[Side, Callable[[], bool]], ...] = (
        ("consumer", lambda: places.is_here(row.client_agency)),
        ("provider", lambda: places.is_here(row.provider_agency)),
        ("platform", places.is_hub),
    )
    return tuple(side for side, stands in checked if stands())


def require_side(row: Agreement, side: Side) -> None:
    """Raises NotAllowed `catalogue.not-your-side`."""
    if side not in sides_of(row):
        raise NotAllowed(
            "catalogue.not-your-side",
            tr("Nút này không thuộc bên đó của thỏa thuận.", "This node does not stand on that side of it."),
        )


def purpose_part(wish: PurposeWish, service: ServiceEntry) -> PurposePart:
    """A wish as it travels. Raises Refused for what is missing or not offered."""
    unknown = [name for name in wish.fields if service.fields and name not in service.fields]
    if unknown:
        raise checks.wrong(
            "unknown-fields",
            "fields",
            tr(f"Dịch vụ không có các trường: {', '.join(unknown)}.", f"Unknown fields: {', '.join(unknown)}."),
        )
    checks.number(wish.daily_calls, "daily_calls", least=1, most=2**31 - 1)
    return PurposePart(
        id=new_id(),
        title=checks.text(wish.title, "title", 300),
        legal_ground=checks.text(wish.legal_ground, "legal_ground", 500),
        fields=[checks.text(name, "fields", 200) for name in dict.fromkeys(wish.fields)],
        daily_calls=wish.daily_calls,
    )


def purpose_answer(purpose_id: UUID, word: PurposeWord) -> PurposeAnswerPart:
    checks.number(word.daily_quota, "daily_quota", least=0, most=2**31 - 1)
    reason = checks.text(word.reason, "reason", 500, required=not word.accepted)
    return PurposeAnswerPart(
        id=purpose_id,
        accepted=word.accepted,
        reason="" if word.accepted else reason,
        daily_quota=word.daily_quota if word.accepted else None,
    )


def spread(row: Agreement, letter: Letter, deed: str, actor: Actor) -> AgreementEntry:
    """Tell the other side, write down, note it to the hub when we are the provider."""
    row.refresh_from_db()
    entry = rows.agreement_entry(row)
    about = about_pair(entry.client, entry.service)
    parties = [places.home_of(row.client_agency), places.home_of(row.provider_agency)]
    tell(letter, *parties, about=about, actor=actor)
    audit.record(actor, deed, f"agreement:{row.id}", service=str(entry.service))
    note_to_hub(row)
    return entry


def _find_service(service: ServiceRef) -> ServiceEntry:
    found = listings.find_service(service)
    if found is None:
        raise NotFound(
            "catalogue.unknown-service",
            tr(f"Danh mục không có dịch vụ {service}.", f"The catalogue has no service {service}."),
            field="service",
        )
    if found.shown_state not in CALLABLE:
        raise Refused(
            "catalogue.service-disabled",
            tr("Dịch vụ này hiện không nhận đề nghị.", "This service takes no requests now."),
            field="service",
        )
    return found


def _require_none_open(client: SystemRef, service: ServiceRef) -> None:
    if Agreement.objects.filter(
        client_agency=client.agency_code,
        client_code=client.code,
        provider_agency=service.agency_code,
        provider_code=service.system_code,
        service_code=service.code,
        version=service.version,
        state__in=("requested", "accepted"),
    ).exists():
        raise Conflict(
            "catalogue.agreement-open",
            tr(
                "Đã có thỏa thuận hoặc đề nghị cho dịch vụ này: hãy thêm mục đích vào đó.",
                "There is an agreement or request on this service: add your purpose to it.",
            ),
            field="service",
        )


def _service_part(service: ServiceRef) -> ServicePart:
    return ServicePart(
        agency_code=service.agency_code, system_code=service.system_code, code=service.code, version=service.version
    )


def _at_least_one(purposes: Sequence[PurposeWish]) -> Sequence[PurposeWish]:
    if not purposes:
        raise checks.wrong("required", "title", tr("Hãy nêu ít nhất một mục đích.", "Name at least one purpose."))
    return purposes


def _require_state(row: Agreement, *states: str) -> None:
    if row.state not in states:
        raise _moved_on()


def _moved_on() -> Refused:
    return Conflict(
        "catalogue.wrong-state",
        tr("Thỏa thuận đã ở trạng thái khác; hãy xem lại.", "The agreement has moved on; look again."),
    )
