"""A leader's key on the phone: one question for many drafts, refused, too late, cut off anywhere, pressed twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from lienthong.casework.office import subscribers
from lienthong.casework.office.models import Draft, SigningBatch
from lienthong.casework.office.services import leading, remote_signing
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import PIN, Cast
from lienthong.kernel import clock, files, http, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.events import RemoteBatchEnded

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.casework.office.tests.urls"),
]

PHONE = "/ky-so/dien-thoai/"


@pytest.fixture
def people(committed_people: Cast, live_server: Any) -> Iterator[Cast]:
    """Everybody, at a node whose signing service is the demo's phone over real HTTP."""
    service = {"csc_url": f"{live_server.url}/signing/csc/v2"}
    with playing(node(), parameters={**node().parameters, "signing": service}):
        signing.choose_place("remote", actor=committed_people.chair)
        yield committed_people


def sits(actor: Any) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.account_id))
    return client


def chosen(people: Cast, count: int) -> tuple[list[UUID], UUID]:
    ids = [stories.presented(people, subject=f"Văn bản thứ {n}") for n in range(count)]
    return ids, leading.start_batch([(one, stories.seen(one)) for one in ids], actor=people.chair)


def go_on(batch_id: UUID, people: Cast) -> Any:
    return remote_signing.go_on_by_phone(batch_id, actor=people.chair)


def on_the_phone(people: Cast, answer: str = "agree", pin: str = PIN) -> Any:
    client = sits(people.chair)
    page = client.get(PHONE).content.decode()
    consent = page.partition('name="consent" value="')[2].partition('"')[0]
    return client.post(PHONE, {"consent": consent, "answer": answer, "pin": pin})


def states(batch_id: UUID) -> list[str]:
    return [one["state"] for one in SigningBatch.objects.get(pk=batch_id).items]


def signed_well(ids: list[UUID]) -> bool:
    found = [signing_queries.judge_pdf(files.read(one.signed_sha256)) for one in Draft.objects.filter(pk__in=ids)]
    return len(found) == len(ids) and all(one.good and one.signatures[0].signer for one in found)


def test_fifty_go_out_in_one_question_and_come_back_signed(people):
    ids = [stories.presented(people, subject="Văn bản 0")]
    ids += [stories.presented(people, subject=f"Văn bản {n}") for n in range(1, 12)]
    client = sits(people.chair)
    listed = client.get("/van-phong/ky/").content.decode()
    assert "đồng ý một lần trên điện thoại" in listed
    address = client.post("/van-phong/ky/", {"draft": [f"{one}:{stories.seen(one)}" for one in ids]}).headers[
        "Location"
    ]
    page = client.get(address).content.decode()
    assert "Mã băm của 12 văn bản đã gửi tới điện thoại" in page
    assert "12 văn bản" in client.get(PHONE).content.decode()
    assert Draft.objects.filter(status="signed").count() == 0
    assert on_the_phone(people).status_code == 302
    done = client.post(address).content.decode()
    assert "Đã ký 12 trong 12" in done
    assert signed_well(ids)
    assert "Không có yêu cầu ký nào" in client.get(PHONE).content.decode()
    assert Draft.objects.get(pk=ids[0]).steps.filter(deed="sign").count() == 1


def test_a_wrong_pin_on_the_phone_signs_nothing(people):
    ids, batch_id = chosen(people, 2)
    go_on(batch_id, people)
    refused = on_the_phone(people, pin="999111")
    assert (refused.status_code, "Còn 4 lần thử" in refused.content.decode()) == (422, True)
    assert go_on(batch_id, people).state == "waiting"
    assert Draft.objects.filter(pk__in=ids, status="presented").count() == 2


