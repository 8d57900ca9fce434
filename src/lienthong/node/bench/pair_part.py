"""One deed in the process of one node of a pair: `python -m lienthong.node.bench.pair_part WORD …`."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from lienthong.node.parts import run_as_node

_SECONDS = 60.0


def _found(told: str) -> None:
    """At the hub: keys and the directory of both nodes."""
    from lienthong.kernel.access import SYSTEM
    from lienthong.kernel.profile import node
    from lienthong.platform.exchange import services as exchange
    from lienthong.platform.signing import services as signing

    authority = Path(os.environ["LIENTHONG_AUTHORITY"])
    for code, url in json.loads(told).items():
        certificate = signing.issue_certificate(
            authority,
            name="node",
            kind="node",
            agency_code=code,
            common_name=f"Nút {code}",
            into=node().home.parent / code.lower(),
        )
        exchange.register_node(
            agency_code=code, name=f"Nút {code}", base_url=url, certificate_pem=certificate.pem, actor=SYSTEM
        )


def _offer(address: str) -> None:
    """At the provider: its system, its services."""
    from lienthong.kernel.access import SYSTEM
    from lienthong.kernel.text import tr
    from lienthong.platform.catalogue import services as catalogue
    from lienthong.platform.catalogue.types import ServiceRef, SystemRef, Terms

    system = SystemRef("G22", "dan-cu")
    catalogue.register_system(agency_code="G22", code="dan-cu", name=tr("Dân cư", "Population"), actor=SYSTEM)
    for code, kind, path in (("tra-cuu", "rest", "/api"), ("tra-cuu-soap", "soap", "/soap")):
        draft = catalogue.draft_service(
            system=system,
            code=code,
            kind=kind,
            title=tr("Tra cứu", "Look up"),
            base_url=f"{address}{path}",
            legal_basis="Luật Căn cước 2023",
            terms=Terms(threshold=10_000_000, timeout=60.0),
            actor=SYSTEM,
        )
        service = ServiceRef("G22", "dan-cu", draft.ref.code, draft.ref.version)
        if kind == "rest":
            catalogue.set_endpoints(service=service, endpoints=["* /**"], fields=[], actor=SYSTEM)
        catalogue.publish_service(service=service, actor=SYSTEM)
    _until(lambda: catalogue.issue_list() is not None)


def _request() -> None:
    """At the consumer: its system, and agreements asked for."""
    from lienthong.kernel.access import SYSTEM
    from lienthong.kernel.errors import Refused
    from lienthong.kernel.text import tr
    from lienthong.platform.catalogue import queries
    from lienthong.platform.catalogue import services as catalogue
    from lienthong.platform.catalogue.types import ServiceRef, SystemRef
    from lienthong.platform.exchange import services as exchange

    def listed() -> bool:
        try:
            exchange.refresh_directory()
            catalogue.refresh_list()
        except Refused:
            return False
        return all(queries.find_service(one) for one in wanted)

    wanted = [ServiceRef("G22", "dan-cu", code, 1) for code in ("tra-cuu", "tra-cuu-soap")]
    _until(listed)
    system = SystemRef("H36", "mot-cua")
    catalogue.register_system(agency_code="H36", code="mot-cua", name=tr("Một cửa", "One-stop shop"), actor=SYSTEM)
    catalogue.set_access(system=system, networks=["127.0.0.0/8"], certificates=[], actor=SYSTEM)
    wish = catalogue.PurposeWish("Đăng ký khai sinh", "Luật Hộ tịch 2014, Điều 16", 1000)
    for service in wanted:
        catalogue.request_agreement(client=system, service=service, purposes=[wish], actor=SYSTEM)


def _accept() -> None:
    """At the provider: what was asked for is granted."""
    from lienthong.kernel.access import SYSTEM
    from lienthong.platform.catalogue import queries
    from lienthong.platform.catalogue import services as catalogue

    _until(lambda: len(queries.list_agreements(state="requested")) == 2)
    for agreement in queries.list_agreements(state="requested"):
        catalogue.answer_agreement(agreement_id=agreement.id, accepted=True, actor=SYSTEM)


def _await() -> None:
    """At the consumer: the answers have arrived."""
    from lienthong.platform.catalogue import queries

    _until(lambda: len(queries.list_agreements(state="active")) == 2)


def _verify() -> None:
    """Is the message log whole, and how many calls does it hold?"""
    from django.db import connection

    from lienthong.platform.exchange import queries as exchange

    verdict = exchange.verify_log()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(count), 0) FROM exchange_stream WHERE kind = 'call'")
        calls = int(cursor.fetchone()[0])
    print(json.dumps({"calls": calls, "faults": [str(fault.text) for fault in verdict.faults]}))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("it did not come about in time")
        time.sleep(0.2)


PARTS: dict[str, Callable[..., None]] = {
    "found": _found,
    "offer": _offer,
    "request": _request,
    "accept": _accept,
    "await": _await,
    "verify": _verify,
}

if __name__ == "__main__":
    run_as_node(PARTS)
