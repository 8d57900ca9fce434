"""Rows that go in many at a time are the rows that Django would have written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import bulk, clock
from lienthong.kernel.ids import new_id
from lienthong.kernel.models import AuditEntry, StoredFile

pytestmark = pytest.mark.django_db


class Everything(models.Model):
    """One field of each kind that may come."""

    id = models.UUIDField(primary_key=True, default=new_id)
    word = models.CharField(max_length=20)
    text = models.TextField(default="")
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    good = models.BooleanField(default=True)
    raw = models.BinaryField(default=b"")
    small = models.SmallIntegerField(null=True)
    whole = models.IntegerField(null=True)
    large = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    more = models.JSONField(null=True)

    objects: ClassVar[models.Manager[Everything]] = models.Manager()

    class Meta:
        """Made by the test alone."""

        app_label = "trial"
        managed = False
        constraints = (models.UniqueConstraint(name="everything_word_once", fields=["word"]),)


@pytest.fixture
def table(db: None) -> Any:
    with connection.schema_editor() as editor:
        editor.create_model(Everything)


def full(word: str) -> Everything:
    return Everything(
        word=word,
        text="Đà Lạt\n\\x00 'nháy' {ngoặc} \"kép\"",
        day=clock.today(),
        at=datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC),
        good=False,
        raw=bytes(range(256)),
        small=-32768,
        whole=2**31 - 1,
        large=2**40,
        facts={"a": ["b", None, 1.5, True], "đ": {"sâu": []}},
        more=[1, "hai"],
    )


def empty(word: str) -> Everything:
    return Everything(word=word)


@pytest.mark.parametrize("insert", [bulk.insert, bulk.insert_new])
@pytest.mark.parametrize("others", [0, 40])
def test_what_goes_in_comes_out(table: Any, insert: Any, others: int) -> None:
    rows = [full("một"), empty("hai"), *(full(f"{place}") for place in range(others))]
    insert(rows)
    for row in rows:
        kept = Everything.objects.get(pk=row.pk)
        for field in Everything._meta.concrete_fields:
            assert getattr(kept, field.attname) == getattr(row, field.attname), field.name


@pytest.mark.parametrize("others", [0, 40])
def test_a_row_that_may_not_be_there_twice_breaks_the_whole_set(table: Any, others: int) -> None:
    bulk.insert([full("một")])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([*(full(f"{place}") for place in range(others)), full("hai"), full("một")])
    assert Everything.objects.count() == 1


def test_what_is_there_already_stays_as_it_is(table: Any) -> None:
    first = full("một")
    bulk.insert([first])
    bulk.insert_new([empty("một"), empty("hai"), empty("hai")])
    assert set(Everything.objects.values_list("word", flat=True)) == {"một", "hai"}
    assert Everything.objects.get(word="một").pk == first.pk


def test_nothing_is_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        bulk.insert([])
        bulk.insert_new([])
        bulk.take_keys([])
    assert not asked.captured_queries


def test_the_database_gives_keys_where_rows_bring_none() -> None:
    rows = [AuditEntry(at=clock.now(), actor="system:test", action=f"test.bulk-{place}") for place in range(3)]
    bulk.insert(rows)
    assert AuditEntry.objects.filter(action__startswith="test.bulk-").count() == 3


def test_keys_taken_before_are_those_of_the_sequence() -> None:
    rows = [AuditEntry(at=clock.now(), actor="system:test", action=f"test.keys-{place}") for place in range(3)]
    bulk.take_keys(rows)
    bulk.insert(rows)
    later = AuditEntry.objects.create(at=clock.now(), actor="system:test", action="test.keys-later")
    assert len({row.pk for row in rows} | {later.pk}) == 4
    assert later.pk > max(row.pk for row in rows)


def test_a_model_whose_key_is_text_goes_in_too() -> None:
    refs = [
        StoredFile(sha256=f"{place:064x}", name="a", media_type="b", size=1, stored_at=clock.now()) for place in (1, 2)
    ]
    bulk.insert_new(refs)
    bulk.insert_new(refs)
    assert StoredFile.objects.filter(sha256__in=[one.sha256 for one in refs]).count() == 2
