"""Work on arrivals and work files: given, handed over, answered, finished; the sender hears each step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.casework.office import subscribers
from lienthong.casework.office.models import WorkOrder
from lienthong.casework.office.queries import work as work_queries
from lienthong.casework.office.queries import work_files as file_queries
from lienthong.casework.office.services import drafts, groups, issuing, leading, work, work_files
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import OTHER, WARD
from lienthong.casework.office.types import DraftFacts
from lienthong.kernel import clock
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents.events import DocumentRecalled

pytestmark = pytest.mark.django_db


def status_of(people, arrival_id):
    return document_queries.get_arrival(arrival_id, people.other_clerk).status


def given(people, **terms):
    arrival_id = stories.registered(people)
    work_id = work.assign_arrival(arrival_id, people.other_handler.account_id, actor=people.other_chair, **terms)
    return arrival_id, work_id


def test_work_is_given_taken_up_and_finished_and_the_sender_hears_it(office, people):
    arrival_id, work_id = given(people, due_on=clock.at(2026, 11, 27).date(), instruction="Tham mưu trả lời")
    assert status_of(people, arrival_id) == "04"
    assert [row.id for row in work_queries.list_work(people.other_handler).object_list] == [work_id]
    work.begin_work(work_id, actor=people.other_handler)
    assert status_of(people, arrival_id) == "05"
    work.report_progress(work_id, "Đã xin số liệu", actor=people.other_handler)
    work.finish_work(work_id, "Đã cung cấp số liệu", actor=people.other_handler)
    assert status_of(people, arrival_id) == "06"
    page = work_queries.get_work(work_id, people.other_chair)
    assert [one.deed for one in page.steps] == ["finish", "progress", "begin", "assign"]


def test_a_reply_is_bound_to_what_it_answers_and_ends_the_work(office, people):
    arrival_id, work_id = given(people)
    facts = DraftFacts(
        type_code="CV", subject="Trả lời", signer_id=people.other_chair.account_id, unit="VP", receivers=(WARD,),
        answers=(arrival_id,),
    )  # fmt: skip
    draft_id = drafts.start_draft(facts, actor=people.other_handler)
    work.bind_reply(work_id, draft_id, actor=people.other_handler)
    drafts.save_text(draft_id, stories.BODY, actor=people.other_handler)
    leading.present_draft(draft_id, actor=people.other_handler)
    leading.sign_draft(
        draft_id, seen=stories.seen(draft_id), proof=stories.proof(people.other_chair), actor=people.other_chair
    )
    issuing.issue_draft(draft_id, actor=people.other_clerk)
    assert status_of(people, arrival_id) == "06"
    assert "01/UBND-VP" in work_queries.get_work(work_id, people.other_handler).result
    back = document_queries.list_arrivals(WARD, actor=people.clerk)[0]
    assert back.document.code == "01/UBND-VP"


def test_an_arrival_is_registered_before_work_on_it_is_given_and_given_once(office, people):
    stories.sent(people)
    arrival = document_queries.list_arrivals(OTHER, actor=people.other_clerk)[0]
    with pytest.raises(Conflict):
        work.assign_arrival(arrival.id, people.other_handler.account_id, actor=people.other_chair)
    assert not WorkOrder.objects.exists()
    arrival_id, _ = given(people)
    with pytest.raises(Conflict) as refused:
        work.assign_arrival(arrival_id, people.other_handler.account_id, actor=people.other_chair)
    assert refused.value.code == "office.assigned-already"


@pytest.mark.parametrize("lead", ["drafter", "desk"])
def test_work_goes_to_people_of_the_agency_who_may_read_it(office, people, lead):
    arrival_id = stories.registered(people)
    with pytest.raises(Refused):
        work.assign_arrival(arrival_id, getattr(people, lead).account_id, actor=people.other_chair)
    with pytest.raises(Refused):
        work.assign_arrival(
            arrival_id, people.other_handler.account_id, due_on=clock.today() - timedelta(1), actor=people.other_chair
        )
    with pytest.raises(NotAllowed):
        work.assign_arrival(arrival_id, people.other_handler.account_id, actor=people.other_handler)
    with pytest.raises(NotFound):
        work.assign_arrival(arrival_id, people.legal.account_id, actor=people.chair)


def test_work_is_handed_over_with_its_part(office, people):
    _, work_id = given(people)
    work.hand_over(work_id, people.other_clerk.account_id, "Tôi đi công tác", actor=people.other_handler)
    page = work_queries.get_work(work_id, people.other_clerk)
    assert [(one.name, one.part, one.state) for one in page.shares] == [
        (people.other_handler.name, "lead", "handed-over"), (people.other_clerk.name, "lead", "assigned"),
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        work.finish_work(work_id, "Xong", actor=people.other_handler)
    work.finish_work(work_id, "Xong", actor=people.other_clerk)


def test_who_helps_reports_and_does_not_finish(office, people):
    arrival_id = stories.registered(people)
    work_id = work.assign_arrival(
        arrival_id, people.other_clerk.account_id, [people.other_handler.account_id], actor=people.other_chair
    )
    with pytest.raises(NotAllowed):
        work.finish_work(work_id, "Xong", actor=people.other_handler)
    work.report_progress(work_id, "Đã gửi số liệu", is_done=True, actor=people.other_handler)
    shares = work_queries.get_work(work_id, people.other_chair).shares
    assert [(one.part, one.state) for one in shares] == [("lead", "assigned"), ("with", "finished")]
    assert work_queries.get_work(work_id, people.other_chair).row.state == "in-progress"


def test_overdue_work_is_listed(office, people):
    _, work_id = given(people, due_on=clock.at(2026, 11, 24).date())
    assert not work_queries.list_work(people.other_chair, "overdue").object_list
    with clock.frozen(clock.at(2026, 11, 25, 8)):
        assert [row.id for row in work_queries.list_work(people.other_chair, "overdue").object_list] == [work_id]
        assert work_queries.count_work(people.other_chair)["overdue"] == 1


def test_work_on_a_recalled_document_ends_by_itself_and_stays_to_be_seen(office, people):
    arrival_id, work_id = given(people)
    event = DocumentRecalled(arrival_id, "x", OTHER, "recalled")
    subscribers.on_document_recalled(event, new_id())
    subscribers.on_document_recalled(event, new_id())
    page = work_queries.get_work(work_id, people.other_handler)
    assert (page.row.state, len(page.steps)) == ("called-off", 2)
    assert not work_queries.list_work(people.other_handler).object_list


def test_strangers_see_no_work(office, people):
    _, work_id = given(people)
    for actor in (people.chair, people.drafter, people.desk):
        with pytest.raises(NotFound):
            work_queries.get_work(work_id, actor)


def test_work_given_anew_leaves_its_trace(office, people):
    arrival_id, work_id = given(people)
    work.reassign(work_id, people.other_clerk.account_id, actor=people.other_chair)
    assert work_queries.get_work(work_id, people.other_clerk).row.leads == people.other_clerk.name
    assert status_of(people, arrival_id) == "04"


def test_a_work_file_collects_orders_and_closes(office, people):
    file_id = work_files.open_file("Rà soát dữ liệu dân cư", "10", actor=people.other_handler)
    with pytest.raises(Conflict):
        work_files.close_file(file_id, actor=people.other_handler)
    arrival_id = stories.registered(people)
    for _ in range(2):
        work_files.add_arrival(file_id, arrival_id, actor=people.other_handler)
    document = document_queries.get_arrival(arrival_id, people.other_handler).document
    work_files.add_document(file_id, document.id, actor=people.other_handler)
    page = file_queries.get_file(file_id, people.other_handler)
    assert [(one.position, one.kind, one.code) for one in page.entries] == [
        (1, "arrival", "01/UBND-VP"), (2, "document", "01/UBND-VP"),
    ]  # fmt: skip
    work_files.remove_item(file_id, page.entries[0].id, actor=people.other_handler)
    assert [one.position for one in file_queries.get_file(file_id, people.other_handler).entries] == [1]
    work_files.close_file(file_id, actor=people.other_handler)
    work_files.ready_for_archive(file_id, actor=people.other_clerk)
    row = file_queries.get_file(file_id, people.other_clerk).row
    assert (row.status, str(row.archive_before)) == ("ready", "2027-11-23")
    with pytest.raises(Conflict):
        work_files.add_arrival(file_id, arrival_id, actor=people.other_handler)


def test_work_files_are_numbered_in_their_year_and_hidden_from_others(office, people):
    first = work_files.open_file("Một", "5", actor=people.drafter)
    work_files.open_file("Hai", "permanent", actor=people.legal)
    assert [row.code for row in file_queries.list_files(people.clerk).object_list] == ["02/2026", "01/2026"]
    with pytest.raises(NotFound):
        file_queries.get_file(first, people.legal)
    with pytest.raises(Refused):
        work_files.open_file("Ba", "mãi mãi", actor=people.drafter)


def test_groups_are_saved_changed_and_hold_real_agencies(office, people):
    groups.save_group("Phường bạn", [OTHER, WARD, OTHER], actor=people.drafter)
    group_id = groups.save_group("Phường bạn", [OTHER, "H36"], actor=people.drafter)
    from lienthong.casework.office.queries import recipients

    saved = recipients.list_saved(people.legal)
    assert [(one.name, one.members) for one in saved] == [("Phường bạn", (OTHER, "H36"))]
    assert recipients.members_of([str(group_id), "nothing"], people.legal) == (OTHER, "H36")
    assert OTHER in recipients.members_of(["all-communes"], people.legal)
    with pytest.raises(Refused):
        groups.save_group("Sai", ["H99.999"], actor=people.drafter)
    with pytest.raises(NotFound):
        groups.drop_group(group_id, actor=people.other_clerk)
    groups.drop_group(group_id, actor=people.legal)
    assert not recipients.list_saved(people.legal)
