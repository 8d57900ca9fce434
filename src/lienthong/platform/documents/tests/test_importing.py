"""Import of an existing register: every cell checked, all or nothing, undone while nothing was built on it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock, jobs
from lienthong.kernel.errors import Conflict, NotAllowed, Refused
from lienthong.platform.documents import import_rules, spreadsheets
from lienthong.platform.documents.models import Register, RegisterEntry, RegisterImport
from lienthong.platform.documents.services import importing, numbering, registers
from lienthong.platform.documents.tests.clerks import AGENCY, CLERK, NOW, STRANGER

HEAD = ("Số đến", "Ngày đến", "Tác giả", "Số, ký hiệu", "Ngày tháng", "Tên loại và trích yếu", "Ghi chú")
ROWS = [
    ("01", "05/01/2026", "Bộ Nội vụ", "12/BNV-CCHC", "02/01/2026", "Về việc báo cáo", ""),
    ("02", "2026-01-06", "Sở Tài chính", "=HYPERLINK(1)", "", "Dự toán năm", "khẩn"),
]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_friday(node_home: Any) -> Any:
    with clock.frozen(NOW):
        yield


def as_csv(rows: list[Any], head: Any = HEAD, delimiter: str = ";") -> bytes:
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in [head, *rows]]
    return "\ufeff".encode() + "\r\n".join(lines).encode()


def as_xlsx(rows: list[Any], head: Any = HEAD) -> bytes:
    kept = io.BytesIO()
    spreadsheets.write_xlsx(kept, "Sổ", head, rows)
    return kept.getvalue()


def send(content: bytes, direction: Any = "in") -> tuple[UUID, RegisterImport]:
    one = importing.upload(AGENCY, direction, name="so.xlsx", content=content, actor=CLERK)
    columns = {name: int(at) for name, at in importing.load(one, CLERK).mapping["columns"].items()}
    return one, importing.check(one, columns=columns, by_type=True, actor=CLERK)


def write(one: UUID) -> RegisterImport:
    importing.start(one, actor=CLERK)
    jobs.run_waiting()
    return importing.load(one, CLERK)


@pytest.mark.parametrize("content", [as_csv(ROWS), as_csv(ROWS, delimiter=","), as_xlsx(ROWS)])
def test_a_register_comes_in_whole_and_numbers_go_on_behind_it(content: bytes) -> None:
    one, tried = send(content)
    assert (tried.state, tried.rows, tried.wrong_rows, tried.problems) == ("checked", 2, 0, [])
    assert RegisterEntry.objects.count() == 0
    assert write(one).state == "done"
    first, second = RegisterEntry.objects.order_by("number")
    assert (first.number, first.code, first.document_date) == (1, "12/BNV-CCHC", date(2026, 1, 2))
    assert (second.code, second.registered_on, second.note) == ("=HYPERLINK(1)", date(2026, 1, 6), "khẩn")
    kept = registers.reserve_arrival_numbers(AGENCY, count=1, reason="Thử", actor=CLERK)
    assert kept[0].number == 3
    with pytest.raises(Conflict) as caught:
        importing.undo(one, actor=CLERK)
    assert caught.value.code == "documents.import-built-upon"


def test_an_import_is_taken_back_while_nothing_was_built_on_it() -> None:
    one, _ = send(as_csv(ROWS))
    write(one)
    with pytest.raises(NotAllowed):
        importing.undo(one, actor=STRANGER)
    importing.undo(one, actor=CLERK)
    assert not Register.objects.exists()
    again, tried = send(as_csv(ROWS))
    assert (tried.state, tried.wrong_rows) == ("checked", 0)
    assert write(again).state == "done"


def test_every_wrong_cell_is_told_by_row_and_column_and_nothing_is_written() -> None:
    rows = [
        ("x1", "05/01/2026", "Bộ Nội vụ", "", "", "Có trích yếu", ""),
        ("02", "32/01/2026", "Bộ Nội vụ", "", "", "Có trích yếu", ""),
        ("03", "05/01/2026", "", "", "hôm qua", "", ""),
        ("", "", "", "", "", "", ""),
        ("04", "05/01/2027", "Bộ Nội vụ", "", "", "Ngày chưa đến", ""),
        ("05", "05/01/2026", "Bộ Nội vụ", "", "", "Một", ""),
        ("5", "06/01/2026", "Bộ Nội vụ", "", "", "Hai lần", ""),
    ]
    one, tried = send(as_xlsx(rows))
    found = {(problem["row"], problem["column"]) for problem in tried.problems}
    assert found == {
        (2, "number"), (3, "registered_on"), (4, "author"), (4, "document_date"), (4, "subject"),
        (6, "registered_on"), (8, "number"),
    }  # fmt: skip
    assert tried.wrong_rows == 5
    with pytest.raises(Conflict):
        importing.start(one, actor=CLERK)
    assert RegisterEntry.objects.count() == 0


def test_numbers_already_used_are_refused_by_row_also_when_taken_meanwhile() -> None:
    one, tried = send(as_csv(ROWS))
    assert tried.wrong_rows == 0
    with clock.frozen(clock.at(2026, 1, 7)):
        registers.reserve_arrival_numbers(AGENCY, count=1, reason="Thử", actor=CLERK)
    failed = write(one)
    assert (failed.state, [problem["row"] for problem in failed.problems]) == ("failed", [2])
    assert RegisterEntry.objects.count() == 1
    _, tried = send(as_csv(ROWS))
    assert [problem["row"] for problem in tried.problems] == [2]


def test_outgoing_codes_go_to_the_register_of_their_type_and_year() -> None:
    head = ("Số ký hiệu", "Ngày văn bản", "Trích yếu", "Người ký", "Nơi nhận", "Số lượng bản")
    rows = [
        ("01/TB-UBND", "03/02/2025", "Thông báo nghỉ Tết", "Nguyễn Văn An", "Các sở", 12),
        ("09/UBND-VX", "04/02/2025", "V/v văn xã", "Nguyễn Văn An", "", ""),
        ("02/TB-UBND", "03/02/2026", "Thông báo khác", "Nguyễn Văn An", "", ""),
    ]
    one, tried = send(as_xlsx(rows, head), "out")
    assert tried.problems == []
    assert write(one).state == "done"
    places = set(Register.objects.values_list("year", "series", "last_number"))
    assert places == {(2025, "TB", 1), (2025, "CV", 9), (2026, "TB", 2)}
    assert Register.objects.get(year=2025, series="TB").closed_at is not None
    given = numbering.give_number(AGENCY, "TB", on=date(2026, 11, 20), subject="Tiếp theo", actor=CLERK)
    assert given.number == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x01\x02" * 50, "documents.sheet-broken"),
        (b"PK\x03\x04 broken", "files.broken"),
        (b"\xff\xfe\x00", "documents.sheet-broken"),
        (b"", "files.empty"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        importing.upload(AGENCY, "in", name="so.xlsx", content=content, actor=CLERK)
    assert caught.value.code in (code, "documents.sheet-broken")
    assert not RegisterImport.objects.exists()


def test_a_missing_column_is_named() -> None:
    one = importing.upload(AGENCY, "in", name="a.csv", content=as_csv(ROWS), actor=CLERK)
    with pytest.raises(Refused) as caught:
        importing.check(one, columns={"number": 0}, by_type=True, actor=CLERK)
    assert (caught.value.code, caught.value.field) == ("documents.column-missing", "registered_on")


def test_a_table_that_asks_for_files_of_this_machine_gets_nothing() -> None:
    content = as_xlsx(ROWS)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            body = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                body = body.replace(
                    b"<worksheet", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet'
                )
                body = body.replace("Bộ Nội vụ".encode(), b"&e;")
            new.writestr(item, body)
    rows = list(spreadsheets.rows_of(io.BytesIO(out.getvalue())))
    assert rows[1][2] == ""


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20), max_size=6), max_size=6))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    kept = io.BytesIO()
    spreadsheets.write_xlsx(kept, "a", ["x"], rows)
    from lienthong.kernel.text import nfc

    expected = [[nfc(cell).strip() for cell in row] for row in rows]
    found = list(spreadsheets.rows_of(io.BytesIO(kept.getvalue())))[1:]
    assert found == [[cell.replace("\ufffe", "").replace("\uffff", "") for cell in row] for row in expected]


@pytest.mark.parametrize(
    ("text", "day"),
    [("5/1/2026", date(2026, 1, 5)), ("05-01-2026 08:00", date(2026, 1, 5)), ("2026-01-05", date(2026, 1, 5)),
     ("31/02/2026", None), ("2026", None), ("", None)],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: date | None) -> None:
    assert import_rules.read_day(text) == day
