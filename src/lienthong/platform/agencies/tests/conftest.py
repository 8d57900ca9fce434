"""The country's codes for the tests of this room, loaded once."""

from typing import Any

import pytest

from lienthong.platform.agencies import services


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Load the facts into the test database; loading again costs nothing where they are there already."""
    with django_db_blocker.unblock():
        services.load_facts()
        services.load_demo_agencies()
