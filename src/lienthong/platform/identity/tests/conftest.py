"""The country's codes, a person and two officers for the tests of this room."""

from typing import Any

import pytest
from django.core.cache import cache

from lienthong.kernel.access import SYSTEM
from lienthong.platform.agencies import services as agencies_services
from lienthong.platform.identity import services
from lienthong.platform.identity.types import AccountRef, OfficerRef

WARD = "H36.101"
OTHER_WARD = "H36.102"
PASSWORD = "ba-con-meo-ngu-trua"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        agencies_services.load_demo_agencies()


@pytest.fixture(autouse=True)
def _quick_and_fresh(settings):
    """Passwords hashed quickly, no attempts counted yet."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def lan(db) -> AccountRef:
    """A citizen of level 2 with a password."""
    account = services.open_person_account(
        personal_number="068185000001", name="Nguyễn Thị Lan", level=2, email="lan@example.vn", actor=SYSTEM
    )
    services.set_password(account_id=account.account_id, password=PASSWORD, actor=SYSTEM)
    return account


@pytest.fixture
def registrar(db) -> OfficerRef:
    """The civil-status officer of the ward, with a password."""
    officer = services.appoint_officer(
        username="h36.101.hotich",
        name="Trần Văn Hộ",
        agency_code=WARD,
        position="Công chức tư pháp - hộ tịch",
        duties={"handling", "reception"},
        actor=SYSTEM,
    )
    services.set_password(account_id=officer.account_id, password=PASSWORD, actor=SYSTEM)
    return officer
