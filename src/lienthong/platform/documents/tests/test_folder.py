"""The watched folder: files become documents and back, half-written ones wait, each is taken once."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import watched
from lienthong.kernel.access import SYSTEM
from lienthong.platform.documents.adapters import folder
from lienthong.platform.documents.models import Arrival, Delivery, FolderClaim, Message, PartnerWarning
from lienthong.platform.documents.services.statuses import say_status
from lienthong.platform.documents.tests.axis_bench import being, counted
from lienthong.platform.documents.tests.foreign import PDF, VIETNAM, edoc, status_of

pytestmark = pytest.mark.django_db

FORM = """\ufeffGửi đến: G22, H36
Loại: CV
Số: 12
Ký hiệu: UBND-VX
Ngày: {day}
Nơi ban hành: Đà Lạt
Trích yếu: V/v báo cáo tình hình
 thực hiện kế hoạch
Người ký: Trần Văn Bốn
Chức vụ: Chủ tịch
Thẩm quyền: TM.
Cần bản giấy: có
"""


@pytest.fixture
def home(db: Any, axis_homes: Path, tmp_path: Path) -> Iterator[Path]:
    """The node H36 with the folder of H36.101, an agency without any system, and of H36.102."""
    settings = {"folder": str(tmp_path), "agencies": ["H36.101", "H36.102"]}
    with being(axis_homes, "H36", "documents.member", "documents.folder", document_folder=settings):
        folder.work_folder()
        yield tmp_path


def drop(home: Path, name: str, content: bytes | str, *, agency: str = "H36.101", age: float = 10) -> Path:
    """A file that has lain there for a while; a name with a slash is a file in a folder."""
    path = home / agency / "gui" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    then = time.time() - age  # noqa: TID251 (the clock of the disk)
    os.utime(path, (then, then))
    if path.parent.name != "gui":
        os.utime(path.parent, (then, then))
    return path


def form(**changes: str) -> str:
    from datetime import datetime

    text = FORM.format(day=f"{datetime.now(VIETNAM):%d/%m/%Y}")  # noqa: TID251
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def names(folder_path: Path) -> list[str]:
    return sorted(one.name for one in folder_path.iterdir() if not one.name.startswith("."))


def test_a_folder_with_a_form_and_a_pdf_becomes_a_document(home: Path) -> None:
    drop(home, "cong van 12/van-ban.txt", form())
    drop(home, "cong van 12/Cong van.pdf", PDF)
    assert folder.work_folder() == 1
    message = Message.objects.select_related("document").get()
    assert (message.sender_code, message.document.code, message.needs_paper) == ("H36.101", "12/UBND-VX", True)
    assert message.document.subject == "V/v báo cáo tình hình thực hiện kế hoạch"
    assert sorted(message.deliveries.values_list("agency_code", flat=True)) == ["G22", "H36"]
    assert "cong van 12" in names(home / "H36.101" / "da-gui")
    (receipt,) = [one for one in names(home / "H36.101" / "da-gui") if one.endswith(".bien-nhan.txt")]
    text = (home / "H36.101" / "da-gui" / receipt).read_text("utf-8")
    assert "G22: Chờ gửi" in text
    assert "H36: Đã đến hệ thống nhận" in text
    say_status(Arrival.objects.get().pk, "03", actor=SYSTEM)
    folder.work_folder()
    assert "Đã tiếp nhận" in (home / "H36.101" / "da-gui" / receipt).read_text("utf-8")
    assert folder.work_folder() == 0


def test_an_edxml_file_goes_and_arrives_as_files_and_its_states_come_back(home: Path) -> None:
    drop(home, "van ban.edxml", edoc("H36.101", ["H36.102"], 31))
    assert folder.work_folder() == 2
    there = home / "H36.102" / "den"
    (arrived,) = names(there)
    assert names(there / arrived) == ["cong-van.pdf", "van-ban.edxml", "van-ban.txt"]
    assert (there / arrived / "cong-van.pdf").read_bytes() == PDF
    text = (there / arrived / "van-ban.txt").read_text("utf-8")
    assert "không có chữ ký số" in text
    arrival = Arrival.objects.get()
    assert arrival.inbox == "done"
    lines = text[text.index("Văn bản: H36.101", text.index("Để báo")) :]
    drop(home, "trang thai.txt", lines.replace("Người xử lý:", "Người xử lý: Lê Thị Sáu"), agency="H36.102")
    folder.work_folder()
    arrival.refresh_from_db()
    assert arrival.status == "03"
    folder.work_folder()
    (told,) = names(home / "H36.101" / "trang-thai")
    said = (home / "H36.101" / "trang-thai" / told).read_text("utf-8")
    assert "Trạng thái: 03" in said
    assert "trang thai.txt" in names(home / "H36.102" / "da-gui")


def test_what_is_being_written_is_left_alone(home: Path) -> None:
    drop(home, "a.edxml", edoc("H36.101", ["H36"], 32), age=0)
    drop(home, "b.edxml.part", edoc("H36.101", ["H36"], 33))
    drop(home, "c/van-ban.txt", form())
    drop(home, "c/to.pdf.crdownload", PDF)
    drop(home, ".an.edxml", edoc("H36.101", ["H36"], 34))
    assert folder.work_folder() == 0
    assert Message.objects.count() == 0
    assert names(home / "H36.101" / "gui") == ["a.edxml", "b.edxml.part", "c"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("la.docx", b"x", "Hãy đặt tệp edXML"),
        ("hong.edxml", b"<xml", "không phải XML"),
        ("trong.edxml", b"", "XML"),
        ("khac.edxml", edoc("G22", ["H36"], 35), "không đại diện"),
        ("nham.txt", "Số: 1\n", "Trạng thái"),
        ("nham2.txt", b"\xff\xfe\x00", "UTF-8"),
        ("chua gui.txt", "Văn bản: G22,2026/01/02,9/VPCP\nTrạng thái: 03\n", "chưa từng"),
        ("x/van-ban.txt", "Gửi đến: G22\n", "1 đến 49 tệp"),
    ],
)
def test_a_bad_file_goes_aside_with_the_reason_in_words(
    home: Path, name: str, content: bytes | str, words: str
) -> None:
    before = counted()
    drop(home, name, content)
    assert folder.work_folder() == 1
    bad = home / "H36.101" / "loi"
    (reason,) = [one for one in names(bad) if one.endswith(".ly-do.txt")]
    assert words in (bad / reason).read_text("utf-8")
    assert names(home / "H36.101" / "gui") == names(home / "H36.101" / "dang-gui") == []
    assert counted() == before
    assert folder.work_folder() == 0


def test_every_wrong_line_of_a_form_is_named(home: Path) -> None:
    drop(home, "sai/van-ban.txt", "Gửi đến:\nSố: mười\nNgày: 31/02/2026\nĐộ khẩn: 7\n")
    drop(home, "sai/a.pdf", PDF)
    folder.work_folder()
    bad = home / "H36.101" / "loi"
    (reason,) = [one for one in names(bad) if one.endswith(".ly-do.txt")]
    text = (bad / reason).read_text("utf-8")
    for line in ("Gửi đến:", "Số:", "Ngày:", "Độ khẩn:"):
        assert f"- {line}" in text
    assert Message.objects.count() == 0


def test_a_death_between_any_two_steps_sends_it_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process died here."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    drop(home, "mot.edxml", edoc("H36.101", ["H36"], 36))
    for room, place in ((folder, "_send_claim"), (folder, "_hand_in"), (watched, "free_name")):
        with monkeypatch.context() as dying:
            dying.setattr(room, place, die)
            with pytest.raises(Killed):
                folder.work_folder()
    assert names(home / "H36.101" / "gui") == []
    assert Message.objects.count() == FolderClaim.objects.count() == 1
    folder.work_folder()
    assert Message.objects.count() == Delivery.objects.count() == 1
    assert "mot.edxml" in names(home / "H36.101" / "da-gui")
    assert names(home / "H36.101" / "dang-gui") == []


def test_a_death_while_showing_shows_it_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process died here."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    drop(home, "mot.edxml", edoc("H36.101", ["H36.102"], 37))
    for place in ("_fill", "_done"):
        with monkeypatch.context() as dying:
            dying.setattr(folder, place, die)
            with pytest.raises(Killed):
                folder.work_folder()
    folder.work_folder()
    assert len(names(home / "H36.102" / "den")) == 1


def test_a_status_as_edxml_is_taken(home: Path) -> None:
    drop(home, "mot.edxml", edoc("H36.101", ["H36.102"], 38))
    folder.work_folder()
    folder.work_folder()
    arrival = Arrival.objects.select_related("document").get()
    day = f"{arrival.document.promulgated_on:%Y/%m/%d}"
    said = status_of("H36.102", "H36.101", arrival.document.document_id, "38/UBND-VX", day, "02", "Nhầm nơi nhận")
    drop(home, "tt.xml", said, agency="H36.102")
    folder.work_folder()
    arrival.refresh_from_db()
    assert arrival.status == "02"
    assert list(PartnerWarning.objects.filter(sender_code="H36.102").values_list("code", "count")) == [("unsigned", 1)]
