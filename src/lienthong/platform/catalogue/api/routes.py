"""`/catalogue/v1/`: the catalogue for programs, described at `/catalogue/v1/openapi.json`."""

from typing import Any, cast
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError

from lienthong.kernel import access, clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.kernel.web.api_errors import answer_with_problems
from lienthong.kernel.web.pages import problem
from lienthong.platform.catalogue import forms as typed
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.api import forms
from lienthong.platform.catalogue.api.callers import SystemKey, caller, operator
from lienthong.platform.catalogue.types import AccessRequest, AgreementEntry, ServiceRef

api = NinjaAPI(
    title="lienthong catalogue",
    version="1",
    description="Systems, services, agreements, permissions and quotas of a node. Refusals are problem bodies"
    " (RFC 9457) with a stable `code`.",
    docs_url=None,
    urls_namespace="catalogue-api",
    auth=[SystemKey(), operator],
)


answer_with_problems(api, "catalogue")


@api.exception_handler(AuthenticationError)
def _stranger(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(Refused("access.sign-in", tr("Cần khóa hoặc đăng nhập.", "A key or sign-in is needed."), status=401))


# Systems


@api.get("/systems", response=list[forms.SystemOut], summary="Systems of this node, or of the country")
def list_systems(request: HttpRequest, own: bool = True) -> Any:
    return [forms.SystemOut.of(one) for one in queries.list_systems(own=own)]


@api.post("/systems", response=forms.SystemOut, summary="Register a system")
def register_system(request: HttpRequest, body: forms.SystemBody) -> Any:
    asked = caller(request)
    asked.require(typed.system_ref(f"{body.agency_code}/{body.code}"))
    made = services.register_system(
        agency_code=body.agency_code,
        code=body.code,
        name=_words(body.name),
        contact=body.contact,
        actor=asked.actor,
    )
    return forms.SystemOut.of(made)


# Services


@api.get("/services", response=list[forms.ServiceOut], summary="Search the services of the country, or our own")
def list_services(
    request: HttpRequest, q: str = "", agency_code: str = "", kind: str = "", state: str = "", own: bool = False
) -> Any:
    found = queries.list_services(words=q[:200], agency_code=agency_code, kind=kind, state=state, own=own)
    mine = caller(request)
    return [
        forms.ServiceOut.of(one.service)
        for one in found
        if one.service.state != "draft" or mine.concerns(one.service.ref.system)
    ]


_SERVICE = "/services/{agency_code}/{system_code}/{name}"


def _ref(agency_code: str, system_code: str, name: str) -> ServiceRef:
    return typed.service_ref(f"{agency_code}/{system_code}/{name}")


@api.get(_SERVICE, response=forms.ServiceOut, summary="One version of a service")
def get_service(request: HttpRequest, agency_code: str, system_code: str, name: str) -> Any:
    entry = queries.get_service(_ref(agency_code, system_code, name))
    if entry.state == "draft":
        caller(request).require_service(entry.ref)
    return forms.ServiceOut.of(entry)


@api.post("/services", response=forms.ServiceOut, summary="Draft a version of a service")
def draft_service(request: HttpRequest, body: forms.ServiceBody) -> Any:
    asked, system = caller(request), typed.system_ref(body.system)
    asked.require(system)
    made = services.draft_service(
        system=system,
        code=body.code,
        kind=body.kind,
        title=_words(body.title),
        base_url=body.base_url,
        description=body.description,
        legal_basis=body.legal_basis,
        contact=body.contact,
        terms=body.terms.terms(),
        actor=asked.actor,
    )
    return forms.ServiceOut.of(made)


@api.put(_SERVICE, response=forms.ServiceOut, summary="Describe a version anew")
def describe_service(
    request: HttpRequest, agency_code: str, system_code: str, name: str, body: forms.ServiceBody
) -> Any:
    asked, ref = caller(request), _ref(agency_code, system_code, name)
    asked.require_service(ref)
    made = services.describe_service(
        service=ref,
        title=_words(body.title),
        base_url=body.base_url,
        description=body.description,
        legal_basis=body.legal_basis,
        contact=body.contact,
        terms=body.terms.terms(),
        actor=asked.actor,
    )
    return forms.ServiceOut.of(made)


@api.put(f"{_SERVICE}/interface", response=forms.ServiceOut, summary="Set endpoints, or the OpenAPI document")
def set_interface(
    request: HttpRequest, agency_code: str, system_code: str, name: str, body: forms.InterfaceBody
) -> Any:
    asked, ref = caller(request), _ref(agency_code, system_code, name)
    asked.require_service(ref)
    if body.openapi is not None:
        made = services.set_openapi(service=ref, content=orjson.dumps(body.openapi), actor=asked.actor)
    else:
        made = services.set_endpoints(service=ref, endpoints=body.endpoints, fields=body.fields, actor=asked.actor)
    return forms.ServiceOut.of(made)


@api.post(f"{_SERVICE}/state", response=forms.ServiceOut, summary="Publish, deprecate, suspend or archive a version")
def move_service(request: HttpRequest, agency_code: str, system_code: str, name: str, body: forms.StateBody) -> Any:
    asked, ref = caller(request), _ref(agency_code, system_code, name)
    asked.require_service(ref)
    if body.state == "published":
        made = services.publish_service(service=ref, actor=asked.actor)
    elif body.state == "deprecated":
        made = services.deprecate_service(
            service=ref, sunset_date=body.sunset_date or clock.today(), reason=body.reason, actor=asked.actor
        )
    elif body.state == "suspended":
        made = services.suspend_service(service=ref, reason=body.reason, actor=asked.actor)
    else:
        made = services.archive_service(service=ref, reason=body.reason, actor=asked.actor)
    return forms.ServiceOut.of(made)


# Agreements


@api.get("/agreements", response=list[forms.AgreementOut], summary="Agreements that concern the caller")
def list_agreements(request: HttpRequest, side: str = "", state: str = "", q: str = "") -> Any:
    chosen: Any = side if side in ("consumer", "provider") else None
    found = queries.list_agreements(side=chosen, state=state, words=q[:200])
    return [_out(one) for one in found if caller(request).sees(one)]


@api.post("/agreements", response=forms.AgreementOut, summary="Ask for an agreement")
def request_agreement(request: HttpRequest, body: forms.RequestBody) -> Any:
    asked, client = caller(request), typed.system_ref(body.client)
    asked.require(client)
    made = services.request_agreement(
        client=client,
        service=typed.service_ref(body.service),
        purposes=[_wish(one) for one in body.purposes],
        endpoints=body.endpoints,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        note=body.note,
        actor=asked.actor,
    )
    return _out(made)


@api.get("/agreements/{agreement_id}", response=forms.AgreementOut, summary="One agreement")
def get_agreement(request: HttpRequest, agreement_id: UUID) -> Any:
    return _out(_seen(request, agreement_id))


@api.post("/agreements/{agreement_id}/answer", response=forms.AgreementOut, summary="The provider's answer")
def answer_agreement(request: HttpRequest, agreement_id: UUID, body: forms.AnswerBody) -> Any:
    entry = _seen(request, agreement_id)
    caller(request).require(entry.service.system)
    made = services.answer_agreement(
        agreement_id=entry.id,
        accepted=body.accepted,
        reason=body.reason,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        rate=body.rate,
        purposes={key: _word(one) for key, one in body.purposes.items()},
        actor=caller(request).actor,
    )
    return _out(made)


@api.post("/agreements/{agreement_id}/suspend", response=forms.AgreementOut, summary="One side suspends")
def suspend_agreement(request: HttpRequest, agreement_id: UUID, body: forms.SideBody) -> Any:
    _side(request, agreement_id, body)
    actor = caller(request).actor
    return _out(services.suspend_agreement(agreement_id=agreement_id, side=body.side, reason=body.reason, actor=actor))


@api.post("/agreements/{agreement_id}/resume", response=forms.AgreementOut, summary="That side resumes")
def resume_agreement(request: HttpRequest, agreement_id: UUID, body: forms.SideBody) -> Any:
    _side(request, agreement_id, body)
    actor = caller(request).actor
    return _out(services.resume_agreement(agreement_id=agreement_id, side=body.side, actor=actor))


@api.post("/agreements/{agreement_id}/end", response=forms.AgreementOut, summary="One side ends it for good")
def end_agreement(request: HttpRequest, agreement_id: UUID, body: forms.SideBody) -> Any:
    _side(request, agreement_id, body)
    actor = caller(request).actor
    return _out(services.end_agreement(agreement_id=agreement_id, side=body.side, reason=body.reason, actor=actor))


@api.post("/agreements/{agreement_id}/purposes", response=forms.AgreementOut, summary="Ask for a further purpose")
def request_purpose(request: HttpRequest, agreement_id: UUID, body: forms.PurposeBody) -> Any:
    caller(request).require(_seen(request, agreement_id).client)
    actor = caller(request).actor
    return _out(services.request_purpose(agreement_id=agreement_id, wish=_wish(body), actor=actor))


_PURPOSE = "/agreements/{agreement_id}/purposes/{purpose_id}"


@api.post(f"{_PURPOSE}/answer", response=forms.AgreementOut, summary="The provider's word about a purpose")
def answer_purpose(request: HttpRequest, agreement_id: UUID, purpose_id: UUID, body: forms.PurposeWordBody) -> Any:
    caller(request).require(_seen(request, agreement_id).service.system)
    actor = caller(request).actor
    made = services.answer_purpose(agreement_id=agreement_id, purpose_id=purpose_id, word=_word(body), actor=actor)
    return _out(made)


@api.post(f"{_PURPOSE}/end", response=forms.AgreementOut, summary="One side ends a purpose for good")
def end_purpose(request: HttpRequest, agreement_id: UUID, purpose_id: UUID, body: forms.SideBody) -> Any:
    _side(request, agreement_id, body)
    made = services.end_purpose(
        agreement_id=agreement_id,
        purpose_id=purpose_id,
        side=body.side,
        reason=body.reason,
        actor=caller(request).actor,
    )
    return _out(made)


# Rights


@api.get("/permissions", response=list[forms.PermissionOut], summary="Who may call what (provider, consumer)")
def list_permissions(request: HttpRequest, side: str = "") -> Any:
    chosen: Any = side if side in ("consumer", "provider") else None
    found = queries.list_permissions(side=chosen)
    return [
        forms.PermissionOut.of(line) for line in found if caller(request).concerns(line.client, line.service.system)
    ]


@api.get("/usage", response=list[forms.UsageOut], summary="Today's calls beside their quotas")
def list_usage(request: HttpRequest) -> Any:
    return [
        forms.UsageOut.of(one)
        for one in queries.list_usage()
        if caller(request).concerns(one.client, one.service.system)
    ]


@api.get("/explain", response=forms.ExplanationOut, summary="Replay the decision about one call")
def explain(
    request: HttpRequest, client: str, service: str, method: str = "GET", path: str = "/", purpose: str = ""
) -> Any:
    asked = AccessRequest(
        typed.system_ref(client), typed.service_ref(service), method[:10].upper(), path, purpose[:100]
    )
    caller(request).require(asked.client, asked.service.system)
    return queries.explanation_facts(queries.explain(asked))


def _seen(request: HttpRequest, agreement_id: UUID) -> AgreementEntry:
    entry = queries.get_agreement(agreement_id)
    caller(request).require(entry.client, entry.service.system)
    return entry


def _side(request: HttpRequest, agreement_id: UUID, body: forms.SideBody) -> None:
    """A key speaks for the side of its own system alone."""
    entry = _seen(request, agreement_id)
    if body.side == "consumer":
        caller(request).require(entry.client)
    elif body.side == "provider":
        caller(request).require(entry.service.system)
    else:
        caller(request).require()


def _out(entry: AgreementEntry) -> forms.AgreementOut:
    return forms.AgreementOut.of(entry, clock.today())


def _words(words: forms.Words) -> Bilingual:
    return Bilingual(words.vi, words.en or words.vi)


def _wish(body: forms.PurposeBody) -> services.PurposeWish:
    return services.PurposeWish(body.title, body.legal_ground, body.daily_calls, body.fields)


def _word(body: forms.PurposeWordBody) -> services.PurposeWord:
    return services.PurposeWord(body.accepted, body.reason, body.daily_quota)


def urls() -> tuple[list[Any], str, str]:
    """The routes of the API, each with its rule of access; its description and its bare root (404) are public."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if getattr(pattern, "name", "") in ("openapi-json", "api-root"):
            pattern.callback = require_safe(access.public(cast("Any", pattern.callback)))
        else:
            cast("Any", pattern.callback).access_rule = "duty:operator or key of a system"
    return list(patterns), app_name, namespace
