"""Measures the access decision on tables filled as a country would fill them; for `lienthong bench access`."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from lienthong.kernel import clock
from lienthong.kernel.ids import new_id
from lienthong.platform.catalogue import queries
from lienthong.platform.catalogue.models import Agreement, CatalogueToken, Purpose, ServiceVersion, System
from lienthong.platform.catalogue.types import AccessRequest, ServiceRef, SystemRef

NODES, SYSTEMS = 100, 200
_ENDPOINTS = [["GET", "/nguoi/*", ""], ["GET", "/ho/{id}/thanh-vien/**", ""], ["POST", "/tra-cuu", ""]]
_SQL = """
SELECT p.id FROM catalogue_agreement a JOIN catalogue_purpose p ON p.agreement_id = a.id
WHERE a.client_agency = %s AND a.client_code = %s AND a.provider_agency = %s AND a.provider_code = %s
  AND a.service_code = %s AND a.version = %s AND a.state = 'accepted' AND p.state = 'accepted'
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of one thing done many times, in microseconds."""

    mean: float
    p50: float
    p99: float


def fill(grants: int) -> list[AccessRequest]:
    """Tables with this many accepted purposes between 200 systems of 100 nodes; gives a request for each."""
    chance = random.Random(7)  # noqa: S311 (invented data)
    systems = [
        System(
            agency_code=f"H{number % NODES + 1:02d}.{number // NODES + 10}",
            code=f"he-thong-{number}",
            name_vi=f"Hệ thống {number}",
            name_en=f"System {number}",
            node_code=f"H{number % NODES + 1:02d}",
        )
        for number in range(SYSTEMS)
    ]
    System.objects.bulk_create(systems)
    versions = [
        ServiceVersion(
            system=system, code="dich-vu", version=1, kind="rest", title_vi="Dịch vụ", title_en="Service",
            state="published", base_url="http://127.0.0.1:9", endpoints=_ENDPOINTS, daily_quota=10**9,
        )
        for system in systems
    ]  # fmt: skip
    ServiceVersion.objects.bulk_create(versions)
    pairs = chance.sample([(a, b) for a in range(SYSTEMS) for b in range(SYSTEMS) if a != b], grants)
    now, agreements, purposes, requests = clock.now(), [], [], []
    for client, provider in pairs:
        asking, answering = systems[client], systems[provider]
        agreement = Agreement(
            id=new_id(), client_agency=asking.agency_code, client_code=asking.code,
            provider_agency=answering.agency_code, provider_code=answering.code, service_code="dich-vu", version=1,
            state="accepted", requested_at=now,
        )  # fmt: skip
        agreements.append(agreement)
        purposes.append(
            Purpose(agreement=agreement, title="Việc", legal_ground="Luật", daily_calls=100, state="accepted")
        )
        service = ServiceRef(answering.agency_code, answering.code, "dich-vu", 1)
        path = f"/ho/{chance.randrange(10**6)}/thanh-vien/{chance.randrange(10)}"
        requests.append(AccessRequest(SystemRef(asking.agency_code, asking.code), service, "GET", path))
    Agreement.objects.bulk_create(agreements, batch_size=2000)
    Purpose.objects.bulk_create(purposes, batch_size=2000)
    CatalogueToken.objects.update_or_create(id=1, defaults={"token": new_id()})
    queries.forget_index()
    return requests


def build_seconds(request: AccessRequest) -> float:
    """How long the first decision after a change takes: the index is made anew."""
    queries.forget_index()
    CatalogueToken.objects.update(token=new_id())
    started = time.perf_counter()
    queries.decide(request)
    return time.perf_counter() - started


def time_decisions(requests: list[AccessRequest], times: int) -> Timing:
    """Decisions about requests drawn at random, let through and counted."""
    return _time(requests, times, queries.decide)


def time_sql(requests: list[AccessRequest], times: int) -> Timing:
    """What is held beside it: only finding the purpose, by one statement on the same tables."""

    def look_up(request: AccessRequest) -> None:
        service = request.service
        with connection.cursor() as cursor:
            cursor.execute(
                _SQL,
                [
                    request.client.agency_code, request.client.code, service.agency_code, service.system_code,
                    service.code, service.version,
                ],
            )  # fmt: skip
            if not cursor.fetchall():
                raise LookupError(str(request))

    return _time(requests, times, look_up)


def _time(requests: list[AccessRequest], times: int, work: Callable[[AccessRequest], object]) -> Timing:
    chance = random.Random(11)  # noqa: S311 (which request comes next)
    for request in requests:
        work(request)
    taken = []
    for request in chance.choices(requests, k=times):
        started = time.perf_counter_ns()
        work(request)
        taken.append((time.perf_counter_ns() - started) / 1000)
    taken.sort()
    return Timing(sum(taken) / times, taken[times // 2], taken[times * 99 // 100])
