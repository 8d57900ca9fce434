"""Letters with small parts in one request: each part once, each letter answered for itself."""

import hashlib
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import files, http
from lienthong.kernel.errors import Refused
from lienthong.kernel.models import StoredFile
from lienthong.platform.exchange import batch_form, queries, services
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.models import IncomingLetter, OutgoingLetter
from lienthong.platform.exchange.services import carrying
from lienthong.platform.exchange.tests.test_parts import Plan, digest_of, pdf, plans, store
from lienthong.platform.exchange.types import Envelope

__all__ = ["plans"]


def bundle(parts: list[bytes], entries: list[Entry]) -> bytes:
    return batch_form.compose_bundle({digest_of(one): one for one in parts}, entries)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=4), st.lists(st.binary(max_size=50), max_size=4))
def test_a_bundle_is_read_as_it_was_written(parts: list[bytes], bodies: list[bytes]) -> None:
    letters = [Entry(0, "line", body) for body in bodies]
    found, entries = batch_form.parse_bundle(bundle(parts, letters), most=4)
    assert found == {hashlib.sha256(one).hexdigest(): one for one in parts}
    assert entries == letters


def test_a_part_that_is_not_what_its_note_says_is_refused() -> None:
    for wrong in (
        batch_form.compose_bundle({digest_of(b"a"): b"b"}, []),
        batch_form.compose([Entry(0, "line", b""), Entry(1, "", b"a", digest_of(b"a"))]),
        batch_form.compose([Entry(0, "line", b"")] * 5),
    ):
        with pytest.raises(Refused, match=r"exchange\.malformed"):
            batch_form.parse_bundle(wrong, most=4)


def post(count: int, *, size: int = 2000) -> list[files.FileRef]:
    """Letters to H36: each with a file of its own and one that all of them have."""
    common = store(pdf(1500))
    own = [store(pdf(size + number)) for number in range(count)]
    services.post_letters(
        [Plan(subject=f"Bản vẽ {number}") for number in range(count)],
        recipient="H36",
        parts=[(one, common) for one in own],
    )
    return own


def test_letters_travel_together_with_their_parts(plans: list[Envelope], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []
    plain = http.request

    def request(method: str, url: str, **more: Any) -> Any:
        asked.append((url.rsplit("/", 1)[-1], len(more.get("body", b""))))
        return plain(method, url, **more)

    monkeypatch.setattr(http, "request", request)
    own = post(12)
    assert services.deliver_due() == 12
    assert [one.parts[0] for one in plans] == own
    assert {len(one.parts) for one in plans} == {2}
    assert [name for name, _ in asked] == ["bundles"]
    assert asked[0][1] < 12 * 2000 + 2 * 1500 + 12 * 1600, "the common part travelled once"
    assert files.read(own[3].sha256) == pdf(2003)
    assert StoredFile.objects.filter(sha256=own[3].sha256).count() == 1


def test_a_part_that_its_room_keeps_in_its_own_way_is_given_as_bytes(
    plans: list[Envelope], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    write = files.Together.write

    def written(self: files.Together, content: Any, *, name: str, **more: Any) -> files.FileRef:
        kept.append(name)
        return write(self, content, name=name, **more)

    drawing = files.store(pdf(1700), name="nền.pdf")
    own = [store(pdf(2000 + number)) for number in range(2)]
    services.post_letters(
        [Plan(subject="A"), Plan(subject="B")], recipient="H36", parts=[(one, drawing) for one in own]
    )
    monkeypatch.setattr(files.Together, "write", written)
    monkeypatch.setattr(Plan, "AT_HAND", frozenset({"bản vẽ.pdf"}))
    assert services.deliver_due() == 2
    assert kept == ["nền.pdf"] * 2, "no file is made of the others"
    assert [one.parts for one in plans] == [(one, drawing) for one in own]
    assert [dict(one.at_hand) for one in plans] == [{own[number].sha256: pdf(2000 + number)} for number in range(2)]


def test_a_part_at_hand_is_still_of_a_kind_that_may_travel(
    plans: list[Envelope], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = files.store(b"<html></html>", name="trang.html", allowed=frozenset({files.UNKNOWN}))
    monkeypatch.setattr(Plan, "AT_HAND", frozenset({"trang.html"}))
    for subject in ("A", "B"):
        services.post_letter(Plan(subject=subject), recipient="H36", parts=[page])
    services.deliver_due()
    assert plans == []
    assert set(OutgoingLetter.objects.values_list("state", "code")) == {("refused", "files.wrong-type")}


def test_large_parts_stay_out_of_the_bundle(plans: list[Envelope], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "_BUNDLED_BYTES", 3000)
    post(2, size=5000)
    assert services.deliver_due() == 2
    assert len(plans) == 2


def test_a_letter_whose_file_is_gone_holds_nobody_up(plans: list[Envelope]) -> None:
    own = post(3)
    files.path_of(own[1].sha256).unlink()
    assert services.deliver_due() == 2
    assert sorted(OutgoingLetter.objects.values_list("state", "code")) == [
        ("accepted", ""),
        ("accepted", ""),
        ("waiting", "files.missing"),
    ]


def test_a_lying_file_is_refused_with_its_letter_alone(plans: list[Envelope]) -> None:
    good, bad = store(pdf(900)), files.write(b"MZ" + bytes(500), name="x.pdf", allowed=frozenset({files.UNKNOWN}))
    ids = services.post_letters(
        [Plan(subject="Tốt"), Plan(subject="Xấu"), Plan(subject="Tốt nữa")],
        recipient="H36",
        parts=[(good,), (bad,), (good,)],
    )
    assert services.deliver_due() == 3
    assert [queries.get_letter(one).state for one in ids] == ["accepted", "refused", "accepted"]
    assert queries.get_letter(ids[1]).code == "files.wrong-type"
    assert len(plans) == 2


def test_a_bundle_that_comes_twice_is_taken_once(plans: list[Envelope], monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    plain = http.request

    def request(method: str, url: str, **more: Any) -> Any:
        sent.append(more["body"])
        return plain(method, url, **more)

    monkeypatch.setattr(http, "request", request)
    post(4)
    assert services.deliver_due() == 4
    answer = Client().post("/exchange/bundles", sent[0], content_type=batch_form.CONTENT_TYPE)
    again = batch_form.parse(answer.content, most=4)
    assert {one.status for one in again} == {200}
    assert len(plans) == 4
    assert IncomingLetter.objects.count() == 4


def test_a_letter_without_its_part_is_answered_as_if_alone(plans: list[Envelope]) -> None:
    post(2)
    rows = OutgoingLetter.objects.order_by("number").values_list("signature", "body")
    entries = [Entry(0, signature, bytes(body)) for signature, body in rows]
    answer = Client().post("/exchange/bundles", bundle([], entries), content_type=batch_form.CONTENT_TYPE)
    found = batch_form.parse(answer.content, most=2)
    assert [orjson.loads(one.body)["code"] for one in found] == ["exchange.part-missing"] * 2
    assert not plans
