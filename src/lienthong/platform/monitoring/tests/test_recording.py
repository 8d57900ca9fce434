"""Recording: everything that was given is there, in the caller's transaction, whatever the texts hold."""

from typing import Any

import pytest
from django.db import transaction

from lienthong.platform.monitoring import services
from lienthong.platform.monitoring.models import Operation
from lienthong.platform.monitoring.types import OperationRecord

pytestmark = pytest.mark.django_db


def one(number: int = 1, **changes: Any) -> OperationRecord:
    given = OperationRecord(
        side="client",
        kind="letter",
        message_id=f"id-{number}",
        client_member_code="H36",
        service_member_code="G22",
        service_code="dossier-status.v1",
        request_in_ts=1_763_000_000_000,
        response_out_ts=1_763_000_000_000 + number,
        request_size=1000,
    )
    return given._replace(**changes)


def test_every_field_of_the_record_is_a_column() -> None:
    columns = {field.name for field in Operation._meta.get_fields()}
    assert set(OperationRecord._fields) == columns - {"id", "transaction", "monitoring_data_ts"}


@pytest.mark.parametrize("count", [1, 2, 500])
def test_all_values_arrive_as_given(count: int) -> None:
    given = [
        one(n, succeeded=n % 2 == 0, status_code=None if n % 3 else 500, purpose=f"mục đích {n}") for n in range(count)
    ]
    services.record(given)
    stored = Operation.objects.order_by("id").values_list(*OperationRecord._fields)
    assert [OperationRecord(*row) for row in stored] == given


def test_equal_records_are_all_kept() -> None:
    services.record([one(), one(), one()])
    assert Operation.objects.count() == 3


def test_no_records_are_no_rows() -> None:
    services.record([])
    assert not Operation.objects.exists()


def test_records_share_the_fate_of_their_message() -> None:
    with transaction.atomic():
        services.record([one()])
        transaction.set_rollback(True)
    assert not Operation.objects.exists()


def test_odd_texts_do_not_break_the_message() -> None:
    services.record(
        [one(1, fault_string="a\0b" + "x" * 5000, rest_path="/đường dẫn/{}'\"\\,NULL"), one(2, fault_string="")]
    )
    first = Operation.objects.earliest("id")
    assert first.fault_string.startswith("abx")
    assert len(first.fault_string) < 2001
    assert first.rest_path == "/đường dẫn/{}'\"\\,NULL"
