"""Services of our own: drafts, OpenAPI documents, the states they go through, and what the country sees of them."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.models import ServiceVersion
from lienthong.platform.catalogue.rules import openapi
from lienthong.platform.catalogue.tests.trio import BA, LAN, SERVICE, Trio, agree, held_list, offer, publish
from lienthong.platform.catalogue.types import ServiceRef, SystemRef, Terms

PETS = b"""
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      summary: All pets
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
    post: {operationId: addPet, responses: {"201": {description: ok}}}
  /pets/{id}/owners/{owner}:
    get: {responses: {"200": {$ref: "#/components/responses/Owner"}}}
components:
  responses:
    Owner: {description: ok, content: {application/json: {schema: {properties: {name: {type: string}}}}}}
  schemas:
    Pet:
      allOf:
        - properties: {id: {type: integer}, born: {type: string, example: 2026-01-01}}
        - properties: {parent: {$ref: "#/components/schemas/Pet"}}
"""
SYSTEM = SystemRef("G01", "dan-cu")


def code_of(deed: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as caught:
        deed(**facts)
    return caught.value.code


def test_a_document_gives_endpoints_and_fields() -> None:
    document = openapi.read_document(PETS)
    assert [str(one) for one in openapi.endpoints_of(document)] == [
        "GET /pets",
        "POST /pets",
        "GET /pets/{id}/owners/{owner}",
    ]
    assert [one.summary for one in openapi.endpoints_of(document)] == ["All pets", "addPet", ""]
    fields = openapi.fields_of(document)
    assert fields[:4] == ("id", "born", "parent", "parent.id")
    assert "name" in fields
    assert openapi.read_document(orjson.dumps(document)) == document


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"openapi: 2.0\ninfo: {}\npaths: {}",
        b"swagger: '2.0'",
        b"openapi: 3.1.0\ninfo: {}",
        b"openapi: 3.1.0\ninfo: {}\npaths: {}",
        b"openapi: 3.1.0\ninfo: {}\npaths: {/a: 1}",
        b"openapi: 3.1.0\ninfo: {}\npaths: {a: {get: {}}}",
        b"openapi: 3.1.0\ninfo: {}\npaths: {/a/../b: {get: {}}}",
        b"a: &x [1,1]\nopenapi: 3.1.0\ninfo: {}\npaths: {/a: {get: {}}}\nb: [*x,*x]",
        b"openapi: 3.1.0\ninfo: !!python/object/apply:os.getcwd []\npaths: {/a: {get: {}}}",
        b"openapi: 3.1.0\n\tinfo: x",
        b"{" * 100000,
        b'{"openapi":"3.1.0","x":"' + b"a" * 3_000_000 + b'"}',
    ],
    ids=range(16),
)
def test_what_is_no_openapi_document_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        openapi.endpoints_of(openapi.read_document(content))
    assert (caught.value.code, caught.value.field) == ("catalogue.bad-openapi", "openapi")


def test_references_in_circles_and_to_elsewhere_end() -> None:
    document = openapi.read_document(
        b"openapi: 3.0.3\ninfo: {}\npaths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/A'}}}}}\n"
        b"components: {responses: {A: {$ref: '#/components/responses/B'}, B: {$ref: '#/components/responses/A'}}}"
    )
    assert openapi.fields_of(document) == ()
    document["paths"]["/a"]["get"]["responses"]["200"] = {"$ref": "http://127.0.0.1/x#/A"}
    assert openapi.fields_of(document) == ()


def test_a_draft_is_published_and_the_country_sees_it(trio: Trio) -> None:
    with trio.at("G01"):
        services.register_system(agency_code="G01", code="dan-cu", name="Dân cư", actor=BA)
        made = services.draft_service(
            system=SYSTEM, code="tra-cuu", kind="openapi", title="Tra cứu", base_url="http://10.0.0.1/api/", actor=BA
        )
        assert made.ref == SERVICE
        assert code_of(services.publish_service, service=SERVICE, actor=BA) == "catalogue.no-endpoints"
        services.set_openapi(service=SERVICE, content=PETS, actor=BA)
        assert [one.service.state for one in queries.list_services(own=True)] == ["draft"]
        assert queries.list_services() == []
        services.publish_service(service=SERVICE, actor=BA)
    trio.carry()
    publish(trio)
    with trio.at("H36"):
        (listed,) = queries.list_services(words="TRA cuu")
        assert (listed.service.state, len(listed.service.endpoints)) == ("published", 3)
        assert listed.system is not None
        assert listed.system.name.vi == "Dân cư"
        assert len(listed.service.openapi_digest) == 64
        assert queries.list_services(words="khong co") == []
        assert [one.ref for one in queries.list_offered(SYSTEM)] == [SERVICE]
    with trio.at("G22"):
        assert queries.find_openapi(SERVICE) == openapi.read_document(PETS)


def test_states_go_where_the_table_leads_and_no_further(trio: Trio) -> None:
    offer(trio)
    later = clock.today() + timedelta(days=30)
    with trio.at("G01"):
        assert code_of(services.discard_draft, service=SERVICE, actor=BA) == "catalogue.wrong-state"
        assert code_of(services.publish_service, service=SERVICE, actor=BA) == "catalogue.wrong-state"
        today = {"service": SERVICE, "sunset_date": clock.today(), "actor": BA}
        assert code_of(services.deprecate_service, **today) == "catalogue.bad-period"
        assert services.deprecate_service(service=SERVICE, sunset_date=later, actor=BA).sunset_date == later
        assert services.archive_due(later) == 0
        assert services.archive_due(later + timedelta(days=1)) == 1
        assert queries.get_service(SERVICE).state == "archived"
        for deed in (services.publish_service, services.suspend_service, services.archive_service):
            more = {} if deed is services.publish_service else {"reason": "x"}
            assert code_of(deed, service=SERVICE, actor=BA, **more) == "catalogue.wrong-state"


def test_a_second_version_begins_where_the_first_stands_and_both_live(trio: Trio) -> None:
    offer(trio, daily_quota=9)
    with trio.at("G01"):
        second = services.draft_service(
            system=SYSTEM, code="tra-cuu", kind="rest", title="Tra cứu 2", base_url="http://10.0.0.1", actor=BA
        )
        assert (second.ref.version, second.terms.daily_quota) == (2, 9)
        assert [str(one) for one in second.endpoints] == ["GET /nguoi/*"]
        services.publish_service(service=second.ref, actor=BA)
    trio.carry()
    publish(trio)
    agree(trio)
    agree(trio, service=second.ref)
    plain = ServiceRef.of(SYSTEM, "tra-cuu")
    with trio.at("G01"):
        from lienthong.platform.catalogue.tests.test_agreements import CALL
        from lienthong.platform.catalogue.types import AccessRequest

        request = AccessRequest(CALL.client, plain, "GET", "/nguoi/1")
        assert queries.decide(request).service.version == 2
        services.suspend_service(service=second.ref, reason="Lỗi", actor=BA)
        assert queries.decide(request).service.version == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": "a/b"}, "catalogue.bad-code"),
        ({"code": ""}, "catalogue.bad-code"),
        ({"code": "tên"}, "catalogue.bad-code"),
        ({"title": " "}, "catalogue.required"),
        ({"title": "x" * 301}, "catalogue.too-long"),
        ({"kind": "ftp"}, "catalogue.bad-kind"),
        ({"kind": "built-in"}, "catalogue.bad-kind"),
        ({"base_url": "ftp://a"}, "catalogue.bad-address"),
        ({"base_url": "http://user:secret@a/"}, "catalogue.bad-address"),
        ({"base_url": "http://a/../b"}, "catalogue.bad-address"),
        ({"base_url": "http://a/?x=1"}, "catalogue.bad-address"),
        ({"base_url": "http://a:99999/"}, "catalogue.bad-address"),
        ({"terms": Terms(rate=0.0)}, "catalogue.bad-number"),
        ({"terms": Terms(daily_quota=-1)}, "catalogue.bad-number"),
        ({"terms": Terms(timeout=0)}, "catalogue.bad-number"),
        ({"system": SystemRef("G01", "khac")}, "catalogue.unknown-system"),
    ],
)
def test_what_is_wrong_with_a_draft_is_named(trio: Trio, changes: dict[str, Any], code: str) -> None:
    with trio.at("G01"):
        services.register_system(agency_code="G01", code="dan-cu", name="Dân cư", actor=BA)
        facts = {"system": SYSTEM, "code": "x", "kind": "rest", "title": "X", "base_url": "http://a", "actor": BA}
        assert code_of(services.draft_service, **{**facts, **changes}) == code
        assert not ServiceVersion.objects.exists()


def test_only_the_agencys_own_node_keeps_its_systems(trio: Trio) -> None:
    with trio.at("H36"):
        facts = {"agency_code": "G01", "code": "x", "name": "X", "actor": LAN}
        assert code_of(services.register_system, **facts) == "catalogue.not-ours"
        assert code_of(services.register_system, **{**facts, "agency_code": "Z99"}) == "agencies.unknown"
    offer(trio)
    with trio.at("G22"):
        facts = {"service": SERVICE, "reason": "x", "actor": BA}
        assert code_of(services.suspend_service, **facts) == "catalogue.not-ours"


def test_the_signed_list_is_verified_before_it_is_kept(trio: Trio) -> None:
    offer(trio)
    agree(trio)
    with trio.at("G22"):
        body, signature = held_list()
        assert services.issue_list() == services.issue_list()
    with trio.at("H36"):
        assert code_of(services.accept_list, body=body.replace(b"dan-cu", b"dan-xx"), signature=signature) == (
            "signing.wrong-signature"
        )
        assert code_of(services.accept_list, body=body, signature="") == "signing.malformed"
        old = services.accept_list(body, signature)
    offer_more(trio)
    with trio.at("H36"):
        assert code_of(services.accept_list, body=body, signature=signature) == "catalogue.bad-list"
        assert queries.find_list().serial > old.serial  # type: ignore[union-attr]  # there is one


def offer_more(trio: Trio) -> None:
    with trio.at("H36"):
        services.register_system(agency_code="H36", code="khac", name="Khác", actor=LAN)
    trio.carry()
    publish(trio)


def test_the_list_tells_nothing_that_is_between_the_two_sides(trio: Trio) -> None:
    offer(trio)
    made = agree(trio, note="Chỉ giữa hai bên")
    with trio.at("G01"):
        services.suspend_agreement(agreement_id=made.id, side="provider", reason="Lý do riêng", actor=BA)
    trio.carry()
    publish(trio)
    with trio.at("G22"):
        body, _ = held_list()
    for word in ("Chỉ giữa hai bên", "Lý do riêng", LAN.name, "http://127.0.0.1:9/api"):
        assert word not in body.decode()
    with trio.at("H36"):
        listed = queries.find_list()
        assert listed is not None
        (one,) = listed.agreements
        assert (one.id, one.shown_state(clock.today())) == (made.id, "suspended")


def test_keys_open_once_shown_and_never_again_after_their_end(trio: Trio) -> None:
    offer(trio)
    client = SystemRef("H36", "mot-cua")
    with trio.at("H36"):
        facts: dict[str, Any] = {"client": client, "address": "10.1.2.3"}
        assert code_of(queries.check_client, **facts) == "catalogue.client-not-proven"
        entry, key = services.make_key(system=client, label="Máy chủ", actor=LAN)
        queries.check_client(**facts, key=key)
        assert code_of(queries.check_client, **facts, key=key[:-1]) == "catalogue.client-not-proven"
        assert queries.find_key_owner(key) == (client, False)
        assert key not in str(queries.list_keys(client))
        services.set_access(system=client, networks=["10.1.0.0/16"], certificates=["AB:" * 31 + "AB"], actor=LAN)
        queries.check_client(**facts, key=key)
        queries.check_client(**facts, thumbprint="ab" * 32)
        queries.check_client(client=client, address="::ffff:10.1.9.9", key=key)
        assert code_of(queries.check_client, client=client, address="10.2.0.1", key=key) == (
            "catalogue.client-not-proven"
        )
        assert code_of(queries.check_client, **facts) == "catalogue.client-not-proven"
        services.end_key(system=client, key_id=entry.id, actor=LAN)
        assert code_of(queries.check_client, **facts, key=key) == "catalogue.client-not-proven"
        assert code_of(services.end_key, system=client, key_id=entry.id, actor=LAN) == "catalogue.unknown-key"
        services.set_access(system=client, networks=["10.1.0.0/16"], certificates=[], actor=LAN)
        queries.check_client(**facts)
        for wrong, code in (
            ({"networks": ["10.0"], "certificates": []}, "catalogue.bad-network"),
            ({"networks": [], "certificates": ["xy"]}, "catalogue.bad-thumbprint"),
        ):
            assert code_of(services.set_access, system=client, actor=LAN, **wrong) == code
        services.close_system(system=client, actor=LAN)
        assert code_of(queries.check_client, client=client, address="10.1.2.3") == "catalogue.unknown-client"
    with trio.at("G01"):
        assert code_of(queries.check_client, client=client, address="10.1.2.3") == "catalogue.unknown-client"
