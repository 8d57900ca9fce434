"""Review and the leader: opinions one by one or all at once, returned, signed, undone, fifty at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from lienthong.casework.office.models import Draft
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.services import drafts, issuing, leading, reviews
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import PIN
from lienthong.kernel import clock, files
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries as signing_queries

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.casework.office.tests.urls")]


def asked(people, order):
    draft_id = stories.written(people)
    ids = [people.legal.account_id, people.finance.account_id]
    reviews.ask_review(draft_id, ids, order=order, due_at=clock.at(2026, 11, 25, 17), actor=people.drafter)
    return draft_id


def test_in_parallel_everybody_is_asked_at_once(office, people):
    draft_id = asked(people, "parallel")
    with pytest.raises(Conflict) as refused:
        leading.present_draft(draft_id, actor=people.drafter)
    assert refused.value.code == "office.review-open"
    reviews.give_opinion(draft_id, "agree", actor=people.finance)
    reviews.give_opinion(draft_id, "remarks", "Bổ sung kinh phí", actor=people.legal)
    leading.present_draft(draft_id, actor=people.drafter)
    row = draft_queries.list_signing(people.chair)[0]
    assert "1 đồng ý" in row.opinions
    assert "1 có góp ý" in row.opinions


def test_one_after_another_the_second_waits_for_the_first(office, people):
    draft_id = asked(people, "serial")
    with pytest.raises(NotFound):
        draft_queries.get_draft(draft_id, people.finance)
    with pytest.raises(NotFound):
        reviews.give_opinion(draft_id, "agree", actor=people.finance)
    reviews.give_opinion(draft_id, "disagree", "Sai thẩm quyền", actor=people.legal)
    assert "review" in draft_queries.get_draft(draft_id, people.finance).deeds
    reviews.give_opinion(draft_id, "agree", actor=people.finance)
    with pytest.raises(NotAllowed):
        reviews.give_opinion(draft_id, "agree", actor=people.finance)


def test_who_disagrees_says_why(office, people):
    draft_id = asked(people, "parallel")
    for opinion, remarks in (("disagree", ""), ("maybe", "x")):
        with pytest.raises(Refused):
            reviews.give_opinion(draft_id, opinion, remarks, actor=people.legal)


def test_a_round_is_closed_and_another_opened(office, people):
    draft_id = asked(people, "parallel")
    reviews.close_review(draft_id, actor=people.drafter)
    drafts.save_text(draft_id, "Bản mới.", actor=people.drafter)
    assert reviews.ask_review(draft_id, [people.legal.account_id], order="serial", actor=people.drafter) == 2
    rounds = draft_queries.get_draft(draft_id, people.drafter).rounds
    assert [(one.number, one.version, one.is_open) for one in rounds] == [(2, 2, True), (1, 1, False)]


@pytest.mark.parametrize("who", [[], ["drafter"], ["other_clerk"], ["legal", "other_clerk"]])
def test_only_colleagues_are_asked(office, people, who):
    draft_id = stories.written(people)
    ids = [getattr(people, name).account_id for name in who]
    with pytest.raises(Refused):
        reviews.ask_review(draft_id, ids, order="parallel", actor=people.drafter)
    assert Draft.objects.get(pk=draft_id).status == "drafting"


def test_late_opinions_are_marked(office, people):
    draft_id = asked(people, "parallel")
    with clock.frozen(clock.at(2026, 11, 26, 9)):
        reviews_of = draft_queries.get_draft(draft_id, people.drafter).rounds[0].reviews
        assert all(one.is_late for one in reviews_of)


def test_a_returned_draft_goes_back_with_the_leaders_words(office, people):
    draft_id = stories.presented(people)
    with pytest.raises(Refused):
        leading.return_draft(draft_id, "  ", actor=people.chair)
    leading.return_draft(draft_id, "Sửa đoạn 2", actor=people.chair)
    page = draft_queries.get_draft(draft_id, people.drafter)
    assert (page.status, page.returned_reason) == ("returned", "Sửa đoạn 2")
    drafts.save_text(draft_id, "Đã sửa.", actor=people.drafter)
    leading.present_draft(draft_id, actor=people.drafter)
    assert draft_queries.get_draft(draft_id, people.chair).returned_reason == ""


def test_nobody_signs_what_was_changed_meanwhile(office, people):
    draft_id = stories.presented(people)
    shown = stories.seen(draft_id)
    leading.take_back(draft_id, actor=people.drafter)
    drafts.save_text(draft_id, "Thay nội dung.", actor=people.drafter)
    leading.present_draft(draft_id, actor=people.drafter)
    with pytest.raises(Conflict) as refused:
        leading.sign_draft(draft_id, seen=shown, proof=stories.proof(people.chair), actor=people.chair)
    assert refused.value.code == "office.changed"
    assert Draft.objects.get(pk=draft_id).signed_sha256 == ""


def test_a_draft_taken_back_while_the_key_works_is_not_signed(office, people, monkeypatch):
    from lienthong.platform.signing import services as signing

    draft_id = stories.presented(people)
    shown = stories.seen(draft_id)
    sign = signing.sign_pdf

    def slow(*given, **named):
        leading.take_back(draft_id, actor=people.drafter)
        return sign(*given, **named)

    monkeypatch.setattr(signing, "sign_pdf", slow)
    with pytest.raises(Conflict):
        leading.sign_draft(draft_id, seen=shown, proof=stories.proof(people.chair), actor=people.chair)
    assert Draft.objects.get(pk=draft_id).status == "drafting"


def test_only_the_named_leader_signs(office, people):
    draft_id = stories.presented(people)
    for actor in (people.clerk, people.drafter, people.other_chair):
        with pytest.raises((NotFound, NotAllowed)):
            leading.sign_draft(draft_id, seen=stories.seen(draft_id), proof=stories.proof(people.chair), actor=actor)


def test_a_signature_is_undone_until_the_clerk_numbers_it(office, people):
    draft_id = stories.signed(people)
    leading.undo_signature(draft_id, actor=people.chair)
    page = draft_queries.get_draft(draft_id, people.chair)
    assert (page.status, page.final) == ("presented", None)
    leading.sign_draft(draft_id, seen=page.version, proof=stories.proof(people.chair), actor=people.chair)
    issuing.number_draft(draft_id, actor=people.clerk)
    with pytest.raises(Conflict):
        leading.undo_signature(draft_id, actor=people.chair)


def test_many_are_signed_at_once_and_one_that_changed_holds_up_no_other(office, people):
    ids = [stories.presented(people, subject=f"Văn bản thứ {n}") for n in range(7)]
    chosen = [(draft_id, stories.seen(draft_id)) for draft_id in ids]
    leading.take_back(ids[2], actor=people.drafter)
    leading.present_draft(ids[2], actor=people.drafter)
    batch_id = leading.start_batch(chosen, actor=people.chair)
    leading.confirm_batch(batch_id, proof=stories.proof(people.chair), actor=people.chair)
    leading.go_on_with_batch(batch_id, actor=people.chair)
    half = draft_queries.get_batch(batch_id, people.chair)
    assert (half.done, half.finished_at) == (5, None)
    leading.go_on_with_batch(batch_id, actor=people.chair)
    batch = draft_queries.get_batch(batch_id, people.chair)
    assert batch.finished_at is not None
    assert [one.state for one in batch.items] == ["signed", "signed", "failed", *["signed"] * 4]
    assert "vừa thay đổi" in batch.items[2].message
    leading.go_on_with_batch(batch_id, actor=people.chair)
    assert draft_queries.get_batch(batch_id, people.chair).items == batch.items
    for draft_id in ids[:2]:
        assert signing_queries.judge_pdf(files.read(Draft.objects.get(pk=draft_id).signed_sha256)).good


def test_a_batch_is_the_leaders_own_and_at_most_fifty(office, people):
    draft_id = stories.presented(people)
    batch_id = leading.start_batch([(draft_id, stories.seen(draft_id))], actor=people.chair)
    with pytest.raises(NotFound):
        draft_queries.get_batch(batch_id, people.other_chair)
    from lienthong.kernel.ids import new_id

    with pytest.raises(Refused) as refused:
        leading.start_batch([(new_id(), 1) for _ in range(51)], actor=people.chair)
    assert refused.value.code == "office.too-many"
    with pytest.raises(Refused):
        leading.start_batch([], actor=people.chair)


def test_nothing_is_signed_without_the_leaders_own_pin(office, people):
    draft_id = stories.presented(people)
    shown = stories.seen(draft_id)
    late = replace(stories.proof(people.chair), at=clock.now() - timedelta(minutes=16))
    for proof in (late, stories.proof(people.other_chair)):
        with pytest.raises(NotAllowed) as refused:
            leading.sign_draft(draft_id, seen=shown, proof=proof, actor=people.chair)
        assert refused.value.code == "signing.not-proved"
    batch_id = leading.start_batch([(draft_id, shown)], actor=people.chair)
    with pytest.raises(NotAllowed):
        leading.go_on_with_batch(batch_id, actor=people.chair)
    with pytest.raises(NotAllowed):
        leading.confirm_batch(batch_id, proof=late, actor=people.chair)
    assert Draft.objects.get(pk=draft_id).status == "presented"


def test_one_pin_does_for_a_batch_and_not_for_tomorrow(office, people):
    ids = [stories.presented(people, subject=f"Văn bản thứ {n}") for n in range(7)]
    batch_id = stories.confirmed(ids, people)
    leading.go_on_with_batch(batch_id, actor=people.chair)
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        with pytest.raises(NotAllowed):
            leading.go_on_with_batch(batch_id, actor=people.chair)
        leading.confirm_batch(batch_id, proof=stories.proof(people.chair), actor=people.chair)
        leading.go_on_with_batch(batch_id, actor=people.chair)
    assert Draft.objects.filter(status="signed").count() == 7


def test_the_page_asks_for_the_pin_and_tells_a_wrong_one(office, people, client):
    client.force_login(get_user_model().objects.get(pk=people.chair.account_id))
    draft_id = stories.presented(people)
    address, given = f"/van-phong/ky/{draft_id}/", {"seen": stories.seen(draft_id)}
    assert 'name="pin"' in client.get(address).content.decode()
    for pin, words in (("", "Nhập mã PIN"), ("999111", "Còn 4 lần thử")):
        refused = client.post(address, given | {"pin": pin})
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    assert Draft.objects.get(pk=draft_id).status == "presented"
    assert client.post(address, given | {"pin": PIN}).headers["Location"] == "/van-phong/ky/"
    assert Draft.objects.get(pk=draft_id).status == "signed"
    again = stories.presented(people)
    batch = client.post("/van-phong/ky/", {"draft": [f"{again}:{stories.seen(again)}"]}).headers["Location"]
    refused = client.post(batch, {"confirm": "1", "pin": "999111"})
    assert (refused.status_code, "Còn 4 lần thử" in refused.content.decode()) == (422, True)
    assert client.post(batch, {}).status_code == 403
    assert client.post(batch, {"confirm": "1", "pin": PIN}).status_code == 200
    assert Draft.objects.get(pk=again).status == "signed"


def test_where_the_profile_allows_it_one_pin_does_for_a_while(office, people, client):
    client.force_login(get_user_model().objects.get(pk=people.chair.account_id))
    ids = [stories.presented(people) for _ in range(2)]
    with playing(node(), parameters={**node().parameters, "signing": {"pin_minutes": 10}}):
        for draft_id, pin in zip(ids, (PIN, ""), strict=True):
            page = client.get(f"/van-phong/ky/{draft_id}/").content.decode()
            assert ('name="pin"' in page) == bool(pin)
            client.post(f"/van-phong/ky/{draft_id}/", {"seen": stories.seen(draft_id), "pin": pin})
            assert Draft.objects.get(pk=draft_id).status == "signed"


def test_urgent_papers_come_first(office, people):
    ordinary = stories.presented(people)
    urgent = stories.presented(people, priority=3)
    assert [row.id for row in draft_queries.list_signing(people.chair)] == [urgent, ordinary]
