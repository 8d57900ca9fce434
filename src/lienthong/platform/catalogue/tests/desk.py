"""One node with both sides of agreements on it: H36 offers a service to a system of its own; G22 is the hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from lienthong.kernel import roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.roles import ROLES
from lienthong.platform.catalogue.tests.trio import BASE_ROLES, CODES, HOA, LAN
from lienthong.platform.catalogue.types import ServiceRef, SystemRef, Terms
from lienthong.platform.exchange import services as exchange

CLIENT = SystemRef("H36", "mot-cua")
SERVICE = ServiceRef("H36", "dat-dai", "thua-dat", 1)
PAGES = "/van-hanh/trao-doi/"
DOCUMENT = b"""
openapi: 3.1.0
info: {title: Dat dai, version: "1"}
paths:
  /thua-dat/{ma}: {get: {summary: Xem, responses: {"200": {description: ok, content: {application/json: {schema:
    {properties: {so_to: {type: string}, so_thua: {}, chu_su_dung: {properties: {ten: {type: string}}}}}}}}}}}
  /bien-dong: {post: {summary: Bao, responses: {"201": {description: ok}}}}
"""


@contextmanager
def at_desk(homes: Path, code: str = "H36") -> Iterator[None]:
    """Be the node, all of whose neighbours are known."""
    roles.open_roles((*BASE_ROLES, *ROLES))
    with playing(node(), home=homes / "G22", agency_code="G22"):
        for agency, name in CODES.items():
            certificate = (homes / agency / "keys" / "node.crt").read_text("ascii")
            exchange.register_node(
                agency_code=agency, name=name, base_url="http://127.0.0.1:9", certificate_pem=certificate, actor=HOA
            )
    mine = tuple(role for role in (*BASE_ROLES, *ROLES) if code == "G22" or role.name.partition(".")[2] not in _HUB)
    roles.open_roles(mine)
    queries.forget_index()
    with playing(node(), home=homes / code, agency_code=code):
        yield
    roles.open_roles(())


_HUB = ("hub", "national")


def sign_in(monkeypatch: Any, actor: Any = LAN) -> None:
    """The actor is signed in, as the middleware of identity does it."""

    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = actor  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)


def furnish() -> Any:
    """A client, a published service, an accepted agreement with calls counted; gives the agreement."""
    for code, name in (("mot-cua", "Hệ thống một cửa"), ("dat-dai", "Cơ sở dữ liệu đất đai")):
        services.register_system(agency_code="H36", code=code, name=name, contact="hotro@example.gov.vn", actor=LAN)
    services.make_key(system=CLIENT, label="Máy chủ chính", actor=LAN)
    services.set_access(system=CLIENT, networks=["10.36.0.0/16"], certificates=[], actor=LAN)
    services.draft_service(
        system=SERVICE.system,
        code="thua-dat",
        kind="openapi",
        title="Thông tin thửa đất",
        description="Trả lời theo mã thửa: số tờ, số thửa, diện tích, người sử dụng đất.",
        legal_basis="Luật Đất đai 2024",
        base_url="http://127.0.0.1:9/dat-dai",
        terms=Terms(daily_quota=8, rate=50.0, threshold=500),
        actor=LAN,
    )
    services.set_openapi(service=SERVICE, content=DOCUMENT, actor=LAN)
    services.publish_service(service=SERVICE, actor=LAN)
    wish = services.PurposeWish(
        "Xác minh khi đăng ký biến động", "Luật Đất đai 2024, Điều 133", 400, ("so_to", "so_thua")
    )
    made = services.request_agreement(client=CLIENT, service=SERVICE, purposes=[wish], actor=LAN)
    services.answer_agreement(agreement_id=made.id, accepted=True, actor=LAN)
    return made


def call(times: int) -> None:
    """Calls that were let through and stored."""
    from lienthong.platform.catalogue.types import AccessRequest

    request = AccessRequest(CLIENT, SERVICE, "GET", "/thua-dat/1")
    services.count_calls([queries.decide(request) for _ in range(times)])
