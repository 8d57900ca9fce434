"""Operator's pages of the proof: the log and its checkpoints, proofs to take away, proofs to judge."""

from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from lienthong.kernel import audit
from lienthong.platform.exchange import services
from lienthong.platform.exchange.models import IncomingLetter
from lienthong.platform.exchange.tests.country import Homes, Note, sealed_letter
from lienthong.platform.exchange.tests.test_pages import operator, read
from lienthong.platform.signing import queries as signing_queries

__all__ = ["operator"]
pytestmark = pytest.mark.django_db
LOG, CHECK = "/van-hanh/trao-doi/nhat-ky/", "/van-hanh/trao-doi/bang-chung/"


@pytest.fixture
def letter_id(province: Homes) -> UUID:
    body, signature, header = sealed_letter(province, Note(subject="Giấy khai sinh", number=1))
    services.receive_letter(body, signature, {})
    return header.id


def test_the_log_shows_its_checkpoints_and_their_witness(operator: Client, letter_id: UUID) -> None:
    assert "Chưa có điểm kiểm soát" in read(operator, "nhat-ky/")
    services.make_checkpoint()
    page = read(operator, "nhat-ky/")
    assert "G22: Chờ gửi" in page
    assert "Đang chờ" in page


def test_the_check_names_faults(operator: Client, letter_id: UUID) -> None:
    services.make_checkpoint()
    assert "Nhật ký nguyên vẹn" in operator.post(LOG).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_logentry SET outcome = 'exchange.denied'")
    page = operator.post(LOG).content.decode()
    assert "Nhật ký không còn nguyên vẹn" in page
    assert "Dòng 1 đã bị sửa" in page


def test_a_proof_is_taken_away_and_that_is_written_down(operator: Client, letter_id: UUID) -> None:
    answer = operator.get(f"{CHECK}in/{letter_id}/?part=message")
    assert answer["Content-Type"] == "application/vnd.etsi.asic-e+zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{letter_id}-in-message.asice"'
    assert signing_queries.verify_container(answer.content).good
    assert [line.action for line in audit.entries_about(f"message:{letter_id}")] == ["exchange.proof"]
    assert operator.get(f"{CHECK}in/{letter_id}/")["Content-Type"] == "application/zip"


def test_what_has_no_proof_is_not_found(operator: Client, letter_id: UUID) -> None:
    assert operator.get(f"{CHECK}in/{UUID(int=9)}/").status_code == 404
    assert operator.get(f"{CHECK}over/{letter_id}/").status_code == 404
    assert operator.get(f"{CHECK}in/{letter_id}/?part=all").status_code == 404


def test_strangers_get_no_proof(province: Homes, letter_id: UUID) -> None:
    assert Client().get(f"{CHECK}in/{letter_id}/").status_code in (302, 403)


def upload(client: Client, content: bytes) -> str:
    answer = client.post(CHECK, {"file": SimpleUploadedFile("proof.zip", content)})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_proof_is_judged_on_the_page(operator: Client, letter_id: UUID) -> None:
    made = services.proof_of(letter_id, "in").content
    page = upload(operator, made)
    assert "Bằng chứng hợp lệ" in page
    assert "Văn phòng Chính phủ" in page
    IncomingLetter.objects.update(body=b'{"letter":{},"parts":[]}')
    assert "Bằng chứng không hợp lệ" in upload(operator, services.proof_of(letter_id, "in").content)
    assert "không phải ZIP" in upload(operator, b"%PDF")


def test_no_file_is_said_at_the_field(operator: Client) -> None:
    answer = operator.post(CHECK)
    assert answer.status_code == 422
    assert "Hãy chọn tệp bằng chứng" in answer.content.decode()
