"""The national catalogue out of a crawl: what was read, what was not and why, and ours stay ours."""

import csv
import json
import os

import pytest

from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.sources.procedures import queries, services
from lienthong.sources.procedures.models import Entry, Version
from lienthong.sources.procedures.rules.crawl import COLUMNS
from lienthong.sources.procedures.tests.conftest import sure

pytestmark = pytest.mark.django_db

PLAIN = {
    "code": "1.900001",
    "name": "Cấp giấy phép nuôi ong lấy mật",
    "field": "Chăn nuôi",
    "level": "Cấp tỉnh, Cấp xã",
    "type": "Loại khác",
    "decision": "12/QĐ-XYZ",
    "owner_code": "G10",
    "owner": "Bộ Nông nghiệp và Môi trường",
    "competent": "Ủy ban nhân dân cấp xã",
    "subjects": "Tổ chức (không bao gồm doanh nghiệp, HTX), Cán bộ, công chức, viên chức, Công dân Việt Nam",
    "channels": "DIRECT; ONLINE",
    "time_online": "5 WORKING_DAY",
    "time_direct": "7 WORKING_DAY",
    "fee_online": "50000 VND",
    "fee_direct": "100000 VND",
    "components": "2",
    "result_codes": "KQ.G10.000001",
    "legal_refs": "01/2020/NĐ-CP; 02/2021/TT-BNN",
}


def index(tmp_path, *rows, columns=COLUMNS):
    path = tmp_path / "index.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**PLAIN, **row} for row in rows)
    return path


def imported(tmp_path, *rows, details=None):
    detail_path = tmp_path / "detail.json"
    detail_path.write_text(json.dumps(details or []), encoding="utf-8")
    return services.import_crawl(index(tmp_path, *rows), detail_path, actor=SYSTEM)


def notes_of(report):
    return {(note.code, note.field) for note in report.notes}


def test_a_whole_row_is_read_without_a_note(tmp_path):
    report = imported(tmp_path, {})
    assert (report.rows, report.added, report.skipped, report.notes) == (1, 1, 0, ())
    bees = queries.get_procedure("1.900001")
    assert bees.form is None
    assert bees.online == "partial"
    assert bees.levels == ("province", "commune")
    assert bees.subjects == ("citizen", "official", "organisation")
    assert sure(bees.time_limit).amount == 7
    assert sure(bees.time_limit_for("online")).amount == 5
    assert bees.fees["online"].amount == 50000
    assert sure(bees.result).code == "KQ.G10.000001"
    assert bees.legal_basis == ("01/2020/NĐ-CP", "02/2021/TT-BNN")
    assert queries.search_procedures("nuoi ong").hits[0].code == "1.900001"


def test_details_bring_papers_and_results(tmp_path):
    details = [
        {
            "code": "1.900001",
            "results": [{"code": "KQ.G10.000001", "name": "Giấy phép nuôi ong"}],
            "requirements": "Có ít nhất năm đàn ong.",
            "dossier_cases": [
                {
                    "case": "Nuôi trên núi",
                    "items": [
                        {"name": "- Đơn đề nghị theo mẫu.MauDonSo1.docx", "originals": 1, "copies": 0},
                        {"name": "Bản đồ khu vực", "originals": 0, "copies": 2},
                        {"name": "Lưu ý: nộp trước mùa hoa", "originals": 0, "copies": 0},
                    ],
                },
                "not a case",
            ],
        },
        {"no": "code"},
    ]
    report = imported(tmp_path, {}, details=details)
    bees = queries.get_procedure("1.900001")
    assert [paper.name.vi for paper in bees.components] == ["Đơn đề nghị theo mẫu", "Bản đồ khu vực"]
    assert bees.components[1].copies == 2
    assert sure(bees.components[0].note).vi == "Nuôi trên núi"
    assert sure(bees.result).name.vi == "Giấy phép nuôi ong"
    assert sure(bees.requirements).vi == "Có ít nhất năm đàn ong."
    assert len(report.notes) == 2  # a remark that is no paper, a file name cut off


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({"time_direct": "120 OTHER", "time_online": ""}, "time_direct", "120 OTHER"),
        ({"time_direct": "3 WORKING_DAY | 30 WORKING_DAY"}, "time_direct", "Several limits"),
        ({"time_direct": "2 MONTH"}, "time_direct", "30 days"),
        ({"time_direct": "", "time_online": ""}, "time", "No time limit"),
        ({"fee_online": "100 VND"}, "fee_online", "surely a slip"),
        ({"fee_direct": "2000 VND | 10 USD; 10 USD"}, "fee_direct", "10 USD"),
        ({"fee_direct": "10000 VND | 20000 VND"}, "fee_direct", "Several fees"),
        ({"level": "Cấp huyện"}, "level", "Cấp huyện"),
        ({"channels": ""}, "channels", "empty"),
        ({"channels": "DIRECT; FAX"}, "channels", "FAX"),
        ({"subjects": "Công dân Việt Nam, Người ngoài hành tinh"}, "subjects", "Người ngoài hành tinh"),
        ({"owner_code": ""}, "owner_code", "No code"),
        ({"result_codes": "KQ.G01.00262"}, "result_codes", "wrong form"),
        ({"result_codes": ""}, "result_codes", "No result"),
        ({"legal_refs": ""}, "legal_refs", "No legal basis"),
        ({"components": "0"}, "components", "No papers"),
        ({"field": ""}, "field", "No field"),
        ({"decision": "12/Q\ufffd"}, "decision", "Broken letters"),
    ],
)
def test_what_cannot_be_read_fully_is_said(tmp_path, row, field, says):
    report = imported(tmp_path, row)
    assert report.added == 1
    assert any(note.field == field and says in note.reason.en for note in report.notes), report.as_text()
    assert report.notes[0].row == 2


