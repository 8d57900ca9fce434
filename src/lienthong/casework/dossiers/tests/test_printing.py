"""Papers: what they say, and that signatures have their place."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from lienthong.casework.dossiers import printing, queries, services
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.kernel import clock

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_receipt_says_code_return_date_and_papers(at_ward, people, certificate_of_birth):
    dossier = stories.birth_at_counter(people, certificate_of_birth)
    said = text_of(printing.make_receipt(dossier, officer="Lê Văn A", components=["Giấy chứng sinh"]))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", dossier.code,
        "17:00 23/11/2026", "Giấy chứng sinh", "Trần Thị Bích Ngọc", "ngày 23 tháng 11 năm 2026",
    ):  # fmt: skip
        assert part in said


def test_the_qr_opens_the_public_page(at_ward):
    assert printing.status_address("H36.101.01-261123-0001").endswith("/tra-cuu/?ma=H36.101.01-261123-0001")
    assert printing.qr_svg("http://x/").startswith("<svg")


def test_the_birth_certificate_says_what_the_law_wants(at_ward, people, certificate_of_birth):
    dossier = stories.birth_at_counter(people, certificate_of_birth)
    row = Dossier.objects.get(pk=dossier.id)
    row.verdict, row.personal_number, row.result_number = "granted", "068326123456", "01/2026"
    made = printing.make_result(row, on=clock.today(), position="Chủ tịch", signer="Nguyễn Văn Thử")
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
    said = text_of(made)
    for part in (
        "Nguyễn Văn Thử",
        "GIẤY KHAI SINH", "Số: 01/2026", "NGUYỄN NGỌC THẢO NGUYÊN", "068326123456", "12/11/2026",
        "Ngày mười hai tháng mười một năm hai nghìn không trăm hai mươi sáu", "TRẦN THỊ BÍCH NGỌC", "CHỦ TỊCH",
    ):  # fmt: skip
        assert part in said


def test_a_long_notice_keeps_the_place_of_the_signature_on_its_last_page(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    services.draft_decision(
        dossier_id=dossier.id, verdict="rejected", text="Không tìm thấy trong sổ. " * 150, actor=people.registrar
    )
    row = Dossier.objects.get(pk=dossier.id)
    made = printing.make_result(row, on=clock.today(), position="Chủ tịch", signer="Nguyễn Văn Thử")
    pdf = PdfReader(io.BytesIO(made))
    assert len(pdf.pages) > 1
    assert "CHỦ TỊCH" in pdf.pages[-1].extract_text()


def test_every_form_of_the_one_stop_shop_can_be_printed(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    services.ask_supplement(dossier_id=dossier.id, papers=["Ảnh rõ hơn"], reason="Mờ.", actor=people.registrar)
    services.stop_dossier(dossier_id=dossier.id, reason="Có tranh chấp.", actor=people.registrar)
    whole = queries.get_dossier(dossier.id, people.desk)
    assert "Ảnh rõ hơn" in text_of(printing.make_supplement_slip(whole, officer="A"))
    assert "Có tranh chấp." in text_of(printing.make_stop_notice(whole, officer="A"))
    assert "nhận 09:30 23/11/2026" in text_of(printing.make_control_sheet(whole, officer="A"))
    assert "TỪ CHỐI" in text_of(printing.make_refusal(whole, officer="A"))
