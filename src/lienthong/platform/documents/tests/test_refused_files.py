"""A refused message leaves no file: what was stored for it goes with the sweep, what others hold of it stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import clock, file_sweep, files
from lienthong.kernel.errors import Refused
from lienthong.kernel.models import StoredFile
from lienthong.platform.documents import edxml, services
from lienthong.platform.documents.adapters import axis_polling, folder
from lienthong.platform.documents.models import Arrival, Attachment, Message
from lienthong.platform.documents.queries import documents as document_queries
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.axis_bench import being
from lienthong.platform.documents.tests.circuit import HUB_CLERK, NOW, Circuit, document, paper
from lienthong.platform.documents.tests.foreign import edoc, packed
from lienthong.platform.documents.tests.foreign_axis import another_axis

pytestmark = pytest.mark.django_db(transaction=True)


def sweep() -> None:
    with clock.frozen(max(clock.now(), NOW) + file_sweep.SAFE_AGE + timedelta(days=1)):
        while file_sweep.sweep_rows():
            pass
        for number in range(256):
            file_sweep.sweep_folder(f"{number:02x}")


def lying(home: Path) -> set[str]:
    return {path.name for path in (home / "files").rglob("*") if path.is_file()}


def loose(home: Path) -> set[str]:
    """Files and rows that no attachment holds."""
    held = set(Attachment.objects.values_list("sha256", flat=True))
    return (lying(home) | set(StoredFile.objects.values_list("sha256", flat=True))) - held


@pytest.fixture
def far(axis_homes: Path) -> Any:
    with another_axis() as axis:
        known = {"url": axis.url, "system_id": axis.system_id, "secret": axis.secret}
        line = {**known, "agencies": ["H36"], "serves": ["H56"]}
        with being(axis_homes, "H36", "documents.member", "documents.partner_axis", partner_axis=line):
            yield axis


def test_of_what_another_axis_brought_only_that_of_taken_messages_stays(axis_homes: Path, far: Any) -> None:
    sweep()
    far.put("d1", edoc("H56", ["H36"], 5))
    other = edoc("H56", ["H36"], 6, content=packed(b"%PDF-1.4\n% khac\n%%EOF\n"))
    far.put("d2", other.replace(b"cid:tep1", b"cid:tep2", 1))
    far.put("d3", edoc("H56", ["G22"], 7, content=packed(b"%PDF-1.4\n% khac nua\n%%EOF\n")))
    assert axis_polling.poll_axis() == 1
    home = axis_homes / "H36"
    assert loose(home)
    sweep()
    assert loose(home) == set()
    assert Attachment.objects.count() == 1
    (opened,) = document_queries.open_attachments(Message.objects.get().pk, circuit.CLERK)
    assert files.read(opened.file.sha256)


def test_a_refused_letter_leaves_nothing_and_a_taken_one_all_it_needs(loop: Circuit) -> None:
    with clock.frozen(NOW):
        good, bad = loop.carried(circuit.send(1)), loop.carried(circuit.send(2, content=circuit.PDF + b"% khac\n"))
        with loop.at("G22"):
            sweep()
        loop.share("H36", "G22")
        loop.land(good)
        letter, envelope = bad[0]
        wrong = [(letter.model_copy(update={"document_id": "H36,2026/11/23,3/UBND-VX"}), envelope)]
        with pytest.raises(Refused):
            loop.land(wrong)
    with loop.at("G22"):
        home = loop.homes / "G22"
        assert loose(home)
        sweep()
        assert loose(home) == set()
        arrival = Arrival.objects.get()
        (opened,) = document_queries.open_attachments(arrival.message_id, HUB_CLERK)
        assert files.read(opened.file.sha256) == circuit.PDF
        whole = b"".join(document_queries.stream_edxml(arrival.message_id, HUB_CLERK))
        assert b"1/UBND-VX" in whole


def test_what_is_refused_before_it_leaves_takes_its_files_along(loop: Circuit) -> None:
    with loop.at("H36"), clock.frozen(NOW):
        sweep()
        kept = services.send_document(document(1), [paper()], receivers=["G22"], actor=circuit.CLERK)
        refused = paper(content=circuit.PDF + b"% tu choi\n")
        with pytest.raises(Refused):
            services.send_document(document(2, subject=""), [refused], receivers=["G22"], actor=circuit.CLERK)
    with loop.at("H36"):
        sweep()
        assert refused.sha256 not in lying(loop.homes / "H36")
        assert not StoredFile.objects.filter(sha256=refused.sha256).exists()
        (opened,) = document_queries.open_attachments(kept, circuit.CLERK)
        assert files.read(opened.file.sha256) == circuit.PDF


def test_what_the_folder_refused_goes_and_the_same_content_of_another_message_stays(
    axis_homes: Path, tmp_path: Path
) -> None:
    settings = {"folder": str(tmp_path), "agencies": ["H36.101", "H36.102"]}
    with being(axis_homes, "H36", "documents.member", "documents.folder", document_folder=settings):
        sweep()
        folder.work_folder()
        gui = tmp_path / "H36.101" / "gui"
        spoilt = packed(b"%PDF-1.4\n% hong\n%%EOF\n")
        for name, content in (
            ("a.edxml", edoc("H36.101", ["H36.102"], 31)),
            ("b.edxml", edoc("H36.101", ["G99"], 32)),
            ("c.edxml", edoc("H36.101", ["G99"], 33, content=spoilt)),
        ):
            (gui / name).write_bytes(content)
            past = (clock.now() - timedelta(minutes=1)).timestamp()
            os.utime(gui / name, (past, past))
        folder.work_folder()
        assert Message.objects.count() == 1
        sweep()
        assert loose(axis_homes / "H36") == set()
        assert Attachment.objects.count() == 1
        with files.open_file(Attachment.objects.get().sha256) as blob, edxml.open_attachment(blob) as found:
            assert len(found) == 1
