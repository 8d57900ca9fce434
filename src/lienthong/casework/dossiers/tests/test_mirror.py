"""Mirror test: for whatever is done to a dossier, the letters bring the copy to exactly what its node says.

Both nodes share one database here: the truth is written down, the table is wiped, the letters are applied to the
copy in any order, some of them twice, and the two are compared.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.casework.dossiers import inbox, jobs, letters, queries, services
from lienthong.casework.dossiers.models import Dossier, StatusChange, UnsentChange
from lienthong.casework.dossiers.services import compare, mirror, number, outbox
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.tests.conftest import _node_for, envelope_of
from lienthong.casework.dossiers.tests.test_stories import file_online, move_to_province
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.identity import services as identity
from lienthong.platform.notices import queries as notice_queries

pytestmark = pytest.mark.django_db

Deed = Callable[[Any, DossierFacts], Any]

DEEDS: dict[str, Deed] = {
    "receive": lambda p, d: services.receive_dossier(dossier_id=d.id, actor=p.desk),
    "refuse": lambda p, d: services.refuse_dossier(dossier_id=d.id, reason="Sai nơi nộp.", actor=p.desk),
    "assign": stories.in_hand,
    "ask_supplement": lambda p, d: services.ask_supplement(
        dossier_id=d.id, papers=["Sổ gốc"], reason="Thiếu.", actor=p.registrar if d.received_at else p.desk
    ),
    "take_supplement": lambda p, d: services.take_supplement(dossier_id=d.id, papers=[], actor=SYSTEM, note="Đủ rồi"),
    "request_fee": lambda p, d: services.request_fee(dossier_id=d.id, actor=p.registrar),
    "settle_fee": lambda p, d: stories.paid(d) if d.fees else None,
    "draft": stories.drafted,
    "return_draft": lambda p, d: services.return_draft(dossier_id=d.id, remarks="Sửa.", actor=p.chair),
    "decide": lambda p, d: services.decide_dossier(dossier_id=d.id, actor=p.chair),
    "issue": lambda p, d: services.issue_result(dossier_id=d.id, actor=p.clerk),
    "hand_over": lambda p, d: services.hand_over_result(dossier_id=d.id, receiver="Ngọc", actor=p.desk),
    "withdraw": lambda p, d: services.record_withdrawal(dossier_id=d.id, reason="Thôi.", actor=SYSTEM),
    "stop": lambda p, d: services.stop_dossier(dossier_id=d.id, reason="Tranh chấp.", actor=p.registrar),
}
WHOLE_WAY = ["receive", "assign", "request_fee", "settle_fee", "draft", "decide", "issue", "hand_over"]


def do_all(people: Any, dossier: DossierFacts, deeds: Sequence[str], minutes: Sequence[int]) -> None:
    """Do what can be done of it, with time passing; what is refused leaves no trace."""
    now = clock.now()
    for deed, passed in zip(deeds, minutes, strict=True):
        now += timedelta(minutes=passed)
        with clock.frozen(now):
            known = queries.get_dossier(dossier.id, people.desk)
            try:
                with transaction.atomic():
                    DEEDS[deed](people, known)
            except Refused:
                continue


def letters_of(postman: Any, most: int = 500) -> list[letters.DossierStatus]:
    """All waiting changes as letters of at most so many."""
    before = len(postman.named(letters.DossierStatus))
    while outbox.send_next_letter(most):
        pass
    assert not UnsentChange.objects.exists()
    posted: list[letters.DossierStatus] = postman.named(letters.DossierStatus)
    return posted[before:]


def apply_anyhow(sent: list[letters.DossierStatus], chance: random.Random) -> None:
    """Every letter at least once, some twice, in any order."""
    shuffled = sent + chance.sample(sent, k=chance.randint(0, len(sent)))
    chance.shuffle(shuffled)
    for letter in shuffled:
        inbox.mirror_status(letter, envelope_of(letter, "G22"))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    deeds=st.lists(st.sampled_from(sorted(DEEDS)), min_size=1, max_size=12) | st.just(WHOLE_WAY),
    minutes=st.lists(st.integers(1, 3000), min_size=12, max_size=12),
    online=st.booleans(),
    most=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_the_copy_ends_where_the_truth_is(at_ward, people, postman, deeds, minutes, online, most, seed):
    with transaction.atomic():
        filed = file_online(people) if online else stories.at_counter(people)
        copy = Dossier.objects.get(pk=filed.id) if online else None
        if online:
            move_to_province(postman, filed)
        do_all(people, filed, deeds, minutes[: len(deeds)])
        truth = queries.get_truth(filed.id)
        sent = letters_of(postman, most)
        Dossier.objects.all().delete()
        if copy is not None:
            copy.save(force_insert=True)
        apply_anyhow(sent, random.Random(seed))
        mirrored = queries.get_truth(filed.id)
        assert compare.differences_of(str(filed.id), mirrored, truth) == []
        assert mirrored == truth
        transaction.set_rollback(True)


def test_the_whole_way_ends_handed_over_on_both_sides(at_ward, people, postman):
    dossier = stories.at_counter(people)
    do_all(people, dossier, WHOLE_WAY, [5] * len(WHOLE_WAY))
    truth, sent = queries.get_truth(dossier.id), letters_of(postman)
    assert (truth["status"], truth["fee_amount"], truth["result_number"]) == (10, 8000, "01/TLHT-BS")
    Dossier.objects.all().delete()
    apply_anyhow(sent, random.Random(1))
    assert queries.get_truth(dossier.id) == truth


def test_a_birth_with_its_number_is_mirrored_too(at_ward, people, postman, register, certificate_of_birth):
    dossier = stories.in_hand(people, stories.birth_at_counter(people, certificate_of_birth))
    services.request_number(dossier_id=dossier.id, actor=people.registrar)
    number.record_number(request_id=register.births[0]["request_id"], personal_number="068326123456")
    truth, sent = queries.get_truth(dossier.id), letters_of(postman)
    Dossier.objects.all().delete()
    for letter in sent:
        inbox.mirror_status(letter, envelope_of(letter, "G22"))
    assert queries.get_truth(dossier.id) == truth
    assert Dossier.objects.get().personal_number == "", "the child's number stays with the ward and the register"


def test_many_dossiers_go_in_one_letter_and_none_twice(at_ward, people, postman):
    for _ in range(3):
        stories.in_hand(people, stories.at_counter(people))
    changes = StatusChange.objects.count()
    sent = letters_of(postman)
    assert [len(letter.changes) for letter in sent] == [changes]
    assert jobs.send_status_letters() == 0
    assert len({(row["id"], row["version"]) for letter in sent for row in letter.changes}) == changes


def test_a_letter_that_fails_to_be_posted_leaves_its_changes_waiting(at_ward, people, monkeypatch):
    stories.at_counter(people)
    waiting = UnsentChange.objects.count()

    def broken(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(exchange, "post_letter", broken)
    with pytest.raises(ConnectionError):
        jobs.send_status_letters()
    assert UnsentChange.objects.count() == waiting


def test_an_older_letter_never_takes_the_copy_back(at_ward, people, postman):
    dossier = stories.in_hand(people, stories.at_counter(people))
    sent = letters_of(postman, 1)
    Dossier.objects.all().delete()
    for letter in reversed(sent):
        mirror.apply_changes(letter.model_dump_json().encode())
        assert queries.get_truth(dossier.id)["status"] == 4
    assert sorted(queries.get_truth(dossier.id)["timeline"]) == ["1", "2", "3"]


def test_the_citizen_is_told_once_and_only_where_there_is_an_account(at_ward, people, postman):
    account = identity.open_person_account(
        personal_number="068195000001", name="Trần Thị Bích Ngọc", level=2, actor=SYSTEM
    )
    stories.in_hand(people, stories.at_counter(people))
    sent = letters_of(postman)
    Dossier.objects.all().delete()
    for _ in range(2):
        for letter in sent:
            inbox.mirror_status(letter, envelope_of(letter, "G22"))
    assert notice_queries.count_unread(account.account_id) == 2


def test_a_deed_of_the_citizen_stops_waiting_when_the_node_answers(at_ward, people, postman):
    filed = file_online(people)
    waiting = services.withdraw_dossier(dossier_id=filed.id, reason="Đổi ý.", actor=people.ngoc)
    assert waiting.awaiting == "withdrawal"
    copy = Dossier.objects.get(pk=filed.id)
    move_to_province(postman, filed)
    letter, envelope = postman.last(letters.DossierWithdrawn)
    inbox.on_withdrawn(letter, envelope)
    sent = letters_of(postman)
    Dossier.objects.all().delete()
    copy.save(force_insert=True)
    for one in sent:
        inbox.mirror_status(one, envelope_of(one, "G22"))
    mirrored = queries.get_my_dossier(filed.id, people.ngoc)
    assert (mirrored.status, mirrored.awaiting) == (7, "")
    assert mirrored.answers == filed.answers


def test_comparing_names_what_differs(at_ward, people, monkeypatch):
    dossier = stories.at_counter(people)
    told = {"dossiers": [{**queries.get_truth(dossier.id), "status": 9}]}
    monkeypatch.setattr(exchange, "ask", lambda *_, **__: told)
    monkeypatch.setattr(exchange_queries, "node_for", _node_for)
    found = services.compare_with_truth(dossier_ids=[dossier.id], actor=Actor("system", "x"))
    assert [(one["field"], one["copy"], one["truth"]) for one in found] == [("status", 2, 9)]
