"""What goes wrong between people and nodes: twice, too late, at once, by the wrong person, with the wrong file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.utils import IntegrityError

from lienthong.casework.dossiers import inbox, letters, queries, services
from lienthong.casework.dossiers.models import CodeCounter, Dossier
from lienthong.casework.dossiers.services import codes
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.tests.test_stories import arrive, file_online, move_to_province
from lienthong.casework.dossiers.types import Paper, Status
from lienthong.kernel import clock, files
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.platform.exchange.types import Envelope
from lienthong.platform.signing import services as signing


def test_paid_twice_by_the_same_notice_changes_nothing(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    asked = services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    first, second = stories.paid(asked), stories.paid(asked)
    assert first == second


def test_a_second_payment_is_to_be_paid_back(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    asked = services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    stories.paid(asked)
    again = stories.paid(asked, code="GD02")
    assert again.fees[0].refund_due
    assert again.status is Status.IN_PROGRESS


def test_a_payment_of_another_amount_is_refused(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    asked = services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    with pytest.raises(Refused) as refused:
        services.settle_fee(
            reference=asked.fees[0].reference, amount=1, transaction_code="GD", paid_at=clock.now(), actor=SYSTEM
        )
    assert refused.value.code == "dossiers.fee-amount"
    with pytest.raises(NotFound):
        services.settle_fee(reference="none", amount=1, transaction_code="GD", paid_at=clock.now(), actor=SYSTEM)


def test_a_fee_paid_after_withdrawal_is_kept_to_be_paid_back(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    asked = services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    services.record_withdrawal(dossier_id=dossier.id, reason="Không cần nữa.", actor=people.desk)
    late = stories.paid(asked)
    assert (late.status, late.fees[0].refund_due) == (Status.WITHDRAWN, True)
    assert late.timeline[-1].deed == "late_fee"


def test_a_withdrawal_that_comes_too_late_is_declined_and_told(at_ward, people):
    dossier = stories.drafted(people, stories.in_hand(people, stories.at_counter(people)))
    services.decide_dossier(dossier_id=dossier.id, actor=people.chair)
    services.issue_result(dossier_id=dossier.id, actor=people.clerk)
    kept = services.record_withdrawal(dossier_id=dossier.id, reason="Đổi ý.", actor=SYSTEM)
    assert kept.status is Status.DECIDED
    assert kept.timeline[-1].deed == "decline_withdrawal"
    with pytest.raises(Conflict):
        services.record_withdrawal(dossier_id=dossier.id, reason="Đổi ý.", actor=people.desk)


def test_papers_that_nobody_waits_for_are_kept_and_change_nothing(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    paper = files.store(b"%PDF-1.4\n%%EOF\n", name="them.pdf")
    kept = services.take_supplement(dossier_id=dossier.id, papers=[Paper("", "Thêm", paper)], actor=SYSTEM)
    assert kept.status is Status.IN_PROGRESS
    assert len(kept.attachments) == 1
    assert kept.timeline[-1].deed == "late_supplement"


def test_withdrawn_while_the_leader_signs_is_not_decided(at_ward, people, monkeypatch):
    dossier = stories.drafted(people, stories.in_hand(people, stories.at_counter(people)))
    sign = signing.sign_pdf

    def sign_slowly(*args: Any, **options: Any) -> bytes:
        services.record_withdrawal(dossier_id=dossier.id, reason="Rút.", actor=people.desk)
        return sign(*args, **options)

    monkeypatch.setattr(signing, "sign_pdf", sign_slowly)
    with pytest.raises(Conflict) as moved:
        services.decide_dossier(dossier_id=dossier.id, actor=people.chair)
    assert moved.value.code == "dossiers.moved-on"
    after = queries.get_dossier(dossier.id, people.desk)
    assert (after.status, after.decided_at) == (Status.WITHDRAWN, None)


def test_the_same_filing_letter_again_is_not_a_second_dossier(at_ward, people, postman):
    filed = file_online(people)
    move_to_province(postman, filed)
    arrive(postman, letters.DossierSubmitted, inbox.on_submitted)
    assert Dossier.objects.count() == 1


def test_the_same_filing_letter_again_changes_nothing_however_far_the_dossier_has_come(
    at_ward, people, postman, certificate_of_birth
):
    filed = file_online(people, certificate_of_birth)
    move_to_province(postman, filed)
    services.ask_supplement(dossier_id=filed.id, papers=["Ảnh rõ hơn"], reason="Ảnh mờ.", actor=people.desk)
    corrected = stories.birth_answers(certificate_of_birth)
    corrected["child"]["hometown"] = "Đà Lạt"
    paper = files.store(b"%PDF-1.4\n%%EOF\n", name="them.pdf")
    services.take_supplement(dossier_id=filed.id, papers=[Paper("", "Thêm", paper)], answers=corrected, actor=SYSTEM)
    before = queries.get_dossier(filed.id, people.desk)
    arrive(postman, letters.DossierSubmitted, inbox.on_submitted)
    assert queries.get_dossier(filed.id, people.desk) == before


@pytest.mark.parametrize("change", ["answers", "applicant_phone", "papers"])
def test_another_filing_under_a_known_id_is_refused(at_ward, people, postman, certificate_of_birth, change):
    filed = file_online(people, certificate_of_birth)
    letter, envelope = postman.last(letters.DossierSubmitted)
    move_to_province(postman, filed)
    paper = files.store(b"%PDF-1.4\n%%EOF\n", name="them.pdf")
    answers = {**letter.answers, "child": {**letter.answers["child"], "hometown": "Đà Lạt"}}
    more = {"component_code": "", "title": "Thêm", "part": paper.sha256, "digitised": False, "reused": False}
    said = {"answers": answers, "applicant_phone": "0909999999", "papers": (*letter.papers, more)}
    other = letter.model_copy(update={change: said[change]})
    with pytest.raises(Conflict) as refused:
        inbox.on_submitted(other, replace(envelope, parts=(*envelope.parts, paper)))
    assert refused.value.code == "dossiers.id-taken"


def test_a_letter_for_another_province_is_refused(at_ward, people, postman):
    file_online(people)
    letter, envelope = postman.last(letters.DossierSubmitted)
    strayed = letter.model_copy(update={"agency_code": "H37.101"})
    with pytest.raises(Refused) as refused:
        inbox.on_submitted(strayed, envelope)
    assert refused.value.code == "dossiers.not-ours"


def test_a_letter_whose_answers_break_the_form_is_refused(at_ward, people, postman):
    filed = file_online(people)
    letter, envelope = postman.last(letters.DossierSubmitted)
    Dossier.objects.filter(pk=filed.id).delete()
    broken = letter.model_copy(update={"answers": {"extract": {"copies": -4}}})
    with pytest.raises(Refused) as refused:
        inbox.on_submitted(broken, envelope)
    assert refused.value.code == "dossiers.answers-invalid"
    assert not Dossier.objects.exists()


def test_a_letter_that_lacks_its_part_is_refused(at_ward, people, postman, certificate_of_birth):
    file_online(people, certificate_of_birth)
    letter, envelope = postman.last(letters.DossierSubmitted)
    bare = type(envelope)(envelope.id, envelope.name, envelope.sender, envelope.recipient, envelope.sent_at)
    with pytest.raises(Refused) as refused:
        inbox.on_submitted(letter, bare)
    assert refused.value.code == "dossiers.part-missing"


def test_a_node_speaks_only_for_its_own_agencies(at_ward, people, postman):
    dossier = stories.at_counter(people)
    body = letters.DossierStatus.sample().model_dump_json().replace("H36.101", "H37.101").encode()
    envelope = Envelope(dossier.id, "dossier-status.v1", "H36", "G22", clock.now(), (), body)
    with pytest.raises(Refused) as refused:
        inbox.mirror_status(letters.DossierStatus.model_validate_json(body), envelope)
    assert refused.value.code == "dossiers.not-yours"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\x00 this is a program", "files.wrong-type"),
        (b"", "files.empty"),
        (b"%PDF-1.4\n" + b"0" * (10 * 2**20), "files.too-large"),
    ],
)
def test_wrong_files_never_become_papers(at_ward, content, code):
    with pytest.raises(Refused) as refused:
        files.store(content, name="giay.pdf")
    assert refused.value.code == code


def _deeds() -> dict[str, Callable[[Any, Any], Any]]:
    reason = {"reason": "Vì vậy."}
    return {
        "receive": lambda d, a: services.receive_dossier(dossier_id=d, actor=a),
        "refuse": lambda d, a: services.refuse_dossier(dossier_id=d, actor=a, **reason),
        "ask_supplement": lambda d, a: services.ask_supplement(dossier_id=d, papers=["x"], actor=a, **reason),
        "take_supplement": lambda d, a: services.take_supplement(dossier_id=d, papers=[], actor=a),
        "assign": lambda d, a: services.assign_dossier(dossier_id=d, officer_id=a.account_id or 0, actor=a),
        "request_fee": lambda d, a: services.request_fee(dossier_id=d, actor=a),
        "request_number": lambda d, a: services.request_number(dossier_id=d, actor=a),
        "draft": lambda d, a: services.draft_decision(dossier_id=d, verdict="granted", text="", actor=a),
        "return_draft": lambda d, a: services.return_draft(dossier_id=d, remarks="x", actor=a),
        "decide": lambda d, a: services.decide_dossier(dossier_id=d, actor=a),
        "issue": lambda d, a: services.issue_result(dossier_id=d, actor=a),
        "hand_over": lambda d, a: services.hand_over_result(dossier_id=d, receiver="x", actor=a),
        "record_withdrawal": lambda d, a: services.record_withdrawal(dossier_id=d, actor=a, **reason),
        "stop": lambda d, a: services.stop_dossier(dossier_id=d, actor=a, **reason),
        "look_up": lambda d, a: services.look_up_person(
            dossier_id=d, personal_number="068195000001", purpose="dossier-handling", legal_ground="NĐ 118/2025",
            actor=a,
        ),
        "read": queries.get_dossier,
        "result": queries.get_result,
    }  # fmt: skip


@pytest.mark.parametrize("deed", sorted(_deeds()))
@pytest.mark.parametrize("who", ["elsewhere", "province", "stranger"])
def test_officials_of_other_agencies_and_strangers_are_kept_out(at_ward, people, deed, who):
    dossier = stories.drafted(people, stories.in_hand(people, stories.at_counter(people)))
    with pytest.raises(NotAllowed):
        _deeds()[deed](dossier.id, getattr(people, who))
    assert stories.truth(dossier.id)["version"] == dossier.version


@pytest.mark.parametrize(("deed", "who"), [
    ("receive", "registrar"), ("assign", "clerk"), ("request_fee", "clerk"), ("draft", "desk"), ("decide", "registrar"),
    ("issue", "chair"), ("hand_over", "registrar"), ("stop", "desk"), ("refuse", "clerk"),
])  # fmt: skip
def test_each_deed_needs_its_duty(at_ward, people, deed, who):
    dossier = stories.drafted(people, stories.in_hand(people, stories.at_counter(people)))
    with pytest.raises(NotAllowed):
        _deeds()[deed](dossier.id, getattr(people, who))


def test_only_the_applicant_reads_the_copy(at_ward, people, postman):
    filed = file_online(people)
    assert queries.get_my_dossier(filed.id, people.ngoc).id == filed.id
    for other in (people.stranger, people.desk):
        with pytest.raises(NotFound):
            queries.get_my_dossier(filed.id, other)
    assert list(queries.list_my_dossiers(people.stranger).object_list) == []
    assert [row.id for row in queries.list_my_dossiers(people.ngoc).object_list] == [filed.id]


def test_the_public_page_shows_no_personal_data(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    services.stop_dossier(dossier_id=dossier.id, reason="Bà Ngọc báo mất giấy.", actor=people.registrar)
    shown = queries.find_public_status(f"  {dossier.code.lower()} ")
    assert shown is not None
    assert shown.status is Status.STOPPED
    assert "Ngọc" not in repr(shown)
    assert "068195000001" not in repr(shown)
    assert queries.find_public_status("H36.101.01-999999-0001") is None
    assert queries.find_public_status("") is None


@pytest.mark.parametrize("bad", [
    {"status": 11}, {"status": 0}, {"version": 0}, {"channel": "fax"}, {"code": "X", "received_at": None},
    {"due_at": clock.at(2020, 1, 1)}, {"status": 10}, {"fee_amount": -1}, {"status": 9},
])  # fmt: skip
def test_the_database_itself_refuses_impossible_dossiers(at_ward, people, bad):
    dossier = stories.at_counter(people)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(pk=dossier.id).update(**bad)


def test_codes_begin_again_each_day_and_per_desk(at_ward):
    days = date(2026, 11, 23), date(2026, 11, 24)
    assert [codes.next_code("H36.101.01", day)[-11:] for day in (*days, days[0])] == [
        "261123-0001", "261124-0001", "261123-0002",
    ]  # fmt: skip
    assert codes.next_code("H36.102.01", days[0]) == "H36.102.01-261123-0001"


def _together(*acts: Callable[[], Any]) -> list[Any]:
    """Run in threads that start at one moment; gives results or errors."""
    gate = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(place: int, one: Callable[[], Any]) -> None:
        with clock.frozen(clock.at(2026, 11, 23, 9, 30)):
            gate.wait()
            try:
                found[place] = one()
            except Exception as error:  # noqa: BLE001 (the test looks at it)
                found[place] = error
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(place, one)) for place, one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _stumble_at(place: int) -> None:
    if place == 2:
        raise RuntimeError


def test_the_counter_has_no_gap_and_no_double(shared_database):
    day = date(2026, 11, 23)

    def take_five() -> list[int]:
        numbers = []
        for place in range(5):
            try:
                with transaction.atomic():
                    numbers.append(codes.next_number("H36.101.01", day))
                    _stumble_at(place)
            except RuntimeError:
                numbers.pop()
        return numbers

    found = _together(*[take_five] * 6)
    assert sorted(number for numbers in found for number in numbers) == list(range(1, 25))


def test_two_officers_receive_at_once_and_one_is_told(shared_database):
    row = Dossier.objects.create(
        procedure_code=stories.EXTRACT, agency_code=stories.WARD, reception_code=stories.DESK,
        channel="online", return_way="electronic", applicant_name="Ngọc", subject="Sao trích lục",
        answers=stories.extract_answers(), status=1, timeline={}, submitted_at=clock.at(2026, 11, 23, 8),
    )  # fmt: skip
    found = _together(*[lambda: services.receive_dossier(dossier_id=row.pk, actor=shared_database.desk)] * 2)
    assert sorted(type(one).__name__ for one in found) == ["Conflict", "Dossier"]
    assert Dossier.objects.get().code.endswith("-0001")
    assert CodeCounter.objects.get(agency_code=stories.DESK).last == 1
