"""This node as a client of another axis: what comes is kept once, what goes is taken once, whatever dies in between."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import clock, files
from lienthong.kernel.access import SYSTEM
from lienthong.platform.documents.adapters import axis_polling
from lienthong.platform.documents.adapters.axis_client import AxisClient
from lienthong.platform.documents.models import Arrival, AxisLine, AxisTask, Delivery, Message, PartnerWarning, Step
from lienthong.platform.documents.queries import axis_tasks
from lienthong.platform.documents.services import axis_tasks as task_services
from lienthong.platform.documents.services.sending import send_document
from lienthong.platform.documents.services.statuses import say_status
from lienthong.platform.documents.tests.axis_bench import HOA, being, counted
from lienthong.platform.documents.tests.foreign import PDF, Read, edoc, status_of
from lienthong.platform.documents.tests.foreign_axis import ForeignAxis, another_axis
from lienthong.platform.documents.types import NewDocument, Signer

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process died here."""


def die(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.fixture
def far(db: Any, axis_homes: Path) -> Iterator[ForeignAxis]:
    """The province H36 is a client of another axis, behind which are H56 and G10."""
    with another_axis() as axis:
        line = {
            "url": axis.url, "system_id": axis.system_id, "secret": axis.secret, "agencies": ["H36"],
            "serves": ["H56", "G10"],
        }  # fmt: skip
        with being(axis_homes, "H36", "documents.member", "documents.partner_axis", partner_axis=line):
            yield axis


def say(status: str, at: Arrival, reason: str = "") -> None:
    say_status(at.pk, status, actor=SYSTEM, reason=reason)  # type: ignore[arg-type]


def send(number: int, receivers: list[str]) -> Message:
    paper = files.store(PDF, name="van-ban.pdf")
    document = NewDocument(
        agency_code="H36",
        type_code="CV",
        number=number,
        notation="UBND-VX",
        place="Đà Lạt",
        promulgated_on=clock.today(),
        subject="V/v báo cáo",
        signer=Signer("TM.", "Chủ tịch", "Trần Văn Bốn"),
    )
    return Message.objects.get(pk=send_document(document, [paper], receivers=receivers, actor=SYSTEM))


def sent_states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("agency_code", "transport"))


def test_what_waits_there_is_kept_and_marked(far: ForeignAxis) -> None:
    far.put("d1", edoc("H56", ["H36", "G09"], 5))
    assert axis_polling.poll_axis() == 1
    row = Arrival.objects.select_related("document", "message").get()
    assert (row.agency_code, row.sender_code, row.document.code) == ("H36", "H56", "5/UBND-VX")
    assert row.message.via.startswith("partner:")
    assert far.items["d1"]["status"] == "done"
    assert axis_polling.poll_axis() == 0
    line = axis_tasks.describe_line(HOA)
    assert line is not None
    assert (line.fetched, line.refused, line.problem) == (1, 0, "")


def test_states_go_back_in_their_order(far: ForeignAxis) -> None:
    far.put("d1", edoc("H56", ["H36"], 6))
    axis_polling.poll_axis()
    arrival = Arrival.objects.get()
    say("03", arrival)
    say("04", arrival)
    assert axis_polling.send_axis_tasks() == 1
    assert axis_polling.send_axis_tasks() == 1
    assert axis_polling.send_axis_tasks() == 0
    said = [Read.of(one["edxml"], {}) for one in far.taken]
    assert [one.text("StatusCode") for one in said] == ["03", "04"]
    assert {one["head"]["messagetype"] for one in far.taken} == {"status"}
    assert said[0].document_id == arrival.document.document_id


def test_documents_for_those_behind_it_go_there_once(far: ForeignAxis) -> None:
    send(7, ["H56", "G10", "G22"])
    assert sent_states() == {"H56": "waiting", "G10": "waiting", "G22": "waiting"}
    assert axis_polling.send_axis_tasks() == 1
    assert sent_states() == {"H56": "delivered", "G10": "delivered", "G22": "waiting"}
    (taken,) = far.taken
    assert sorted(taken["head"]["to"].split(",")) == ["G10", "H56"]
    read = Read.of(taken["edxml"], {})
    assert read.file() == PDF
    proof = Step.objects.get(delivery__agency_code="H56", level="transport", state="delivered")
    assert proof.evidence.endswith("axis-1")
    day = f"{clock.today():%Y/%m/%d}"
    far.put("s1", status_of("H56", "H36", read.document_id, "7/UBND-VX", day, "03"), "status")
    axis_polling.poll_axis()
    assert Delivery.objects.get(agency_code="H56").status == "03"
    assert Delivery.objects.get(agency_code="G10").status == ""
    assert far.items["s1"]["status"] == "done"
    far.items["s1"]["status"] = "inbox"
    assert axis_polling.poll_axis() == 1
    assert list(PartnerWarning.objects.values_list("sender_code", "code", "count")) == [("H56", "unsigned", 1)]


