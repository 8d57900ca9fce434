"""Many letters at once, going out and coming in by many requests: together where it helps, never twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction

from lienthong.kernel import http
from lienthong.kernel.errors import Refused
from lienthong.platform.exchange import batch_form, limits, queries, services, wire
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.models import IncomingLetter, OutgoingLetter
from lienthong.platform.exchange.services import batch_reception, gathering
from lienthong.platform.exchange.tests.country import Desk, Homes, Note, sealed_letter
from lienthong.platform.exchange.tests.test_batches import notes, sealed_batch
from lienthong.platform.exchange.types import Envelope


def test_letters_posted_together_bear_one_signature_and_arrive_together(live_province: str, desk: Desk) -> None:
    ids = services.post_letters(notes(30), recipient="H36", about=[f"dossier:{number % 3}" for number in range(30)])
    rows = list(OutgoingLetter.objects.order_by("number"))
    assert [row.id for row in rows] == ids
    assert len({row.signature.rpartition(".")[2] for row in rows}) == 1
    assert services.deliver_due() == 30
    arrived = [letter.number for letter, _ in desk.taken if isinstance(letter, Note)]
    assert [n for n in arrived if n % 3 == 0] == list(range(0, 30, 3))
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.rows) == (True, 60)


def test_a_backlog_of_single_letters_travels_together(
    live_province: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    take = batch_reception.receive_letters

    def taking(given: Sequence[Entry]) -> list[Entry]:
        sizes.append(len(given))
        return take(given)

    monkeypatch.setattr(services, "receive_letters", taking)
    with transaction.atomic():
        for number in range(12):
            services.post_letter(Note(subject="Một", number=number), recipient="H36")
    assert services.deliver_due() == 12
    assert sizes == [12]
    assert len(desk.taken) == 12


def test_batches_keep_to_their_size(live_province: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_BYTES", 4000)
    services.post_letters([Note(subject="x" * 1500, number=number) for number in range(9)], recipient="H36")
    assert services.Postman(batch=2).deliver_due() == 9
    assert len(desk.taken) == 9


def test_a_repeated_batch_ends_letters_whose_receipts_were_lost(live_province: str, desk: Desk) -> None:
    services.post_letters(notes(4), recipient="H36")
    services.deliver_due()
    OutgoingLetter.objects.update(state="waiting", receipt=None, next_attempt_at="2020-01-01T00:00:00Z")
    assert services.deliver_due() == 4
    assert len(desk.taken) == 4


def test_nothing_is_posted_when_one_letter_of_many_is_too_large(live_province: str) -> None:
    with pytest.raises(Refused, match=r"exchange\.too-large"), transaction.atomic():
        services.post_letters([Note(subject="a", number=1), Note(subject="a" * 5_000_000, number=2)], recipient="H36")
    assert not OutgoingLetter.objects.exists()


def test_two_batches_with_the_same_letters_at_once(live_province: str, homes: Homes, desk: Desk) -> None:
    """Whoever comes second sees that the first was quicker, and gives the same receipts."""
    sent = batch_form.compose(sealed_batch(homes, notes(40)))

    def bring(_: int) -> Any:
        return http.request("POST", f"{live_province}/exchange/batches", body=sent, total=30.0).body

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(bring, range(4)))
    assert len(answers) == 1
    assert sorted(letter.number for letter, _ in _distinct(desk)) == list(range(40))
    assert IncomingLetter.objects.count() == 40
    assert queries.verify_log().intact


def _distinct(desk: Desk) -> list[tuple[Note, Envelope]]:
    """What took effect: the desk of the test keeps also what was rolled back."""
    return list(
        {envelope.id: (letter, envelope) for letter, envelope in desk.taken if isinstance(letter, Note)}.values()
    )


def test_single_letters_of_the_same_moment_share_a_transaction(
    live_province: str, homes: Homes, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    take = gathering._answers

    def taking(given: Sequence[Entry]) -> Sequence[Entry]:
        sizes.append(len(given))
        return take(given)

    monkeypatch.setattr(gathering, "_answers", taking)
    wishes = [Note(subject="từ chối" if n % 7 == 3 else "hỏng" if n % 7 == 5 else "tốt", number=n) for n in range(42)]
    sent = [sealed_letter(homes, one) for one in wishes]

    def bring(one: tuple[bytes, str, wire.Header]) -> int:
        headers = {wire.SIGNATURE_HEADER: one[1], "Content-Type": "application/json"}
        return http.request(
            "POST", f"{live_province}/exchange/letters", body=one[0], headers=headers, total=60.0
        ).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(bring, sent))
    assert statuses == [422 if n % 7 == 3 else 500 if n % 7 == 5 else 200 for n in range(42)]
    assert sum(sizes) == 42
    assert len(sizes) < 42
    assert IncomingLetter.objects.filter(verdict="accepted").count() == 30
    assert queries.verify_log().intact