def test_a_refusal_on_the_phone_leaves_the_drafts_unsigned_and_says_so(people):
    ids, batch_id = chosen(people, 2)
    go_on(batch_id, people)
    on_the_phone(people, "refuse", pin="")
    assert go_on(batch_id, people) is None
    assert states(batch_id) == ["failed", "failed"]
    page = sits(people.chair).get(f"/van-phong/ky/lo/{batch_id}/").content.decode()
    assert "Bạn đã từ chối trên điện thoại" in page
    assert Draft.objects.filter(pk__in=ids, status="presented").count() == 2
    _, again = chosen(people, 1)
    go_on(again, people)
    on_the_phone(people)
    go_on(again, people)
    assert states(again) == ["signed"]


def test_a_phone_that_does_not_answer_in_time_leaves_the_drafts_unsigned_and_says_so(people):
    ids, batch_id = chosen(people, 2)
    go_on(batch_id, people)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert go_on(batch_id, people) is None
    assert states(batch_id) == ["failed", "failed"]
    page = sits(people.chair).get(f"/van-phong/ky/lo/{batch_id}/").content.decode()
    assert "Điện thoại không trả lời kịp" in page
    assert Draft.objects.filter(pk__in=ids, status="presented").count() == 2


def test_a_draft_that_moved_on_meanwhile_throws_its_signature_away(people):
    ids, batch_id = chosen(people, 3)
    go_on(batch_id, people)
    leading.take_back(ids[1], actor=people.drafter)
    on_the_phone(people)
    go_on(batch_id, people)
    assert states(batch_id) == ["signed", "failed", "signed"]
    assert Draft.objects.get(pk=ids[1]).signed_sha256 == ""


def test_what_changed_before_it_went_out_stays_behind(people):
    ids, batch_id = chosen(people, 2)
    leading.take_back(ids[0], actor=people.drafter)
    assert go_on(batch_id, people).count == 1
    on_the_phone(people)
    go_on(batch_id, people)
    assert states(batch_id) == ["failed", "signed"]


def killed(*_given: Any, **_named: Any) -> Any:
    raise RuntimeError("killed")


PLACES = (
    "lienthong.platform.signing.services.remote_batches.follow_remote_batch",
    "lienthong.platform.signing.adapters.csc_http.CscByHttp.ask_consent",
    "lienthong.platform.signing.adapters.csc_http.CscByHttp.look_for_consent",
    "lienthong.platform.signing.adapters.csc_http.CscByHttp.sign_hashes",
    "lienthong.platform.signing.services.remote_batches._keep",
    "lienthong.platform.signing.services.remote.finish",
    "lienthong.platform.signing.services.remote_batches._end",
    "lienthong.casework.office.services.remote_signing._take",
    "lienthong.casework.office.services.remote_signing._record",
    "lienthong.casework.office.services.leading.note_item",
)


@pytest.mark.parametrize("place", PLACES)
def test_death_at_any_step_neither_loses_nor_doubles(people, monkeypatch, place):
    ids, batch_id = chosen(people, 2)
    for _ in range(2):
        with monkeypatch.context() as broken:
            broken.setattr(place, killed)
            for _ in range(3):
                try:
                    go_on(batch_id, people)
                except RuntimeError:
                    break
        go_on(batch_id, people) if SigningBatch.objects.get(pk=batch_id).finished_at is None else None
        if 'name="consent"' in sits(people.chair).get(PHONE).content.decode():
            on_the_phone(people)
    go_on(batch_id, people)
    assert states(batch_id) == ["signed", "signed"]
    assert signed_well(ids)
    assert [Draft.objects.get(pk=one).steps.filter(deed="sign").count() for one in ids] == [1, 1]


def test_drafts_are_signed_when_the_page_is_closed(people):
    ids, batch_id = chosen(people, 2)
    remote = go_on(batch_id, people)
    on_the_phone(people)
    roles_jobs = next(one for one in roles.opened() if one.name == "signing.remote").periodic
    for _, job in roles_jobs:
        job()
    told = RemoteBatchEnded(batch_id=str(remote.id), state="done", about="")
    for _ in range(2):
        subscribers.on_remote_batch_ended(told, new_id())
    assert states(batch_id) == ["signed", "signed"]
    assert signed_well(ids)
    subscribers.on_remote_batch_ended(RemoteBatchEnded(str(new_id()), "done", ""), new_id())


