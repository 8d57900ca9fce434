"""The benchmark's rows are real rows: they go through the letters and end as the baseline does."""

from __future__ import annotations

from lienthong.casework.dossiers import bench, inbox, letters
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import outbox
from lienthong.casework.dossiers.tests.conftest import envelope_of


def test_prepared_changes_travel_as_letters_and_mirror(at_ward, postman):
    assert bench.prepare(2000) == 2000
    while outbox.send_next_letter():
        pass
    assert bench.count_unsent() == 0
    Dossier.objects.all().delete()
    for letter in postman.named(letters.DossierStatus):
        inbox.mirror_status(letter, envelope_of(letter, "G22"))
    assert bench.count_mirrored() == 2000
    assert set(Dossier.objects.values_list("status", "version").distinct()) == {(10, 5)}


def test_the_baseline_writes_all_rows_and_leaves_none(shared_database):
    rate = bench.baseline(2000)
    assert rate.rows == 2000
    assert rate.per_second > 0
    assert not Dossier.objects.exists()
