"""Search: words without accents, in what was written and in attachments; own agency only; by index at any size."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock, files
from lienthong.kernel.errors import NotAllowed
from lienthong.platform.documents import bench, pdf_text, search_words, text_extraction
from lienthong.platform.documents.models import SearchLine
from lienthong.platform.documents.queries import search
from lienthong.platform.documents.services import indexing, numbering, registers
from lienthong.platform.documents.tests.clerks import AGENCY, CLERK, LEADER, NOW, STRANGER
from lienthong.platform.documents.types import PaperFacts, SearchFilters, SearchPage

SCAN = "Tuyến đường tránh qua đèo Bảo Lộc thường xuyên sạt lở"


@pytest.fixture(autouse=True)
def _on_friday() -> Any:
    with clock.frozen(NOW):
        yield


def make_pdf(text: str) -> bytes:
    import typst

    return bytes(typst.compile(f'#set text(lang: "vi")\n{text}'.encode()))


def make_docx(text: str) -> bytes:
    packed = io.BytesIO()
    runs = "".join(f"<w:r><w:t xml:space='preserve'>{word} </w:t></w:r>" for word in text.split())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
            f"<w:body><w:p>{runs}</w:p></w:body></w:document>",
        )
    return packed.getvalue()


def find(text: str, page: int = 1, actor: Any = CLERK, **filters: Any) -> SearchPage:
    return search.search_documents(actor.agency_code, text, SearchFilters(**filters), page, actor=actor)


def test_text_comes_out_of_pdf_and_word_with_its_accents() -> None:
    assert SCAN in " ".join(pdf_text.text_of(make_pdf(SCAN), 10_000).split())
    docx = make_docx(SCAN)
    assert text_extraction.text_of(io.BytesIO(docx), files.DOCX) == SCAN


def test_broken_files_give_what_can_be_read_and_never_more() -> None:
    whole = make_pdf(SCAN)
    for content in (b"", b"%PDF-1.7", whole[:500], whole[:-300], b"\x00" * 1000, whole.replace(b"obj", b"0bj")):
        pdf_text.text_of(content, 1000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")
    assert text_extraction.text_of(io.BytesIO(bomb.getvalue()), files.DOCX) == ""
    assert len(text_extraction.text_of(io.BytesIO(make_docx("dài " * 60_000)), files.DOCX)) <= 100_000
    assert list(text_extraction.open_zip(io.BytesIO(b"PK\x03\x04 not a zip"))) == []


@given(st.text(max_size=300), st.sets(st.sampled_from(["a", "so", "duong", "12"]), max_size=3))
def test_highlighting_keeps_every_letter(text: str, words: set[str]) -> None:
    assert "".join(piece for piece, _ in search_words.highlight(text, frozenset(words))) == text


@given(st.text(max_size=80))
@pytest.mark.django_db
def test_no_text_breaks_the_question(typed: str) -> None:
    find(typed)
    find("", signer=typed, author_code=typed, type_code=typed)


def test_words_are_marked_where_they_stand() -> None:
    shown = search_words.highlight("Số 09/UBND-VX: Đường tránh", frozenset({"duong", "09"}))
    assert [piece for piece, sought in shown if sought] == ["09", "Đường"]
    found = search_words.excerpt("x " * 300 + SCAN + " y" * 300, frozenset({"bao", "loc", "deo"}))
    assert "".join(piece for piece, _ in found).count("đèo Bảo Lộc") == 1
    assert search_words.excerpt("không có gì", frozenset({"deo"})) == ()


@pytest.mark.django_db
def test_what_was_registered_on_paper_is_found_by_its_scan(node_home: Any) -> None:
    scan = files.store(make_pdf(SCAN), name="quet.pdf")
    facts = PaperFacts("12/TB-CTY", "Công ty Cầu Đường", date(2026, 11, 18), "Báo cáo sự cố", "TB", "Ngô Bá Khá")
    registers.register_paper(AGENCY, facts, actor=CLERK, scan=scan)
    numbering.give_number(AGENCY, "KH", on=date(2026, 11, 20), subject="Kế hoạch cầu đường", actor=CLERK)
    kept = numbering.reserve_numbers(AGENCY, "QĐ", on=date(2026, 11, 20), count=1, reason="Họp", actor=CLERK)
    assert indexing.index_waiting() == 3
    assert indexing.index_waiting() == 0
    found = find("deo bao loc")
    assert [hit.code for hit in found.hits] == ["12/TB-CTY"]
    assert any(sought for _, sought in found.hits[0].excerpt)
    assert [hit.direction for hit in find("CẦU ĐƯỜNG").hits] == ["out", "in"]
    assert [hit.code for hit in find("cau duong", direction="in").hits] == ["12/TB-CTY"]
    assert [hit.code for hit in find("", signer="khá").hits] == ["12/TB-CTY"]
    assert [hit.code for hit in find("12/TB-CTY").hits] == ["12/TB-CTY"]
    assert find('"loc bao"').hits == ()
    assert find("cau duong", until=date(2026, 11, 19)).total == 1
    assert find("").hits == ()
    numbering.use_reserved(kept[0].entry_id, subject="Về cây cầu", actor=CLERK)
    indexing.index_waiting()
    assert find("cay cau").total == 1


@pytest.mark.django_db
def test_nobody_finds_documents_of_others() -> None:
    numbering.give_number(AGENCY, "KH", on=date(2026, 11, 20), subject="Kế hoạch riêng", actor=CLERK)
    indexing.index_waiting()
    assert find("ke hoach", actor=LEADER).total == 1
    assert find("ke hoach", actor=STRANGER).total == 0
    with pytest.raises(NotAllowed):
        search.search_documents(AGENCY, "ke hoach", actor=STRANGER)


@pytest.mark.django_db
def test_a_struck_number_is_found_no_more() -> None:
    entry = numbering.give_number(AGENCY, "KH", on=date(2026, 11, 20), subject="Kế hoạch riêng", actor=CLERK)
    indexing.index_waiting()
    numbering.strike_number(entry.entry_id, "Không ban hành", CLERK)
    indexing.index_waiting()
    assert SearchLine.objects.count() == 0


@pytest.mark.django_db
def test_many_documents_are_found_by_index_and_cut_at_a_limit() -> None:
    bench.seed(AGENCY, 4000)
    common = find("ke hoach")
    assert common.more
    assert common.total == search.CANDIDATES
    rare = find("cau treo")
    assert (rare.total, rare.more) == (4, False)
    assert len({hit.day.year for hit in rare.hits}) == 4
    assert len(find("ke hoach", page=2).hits) == search.PAGE
    assert find("ke hoach", page=10_000).hits == ()
    assert find("ke hoach", type_code="KH", author_code="G22", since=date(2026, 1, 1)).total < search.CANDIDATES
    question = search_words.read_question(AGENCY, "ke hoach", SearchFilters())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM documents_searchline WHERE words @@ %s::tsquery", [question.sql(["q2026-4"])]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "search_line_words" in plan
