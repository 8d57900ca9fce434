"""The ways a dossier goes, told with the people who take them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.casework.dossiers import inbox, letters, queries, reading, services, subscribers
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.types import Paper, Status
from lienthong.kernel import clock, files
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from lienthong.kernel.ids import new_id
from lienthong.platform.signing import queries as signing_queries
from lienthong.sources.population.events import BirthRefused, PersonalNumberIssued

pytestmark = pytest.mark.django_db


def file_online(people, paper=None, **changes):
    answers = stories.birth_answers(paper) if paper else stories.extract_answers()
    return services.submit_dossier(
        **{
            "procedure_code": stories.BIRTH if paper else stories.EXTRACT,
            "agency_code": stories.WARD,
            "answers": answers,
            "papers": (Paper("GT-CHUNGSINH", "Giấy chứng sinh", paper),) if paper else (),
            "applicant": stories.APPLICANT,
            "actor": people.ngoc,
            **changes,
        }
    )


def arrive(postman, letter_class, handler):
    letter, envelope = postman.last(letter_class)
    handler(letter, envelope)


def move_to_province(postman, dossier):
    """Two nodes in one database: what the portal keeps steps aside before the province registers."""
    Dossier.objects.filter(pk=dossier.id).delete()
    arrive(postman, letters.DossierSubmitted, inbox.on_submitted)


def test_a_filing_on_the_portal_reaches_the_ward_with_its_papers(at_ward, people, postman, certificate_of_birth):
    filed = file_online(people, certificate_of_birth)
    assert filed.status is Status.SUBMITTED
    assert filed.reference_code.endswith("-261123-000001")
    assert filed.reception_code == stories.DESK
    move_to_province(postman, filed)
    there = queries.get_dossier(filed.id, people.desk)
    assert there.reference_code == filed.reference_code
    assert [one.component_code for one in there.attachments] == ["GT-CHUNGSINH"]
    assert files.read(there.attachments[0].file.sha256).startswith(b"%PDF")


def test_pressing_the_button_twice_files_once(at_ward, people, postman):
    draft = new_id()
    first, second = (file_online(people, dossier_id=draft) for _ in range(2))
    assert first == second
    assert len(postman.named(letters.DossierSubmitted)) == 1


def test_nobody_files_in_somebody_elses_name(at_ward, people, postman):
    with pytest.raises(NotAllowed):
        file_online(people, actor=people.stranger)
    assert not Dossier.objects.exists()


def test_answers_are_checked_again_on_filing_and_nothing_is_half_stored(at_ward, people, postman):
    answers = stories.extract_answers()
    answers["applicant"]["number"] = "12"
    with pytest.raises(Invalid) as invalid:
        file_online(people, answers=answers)
    assert "applicant.number" in {error.path for error in invalid.value.field_errors}
    assert not Dossier.objects.exists()
    assert not postman.sent


def test_a_file_named_in_the_answers_must_come_along(at_ward, people, postman, certificate_of_birth):
    with pytest.raises(Refused) as refused:
        file_online(people, certificate_of_birth, papers=())
    assert refused.value.code == "dossiers.papers-missing"


def test_reception_gives_code_and_return_date(at_ward, people):
    received = stories.at_counter(people)
    assert received.code == "H36.101.01-261123-0001"
    assert received.status is Status.RECEIVED
    assert received.due_at == clock.at(2026, 11, 23, 17)
    assert [step.duty for step in received.steps if step.finished_at] == ["reception"]
    assert received.steps[-1].duty == "reception"


def test_received_after_three_o_clock_is_due_the_next_working_day(at_ward, people):
    with clock.frozen(clock.at(2026, 11, 27, 15, 1)):
        received = stories.at_counter(people)
    assert received.due_at == clock.at(2026, 11, 30, 17)


def test_an_extract_from_the_counter_to_the_handed_over_copy(at_ward, people, postman):
    dossier = stories.in_hand(people, stories.at_counter(people, answers=stories.extract_answers(copies=2)))
    asked = services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    assert (asked.status, asked.fee_amount) == (Status.FEE_ASKED, 16000)
    assert postman.named(letters.FeeRequested)[0].reference == f"{dossier.code}-P1"
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        running = stories.paid(asked)
    assert running.status is Status.IN_PROGRESS
    assert running.due_at is not None
    assert dossier.due_at is not None
    assert running.due_at > dossier.due_at
    stories.drafted(people, running)
    signed = services.decide_dossier(dossier_id=dossier.id, actor=people.chair)
    assert (signed.status, signed.result) == (Status.IN_PROGRESS, None)
    issued = services.issue_result(dossier_id=dossier.id, actor=people.clerk)
    assert issued.status is Status.DECIDED
    assert issued.result_number == "01/TLHT-BS"
    assert issued.result is not None
    found = signing_queries.verify_pdf(files.read(issued.result.sha256))
    assert [one.kind for one in found] == ["officer", "seal"]
    assert all(one.good for one in found)
    letter, envelope = postman.last(letters.DossierResult)
    assert letter.part == envelope.parts[0].sha256 == issued.result.sha256
    over = services.hand_over_result(
        dossier_id=dossier.id, way="counter", receiver="Trần Thị Bích Ngọc", actor=people.desk
    )
    assert over.status is Status.HANDED_OVER
    assert over.timeline[-1].note == "Nhận tại quầy: Trần Thị Bích Ngọc"
    assert all(step.finished_at for step in over.steps)


def test_a_birth_waits_for_the_childs_number_and_is_then_certified(
    at_ward, people, postman, register, certificate_of_birth
):
    dossier = stories.in_hand(people, stories.birth_at_counter(people, certificate_of_birth))
    with pytest.raises(Refused) as early:
        stories.drafted(people, dossier)
    assert early.value.code == "dossiers.number-missing"
    waiting = services.request_number(dossier_id=dossier.id, actor=people.registrar)
    assert (waiting.status, waiting.number_state) == (Status.IN_PROGRESS, "waiting")
    birth = register.births[0]
    assert (birth["child"].name, birth["mother"].personal_number) == ("Nguyễn Ngọc Thảo Nguyên", "068195000001")
    assert birth["father"] is None
    event = PersonalNumberIssued(birth["request_id"], "068326123456")
    subscribers.on_number_issued(event, new_id())
    subscribers.on_number_issued(event, new_id())
    known = queries.get_dossier(dossier.id, people.registrar)
    assert known.personal_number == "068326123456"
    assert [entry.deed for entry in known.timeline].count("number_issued") == 1
    stories.drafted(people, known)
    services.decide_dossier(dossier_id=dossier.id, actor=people.chair)
    issued = services.issue_result(dossier_id=dossier.id, actor=people.clerk)
    assert issued.result_number == "01/2026"
    assert issued.result is not None
    assert issued.result.name.startswith("giay-khai-sinh-")


def test_a_refused_number_can_be_asked_for_again(at_ward, people, register, certificate_of_birth):
    dossier = stories.in_hand(people, stories.birth_at_counter(people, certificate_of_birth))
    services.request_number(dossier_id=dossier.id, actor=people.registrar)
    refusal = BirthRefused(register.births[0]["request_id"], "population.mother-name", "Tên mẹ không khớp.", "Name.")
    subscribers.on_birth_refused(refusal, new_id())
    refused = queries.get_dossier(dossier.id, people.registrar)
    assert (refused.number_state, refused.number_problem) == ("refused", "Tên mẹ không khớp.")
    services.request_number(dossier_id=dossier.id, actor=people.registrar)
    assert len(register.births) == 2
    late = PersonalNumberIssued(register.births[0]["request_id"], "068326999999")
    subscribers.on_number_issued(late, new_id())
    assert queries.get_dossier(dossier.id, people.registrar).personal_number == ""


def test_a_supplement_is_asked_once_and_moves_the_return_date(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    asked = services.ask_supplement(
        dossier_id=dossier.id, papers=["Bản chụp sổ gốc", "Giấy ủy quyền"], reason="Thiếu thông tin.",
        actor=people.registrar,
    )  # fmt: skip
    assert asked.status is Status.SUPPLEMENT_ASKED
    assert "2. Giấy ủy quyền" in asked.timeline[-1].note
    with clock.frozen(clock.at(2026, 11, 25, 9, 30)):
        paper = files.store(b"%PDF-1.4\n%%EOF\n", name="uy-quyen.pdf")
        back = services.take_supplement(
            dossier_id=dossier.id, papers=[Paper("GT-UYQUYEN", "Giấy ủy quyền", paper)], actor=people.desk
        )
        assert back.status is Status.IN_PROGRESS
        assert back.due_at == clock.at(2026, 11, 25, 17)
        with pytest.raises(Conflict) as twice:
            services.ask_supplement(dossier_id=dossier.id, papers=["Thêm"], reason="Thêm", actor=people.registrar)
    assert twice.value.code == "dossiers.supplement-asked"


def test_a_supplement_before_reception_leads_back_to_the_desk(at_ward, people, postman):
    filed = file_online(people)
    move_to_province(postman, filed)
    services.ask_supplement(dossier_id=filed.id, papers=["Ảnh rõ hơn"], reason="Ảnh mờ.", actor=people.desk)
    back = services.take_supplement(dossier_id=filed.id, papers=[], note="Đã gửi", actor=SYSTEM)
    assert (back.status, back.due_at) == (Status.SUBMITTED, None)
    assert services.receive_dossier(dossier_id=filed.id, actor=people.desk).status is Status.RECEIVED


def test_a_refusal_needs_its_reason_and_ends_the_dossier(at_ward, people, postman):
    filed = file_online(people)
    move_to_province(postman, filed)
    with pytest.raises(Refused):
        services.refuse_dossier(dossier_id=filed.id, reason="   ", actor=people.desk)
    refused = services.refuse_dossier(dossier_id=filed.id, reason="Không thuộc thẩm quyền.", actor=people.desk)
    assert refused.status is Status.REFUSED
    assert refused.finished_at is not None
    with pytest.raises(Conflict):
        services.receive_dossier(dossier_id=filed.id, actor=people.desk)


def test_the_leader_sends_a_draft_back(at_ward, people):
    dossier = stories.drafted(people, stories.in_hand(people, stories.at_counter(people)))
    back = services.return_draft(dossier_id=dossier.id, remarks="Ghi rõ số quyển.", actor=people.chair)
    assert (back.drafted_at, back.draft_remarks) == (None, "Ghi rõ số quyển.")
    with pytest.raises(Conflict):
        services.decide_dossier(dossier_id=dossier.id, actor=people.chair)


def test_stopped_with_a_reason(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    stopped = services.stop_dossier(dossier_id=dossier.id, reason="Có tranh chấp.", actor=people.registrar)
    assert stopped.status is Status.STOPPED
    assert stopped.timeline[-1].note == "Có tranh chấp."


def test_an_electronic_result_is_handed_over_when_the_portal_has_it(at_ward, people, postman):
    filed = file_online(people)
    move_to_province(postman, filed)
    services.receive_dossier(dossier_id=filed.id, actor=people.desk)
    stories.drafted(people, stories.in_hand(people, filed))
    services.decide_dossier(dossier_id=filed.id, actor=people.chair)
    services.issue_result(dossier_id=filed.id, actor=people.clerk)
    arrive(postman, letters.DossierResult, inbox.on_result)
    assert postman.named(letters.ResultStored)[0].dossier_id == filed.id
    for _ in range(2):
        arrive(postman, letters.ResultStored, inbox.on_result_stored)
    over = queries.get_dossier(filed.id, people.desk)
    assert over.status is Status.HANDED_OVER
    assert [entry.deed for entry in over.timeline].count("hand_over") == 1


def test_the_published_fee_is_the_fee(at_ward, people, certificate_of_birth):
    extract = stories.in_hand(people, stories.at_counter(people))
    with pytest.raises(Refused) as dearer:
        services.request_fee(dossier_id=extract.id, amount=80000, actor=people.registrar)
    assert dearer.value.code == "dossiers.fee-differs"
    birth = stories.in_hand(people, stories.birth_at_counter(people, certificate_of_birth))
    with pytest.raises(Refused) as free:
        services.request_fee(dossier_id=birth.id, actor=people.registrar)
    assert free.value.code == "dossiers.fee-free"


def test_cash_at_the_counter_settles_the_fee(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    done = services.take_payment(dossier_id=dossier.id, receipt_number="0000123", actor=people.desk)
    assert (done.status, done.fees[0].transaction_code) == (Status.IN_PROGRESS, "BL-0000123")


def test_the_portal_reads_the_list_of_papers_from_the_story(at_ward, people, postman):
    filed = file_online(people)
    move_to_province(postman, filed)
    services.ask_supplement(dossier_id=filed.id, papers=["Ảnh rõ hơn", "Bản sao"], reason="Ảnh mờ.", actor=people.desk)
    services.take_supplement(dossier_id=filed.id, papers=[], note="Đã gửi", actor=SYSTEM)
    row = Dossier.objects.get(pk=filed.id)
    here = reading.as_dossier(row).supplements
    row.supplements.all().delete()
    [told], [kept] = reading.as_dossier(row).supplements, here
    assert (told.round, told.papers, told.reason) == (1, ("Ảnh rõ hơn", "Bản sao"), "Ảnh mờ.")
    assert told.before_reception is kept.before_reception is True
    assert (told.asked_at, told.answered_at) == (kept.asked_at, kept.answered_at)
