"""Messages that a system of an agency here hands in: sent on exactly as signed, once, to whom it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lienthong.kernel import clock, files
from lienthong.kernel.errors import Refused
from lienthong.platform.documents import queries, services
from lienthong.platform.documents.models import Arrival, Delivery, Message
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import CLERK, NOW, Circuit, Post
from lienthong.platform.documents.types import Evidence

PROOF = Evidence("message", "0" * 64)


@pytest.fixture
def province(loop: Circuit) -> Iterator[Post]:
    with loop.at("H36") as post, clock.frozen(NOW):
        yield post


def written(loop: Circuit, *deeds: Any) -> list[tuple[bytes, dict[str, Any]]]:
    """What these deeds would send, as a system hands it in: the envelope and its ZIPs."""
    found = []
    with clock.frozen(NOW):
        for letter, envelope in loop.carried(*deeds):
            parts = {part.sha256: part for part in envelope.parts}
            blobs = {one["content_id"]: parts[one["sha256"]] for one in letter.attachments}
            found.append((files.read(letter.envelope), blobs))
    return found


def hand_in(message: tuple[bytes, dict[str, Any]], receivers: list[str] | None = None) -> Any:
    return services.accept_message(
        *message, via="axis:VN:GOV:H36:qlvb", evidence=PROOF, receivers=receivers, actor=CLERK
    )


def test_it_goes_on_exactly_as_signed_and_the_same_again_is_harmless(loop: Circuit, province: Post) -> None:
    (message,) = written(loop, circuit.send(receivers=["G22", "H36.101", "H36.102"]))
    before = len(province.sent())
    first = hand_in(message, ["G22"])
    assert (first.fresh, len(province.sent()) - before) == (True, 1)
    assert bytes(Message.objects.get(pk=first.id).envelope) == message[0]
    again = hand_in(message, ["G22"])
    assert (again.id, again.fresh, len(province.sent()) - before) == (first.id, False, 1)
    more = hand_in(message, ["H36.101"])
    assert more.id == first.id
    assert {row.agency_code for row in Delivery.objects.all()} == {"G22", "H36.101"}
    assert Arrival.objects.get().message_id == first.id
    with pytest.raises(Refused) as stranger:
        hand_in(message, ["H36.103"])
    assert stranger.value.code == "documents.not-a-receiver"


def test_a_recall_handed_in_twice_gets_its_first_answer(loop: Circuit, province: Post) -> None:
    new, recall = written(loop, circuit.send(receivers=["G22", "H36.101"]), circuit.recall)
    hand_in(new)
    first = hand_in(recall)
    assert hand_in(recall).id == first.id
    assert queries.get_message(first.id, CLERK).standing == "recalled"
    assert Arrival.objects.get().standing == "recalled"


def test_a_recall_of_what_was_never_sent_is_refused(loop: Circuit, province: Post) -> None:
    _, recall = written(loop, circuit.send(receivers=["G22", "H36.101"]), circuit.recall)
    with pytest.raises(Refused) as found:
        hand_in(recall)
    assert found.value.code == "documents.unknown-document"
    assert Message.objects.count() == 0
