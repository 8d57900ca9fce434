"""From a draft to the other ward's desk: signed, numbered, sealed, sent, and everything that must hold on the way."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from lienthong.casework.office.models import Draft
from lienthong.casework.office.services import drafts, issuing, leading
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import OTHER, WARD
from lienthong.kernel import clock, files
from lienthong.kernel.errors import Conflict, NotAllowed, Refused
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.signing import queries as signing_queries

pytestmark = pytest.mark.django_db


def test_a_letter_goes_from_the_drafter_to_the_other_wards_desk(office, people):
    draft_id = stories.sent(people)
    draft = Draft.objects.get(pk=draft_id)
    assert (draft.status, draft.code, draft.number) == ("sent", "01/UBND-VP", 1)
    arrival = document_queries.list_arrivals(OTHER, actor=people.other_clerk)[0]
    assert (arrival.document.code, arrival.sender_code) == ("01/UBND-VP", WARD)
    assert arrival.document.signer.name == people.chair.name
    assert arrival.document.subject == draft.subject


def test_the_paper_bears_leader_number_and_seal_and_all_are_good(office, people):
    draft = Draft.objects.get(pk=stories.sent(people))
    pdf = files.read(draft.sealed_sha256)
    verdict = signing_queries.judge_pdf(pdf)
    assert verdict.good, verdict.sentence
    assert [one.kind for one in verdict.signatures] == ["officer", "seal", "seal"]
    assert verdict.signatures[1].reason == "Cấp số 01/UBND-VP"
    spoken = [str(field.get("/TU", "")) for field in (PdfReader(io.BytesIO(pdf)).get_fields() or {}).values()]
    assert any("01; 23; 11" in words for words in spoken)


def test_the_number_stands_where_the_paper_left_a_gap(office, people):
    draft = Draft.objects.get(pk=stories.sent(people))
    version = drafts.newest_version(draft)
    assert version is not None
    _, left, bottom, _, _ = version.places["number"]
    first: Any = PdfReader(io.BytesIO(files.read(draft.sealed_sha256))).pages[0]
    boxes = [[float(edge) for edge in one.get_object()["/Rect"]] for one in first["/Annots"]]
    nearest = min(boxes, key=lambda box: abs(box[0] - left) + abs(box[1] - bottom))
    assert nearest[:2] == pytest.approx([left, bottom], abs=1)


def test_attachments_bear_number_and_seal_and_go_along(office, people):
    annex = files.read(drafts_pdf(stories.written(people)))
    draft_id = stories.started(people)
    drafts.attach_file(draft_id, "phu-luc.pdf", annex, actor=people.drafter)
    drafts.save_text(draft_id, stories.BODY, actor=people.drafter)
    leading.present_draft(draft_id, actor=people.drafter)
    leading.sign_draft(draft_id, seen=stories.seen(draft_id), proof=stories.proof(people.chair), actor=people.chair)
    issuing.issue_draft(draft_id, actor=people.clerk)
    paper, along = (files.read(one.sha256) for one in (
        issuing._final_file(Draft.objects.get(pk=draft_id)), issuing.attached_files(Draft.objects.get(pk=draft_id))[0]
    ))  # fmt: skip
    assert paper != along
    verdict = signing_queries.judge_pdf(along)
    assert verdict.good
    assert "01/UBND-VP" in verdict.signatures[0].reason


@pytest.mark.parametrize("content", [b"%PDF-1.4 broken\n%%EOF\n", b"", b"MZ\x90"])
def test_a_broken_attachment_is_refused_when_it_is_brought(office, people, content):
    draft_id = stories.started(people)
    with pytest.raises(Refused):
        drafts.attach_file(draft_id, "phu-luc.pdf", content, actor=people.drafter)
    assert not Draft.objects.get(pk=draft_id).attachments.exists()


def drafts_pdf(draft_id: UUID) -> str:
    version = drafts.newest_version(Draft.objects.get(pk=draft_id))
    assert version is not None
    return version.pdf_sha256


def test_numbers_follow_one_another_and_a_struck_one_stays(office, people):
    first, second = stories.signed(people), stories.signed(people)
    issuing.number_draft(first, actor=people.clerk)
    issuing.strike_draft(first, "Gửi nhầm cơ quan", actor=people.clerk)
    assert issuing.number_draft(second, actor=people.clerk) == "02/UBND-VP"
    assert Draft.objects.get(pk=first).status == "withdrawn"


def test_each_step_needs_the_one_before(office, people):
    draft_id = stories.presented(people)
    for deed in (issuing.number_draft, issuing.seal_draft, issuing.send_draft):
        with pytest.raises(Refused):
            deed(draft_id, actor=people.clerk)
    leading.sign_draft(draft_id, seen=stories.seen(draft_id), proof=stories.proof(people.chair), actor=people.chair)
    with pytest.raises(Conflict) as refused:
        issuing.send_draft(draft_id, actor=people.clerk)
    assert refused.value.code == "office.moved-on"
    assert Draft.objects.get(pk=draft_id).status == "signed"


def test_only_the_clerk_issues(office, people):
    draft_id = stories.signed(people)
    for actor in (people.drafter, people.chair):
        with pytest.raises(NotAllowed):
            issuing.number_draft(draft_id, actor=actor)


def test_a_date_before_the_signature_or_to_come_is_refused_and_no_number_is_used(office, people):
    draft_id = stories.signed(people)
    for day in (clock.at(2026, 11, 20).date(), clock.at(2026, 11, 24).date()):
        with pytest.raises(Refused):
            issuing.number_draft(draft_id, on=day, actor=people.clerk)
    assert issuing.number_draft(draft_id, actor=people.clerk) == "01/UBND-VP"


def test_a_paper_for_places_without_an_address_on_the_axis_is_issued_and_not_sent(office, people):
    draft_id = stories.signed(people, receivers=(), to_places=("Lưu nội bộ",))
    assert issuing.issue_draft(draft_id, actor=people.clerk) is None
    assert Draft.objects.get(pk=draft_id).status == "sent"


def test_a_recipient_that_cannot_be_reached_holds_the_sending_and_loses_nothing(office, people, monkeypatch):
    draft_id = stories.signed(people)
    issuing.number_draft(draft_id, actor=people.clerk)
    issuing.seal_draft(draft_id, actor=people.clerk)
    from lienthong.platform.exchange import queries as exchange_queries

    with monkeypatch.context() as broken:
        broken.setattr(exchange_queries, "nodes_for", lambda codes: {})
        broken.setattr(exchange_queries, "recall_directory", lambda: type("Issuer", (), {"issuer": "H36"}))
        with pytest.raises(Refused) as refused:
            issuing.send_draft(draft_id, actor=people.clerk)
        assert refused.value.code == "documents.unreachable"
    assert Draft.objects.get(pk=draft_id).status == "sealed"
    assert issuing.issue_draft(draft_id, actor=people.clerk) is not None