def test_two_pages_at_once_sign_each_draft_once(people):
    ids, batch_id = chosen(people, 3)
    go_on(batch_id, people)
    on_the_phone(people)

    def press() -> None:
        try:
            go_on(batch_id, people)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(copy_context().run, press) for _ in range(4)]:
            one.result()
    assert states(batch_id) == ["signed", "signed", "signed"]
    assert [Draft.objects.get(pk=one).steps.filter(deed="sign").count() for one in ids] == [1, 1, 1]


def test_a_silent_service_is_told_and_asked_again(people, monkeypatch):
    ids, batch_id = chosen(people, 1)

    def silent(*_given: Any, **_named: Any) -> Any:
        raise http.Unreachable("timeout")

    client, address = sits(people.chair), f"/van-phong/ky/lo/{batch_id}/"
    with monkeypatch.context() as broken:
        broken.setattr(http, "request", silent)
        answer = client.post(address)
        assert (answer.status_code, "không trả lời" in answer.content.decode()) == (503, True)
    client.post(address)
    with monkeypatch.context() as broken:
        broken.setattr(http, "request", silent)
        assert "Hệ thống tự hỏi lại" in client.post(address).content.decode()
    on_the_phone(people)
    assert "Đã ký 1 trong 1" in client.post(address).content.decode()
    assert signed_well(ids)


def test_a_service_that_sends_another_signature_is_believed_none(people, monkeypatch):
    ids, batch_id = chosen(people, 2)
    go_on(batch_id, people)
    on_the_phone(people)
    client = import_module("lienthong.platform.signing.adapters.csc_http").CscByHttp
    honest = client.sign_hashes
    with monkeypatch.context() as broken:
        broken.setattr(client, "sign_hashes", lambda *given: tuple(reversed(honest(*given))))
        go_on(batch_id, people)
    assert states(batch_id) == ["failed", "failed"]
    assert Draft.objects.filter(pk__in=ids, status="presented").count() == 2


def test_others_see_neither_batch_nor_question(people):
    _, batch_id = chosen(people, 1)
    go_on(batch_id, people)
    assert sits(people.other_chair).get(f"/van-phong/ky/lo/{batch_id}/").status_code == 404
    assert "Không có yêu cầu ký nào" in sits(people.other_chair).get(PHONE).content.decode()
    own = sits(people.chair).get(PHONE).content.decode().partition('name="consent" value="')[2].partition('"')[0]
    strange = sits(people.other_chair).post(PHONE, {"consent": own, "answer": "agree", "pin": PIN})
    assert strange.status_code == 404
    assert go_on(batch_id, people).state == "waiting"


def test_without_a_credential_at_the_service_the_leader_is_told(people):
    draft_id = stories.presented(people)
    from lienthong.kernel.access import SYSTEM
    from lienthong.platform.identity import queries as identity_queries
    from lienthong.platform.identity import services as identity

    made = identity.appoint_officer(
        username="xh.phochutich", name="Võ Văn Phó", agency_code=people.chair.agency_code, position="Phó Chủ tịch",
        duties={"leader"}, actor=SYSTEM,
    )  # fmt: skip
    deputy = identity_queries.actor_of(identity_queries.get_account(made.account_id))
    Draft.objects.filter(pk=draft_id).update(signer_id=deputy.account_id)
    batch_id = leading.start_batch([(draft_id, stories.seen(draft_id))], actor=deputy)
    with pytest.raises(Refused) as refused:
        remote_signing.go_on_by_phone(batch_id, actor=deputy)
    assert refused.value.code == "signing.no-credential"
