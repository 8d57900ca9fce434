"""A small demo authority for the tests of this room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.agencies import services as agencies_services
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.tests.authority import Authority, serving
from lienthong.platform.signing.types import CertificateKind

_KEYS_OF_A_NODE: tuple[tuple[CertificateKind, tuple[str, ...]], ...] = (
    ("node", ()),
    ("tls", ("127.0.0.1", "localhost")),
)
ISSUED_AT = clock.at(2026, 11, 21, 8, 0)
NOW = clock.at(2026, 11, 21, 9, 30)


@dataclass(frozen=True)
class Country:
    """Two homes under one authority, and one under a foreign authority."""

    demo: Path
    province: Path
    hub: Path
    abroad: Path


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The country's agencies, for the officers who sign."""
    with django_db_blocker.unblock():
        agencies_services.load_demo_agencies()


@pytest.fixture(scope="session")
def country(tmp_path_factory) -> Country:
    base = tmp_path_factory.mktemp("signing")
    made = Country(base / "demo", base / "province", base / "hub", base / "abroad")
    with clock.frozen(ISSUED_AT):
        for home, into, code in (
            (made.demo, made.province, "H36"),
            (made.demo, made.hub, "G22"),
            (made.abroad, made.abroad, "H36"),
        ):
            services.issue_certificate(
                home, into=into, name="node", kind="node", agency_code=code, common_name=f"Nút {code}"
            )
            services.issue_certificate(
                home,
                into=into,
                name="officer:nguyen.thi.lan",
                kind="officer",
                agency_code="H36.101",
                common_name="Nguyễn Thị Lan",
                position="Phó Chủ tịch",
                organisation="Ủy ban nhân dân phường Xuân Hương - Đà Lạt",
            )
            services.issue_certificate(
                home,
                into=into,
                name="seal:H36.101",
                kind="seal",
                agency_code="H36.101",
                common_name="Ủy ban nhân dân phường Xuân Hương - Đà Lạt",
            )
    return made


@pytest.fixture
def at_province(country) -> Iterator[None]:
    """This process is the province's node, this morning."""
    before = roles.opened()
    roles.open_roles(ROLES)
    with playing(node(), home=country.province, agency_code="H36"), clock.frozen(NOW):
        yield
    roles.open_roles(before)


@pytest.fixture
def authority(tmp_path, settings, monkeypatch, db) -> Iterator[Authority]:
    """This process is the province's node, a minute after its certificates came; the authority answers over HTTP."""
    settings.ROOT_URLCONF = "lienthong.platform.signing.tests.urls"
    monkeypatch.setenv("LIENTHONG_AUTHORITY", str(tmp_path / "demo"))
    before = roles.opened()
    roles.open_roles(ROLES)
    queries.forget_standings()
    begun = clock.now().replace(microsecond=0)
    with serving(tmp_path / "demo") as served, clock.frozen(begun):
        served.moment = begun
        with be_province(served):
            for kind, hosts in _KEYS_OF_A_NODE:
                services.issue_certificate(
                    served.home,
                    name=kind,
                    kind=kind,
                    agency_code="H36",
                    common_name="Nút H36",
                    hosts=hosts,
                    into=node().home,
                )
            yield served
    queries.forget_standings()
    roles.open_roles(before)


def be_province(authority: Authority, **trust: object) -> playing:
    """Be the province's node under this policy of trust."""
    return playing(
        node(),
        home=authority.home.parent / "province",
        agency_code="H36",
        hub_url=authority.url,
        demo=True,
        parameters={"trust": {"ocsp": "soft", **trust}},
    )


@contextmanager
def later(authority: Authority, **span: float) -> Iterator[None]:
    """Some time afterwards, here and at the authority."""
    before, moment = authority.moment, clock.now() + timedelta(**span)
    authority.moment = moment
    with clock.frozen(moment):
        yield
    authority.moment = before
