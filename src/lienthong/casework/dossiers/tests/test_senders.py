"""Letters that are signed rightly by a node that has no business sending them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lienthong.casework.dossiers import inbox, letters, queries, services
from lienthong.casework.dossiers.models import Dossier, Fee
from lienthong.casework.dossiers.services import outbox
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.tests.conftest import envelope_of
from lienthong.casework.dossiers.tests.test_stories import file_online, move_to_province
from lienthong.casework.dossiers.types import Status
from lienthong.kernel import clock
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.ids import new_id

pytestmark = pytest.mark.django_db


def from_node(letter: Any, sender: str, recipient: str = "H36") -> tuple[Any, Any]:
    return letter, replace(envelope_of(letter, recipient), sender=sender)


@pytest.mark.parametrize("sender", ["G01", "H37", "H36"])
def test_a_fee_is_paid_on_the_portals_word_only(at_ward, people, sender):
    dossier = stories.in_hand(people, stories.at_counter(people))
    fee = services.request_fee(dossier_id=dossier.id, actor=people.registrar).fees[0]
    letter = letters.FeePaid(
        dossier_id=dossier.id, reference=fee.reference, amount=fee.amount, transaction_code="GD", paid_at=clock.now()
    )
    with pytest.raises(NotAllowed) as refused:
        inbox.on_fee_paid(*from_node(letter, sender))
    assert (refused.value.code, refused.value.field) == ("dossiers.not-the-portal", "sender")
    assert queries.get_dossier(dossier.id, people.desk).fee_paid_at is None


@pytest.mark.parametrize("sender", ["G01", "H37"])
def test_nobody_but_the_portal_files_withdraws_or_supplements_for_a_citizen(at_ward, people, postman, sender):
    dossier = stories.in_hand(people, stories.at_counter(people))
    now = clock.now()
    forged: list[tuple[Any, Any]] = [
        (inbox.on_withdrawn, letters.DossierWithdrawn(dossier_id=dossier.id, reason="Rút.", at=now)),
        (
            inbox.on_supplemented,
            letters.DossierSupplemented(dossier_id=dossier.id, note="", answers={}, papers=(), at=now),
        ),
        (inbox.on_result_stored, letters.ResultStored(dossier_id=dossier.id, part="0" * 64, stored_at=now)),
        (inbox.on_submitted, letters.DossierSubmitted.sample().model_copy(update={"dossier_id": new_id()})),
    ]
    for handler, letter in forged:
        with pytest.raises(NotAllowed) as refused:
            handler(*from_node(letter, sender))
        assert refused.value.code == "dossiers.not-the-portal"
    after = queries.get_dossier(dossier.id, people.desk)
    assert (after.version, len(after.attachments), Dossier.objects.count()) == (dossier.version, 0, 1)


def test_a_province_cannot_move_the_copy_of_anothers_dossier(at_ward, people, postman):
    """It signs for its own agency, but names a dossier that lies elsewhere."""
    filed = file_online(people)
    copy = Dossier.objects.get(pk=filed.id)
    move_to_province(postman, filed)
    services.refuse_dossier(dossier_id=filed.id, reason="Sai nơi nộp.", actor=people.desk)
    outbox.send_next_letter(10)
    letter = postman.named(letters.DossierStatus)[-1]
    Dossier.objects.all().delete()
    copy.save(force_insert=True)
    forged = letters.DossierStatus.model_validate_json(letter.model_dump_json().replace("H36.101", "H37.101"))
    with pytest.raises(Refused) as refused:
        inbox.mirror_status(*from_node(forged, "H37", "G22"))
    assert refused.value.code == "dossiers.not-yours"
    assert Dossier.objects.get(pk=filed.id).status == Status.SUBMITTED
    inbox.mirror_status(*from_node(letter, "H36", "G22"))
    assert Dossier.objects.get(pk=filed.id).status == Status.REFUSED


@pytest.mark.parametrize(
    ("changes", "sender"),
    [({"agency_code": "H37.101"}, "H37"), ({"payer_number": "068195000002"}, "H36"), ({}, "H37")],
)
def test_a_fee_is_asked_by_the_agency_that_has_the_dossier_of_the_one_who_filed_it(
    at_ward, people, postman, changes, sender
):
    dossier = stories.in_hand(people, stories.at_counter(people))
    services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    letter = postman.last(letters.FeeRequested)[0].model_copy(update=changes)
    Fee.objects.all().delete()
    with pytest.raises(Refused) as refused:
        inbox.on_fee_requested(*from_node(letter, sender, "G22"))
    assert refused.value.code == "dossiers.not-yours"
    assert not Fee.objects.exists()


def test_a_dossier_that_overtakes_the_definition_of_its_procedure_waits_for_it(at_ward, people, postman):
    """A new version is published and filed under at once: both letters are on their way, in any order."""
    filed = file_online(people)
    letter, envelope = postman.last(letters.DossierSubmitted)
    Dossier.objects.all().delete()
    ahead = letter.model_copy(update={"procedure_version": 99})
    with pytest.raises(inbox.NotYet):
        inbox.on_submitted(ahead, envelope)
    assert not Dossier.objects.exists()
    with clock.frozen(clock.now() + timedelta(hours=25)), pytest.raises(NotFound) as refused:
        inbox.on_submitted(ahead, envelope)
    assert refused.value.code == "procedures.unknown"
    inbox.on_submitted(letter, envelope)
    assert Dossier.objects.get().pk == filed.id


@pytest.mark.parametrize("alike", ["dossier_id", "reference_code"])
def test_another_letter_with_a_known_dossier_is_refused_for_good(at_ward, people, postman, alike):
    """A letter that broke the tables would be tried again for ever; a refusal ends it."""
    filed = file_online(people)
    letter, envelope = postman.last(letters.DossierSubmitted)
    move_to_province(postman, filed)
    fresh = {"dossier_id": new_id(), "reference_code": "000.00.00.G22-261123-000099"}
    fresh.pop(alike)
    other = letter.model_copy(update={**fresh, "subject": "Việc khác"})
    with pytest.raises(Conflict) as refused:
        inbox.on_submitted(other, replace(envelope, id=new_id()))
    assert refused.value.code == "dossiers.id-taken"
    assert Dossier.objects.get().subject == letter.subject