def test_in_the_day(tmp_path):
    imported(tmp_path, {"time_direct": "1 OTHER", "time_online": "0 OTHER"})
    assert sure(queries.get_procedure("1.900001").time_limit).kind == "same_day"


@pytest.mark.parametrize("row", [{"code": "B-XYZ-1"}, {"code": ""}, {"name": ""}, {"name": "\x00"}])
def test_rows_that_must_be_skipped(tmp_path, row):
    report = imported(tmp_path, row, {"code": "1.900002"})
    assert (report.rows, report.added, report.skipped) == (2, 1, 1)
    assert any(note.skipped for note in report.notes)


def test_the_same_code_twice(tmp_path):
    report = imported(tmp_path, {}, {"name": "Khác"})
    assert (report.added, report.skipped) == (1, 1)
    assert queries.get_procedure("1.900001").name.vi.startswith("Cấp giấy phép")


def test_a_second_import_changes_only_what_changed(tmp_path):
    imported(tmp_path, {}, {"code": "1.900002"})
    report = imported(tmp_path, {}, {"code": "1.900002", "fee_direct": "0 VND"}, {"code": "1.900003"})
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    assert queries.get_procedure("1.900002").fees["direct"].amount == 0
    assert Version.objects.get(code="1.900002").revision == 2
    assert Entry.objects.get(code="1.900002").fee_direct == 0


def test_our_definitions_are_never_overwritten(tmp_path, catalogue):
    report = imported(tmp_path, {"code": "1.001193", "name": "Khác hẳn"}, {"code": "1.900002"})
    assert (report.added, report.kept_ours) == (1, 1)
    assert queries.get_procedure("1.001193").form is not None
    assert Entry.objects.get(code="1.001193").name_vi == "Đăng ký khai sinh"


def test_a_definition_of_ours_takes_the_place_of_a_listing(tmp_path):
    imported(tmp_path, {"code": "1.001193", "name": "Khác hẳn"})
    services.load_definitions()
    assert queries.get_procedure("1.001193").name.vi == "Đăng ký khai sinh"
    assert Entry.objects.get(code="1.001193").has_form


def test_names_over_several_lines_keep_the_line_number(tmp_path):
    report = imported(tmp_path, {"name": "Tên dài\nhai dòng"}, {"code": "1.900002", "channels": ""})
    assert queries.get_procedure("1.900001").name.vi == "Tên dài hai dòng"
    assert [note.row for note in report.notes] == [4]


def test_a_row_with_too_few_cells(tmp_path):
    path = index(tmp_path, {})
    with path.open("a", encoding="utf-8") as stream:
        stream.write("1.900009,một mình\n")
    report = services.import_crawl(path, actor=SYSTEM)
    assert (report.added, report.skipped) == (1, 1)
    assert report.notes[0].reason.en.startswith("Not as many cells")


def test_broken_bytes_are_noted_not_swallowed(tmp_path):
    path = index(tmp_path, {})
    path.write_bytes(path.read_bytes().replace(b"12/Q", b"12/\xff\xfeQ"))
    assert notes_of(services.import_crawl(path, actor=SYSTEM)) == {("1.900001", "decision")}


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "[" * 100_000])
def test_a_detail_file_that_is_none_stores_nothing(tmp_path, content):
    detail = tmp_path / "detail.json"
    detail.write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        services.import_crawl(index(tmp_path, {}), detail, actor=SYSTEM)
    assert refusal.value.code == "procedures.crawl-broken"
    assert Entry.objects.count() == 0


def test_an_index_without_its_columns(tmp_path):
    with pytest.raises(Refused) as refusal:
        services.import_crawl(index(tmp_path, {}, columns=("code", "name")), actor=SYSTEM)
    assert refusal.value.code == "procedures.crawl-columns"
    assert "time_online" in refusal.value.message.en


def test_only_publishers_import(tmp_path):
    clerk = Actor(kind="officer", name="Cô Ba", agency_code="H36", duties=frozenset({"clerk"}))
    with pytest.raises(NotAllowed):
        services.import_crawl(index(tmp_path, {}), actor=clerk)


def test_the_report_can_be_printed_and_kept(tmp_path):
    report = imported(tmp_path, {"fee_online": "100 VND"}, {"code": "1.900002", "fee_online": "135 VND"})
    text = report.as_text()
    assert "Rows: 2; added 2" in text
    assert "1.900002" in text
    assert list(report.by_reason().values()) == [2]
    assert json.loads(json.dumps(report.as_json()))["notes"][0]["field"] == "fee_online"


def test_the_real_crawl_when_it_is_there():
    found = services.find_crawl()
    if found is None:
        place = os.environ.get("LIENTHONG_SHARED") or "../shared/data beside the checkout"
        pytest.skip(f"no procedures_index.csv in {place}; set LIENTHONG_SHARED to its folder to run this test")
    services.load_definitions()
    report = services.import_crawl(*found, actor=SYSTEM)
    assert report.rows == 2624
    assert report.skipped == 0
    assert report.added + report.kept_ours == 2624
    assert report.kept_ours == 27
    assert report.seconds < 10
    assert 0 < report.rows_with_notes < 1000
    assert all(note.reason.vi and note.row >= 2 for note in report.notes)
    assert queries.search_procedures("dang ky khai sinh").hits[0].code == "1.001193"
    assert queries.search_procedures("giay phep lai xe quoc te").hits[0].code == "3.000353"
    again = services.import_crawl(*found, actor=SYSTEM)
    assert (again.added, again.changed) == (0, 0)
