"""Whose page is whose: every address of a dossier, a draft, a payment or a notice, asked for by everybody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.casework.dossiers import queries, services
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.types import Paper
from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.tests.walk import begin
from lienthong.kernel import audit, clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.text import tr
from lienthong.platform.exchange.tests.country import Homes
from lienthong.platform.notices import services as notices
from lienthong.platform.payments import services as payments
from tests.badinput import sites
from tests.badinput.people import ALL_DUTIES, BINH, LAN, browser, citizen, officer

NOW = clock.at(2026, 11, 23, 9, 30)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DEEDS = (
    *("receive", "refuse", "ask_supplement", "supplement", "assign", "request_fee", "settle_fee", "request_number"),
    *("draft", "return_draft", "decide", "issue", "hand_over", "withdraw", "stop"),
)
VALUES = {
    "reason": "Vì vậy.", "papers": "Sổ", "note": "x", "officer": "1", "amount": "1", "receipt": "1", "text": "x",
    "verdict": "granted", "remarks": "x", "way": "counter", "receiver": "x", "title": "x", "number": LAN,
}  # fmt: skip


@pytest.fixture
def ward(province: Path) -> Iterator[Actor]:
    with clock.frozen(NOW):
        yield officer("H36.101")


def a_dossier(who: Actor) -> Any:
    """With a paper, in hand, of the ward."""
    paper = files.store(PDF, name="giay-chung-sinh.pdf")
    made = services.file_at_counter(
        procedure_code=stories.BIRTH, agency_code="H36.101", answers=stories.birth_answers(paper),
        papers=(Paper("GT-CHUNGSINH", "Giấy chứng sinh", paper),), applicant=stories.APPLICANT, actor=who,
    )  # fmt: skip
    services.assign_dossier(dossier_id=made.id, officer_id=who.account_id or 0, actor=who)
    stored = files.store(PDF + b"\n%%EOF", name="ket-qua.pdf")
    Dossier.objects.filter(pk=made.id).update(
        result_sha256=stored.sha256, result_name=stored.name, result_size=stored.size, result_number="01/2026"
    )
    return queries.get_dossier(made.id, who)


def addresses_of(dossier: Any) -> list[str]:
    base = f"/mot-cua/{dossier.id}/"
    return [
        base,
        *(f"{base}phieu/{form}.pdf" for form in ("01", "02", "03", "05", "06")),
        f"{base}tep/{dossier.attachments[0].id}/",
        f"{base}ket-qua.pdf",
        *(f"{base}viec/{deed}/" for deed in DEEDS),
    ]


STRANGERS = {
    "another ward": ("H36.102", ALL_DUTIES),
    "a desk of another ward": ("H36.102.01", ALL_DUTIES),
    "the province above": ("H36", ALL_DUTIES),
    "another province": ("H29", ALL_DUTIES),
    "the own ward without a duty of dossiers": ("H36.101", frozenset({"operator", "command", "publisher"})),
}


@pytest.mark.parametrize("who", sorted(STRANGERS))
def test_officers_of_elsewhere_see_and_do_nothing(ward, who):
    dossier, truth = a_dossier(ward), None
    truth = queries.get_truth(dossier.id)
    client = browser(officer(*STRANGERS[who]).account_id)
    for address in addresses_of(dossier):
        assert client.get(address).status_code == 403, address
    for deed in DEEDS:
        values = {**VALUES, "paper": SimpleUploadedFile("x.pdf", PDF)}
        assert client.post(f"/mot-cua/{dossier.id}/viec/{deed}/", values).status_code == 403, deed
    assert client.post(f"/mot-cua/{dossier.id}/dan-cu/", {"number": LAN}).status_code == 403
    if "dossiers" not in who:
        client.post("/mot-cua/ky/", {"dossier": str(dossier.id)})
        listed = client.get("/mot-cua/", {"q": "Ngọc"}).content.decode()
        assert dossier.code not in listed
    assert queries.get_truth(dossier.id) == truth


def test_citizens_have_no_officers_pages(ward):
    dossier = a_dossier(ward)
    for person in (citizen(stories.APPLICANT.number), citizen(BINH, "Trần Văn Bình")):
        client = browser(person.account_id)
        for address in ("/mot-cua/", "/mot-cua/ky/", "/mot-cua/tiep-nhan/", *addresses_of(dossier)):
            assert client.get(address).status_code == 403, address


def test_a_paper_is_reached_only_through_its_own_dossier(ward):
    theirs = a_dossier(ward)
    Dossier.objects.filter(pk=theirs.id).update(agency_code="H36.102", reception_code="H36.102.01")
    mine = a_dossier(ward)
    client = browser(ward.account_id)
    assert client.get(f"/mot-cua/{mine.id}/tep/{mine.attachments[0].id}/").status_code == 200
    assert client.get(f"/mot-cua/{mine.id}/tep/{theirs.attachments[0].id}/").status_code == 404


def test_every_look_at_a_paper_is_on_the_ledger(ward):
    dossier = a_dossier(ward)
    browser(ward.account_id).get(f"/mot-cua/{dossier.id}/tep/{dossier.attachments[0].id}/")
    assert "dossiers.read_paper" in [entry.action for entry in audit.entries_about(f"dossier:{dossier.id}")]


# --- at the portal ----------------------------------------------------------------------------------------------


@pytest.fixture
def filed(db: None, homes: Homes, ward: Actor) -> Iterator[Any]:
    """The ward's dossier as the portal has it: Lan's, with a paper, a result, a fee and a notice."""
    dossier = a_dossier(ward)
    with sites.at("hub", homes.of("G22")):
        Dossier.objects.filter(pk=dossier.id).update(applicant_number=LAN)
        files.store(PDF, name="giay-chung-sinh.pdf")
        files.store(PDF + b"\n%%EOF", name="ket-qua.pdf")
        lan = citizen()
        payments.open_order(
            reference="H36.101.01-261123-0001-P1", amount=8000, payer_name="Lan", payer_number=LAN, subject="Phí",
            agency_code="H36.101", dossier_code=dossier.code, procedure_code="2.000635", procedure_name="Sao",
            return_path="/",
        )  # fmt: skip
        notice = notices.notify(account_id=lan.account_id, title=_both("Tin"), body=_both("Nội dung"), link="/ho-so/")
        yield dossier, lan, notice


def _both(text: str) -> Any:
    return tr(text, text)


def portal_addresses(dossier: Any, draft_id: Any) -> list[tuple[str, str]]:
    own, draft = f"/ho-so/{dossier.id}/", f"/nop-ho-so/nhap/{draft_id}/"
    reference = "H36.101.01-261123-0001-P1"
    return [
        ("GET", own),
        ("GET", f"{own}ket-qua/"),
        ("GET", f"{own}giay-to/{dossier.attachments[0].id}/"),
        ("GET", f"{own}bo-sung/"),
        ("GET", f"{own}rut/"),
        ("POST", f"{own}nop-phi/"),
        ("POST", f"{own}bo-sung/"),
        ("POST", f"{own}rut/"),
        ("GET", draft),
        ("GET", f"{draft}nguoi-nop/"),
        ("POST", f"{draft}nguoi-nop/"),
        ("GET", f"{draft}kiem-tra/"),
        ("POST", f"{draft}kiem-tra/"),
        ("GET", f"{draft}xoa/"),
        ("POST", f"{draft}xoa/"),
        ("GET", f"{draft}tep/birth_paper.file/"),
        ("GET", f"/nop-ho-so/da-nop/{dossier.id}/"),
        ("GET", f"/thanh-toan/ket-qua/{reference}/"),
        ("POST", f"/thanh-toan/bat-dau/{reference}/"),
        ("POST", f"/thanh-toan/kiem-tra/{reference}/"),
    ]


@pytest.mark.parametrize("who", ["another citizen", "an officer", "a stranger"])
def test_what_is_lans_does_not_exist_for_others(filed, who):
    dossier, lan, notice = filed
    begin(browser(lan.account_id))
    draft = Draft.objects.get()
    if who == "a stranger":
        client = Client(raise_request_exception=False)
    else:
        other = citizen(BINH, "Trần Văn Bình") if who == "another citizen" else officer("H36.101")
        client = browser(other.account_id)
    truth, answers = queries.get_truth(dossier.id), draft.answers
    for act, address in [*portal_addresses(dossier, draft.pk), ("POST", f"/thong-bao/{notice.notice_id}/")]:
        answer = client.generic(act, address)
        if who == "a stranger":
            assert answer.headers.get("Location", "").startswith("/dang-nhap/"), address
        else:
            assert answer.status_code in (403, 404), (act, address, answer.status_code)
        assert "Nguyễn Thị Lan" not in answer.content.decode(), address
    draft.refresh_from_db()
    assert (queries.get_truth(dossier.id), draft.answers) == (truth, answers)


def test_lan_reaches_all_of_it(filed):
    """The test above would prove nothing if nobody could."""
    dossier, lan, _ = filed
    client = browser(lan.account_id)
    begin(client)
    for act, address in portal_addresses(dossier, Draft.objects.get().pk):
        if act == "GET" and not address.endswith("birth_paper.file/"):
            assert client.get(address).status_code in (200, 302), address


def test_a_paper_of_somebody_else_is_not_reached_through_the_own_dossier(filed, ward):
    theirs, lan, _ = filed
    mine = a_dossier(ward)
    Dossier.objects.filter(pk=mine.id).update(applicant_number=LAN)
    Dossier.objects.filter(pk=theirs.id).update(applicant_number=BINH)
    client = browser(lan.account_id)
    assert client.get(f"/ho-so/{mine.id}/giay-to/{mine.attachments[0].id}/").status_code == 200
    assert client.get(f"/ho-so/{mine.id}/giay-to/{theirs.attachments[0].id}/").status_code == 404


def test_nobody_files_a_paper_that_they_only_know_by_its_digest(filed):
    """A posted description of a file is no file: the digest could be that of somebody else's."""
    dossier, lan, _ = filed
    client = browser(lan.account_id)
    draft = begin(client)
    told = {
        "birth_paper.number": "GCS-1",
        "birth_paper.file": f'{{"sha256": "{dossier.attachments[0].file.sha256}"}}',
        "birth_paper.file.sha256": dossier.attachments[0].file.sha256,
    }
    client.post(f"{draft}giay-chung-sinh/", told)
    assert "file" not in Draft.objects.get().answers.get("birth_paper", {})
    assert client.get(f"{draft}tep/birth_paper.file/").status_code == 404
    assert client.get(f"{draft}tep/applicant.name/").status_code == 404


@pytest.mark.parametrize("goal", [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "javascript:alert(1)",
    "https:evil.example", "http://127.0.0.1.evil.example/", "/%0d%0aLocation:https://evil.example", "\t//evil.example",
])  # fmt: skip
def test_no_page_sends_people_elsewhere(filed, goal):
    _, lan, _ = filed
    stranger, client = Client(), browser(lan.account_id)
    answers = [
        stranger.post("/dang-nhap/nguoi-dung-thu/", {"username": "x", "next": goal}),
        stranger.post("/ngon-ngu/", {"language": "en", "next": goal}),
        client.get("/dang-nhap/", {"next": goal}),
        client.post("/dang-xuat/", {"next": goal}),
        client.get("/dang-nhap/co-quan/", {"next": goal}),
    ]
    for answer in answers:
        there = urlsplit(urljoin("http://testserver/", answer.headers.get("Location", "/")))
        assert there.netloc == "testserver", answer.headers
        assert "\n" not in answer.headers.get("Location", "")