@pytest.mark.parametrize("step", ["list_received", "fetch", "accept", "set_state"])
def test_a_death_while_fetching_repeats_harmlessly(
    far: ForeignAxis, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    far.put("d1", edoc("H56", ["H36"], 8))

    with monkeypatch.context() as dying:
        if step == "accept":
            dying.setattr(axis_polling, "accept_message", die)
        else:
            dying.setattr(AxisClient, step, die)
        with pytest.raises(Killed):
            axis_polling.poll_axis()
    assert far.items["d1"]["status"] == "inbox"
    kept = counted()
    axis_polling.poll_axis()
    if step == "set_state":
        assert counted() == kept
    assert far.items["d1"]["status"] == "done"
    assert Arrival.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize("step", ["send", "task_done"])
def test_a_death_while_sending_repeats_harmlessly(far: ForeignAxis, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    send(9, ["H56"])

    with monkeypatch.context() as dying:
        if step == "send":
            dying.setattr(AxisClient, "send", die)
        else:
            dying.setattr(task_services, "task_done", die)
        with pytest.raises(Killed):
            axis_polling.send_axis_tasks()
    assert sent_states() == {"H56": "waiting"}
    assert axis_polling.send_axis_tasks() == 0
    with clock.frozen(clock.now() + timedelta(seconds=31)):
        assert axis_polling.send_axis_tasks() == 1
    assert sent_states() == {"H56": "delivered"}
    assert len(far.taken) == 1


def test_trouble_is_tried_again_ever_more_slowly(far: ForeignAxis) -> None:
    send(10, ["H56"])
    far.troubles = [503] * 7
    moment = clock.now()
    for wait in (30, 60, 120, 240, 480, 3600, 3600):
        with clock.frozen(moment):
            assert axis_polling.send_axis_tasks() == 1
            row = AxisTask.objects.get()
            assert row.next_at == moment + timedelta(seconds=wait)
            assert "503" in row.problem
        with clock.frozen(moment + timedelta(seconds=wait - 1)):
            assert axis_polling.send_axis_tasks() == 0
        moment += timedelta(seconds=wait)
    with clock.frozen(moment):
        axis_polling.send_axis_tasks()
    assert sent_states() == {"H56": "delivered"}


def test_a_refusal_ends_it_with_its_reason_until_somebody_tries_again(far: ForeignAxis) -> None:
    far.unknown_agencies = {"G10"}
    send(11, ["G10"])
    axis_polling.send_axis_tasks()
    row = Delivery.objects.get()
    assert row.transport == "failed"
    assert "G10" in row.problem
    far.unknown_agencies = set()
    assert task_services.try_again(actor=HOA) == 1
    axis_polling.send_axis_tasks()
    assert sent_states() == {"G10": "delivered"}


def test_a_status_waits_for_what_is_before_it(far: ForeignAxis) -> None:
    far.put("d1", edoc("H56", ["H36"], 12))
    axis_polling.poll_axis()
    arrival = Arrival.objects.get()
    say("03", arrival)
    say("04", arrival)
    far.troubles = [503]
    axis_polling.send_axis_tasks()
    assert axis_polling.send_axis_tasks() == 0
    assert far.taken == []
    with clock.frozen(clock.now() + timedelta(seconds=31)):
        axis_polling.send_axis_tasks()
        axis_polling.send_axis_tasks()
    assert [Read.of(one["edxml"], {}).text("StatusCode") for one in far.taken] == ["03", "04"]


@pytest.mark.parametrize(
    ("doc_id", "content"),
    [
        ("broken", b"<xml"),
        ("foreign", edoc("G12", ["H36"], 13)),
        ("own", edoc("H36", ["H56"], 13)),
        ("not for us", edoc("H56", ["G09"], 13)),
    ],
)
def test_what_cannot_be_kept_is_marked_with_the_reason(far: ForeignAxis, doc_id: str, content: bytes) -> None:
    before = counted()
    far.put("bad", content)
    far.put("good", edoc("H56", ["H36"], 14))
    assert axis_polling.poll_axis() == 1
    assert far.items["bad"]["status"] == "fail"
    assert far.items["bad"]["status_desc"]
    assert far.items["good"]["status"] == "done"
    assert counted()["Message"] == before["Message"] + 1
    assert AxisLine.objects.get().refused == 1


def test_a_line_that_is_cut_is_seen(far: ForeignAxis) -> None:
    far.secret = "da-doi"
    axis_polling.poll_axis()
    line = axis_tasks.describe_line(HOA)
    assert line is not None
    assert "15" in line.problem
    assert line.good_at is None
    assert [one.level for one in axis_tasks.axis_checks()] == ["warn"]


def test_the_day_of_the_document_is_the_senders(far: ForeignAxis) -> None:
    far.put("d1", edoc("H56", ["H36"], 15, day=clock.at(2026, 3, 5, 8)))
    axis_polling.poll_axis()
    assert Arrival.objects.get().document.promulgated_on == date(2026, 3, 5)
