"""The demo's agencies for the tests of this room."""

from typing import Any

import pytest

from lienthong.platform.agencies import services


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The agencies of the demo, loaded once; the country's codes are in every database."""
    with django_db_blocker.unblock():
        services.load_demo_agencies()
