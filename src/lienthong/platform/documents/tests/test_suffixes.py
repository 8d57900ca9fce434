"""Numbers with a suffix (12a): out of the register, over the axis, into the other side's desk, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import clock
from lienthong.kernel.errors import Invalid
from lienthong.platform.documents import edxml, queries, services
from lienthong.platform.documents.adapters import axis_polling, folder_forms
from lienthong.platform.documents.models import Arrival, Document, Message, RegisterEntry
from lienthong.platform.documents.queries.documents import describe_document
from lienthong.platform.documents.services import indexing, registers
from lienthong.platform.documents.tests import axis_bench, circuit
from lienthong.platform.documents.tests.circuit import CLERK, NOW, Circuit, document, paper
from lienthong.platform.documents.tests.foreign import edoc
from lienthong.platform.documents.tests.foreign_axis import another_axis

DAY = date(2026, 11, 23)
SUFFIXED = "H36,2026/11/23,01a/UBND-VX"


def give(day: date) -> Any:
    return services.give_number("H36", "CV", on=day, actor=CLERK, subject="Về việc thử", unit="VX")


def header_of(message_id: Any) -> edxml.MessageHeader:
    message = edxml.read_envelope(bytes(Message.objects.get(pk=message_id).envelope))
    assert isinstance(message, edxml.EdocMessage)
    assert not message.warnings
    return message.header


@pytest.mark.django_db
def test_a_number_of_the_register_with_a_suffix_is_sent_and_bound_to_its_entry(loop: Circuit) -> None:
    with loop.at("H36"), clock.frozen(NOW + timedelta(days=1)):
        registers.set_numbering_rule("H36", from_year=2026, by_type=True, backdating="suffix", actor=CLERK)
        plain, _, given = give(DAY), give(DAY + timedelta(days=1)), give(DAY)
        assert (given.code, given.number, given.suffix) == ("01a/UBND-VX", 1, "a")
        first = services.send_document(document(plain.number), [paper()], receivers=["G22"], actor=CLERK)
        sent = services.send_document(
            document(given.number, suffix=given.suffix), [paper()], receivers=["G22"], actor=CLERK
        )
        header = header_of(sent)
        assert (header.code, str(header.document_id)) == (edxml.Code("01a", "UBND-VX"), SUFFIXED)
        row = Message.objects.select_related("document").get(pk=sent).document
        assert (row.number, row.code, row.notation, row.document_id) == (1, "01a/UBND-VX", "UBND-VX", SUFFIXED)
        assert header_of(first).code == edxml.Code("01", "UBND-VX")
        while indexing.index_waiting():
            pass
        assert RegisterEntry.objects.get(pk=given.entry_id).document_id == row.pk
        told = describe_document(row.pk, CLERK)
        assert (told.number, told.suffix) == (1, "a")
        told = replace(told, subject="V/v báo cáo năm")
        updated = services.send_update(row.pk, document=told, reason="Sửa trích yếu", actor=CLERK)
        assert header_of(updated).code == edxml.Code("01a", "UBND-VX")
        assert Document.objects.count() == 2


@pytest.mark.django_db
def test_the_other_side_has_it_beside_the_one_without_and_a_recall_takes_the_right_one(loop: Circuit) -> None:
    with clock.frozen(NOW):
        both = loop.carried(circuit.send(12), circuit.send(12, suffix="a"), circuit.recall)
        loop.land(both)
        found = dict(Arrival.objects.values_list("document__code", "standing"))
        assert found == {"12/UBND-VX": "in-force", "12a/UBND-VX": "recalled"}
        with loop.at("G22"):
            left = Arrival.objects.get(standing="in-force")
            given = services.register_arrival(left.pk, actor=circuit.HUB_CLERK)
            entry = queries.get_entry(given.entry_id, circuit.HUB_CLERK)
            assert entry.code == "12/UBND-VX"


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["1", "-", "abc", "A", " ", "/", "â"])
def test_what_is_no_suffix_is_refused_by_its_field(loop: Circuit, suffix: str) -> None:
    with loop.at("H36"), clock.frozen(NOW), pytest.raises(Invalid) as caught:
        services.send_document(document(12, suffix=suffix), [paper()], receivers=["G22"], actor=CLERK)
    assert [one.path for one in caught.value.field_errors] == ["suffix"]
    assert not Document.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("written", "code"), [("12a", "12a/UBND-VX"), ("012B", "012B/UBND-VX"), ("7đ", "7đ/UBND-VX")])
def test_a_suffix_in_codenumber_from_outside_is_taken_as_it_is(axis_homes: Path, written: str, code: str) -> None:
    with another_axis() as far:
        line = {
            "url": far.url,
            "system_id": far.system_id,
            "secret": far.secret,
            "agencies": ["H36"],
            "serves": ["H56"],
        }
        with axis_bench.being(axis_homes, "H36", "documents.member", "documents.partner_axis", partner_axis=line):
            far.put("d1", edoc("H56", ["H36"], written))  # type: ignore[arg-type]
            assert axis_polling.poll_axis() == 1
    row = Document.objects.get()
    assert (row.code, row.number, row.document_id.split(",")[2]) == (code, int(written[:-1]), code)
    assert Message.objects.get().verdict_facts["warnings"] == ["unsigned"]


def test_forms_of_the_folder_take_it() -> None:
    form = {
        "gui den": "G22", "loai": "CV", "so": "12A", "ky hieu": "UBND-VX", "ngay": "23/11/2026",
        "noi ban hanh": "Đà Lạt", "trich yeu": "V/v thử", "nguoi ky": "A", "chuc vu": "B",
    }  # fmt: skip
    read, receivers, _ = folder_forms.document_of(form, "H36.101")
    assert (read.number, read.suffix, receivers) == (12, "a", ["G22"])
