"""Which agency receives: also for a place whose code was retired after the draft was begun."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from lienthong.channels.portal import places
from lienthong.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


def choosing(code: str) -> tuple[Any, dict[str, str]]:
    form = SimpleNamespace(
        receiver_path="receiver.commune", receiver_level="commune", receiver_code=lambda answers: answers["code"]
    )
    return SimpleNamespace(form=form, owner_code=""), {"code": code}


def receiver_of(code: str) -> str:
    procedure, answers = choosing(code)
    return places.receiving_agency(cast("Any", procedure), answers).code


def test_the_commune_of_today_receives():
    assert receiver_of("24781") == "H36.101"


def test_a_ward_that_was_merged_leads_to_its_heir():
    # Phường 1, Đà Lạt, until 30/6/2025
    assert receiver_of("24784") == "H36.101"


def test_a_ward_that_was_divided_must_be_chosen_anew():
    with pytest.raises(Invalid):
        receiver_of("00016")
