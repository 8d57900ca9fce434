"""Bad filings at the portal's pages, at the counter, and as letters at the node that answers."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from lienthong.casework.dossiers.letters import DossierSubmitted
from lienthong.casework.dossiers.models import Attachment, Dossier
from lienthong.casework.dossiers.tests.stories import extract_answers
from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.tests.walk import BIRTH_ANSWERS, begin, errors_of, fill
from lienthong.kernel import clock
from lienthong.kernel.access import SYSTEM
from lienthong.kernel.files import FileRef
from lienthong.kernel.models import StoredFile
from lienthong.platform.exchange import wire
from lienthong.platform.exchange.models import IncomingLetter, OutgoingLetter
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.tests.country import at_node, headers
from lienthong.platform.identity import services as identity

BIRTH, EXTRACT = "1.001193", "2.000635"
LAN = "068195000001"
NOW = clock.at(2026, 11, 23, 9, 30)


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"word/{name}.xml", content)
    return out.getvalue()


def picture_of_many_points() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
BAD_FILES = {
    "zip bomb": (archive(document=b"<a>" + b"0" * (101 * 2**20) + b"</a>"), "files.bomb", "không an toàn"),
    "xml bomb": (archive(document=LAUGHS), "files.bomb", "không an toàn"),
    "outside entity": (archive(document=OUTSIDE), "files.bomb", "không an toàn"),
    "picture bomb": (picture_of_many_points(), "files.bomb", "không an toàn"),
    "damaged word file": (archive(document=b"<a>")[:-30], "files.broken", "hỏng"),
    "web page": (b"<html><script>alert(1)</script>", "files.wrong-type", "không đúng loại"),
    "program": (b"MZ\x90\0 a program", "files.wrong-type", "không đúng loại"),
    "oversize": (b"%PDF-1.7\n" + b"0" * (10 * 2**20) + b"%%EOF", "files.too-large", "lớn hơn 10 MB"),
    "empty": (b"", "files.empty", "trống"),
}


# --- at the portal's pages --------------------------------------------------------------------------------------


@pytest.fixture
def lan(hub: Path) -> Iterator[Client]:
    """Lan's browser at the portal; the register does not answer, so nothing is filled in but her account."""
    made = identity.open_person_account(personal_number=LAN, name="Nguyễn Thị Lan", level=2, actor=SYSTEM)
    client = Client(raise_request_exception=False)
    client.force_login(
        get_user_model().objects.get(pk=made.account_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    with clock.frozen(NOW):
        yield client


def named(answer: Any, path: str) -> list[str]:
    """The sentences of a refused page; the field is linked, marked and described by them."""
    assert answer.status_code == 422
    page = answer.content.decode()
    for mark in (f'href="#{path}"', f'id="{path}"', f'id="{path}-error"', "<title>Lỗi:"):
        assert mark in page, mark
    return errors_of(answer)


@pytest.mark.parametrize("kind", sorted(BAD_FILES))
def test_a_bad_file_is_refused_at_its_question_and_not_kept(lan, kind):
    content, _, said = BAD_FILES[kind]
    draft = begin(lan)
    lan.post(f"{draft}noi-sinh/", BIRTH_ANSWERS["noi-sinh"])
    upload = SimpleUploadedFile("giay-chung-sinh.pdf", content, "application/pdf")
    answer = lan.post(f"{draft}giay-chung-sinh/", BIRTH_ANSWERS["giay-chung-sinh"] | {"birth_paper.file": upload})
    (sentence,) = named(answer, "birth_paper-file")
    assert said in sentence
    assert "“Ảnh hoặc bản quét giấy chứng sinh”" in sentence
    assert not StoredFile.objects.exists()
    assert Draft.objects.get().answers["birth_paper"]["number"] == "GCS-1"


URLENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("body", [b"child.name=Tr%e1%ba", b"child.name=%ff%fe", b"child.name=a%00b"])
def test_bytes_that_are_no_utf_8_are_refused_at_the_field(lan, body):
    draft = begin(lan)
    (sentence,) = named(lan.post(f"{draft}ten-tre/", body, content_type=URLENCODED), "child-name")
    assert sentence == "“Họ, chữ đệm và tên của trẻ” có ký tự bị lỗi. Hãy xóa và gõ lại."
    assert "name" not in Draft.objects.get().answers.get("child", {})


def test_a_form_in_another_alphabet_is_refused_whole(lan):
    """Raw bytes of Latin-1: no browser sends them, and nobody can tell what they mean."""
    draft = begin(lan)
    answer = lan.post(f"{draft}ten-tre/", b"child.name=Tr\xe1\xba", content_type=URLENCODED)
    assert answer.status_code == 400
    assert "ký tự bị lỗi" in answer.content.decode()
    assert "web.broken-text" in answer.content.decode()
    assert "name" not in Draft.objects.get().answers.get("child", {})


@pytest.mark.parametrize(("day", "month", "year", "said"), [
    ("30", "2", "2026", "Tháng 2 năm 2026 chỉ có 28 ngày"), ("31", "11", "2026", "Tháng 11 năm 2026 chỉ có 30 ngày"),
    ("1", "13", "2026", "Tháng trong"), ("0", "1", "2026", "chỉ có 31 ngày"), ("1", "1", "26", "4 chữ số"),
    ("²", "1", "2026", "bằng số"), ("1", "1", "9999", "tương lai"), ("", "1", "2026", "đủ ngày"),
])  # fmt: skip
def test_a_day_that_is_none_is_refused_at_the_field(lan, day, month, year, said):
    draft = begin(lan)
    values = {"child.birth_date-day": day, "child.birth_date-month": month, "child.birth_date-year": year}
    (sentence,) = named(lan.post(f"{draft}ngay-sinh/", values | {"child.sex": "male"}), "child-birth_date")
    assert said in sentence
    assert "“Ngày sinh của trẻ”" in sentence
    assert "birth_date" not in Draft.objects.get().answers["child"]


def at_the_mother(lan: Client, **changes: str) -> Any:
    draft = begin(lan)
    fill(lan, draft, upto="so-dinh-danh-me")
    number = {"mother.number": changes.pop("number", "068190000007")}
    answer = lan.post(f"{draft}so-dinh-danh-me/", number)
    if answer.status_code != 302:
        return answer
    return lan.post(f"{draft}me/", BIRTH_ANSWERS["me"] | changes)


@pytest.mark.parametrize(("number", "path", "said"), [
    ("068095000002", "mother-number", "người giới tính nam"),
    ("068190000007", "mother-birth_date", "năm sinh 1990, khác với năm sinh 1995"),
    ("06819500000", "mother-number", "12 chữ số"),
    ("068395000001", "mother-number", "12 chữ số"),
    ("000195000001", "mother-number", "12 chữ số"),
])  # fmt: skip
def test_a_number_that_contradicts_the_form_is_refused_at_the_field(lan, number, path, said):
    assert said in named(at_the_mother(lan, number=number), path)[0]


def test_a_draft_with_a_wrong_answer_is_never_filed(lan):
    """Even when the wrong answer got into the draft by another way than the page."""
    draft = begin(lan, EXTRACT)
    check = fill(lan, draft, EXTRACT)
    row = Draft.objects.get()
    row.answers["subject"]["birth_date"] = "1990-02-30"
    row.save()
    answer = lan.post(check)
    assert answer.status_code == 422
    assert "Tháng 2 năm 1990 chỉ có 28 ngày" in " ".join(errors_of(answer))
    assert not Dossier.objects.exists()
    assert not OutgoingLetter.objects.exists()
    assert Draft.objects.get().filed_at is None


@pytest.mark.parametrize("code", ["99999", "00000", "24769", "1", "", "24781'--", "H36.101"])
def test_a_place_that_nobody_answers_for_is_refused_at_the_field(lan, code):
    draft = begin(lan)
    (sentence,) = named(lan.post(f"{draft}noi-nop/", {"receiver.commune": code}), "receiver-commune")
    assert sentence


# --- at the counter ---------------------------------------------------------------------------------------------


@pytest.fixture
def desk(province: Path) -> Iterator[Client]:
    """The one-stop officer's browser at the province."""
    made = identity.appoint_officer(
        username="xh.tiepnhan", name="Lê Văn Một", agency_code="H36.101.01", position="Công chức",
        duties={"reception"}, actor=SYSTEM,
    )  # fmt: skip
    client = Client(raise_request_exception=False)
    client.force_login(
        get_user_model().objects.get(pk=made.account_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    with clock.frozen(NOW):
        yield client


def posted(**changes: str) -> dict[str, str]:
    answers = {
        f"{group}.{name}": str(value) for group, part in extract_answers().items() for name, value in part.items()
    }
    return answers | changes


@pytest.mark.parametrize(("changes", "path", "said"), [
    ({"subject.number": "068195000001", "subject.sex": "male"}, "subject-number", "người giới tính nữ"),
    ({"subject.birth_date-day": "30", "subject.birth_date-month": "2", "subject.birth_date-year": "1995"},
     "subject-birth_date", "Tháng 2 năm 1995 chỉ có 28 ngày"),
    ({"applicant.number": "12345"}, "applicant-number", "12 chữ số"),
    ({"extract.copies": "-1"}, "extract-copies", "ít nhất"),
    ({"applicant.name": "Lan\ufffd"}, "applicant-name", "ký tự bị lỗi"),
    ({"applicant.name": "<b>Lan</b>"}, "applicant-name", "chỉ gồm chữ cái"),
])  # fmt: skip
def test_a_wrong_answer_at_the_counter_is_refused_at_the_field(desk, changes, path, said):
    answer = desk.post(f"/mot-cua/tiep-nhan/{EXTRACT}/", posted(**changes))
    assert any(said in line for line in named(answer, path)), errors_of(answer)
    assert not Dossier.objects.exists()


# --- as a letter ------------------------------------------------------------------------------------------------


def letter_of(homes: Any, content: bytes = b"", **changes: Any) -> tuple[bytes, str, dict[str, bytes]]:
    """A filing of the hub as it goes over the wire, with a part if there is content."""
    digest = wire.digest(content).hex()
    facts: dict[str, Any] = {
        "procedure_code": EXTRACT, "applicant_name": "Nguyễn Thị Lan", "subject": "Sao trích lục", "papers": (),
        "answers": extract_answers(), "submitted_at": NOW,
    }  # fmt: skip
    if content:
        facts["papers"] = ({"component_code": "", "title": "Giấy", "part": digest, "digitised": True, "reused": False},)
    letter = DossierSubmitted.sample().model_copy(update=facts | changes)
    parts = [FileRef(digest, "giấy.pdf", "application/pdf", len(content))] if content else []
    with at_node(homes, "G22"):
        body = wire.compose_letter(letter, parts)
        signature = trust.sign(body, trust.own_header("letter", "dossier-submitted.v1", "H36"))
    return body, signature, {digest: content} if content else {}


def post_letter(body: bytes, signature: str, parts: dict[str, bytes]) -> Any:
    files = {name: SimpleUploadedFile(name, content) for name, content in {"letter": body, **parts}.items()}
    return Client(raise_request_exception=False).post("/exchange/letters", files, headers=headers(signature))


def refused(answer: Any, code: str, field: str) -> str:
    """A signed receipt that says what is wrong and where; nothing of the dossier is kept."""
    assert answer.status_code == 422, answer.content
    assert answer.headers[wire.SIGNATURE_HEADER]
    receipt = wire.parse_receipt(answer.content)
    assert (receipt.verdict, receipt.code, receipt.field) == ("refused", code, field)
    assert not Dossier.objects.exists()
    assert not Attachment.objects.exists()
    assert IncomingLetter.objects.get().verdict == "refused"
    return receipt.reason.vi


@pytest.fixture
def answering(province: Path) -> Iterator[None]:
    with clock.frozen(NOW + timedelta(minutes=1)):
        yield


def test_a_right_letter_is_taken(answering, homes):
    assert post_letter(*letter_of(homes)).status_code == 200
    assert Dossier.objects.get().agency_code == "H36.101"


@pytest.mark.parametrize(("changes", "code", "field"), [
    ({"agency_code": "H36.999"}, "agencies.unknown", "agency_code"),
    ({"reception_code": "H36.999.01"}, "agencies.unknown", "reception_code"),
    ({"reception_code": "' or 1"}, "agencies.unknown", "reception_code"),
    ({"agency_code": "G01"}, "dossiers.not-ours", "agency_code"),
    ({"agency_code": "H37.101"}, "exchange.unknown-recipient", "recipient"),
    ({"agency_code": "Z99"}, "exchange.unknown-recipient", "recipient"),
    ({"agency_code": "'; drop table"}, "exchange.unknown-recipient", "recipient"),
])  # fmt: skip
def test_a_letter_for_an_agency_that_is_not_is_refused(answering, homes, changes, code, field):
    assert refused(post_letter(*letter_of(homes, **changes)), code, field)


@pytest.mark.parametrize(("answers", "field", "said"), [
    ({"subject": {"number": "068195000001", "sex": "male"}}, "subject.number", "người giới tính nữ"),
    ({"subject": {"number": "068195000001", "birth_date": "1990-01-01"}}, "subject.number", "năm sinh 1995"),
    ({"subject": {"birth_date": "1990-02-30"}}, "subject.birth_date", "chỉ có 28 ngày"),
    ({"extract": {"copies": 0}}, "extract.copies", "ít nhất"),
    ({"applicant": {"name": "a\u202eb"}}, "applicant.name", "ký tự bị lỗi"),
])  # fmt: skip
def test_a_letter_with_wrong_answers_is_refused_with_the_field(answering, homes, answers, field, said):
    whole = {group: {**part, **answers.get(group, {})} for group, part in extract_answers().items()}
    refused(post_letter(*letter_of(homes, answers=whole)), "dossiers.answers-invalid", field)


@pytest.mark.parametrize("kind", sorted(set(BAD_FILES) - {"empty"}))
def test_a_letter_with_a_bad_file_is_refused_with_the_file(answering, homes, kind):
    content, code, said = BAD_FILES[kind]
    sentence = refused(post_letter(*letter_of(homes, content)), code, "parts.giấy.pdf")
    assert said in sentence


def test_a_tampered_letter_leaves_nothing(answering, homes):
    body, signature, parts = letter_of(homes)
    answer = post_letter(body.replace("Nguyễn Thị Lan".encode(), "Nguyễn Thị Lam".encode()), signature, parts)
    assert (answer.status_code, answer.json()["code"]) == (401, "exchange.bad-signature")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert re.search(r"[À-ỹ]", answer.json()["title"])
    assert not IncomingLetter.objects.exists()
    assert not Dossier.objects.exists()
