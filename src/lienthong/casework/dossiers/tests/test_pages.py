"""What officers see and press: the work list, the dossier, each deed, the counter, the leader's signatures."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.casework.dossiers import queries, services
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.tests import stories
from lienthong.casework.dossiers.types import Status
from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.sources.population import queries as population_queries
from lienthong.sources.population.types import PersonRecord

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.casework.dossiers.tests.urls")]


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.account_id))
    return client


def page_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_strangers_are_sent_to_sign_in_and_other_duties_kept_out(at_ward, people):
    dossier = stories.at_counter(people)
    for path in ("/mot-cua/", f"/mot-cua/{dossier.id}/", "/mot-cua/ky/", "/mot-cua/tiep-nhan/"):
        assert Client().get(path).status_code == 302
    assert signed_in(people.desk).get("/mot-cua/ky/").status_code == 403
    assert signed_in(people.elsewhere).get(f"/mot-cua/{dossier.id}/").status_code == 403
    assert signed_in(people.elsewhere).post(f"/mot-cua/{dossier.id}/viec/receive/").status_code == 403


def test_the_work_list_shows_the_agencys_dossiers_most_urgent_first(at_ward, people):
    later = stories.at_counter(people)
    Dossier.objects.filter(pk=later.id).update(due_at=clock.at(2026, 12, 1, 17))
    urgent = stories.at_counter(people)
    seen = page_of(signed_in(people.desk).get("/mot-cua/"))
    assert seen.index(urgent.code) < seen.index(later.code)
    assert later.code not in page_of(signed_in(people.elsewhere).get("/mot-cua/"))


@pytest.mark.parametrize(("query", "found"), [
    ("q=ngoc+bich", True), ("q=068195000001", True), ("q=nobody", False), ("status=2", True), ("status=9", False),
    ("procedure=2.000635", True), ("procedure=1.001193", False), ("due=overdue", False), ("mine=1", False),
    ("status=abc&due=nonsense&page=99999999999", True),
])  # fmt: skip
def test_filters_narrow_the_list_and_stay_in_the_address(at_ward, people, query, found):
    dossier = stories.at_counter(people)
    seen = page_of(signed_in(people.desk).get(f"/mot-cua/?{query}"))
    assert (dossier.code in seen) is found


def test_pages_of_the_list_keep_the_filters(at_ward, people):
    for _ in range(30):
        stories.at_counter(people)
    seen = page_of(signed_in(people.desk).get("/mot-cua/?status=2"))
    assert "status=2&amp;page=2" in seen


def test_the_list_asks_the_database_few_questions(at_ward, people, django_assert_max_num_queries):
    for _ in range(25):
        stories.in_hand(people, stories.at_counter(people))
    client = signed_in(people.desk)
    with django_assert_max_num_queries(18):
        client.get("/mot-cua/")


def test_each_officer_sees_one_clear_next_thing(at_ward, people):
    dossier = stories.at_counter(people)

    def first(actor: Any) -> str:
        known = queries.get_dossier(dossier.id, actor)
        return next((action.deed for action in queries.list_next_actions(known, actor) if action.primary), "")

    assert (first(people.desk), first(people.chair)) == ("assign", "assign")
    stories.in_hand(people, dossier)
    assert first(people.registrar) == "request_fee"
    asked = services.request_fee(dossier_id=dossier.id, actor=people.registrar)
    assert (first(people.registrar), first(people.desk)) == ("", "settle_fee")
    stories.paid(asked)
    assert first(people.registrar) == "draft"
    stories.drafted(people, dossier)
    assert (first(people.chair), first(people.clerk), first(people.registrar)) == ("decide", "", "")
    services.decide_dossier(dossier_id=dossier.id, actor=people.chair)
    assert first(people.clerk) == "issue"
    services.issue_result(dossier_id=dossier.id, actor=people.clerk)
    assert first(people.desk) == "hand_over"


def test_an_officer_presses_through_the_whole_way(at_ward, people):
    dossier = stories.at_counter(people)
    way: list[tuple[Any, str, dict[str, Any]]] = [
        (people.desk, "assign", {"officer": people.registrar.account_id}),
        (people.registrar, "request_fee", {}),
        (people.desk, "settle_fee", {"receipt": "0001"}),
        (people.registrar, "draft", {"verdict": "granted", "text": "Có trong sổ."}),
        (people.chair, "decide", {}),
        (people.clerk, "issue", {}),
        (people.desk, "hand_over", {"way": "counter", "receiver": "Ngọc"}),
    ]
    for actor, deed, values in way:
        client, address = signed_in(actor), f"/mot-cua/{dossier.id}/viec/{deed}/"
        assert client.get(address).status_code == 200, deed
        answer = client.post(address, values)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/mot-cua/{dossier.id}/"), deed
    assert queries.get_dossier(dossier.id, people.desk).status is Status.HANDED_OVER
    pdf: Any = signed_in(people.desk).get(f"/mot-cua/{dossier.id}/ket-qua.pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")


def test_a_missing_reason_is_named_at_its_field_and_nothing_is_lost(at_ward, people):
    dossier = stories.in_hand(people, stories.at_counter(people))
    answer = signed_in(people.registrar).post(
        f"/mot-cua/{dossier.id}/viec/ask_supplement/", {"papers": "Sổ gốc\nGiấy ủy quyền", "reason": ""}
    )
    seen = page_of(answer)
    assert answer.status_code == 422
    assert 'href="#reason"' in seen
    assert "Giấy ủy quyền" in seen


def test_a_deed_that_is_no_longer_to_be_done_leads_back(at_ward, people):
    dossier = stories.at_counter(people)
    answer = signed_in(people.desk).get(f"/mot-cua/{dossier.id}/viec/receive/")
    assert answer.status_code == 302
    assert signed_in(people.desk).post(f"/mot-cua/{dossier.id}/viec/receive/").status_code == 409
    assert signed_in(people.desk).get(f"/mot-cua/{dossier.id}/viec/nonsense/").status_code == 404


def test_the_register_is_asked_beside_the_dossier(at_ward, people, monkeypatch):
    asked: list[dict[str, Any]] = []

    def look_up(number: str, **why: Any) -> PersonRecord:
        asked.append({"number": number, **why})
        return PersonRecord(number, frozenset({"name"}), name="Trần Thị Bích Ngọc")

    monkeypatch.setattr(population_queries, "look_up", look_up)
    dossier = stories.in_hand(people, stories.at_counter(people))
    answer = signed_in(people.registrar).post(f"/mot-cua/{dossier.id}/dan-cu/", {"number": "068195000001"})
    assert "Lượt xem này đã ghi nhật ký" in page_of(answer)
    assert (asked[0]["purpose"], asked[0]["number"]) == ("civil-status-extract", "068195000001")
    assert "Luật Hộ tịch" in asked[0]["legal_ground"]


def test_a_register_that_does_not_answer_is_said_on_the_page(at_ward, people, monkeypatch):
    def silent(*_: Any, **__: Any) -> PersonRecord:
        raise Refused("exchange.unreachable", tr("Chưa kết nối được.", "Not reachable."), status=503)

    monkeypatch.setattr(population_queries, "look_up", silent)
    dossier = stories.in_hand(people, stories.at_counter(people))
    answer = signed_in(people.registrar).post(f"/mot-cua/{dossier.id}/dan-cu/", {"number": "068195000001"})
    assert answer.status_code == 503
    assert "Chưa kết nối được." in page_of(answer)


def test_only_people_of_the_dossier_may_be_looked_up(at_ward, people, monkeypatch):
    monkeypatch.setattr(population_queries, "look_up", lambda *_, **__: pytest.fail("asked"))
    dossier = stories.in_hand(people, stories.at_counter(people))
    answer = signed_in(people.registrar).post(f"/mot-cua/{dossier.id}/dan-cu/", {"number": "068195999999"})
    assert answer.status_code == 422


def test_forms_are_pdf_and_only_those_that_exist(at_ward, people):
    dossier, client = stories.at_counter(people), signed_in(people.desk)
    assert client.get(f"/mot-cua/{dossier.id}/phieu/01.pdf").content.startswith(b"%PDF")
    assert client.get(f"/mot-cua/{dossier.id}/phieu/06.pdf").status_code == 200
    for absent in ("02", "03", "05", "99"):
        assert client.get(f"/mot-cua/{dossier.id}/phieu/{absent}.pdf").status_code == 404


def test_papers_are_shown_to_the_agency_only(at_ward, people, certificate_of_birth):
    dossier = stories.birth_at_counter(people, certificate_of_birth)
    address = f"/mot-cua/{dossier.id}/tep/{dossier.attachments[0].id}/"
    shown = signed_in(people.registrar).get(address)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert signed_in(people.elsewhere).get(address).status_code == 403


def test_the_leader_signs_many_at_once(at_ward, people):
    waiting = [stories.drafted(people, stories.in_hand(people, stories.at_counter(people))) for _ in range(3)]
    client = signed_in(people.chair)
    assert all(one.code in page_of(client.get("/mot-cua/ky/")) for one in waiting)
    answer = client.post("/mot-cua/ky/", {"dossier": [str(one.id) for one in waiting]})
    assert answer.status_code == 302
    assert Dossier.objects.filter(decided_at__isnull=False).count() == 3
    assert client.post("/mot-cua/ky/", {"dossier": ["nonsense"]}).status_code == 422


def test_filing_at_the_counter(at_ward, people):
    client = signed_in(people.desk)
    assert "2.000635" in page_of(client.get("/mot-cua/tiep-nhan/?q=trich+luc"))
    form = page_of(client.get("/mot-cua/tiep-nhan/2.000635/"))
    assert 'name="subject.name"' in form
    posted = {
        f"{group}.{name}": value for group, part in stories.extract_answers().items() for name, value in part.items()
    }
    wrong = client.post("/mot-cua/tiep-nhan/2.000635/", {**posted, "applicant.number": "123"})
    assert wrong.status_code == 422
    assert "12 Trần Phú" in page_of(wrong)
    done = client.post("/mot-cua/tiep-nhan/2.000635/", posted)
    assert done.status_code == 302
    dossier = Dossier.objects.get()
    assert (dossier.status, dossier.channel, dossier.code) == (2, "direct", "H36.101.01-261123-0001")


def test_a_program_is_no_paper_at_the_counter_either(at_ward, people, certificate_of_birth):
    answers = stories.birth_answers(certificate_of_birth)
    posted: dict[str, Any] = {}
    for group, part in answers.items():
        for name, value in part.items():
            if name in ("birth_date", "issued_on"):
                year, month, day = value.split("-")
                posted |= {
                    f"{group}.{name}-{key}": one for key, one in (("day", day), ("month", month), ("year", year))
                }
            elif name != "file":
                posted[f"{group}.{name}"] = value
    bad = SimpleUploadedFile("giay.pdf", b"MZ\x90\x00 a program", content_type="application/pdf")
    answer = signed_in(people.desk).post("/mot-cua/tiep-nhan/1.001193/", {**posted, "birth_paper.file": bad})
    assert answer.status_code == 422
    assert 'href="#birth_paper-file"' in page_of(answer)
    assert not Dossier.objects.exists()
    good = SimpleUploadedFile("giay.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    done = signed_in(people.desk).post("/mot-cua/tiep-nhan/1.001193/", {**posted, "birth_paper.file": good})
    assert done.status_code == 302, page_of(done)[:3000]
    assert Dossier.objects.get().attachments.count() == 1
