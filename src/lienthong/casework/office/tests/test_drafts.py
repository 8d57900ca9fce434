"""Drafting: facts, versions, autosave, files from elsewhere, differences, comments."""

from __future__ import annotations

import io
import zipfile

import pytest
import typst
from PIL import Image

from lienthong.casework.office import pages
from lienthong.casework.office.models import Draft
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.services import comments, drafts, leading
from lienthong.casework.office.tests import stories
from lienthong.casework.office.types import Filters, Spot
from lienthong.kernel import files
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.platform.signing import queries as signing_queries

pytestmark = pytest.mark.django_db

WORDS = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def word_file(*paragraphs: str, macros: bool = False) -> bytes:
    """A small DOCX."""
    body = "".join(WORDS.format(one) for one in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
        if macros:
            archive.writestr("word/vbaProject.bin", b"x")
    return content.getvalue()


def pdf_of(draft_id) -> bytes:
    """The paper of the newest version."""
    digest, _, _ = draft_queries.shown_pdf(draft_id, _anybody(draft_id))
    return files.read(digest)


def _anybody(draft_id):
    from lienthong.kernel.access import Actor

    draft = Draft.objects.get(pk=draft_id)
    return Actor("officer", "x", draft.drafter_id, agency_code=draft.agency_code, duties=frozenset({"handling"}))


def test_what_is_wrong_is_said_field_by_field_and_nothing_is_kept(office, people):
    facts = stories.facts_of(
        people, subject=" ", type_code="XX", signer_id=people.clerk.account_id or 0, receivers=("H36.999",), priority=7
    )
    with pytest.raises(Invalid) as refused:
        drafts.start_draft(facts, actor=people.drafter)
    assert {one.path for one in refused.value.field_errors} == {
        "subject", "type_code", "signer_id", "receivers", "priority",
    }  # fmt: skip
    assert not Draft.objects.exists()


@pytest.mark.parametrize("subject", ["Có ký tự \u202e đảo", "x" * 2001, "\ufffd"])
def test_broken_subjects_are_refused(office, people, subject):
    with pytest.raises(Refused):
        drafts.start_draft(stories.facts_of(people, subject=subject), actor=people.drafter)


def test_the_text_becomes_a_paper_and_the_same_text_no_new_version(office, people):
    draft_id = stories.written(people)
    assert drafts.save_text(draft_id, stories.BODY, actor=people.drafter) == 1
    assert drafts.save_text(draft_id, stories.BODY + "\nThêm một câu.", actor=people.drafter) == 2
    page = draft_queries.get_draft(draft_id, people.drafter)
    assert [one.number for one in page.versions] == [2, 1]
    assert page.newest is not None
    assert page.newest.pages == 1
    assert set(page.newest.places) == {"sign", "number", "day", "month"}


def test_long_text_goes_over_pages_and_the_signature_stands_on_the_last(office, people):
    draft_id = stories.started(people)
    drafts.save_text(draft_id, "\n".join(f"Đoạn thứ {n} của văn bản dài." for n in range(90)), actor=people.drafter)
    newest = draft_queries.get_draft(draft_id, people.drafter).newest
    assert newest is not None
    assert newest.pages > 2
    assert newest.places["sign"].page == newest.pages - 1
    assert newest.places["number"].page == 0


def test_autosave_keeps_what_is_typed_until_it_is_saved_or_dropped(office, people):
    draft_id = stories.written(people)
    before = stories.seen(draft_id)
    drafts.keep_working(draft_id, "Đang gõ dở", actor=people.drafter)
    page = draft_queries.get_draft(draft_id, people.drafter)
    assert (page.working, page.version) == ("Đang gõ dở", before)
    with pytest.raises(Conflict) as refused:
        leading.present_draft(draft_id, actor=people.drafter)
    assert refused.value.code == "office.unsaved"
    drafts.drop_working(draft_id, actor=people.drafter)
    assert draft_queries.get_draft(draft_id, people.drafter).working is None


def test_an_autosave_that_comes_after_the_save_brings_nothing_back(office, people):
    draft_id = stories.written(people)
    assert drafts.keep_working(draft_id, "Đang gõ", after=1, actor=people.drafter)
    drafts.save_text(draft_id, "Đã gõ xong.", actor=people.drafter)
    assert not drafts.keep_working(draft_id, "Đã gõ xong.", after=1, actor=people.drafter)
    assert draft_queries.get_draft(draft_id, people.drafter).working is None
    leading.present_draft(draft_id, actor=people.drafter)


def test_an_earlier_version_comes_back_as_a_new_one(office, people):
    draft_id = stories.written(people)
    drafts.save_text(draft_id, "Khác hẳn.", actor=people.drafter)
    assert drafts.restore_version(draft_id, 1, actor=people.drafter) == 3
    newest = draft_queries.get_draft(draft_id, people.drafter).newest
    assert newest is not None
    assert newest.text == stories.BODY
    with pytest.raises(NotFound):
        drafts.restore_version(draft_id, 99, actor=people.drafter)


def test_differences_are_told_word_by_word(office, people):
    draft_id = stories.written(people)
    drafts.save_text(draft_id, stories.BODY.replace("Thống nhất", "Không thống nhất"), actor=people.drafter)
    lines = draft_queries.compare_versions(draft_id, 1, 2, people.drafter)
    changed = [(one.kind, one.text) for line in lines for one in line if one.kind != "same"]
    assert ("new", "Không thống") in [(kind, text) for kind, text in changed] or ("new", "Không") in changed


def test_other_facts_are_set_on_the_paper_anew(office, people):
    draft_id = stories.written(people)
    was = pdf_of(draft_id)
    drafts.change_facts(
        draft_id, stories.facts_of(people, subject="Trích yếu khác"), seen=stories.seen(draft_id), actor=people.drafter
    )
    page = draft_queries.get_draft(draft_id, people.drafter)
    assert page.newest is not None
    assert (page.newest.number, page.newest.text) == (2, stories.BODY)
    assert pdf_of(draft_id) != was


def test_two_windows_do_not_overwrite_each_other(office, people):
    draft_id = stories.written(people)
    old = stories.seen(draft_id)
    drafts.change_facts(draft_id, stories.facts_of(people, priority=1), seen=old, actor=people.drafter)
    with pytest.raises(Conflict) as refused:
        drafts.change_facts(draft_id, stories.facts_of(people, priority=2), seen=old, actor=people.drafter)
    assert refused.value.code == "office.changed"


def test_a_pdf_and_its_word_file_make_a_version(office, people):
    pdf = pdf_of(stories.written(people))
    draft_id = stories.started(people)
    number = drafts.bring_version(
        draft_id, pdf=("bản.pdf", pdf), word=("bản.docx", word_file("Kính gửi", "Nội dung")), actor=people.drafter
    )
    page = draft_queries.get_draft(draft_id, people.drafter)
    assert page.newest is not None
    assert (number, page.newest.text.split(), page.newest.pages) == (1, ["Kính", "gửi", "Nội", "dung"], 1)
    # The printed name of the signer says where the signature belongs.
    assert page.newest.places["sign"].left > 250
    leading.present_draft(draft_id, actor=people.drafter)
    leading.sign_draft(draft_id, seen=stories.seen(draft_id), proof=stories.proof(people.chair), actor=people.chair)
    assert signing_queries.judge_pdf(pdf_of(draft_id)).good


def test_a_word_file_alone_is_commented_on_but_not_presented(office, people):
    draft_id = stories.started(people)
    drafts.bring_version(draft_id, pdf=None, word=("bản.docx", word_file("Một", "Hai")), actor=people.drafter)
    comments.add_comment(draft_id, "Thiếu căn cứ", paragraph=2, actor=people.drafter)
    with pytest.raises(Refused) as refused:
        leading.present_draft(draft_id, actor=people.drafter)
    assert refused.value.code == "office.pdf-missing"


@pytest.mark.parametrize(("pdf", "word", "code"), [
    (None, None, "office.no-file"),
    (b"", None, "files.empty"),
    (b"%PDF-1.4 broken\n%%EOF\n", None, "office.pdf-unreadable"),
    (b"GIF89a", None, "files.wrong-type"),
    (None, word_file("x", macros=True), "files.wrong-type"),
    (None, b"PK\x03\x04word/ nonsense", "files.broken"),
])  # fmt: skip
def test_files_that_are_not_what_they_say_make_no_version(office, people, pdf, word, code):
    draft_id = stories.started(people)
    with pytest.raises(Refused) as refused:
        drafts.bring_version(
            draft_id,
            pdf=("a.pdf", pdf) if pdf is not None else None,
            word=("a.docx", word) if word is not None else None,
            actor=people.drafter,
        )
    assert refused.value.code == code
    assert draft_queries.get_draft(draft_id, people.drafter).newest is None


def test_a_signed_pdf_is_no_draft(office, people):
    signed = files.read(Draft.objects.get(pk=stories.signed(people)).signed_sha256)
    draft_id = stories.started(people)
    with pytest.raises(Refused) as refused:
        drafts.bring_version(draft_id, pdf=("a.pdf", signed), word=None, actor=people.drafter)
    assert refused.value.code == "office.pdf-signed"


def test_places_are_moved_on_the_paper_and_not_off_it(office, people):
    pdf = pdf_of(stories.written(people))
    draft_id = stories.started(people)
    drafts.bring_version(draft_id, pdf=("a.pdf", pdf), word=None, actor=people.drafter)
    with pytest.raises(Invalid):
        drafts.move_places(draft_id, {"sign": Spot(4, 10, 10, 50, 50)}, actor=people.drafter)
    drafts.move_places(draft_id, {"sign": Spot(0, 100, 100, 280, 180)}, actor=people.drafter)
    newest = draft_queries.get_draft(draft_id, people.drafter).newest
    assert newest is not None
    assert newest.places["sign"].left == 100


def test_comments_are_answered_resolved_and_opened_again(office, people):
    draft_id = stories.written(people)
    one = comments.add_comment(draft_id, "Nêu rõ thời hạn", page=1, quote="ý kiến", actor=people.drafter)
    comments.add_comment(draft_id, "Đã thêm", answers_to=one, actor=people.drafter)
    comments.resolve_comment(draft_id, one, actor=people.drafter)
    page = draft_queries.get_draft(draft_id, people.drafter)
    assert (len(page.comments), len(page.comments[0].answers), page.open_comments) == (1, 1, 0)
    comments.reopen_comment(draft_id, one, actor=people.drafter)
    assert draft_queries.get_draft(draft_id, people.drafter).open_comments == 1
    with pytest.raises(Refused):
        comments.add_comment(draft_id, "Ở đâu?", page=9, actor=people.drafter)
    with pytest.raises(Refused):
        comments.add_comment(draft_id, "Ở đâu?", paragraph=99, actor=people.drafter)


def test_strangers_learn_nothing_and_colleagues_see_what_they_have_a_part_in(office, people):
    draft_id = stories.written(people)
    for actor in (people.legal, people.clerk, people.other_clerk, people.other_chair):
        with pytest.raises(NotFound):
            draft_queries.get_draft(draft_id, actor)
        assert draft_queries.list_drafts(actor, Filters(box="agency")).paginator.count == 0
    leading.present_draft(draft_id, actor=people.drafter)
    assert draft_queries.get_draft(draft_id, people.chair).deeds
    with pytest.raises(NotAllowed):
        drafts.save_text(draft_id, "x", actor=people.chair)
    with pytest.raises(NotFound):
        draft_queries.get_draft(new_id(), people.drafter)


def test_an_abandoned_draft_stays_readable_and_is_over(office, people):
    draft_id = stories.written(people)
    drafts.withdraw_draft(draft_id, "Không cần nữa", actor=people.drafter)
    with pytest.raises(Conflict):
        drafts.save_text(draft_id, "x", actor=people.drafter)
    assert draft_queries.get_draft(draft_id, people.drafter).steps[0].note == "Không cần nữa"


def test_a_page_of_any_size_becomes_a_picture_of_bounded_size(office, people, tmp_path):
    source = tmp_path / "wide.typ"
    source.write_text("#set page(width: 14000pt, height: 9000pt)\nRộng", encoding="utf-8")
    wide = files.store(bytes(typst.compile(source)), name="wide.pdf")
    with Image.open(io.BytesIO(pages.picture(wide.sha256, 1))) as image:
        assert max(image.size) < 2500
    with pytest.raises(Refused):
        pages.picture(wide.sha256, 2)


@pytest.mark.parametrize("damage", range(6))
def test_a_damaged_pdf_never_breaks_the_page(office, people, damage):
    whole = bytearray(pdf_of(stories.written(people)))
    for place in range(200 + damage * 97, len(whole) - 400, 1500):
        whole[place] ^= 0x5A
    kept = files.store(bytes(whole), name="x.pdf")
    assert _shown(kept.sha256) in ("picture", "office.no-page")


def _shown(sha256: str) -> str:
    try:
        return "picture" if pages.picture(sha256, 1).startswith(b"\x89PNG") else "something else"
    except Refused as refused:
        return refused.code
