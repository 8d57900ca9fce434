"""The country's codes are complete, load fast, and load twice without harm."""

from datetime import date

import pytest

from lienthong.platform.agencies import models, services
from lienthong.platform.agencies import queries as agencies_queries

pytestmark = pytest.mark.django_db


def test_the_whole_country_is_there():
    report = services.load_facts()
    assert report.changed is False
    assert models.Agency.objects.filter(parent=None).count() == 93
    assert models.UnitChange.objects.filter(new__level="commune", old__level="commune").count() == 10_597
    assert len(agencies_queries.list_provinces(date(2025, 6, 30))) == 63
    assert len(agencies_queries.list_provinces(date(2025, 7, 1))) == 34
    communes = models.UnitForm.objects.filter(unit__level="commune", valid_to=None)
    kinds = [communes.filter(kind=kind).count() for kind in ("commune", "ward", "special_zone")]
    assert kinds == [2621, 687, 13]
    assert communes.count() == 3321
