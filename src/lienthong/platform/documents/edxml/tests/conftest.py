"""Nodes with keys for the tests of edXML: a province, the Government Office, and one of a foreign authority."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from lienthong.kernel import clock, roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.documents.edxml.tests.samples import NOW
from lienthong.platform.signing import services
from lienthong.platform.signing.types import CertificateKind

_ROLES: tuple[roles.Role, ...] = import_module("lienthong.platform.signing.roles").ROLES
_KEYS: tuple[tuple[str, CertificateKind, str], ...] = (
    ("node", "node", "H36"),
    ("seal:H36.101", "seal", "H36.101"),
    ("officer:an", "officer", "H36.101"),
)
ISSUED_AT = clock.at(2026, 11, 21, 8, 0)


@dataclass(frozen=True)
class Country:
    demo: Path
    province: Path
    abroad: Path


@pytest.fixture(scope="session")
def edxml_country(tmp_path_factory) -> Country:
    base = tmp_path_factory.mktemp("edxml")
    made = Country(base / "demo", base / "province", base / "abroad")
    with clock.frozen(ISSUED_AT):
        for home, into in ((made.demo, made.province), (made.abroad, made.abroad)):
            for name, kind, code in _KEYS:
                services.issue_certificate(
                    home, into=into, name=name, kind=kind, agency_code=code, common_name=f"Khóa {code}"
                )
    return made


@pytest.fixture
def at_province(edxml_country, db) -> Iterator[None]:
    """This process is the province's node, this morning."""
    before = roles.opened()
    roles.open_roles(_ROLES)
    with playing(node(), home=edxml_country.province, agency_code="H36"), clock.frozen(NOW):
        yield
    roles.open_roles(before)
