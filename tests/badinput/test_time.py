"""Time is data: what held when something was done goes on holding for it, whatever is published or declared later."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.apps import apps

from lienthong.casework.dossiers import queries, services
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.platform.exchange.tests.country import Homes
from tests.badinput import sites
from tests.badinput.people import LAN, browser, citizen, officer

NOW = clock.at(2026, 11, 23, 9, 30)


@pytest.fixture
def ward(province: Path) -> Iterator[Actor]:
    with clock.frozen(NOW):
        yield officer("H36.101")


def at_counter(who: Actor, code: str = stories.EXTRACT, **answers: Any) -> Any:
    whole = stories.extract_answers()
    for group, part in answers.items():
        whole[group] |= part
    return services.file_at_counter(
        procedure_code=code, agency_code="H36.101", answers=whole, papers=(), applicant=stories.APPLICANT, actor=who
    )


def publish_second_version(code: str, begins: date, **changes: Any) -> None:
    """As a letter of the hub brings it: the first version ends the day before."""
    versions: Any = apps.get_model("procedures", "Version")
    first = versions.objects.get(code=code)
    fields = {field.name: getattr(first, field.name) for field in versions._meta.fields if field.name != "id"}
    versions.objects.filter(pk=first.pk).update(valid_to=begins)
    versions.objects.create(
        **fields | {
            "version": 2, "definition": first.definition | {"version": 2} | changes, "digest": "2" * 64,
            "valid_from": begins, "valid_to": None,
        }
    )  # fmt: skip


def dearer(code: str) -> dict[str, Any]:
    """The definition of a second version: twice the fee, another name, no form."""
    definition = apps.get_model("procedures", "Version").objects.get(code=code).definition
    fees = {channel: {**fee, "amount": 2 * fee["amount"]} for channel, fee in definition["fees"].items()}
    return {"fees": fees, "name": {"vi": "Tên mới của thủ tục", "en": "A new name"}, "steps": definition["steps"][:1]}


def test_a_dossier_keeps_the_definition_under_which_it_was_received(ward):
    before = at_counter(ward)
    publish_second_version(stories.EXTRACT, NOW.date(), **dearer(stories.EXTRACT))
    after = at_counter(ward)
    kept, new = (queries.get_dossier(one.id, ward) for one in (before, after))
    assert (kept.procedure_version, kept.published_fee, len(kept.steps)) == (1, 8000, len(before.steps))
    assert (new.procedure_version, new.published_fee, len(new.steps)) == (2, 16000, 1)
    page = browser(ward.account_id).get(f"/mot-cua/{before.id}/").content.decode()
    assert "Tên mới của thủ tục" not in page
    assert "Phường 1, Đà Lạt" in page
    services.assign_dossier(dossier_id=before.id, officer_id=ward.account_id or 0, actor=ward)
    assert services.request_fee(dossier_id=before.id, actor=ward).fee_amount == 8000


def test_a_return_date_once_given_stays_whatever_is_declared_later(ward):
    before = at_counter(ward)
    assert before.due_at is not None
    client = browser(ward.account_id)
    for step in range(4):
        day = before.due_at.date() + timedelta(days=step)
        if day.weekday() < 5:
            _declare_off(client, day)
    after = at_counter(ward)
    kept = queries.get_dossier(before.id, ward)
    assert kept.due_at == before.due_at
    assert after.due_at is not None
    assert after.due_at > before.due_at
    pdf = client.get(f"/mot-cua/{before.id}/phieu/01.pdf").content
    assert f"{before.due_at:%d/%m/%Y}" in _words(pdf)
    assert not queries.list_due("H36.101", before.due_at)


def _declare_off(client: Any, day: date) -> None:
    answer = client.post(
        "/van-hanh/lich-lam-viec/them/",
        {
            "kind": "off", "day-day": day.day, "day-month": day.month, "day-year": day.year, "name_vi": "Nghỉ đột xuất",
            "decision": "1/QĐ-UBND", "scope": "agency",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()


def _words(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_a_pause_moves_the_return_date_by_the_days_that_count_then(ward):
    """The pause itself is reckoned by the calendar of its days, and that is told on the timeline."""
    dossier = at_counter(ward)
    services.assign_dossier(dossier_id=dossier.id, officer_id=ward.account_id or 0, actor=ward)
    services.request_fee(dossier_id=dossier.id, actor=ward)
    assert dossier.due_at is not None
    with clock.frozen(NOW + timedelta(days=7)):
        moved = services.take_payment(dossier_id=dossier.id, receipt_number="1", actor=ward)
    assert moved.due_at is not None
    assert moved.due_at > dossier.due_at
    assert moved.timeline[-1].deed == "settle_fee"


@pytest.mark.parametrize(
    ("code", "was"), [("24784", "Phường 1, Thành phố Đà Lạt"), ("24781", "Phường 2, Thành phố Đà Lạt")]
)
def test_a_place_is_named_as_it_was_when_the_dossier_was_filed(ward, homes: Homes, code, was):
    """24781 was ward 2 before the merger and is Xuân Hương after it; 24784 is nobody's code any more."""
    dossier = at_counter(ward)
    row = Dossier.objects.get(pk=dossier.id)
    row.answers["receiver"]["commune"] = code
    row.applicant_number = LAN
    row.submitted_at = row.received_at = clock.at(2025, 6, 20, 9)
    row.due_at = clock.at(2025, 6, 25, 9)
    row.save()
    page = browser(ward.account_id).get(f"/mot-cua/{dossier.id}/").content.decode()
    assert was in page
    with sites.at("hub", homes.of("G22")):
        page = browser(citizen(LAN).account_id).get(f"/ho-so/{dossier.id}/").content.decode()
    assert was in page
