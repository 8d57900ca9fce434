"""What the demo's agencies share: a data service of the portal that the province calls, documents, a partner system.

Offering is part of filling the hub; asking and answering travel by letters, so they happen once the nodes run.
"""

import time
from collections.abc import Callable

import orjson

from lienthong.kernel import roles
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.node import openapi
from lienthong.node.demo.guide import PARTNER_FILE
from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.types import ServiceRef, SystemRef, Terms
from lienthong.platform.documents import services as documents

_PORTAL = SystemRef("G22", "dvcqg")
_ONE_STOP = SystemRef("H36", "mot-cua")
_SERVICE = ServiceRef.of(_PORTAL, "thu-tuc.v1")
_PATIENCE_SECONDS = 30.0
_PREFIX = "/api/v1"


def offer() -> str:
    """At the portal: publish its public JSON of procedures as a data service."""
    if not roles.is_open("catalogue.national") or queries.find_service(_SERVICE):
        return ""
    services.register_system(
        agency_code="G22", code="dvcqg", name=tr("Cổng Dịch vụ công quốc gia", "National portal"), actor=SYSTEM
    )
    services.draft_service(
        system=_PORTAL,
        code="thu-tuc",
        kind="openapi",
        title=tr("Thủ tục hành chính và mã cơ quan", "Procedures and agency codes"),
        base_url=f"{node().base_url}{_PREFIX}",
        legal_basis="Nghị định 61/2018/NĐ-CP; Quyết định 20/2020/QĐ-TTg",
        terms=Terms(daily_quota=5000, rate=20, threshold=10_000),
        actor=SYSTEM,
    )
    services.set_openapi(service=_SERVICE, content=_description(), actor=SYSTEM)
    services.publish_service(service=_SERVICE, actor=SYSTEM)
    return f"the data service {_SERVICE}"


def _description() -> bytes:
    whole = openapi.document()
    shared = {path.removeprefix(_PREFIX): item for path, item in whole["paths"].items() if _is_shared(path)}
    return orjson.dumps({**whole, "paths": shared})


def _is_shared(path: str) -> bool:
    return path.startswith((f"{_PREFIX}/procedures/", f"{_PREFIX}/agencies/", f"{_PREFIX}/units/"))


def ask() -> str:
    """At the province: register the one-stop shop as a system and ask for the service, once it is listed."""
    if queries.list_agreements(service=_SERVICE):
        return ""
    services.refresh_list()
    if not _comes(lambda: bool(queries.find_service(_SERVICE))):
        return "the national list of services did not come; ask for the data service by hand"
    services.register_system(
        agency_code="H36", code="mot-cua", name=tr("Một cửa điện tử tỉnh", "Provincial one-stop shop"), actor=SYSTEM
    )
    services.set_access(system=_ONE_STOP, networks=["127.0.0.0/8"], certificates=[], actor=SYSTEM)
    wish = services.PurposeWish("Hướng dẫn người dân nộp hồ sơ", "Nghị định 61/2018/NĐ-CP, Điều 6", 800)
    services.request_agreement(client=_ONE_STOP, service=_SERVICE, purposes=[wish], actor=SYSTEM)
    return f"{_ONE_STOP} asks for {_SERVICE}"


def answer() -> str:
    """At the portal: agree, when the request has come."""
    if not _comes(lambda: bool(queries.list_agreements(service=_SERVICE))):
        return "no request came; the province's operator can send one"
    for agreement in queries.list_agreements(service=_SERVICE):
        if agreement.state == "requested":
            services.answer_agreement(agreement_id=agreement.id, accepted=True, actor=SYSTEM)
    return "agreed"


def _comes(awaited: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if awaited():
                return True
            services.refresh_list()
        except Refused:
            pass  # the hub or its list is not up yet
        time.sleep(0.3)
    return False


def send_documents() -> str:
    """The demo's documents between agencies leave this node."""
    return f"{documents.seed_demo_documents()} documents on their way"


def admit_partner() -> str:
    """Where the axis is: register the demo's partner system; its secret is made now and kept in a file of this home."""
    note = node().home / PARTNER_FILE
    if not roles.is_open("documents.axis") or note.exists():
        return ""
    system_id, secret = documents.seed_demo_partner()
    note.touch(mode=0o600)
    note.write_text(f"SYSTEM={system_id}\nSECRET={secret}\n", encoding="ascii")
    return f"the partner system {system_id} of the document axis"


STEPS: dict[str, Callable[[], str]] = {"ask": ask, "answer": answer, "documents": send_documents}
