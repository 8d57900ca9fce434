"""The demo's partner system: its secret is made when it is asked for, works, and ends when a new one is made."""

from pathlib import Path
from typing import Any

import pytest

from lienthong.platform.documents import services
from lienthong.platform.documents.models import Partner, PartnerAgency
from lienthong.platform.documents.queries import partners
from lienthong.platform.documents.tests.axis_bench import being

pytestmark = pytest.mark.django_db


def test_the_partner_is_there_once_and_each_call_gives_a_new_secret(db: Any, axis_homes: Path) -> None:
    with being(axis_homes, "G22"):
        system_id, first = services.seed_demo_partner()
        assert partners.secrets_of(system_id) == (first,)
        again, second = services.seed_demo_partner()
        assert (again, partners.secrets_of(system_id)) == (system_id, (second,))
        assert first != second
        assert [one.code for one in PartnerAgency.objects.filter(ended_at=None)] == ["H56"]
        assert Partner.objects.get().networks == ["127.0.0.0/8"]
