"""Operator's pages: the picture and the tables say the same as the records, filters stay, strangers stay out."""

import csv
import io
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from lienthong.kernel import clock
from lienthong.platform.monitoring import queries, services, views
from lienthong.platform.monitoring.models import Operation
from lienthong.platform.monitoring.tests.test_recording import one
from lienthong.platform.monitoring.types import Choice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("lienthong.platform.monitoring.tests.site")]

BASE = "/van-hanh/trao-doi/"


def read(client: Client, path: str, **query: str) -> str:
    answer = client.get(BASE + path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(client: Client, path: str, **query: str) -> list[dict[str, str]]:
    answer: Any = client.get(BASE + path, query)
    assert answer["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_overview_counts_every_record(operator: Client, traffic: int) -> None:
    page = plain(read(operator, "tong-quan/"))
    assert f"Số lượt {traffic} " in page
    flows = rows_of(operator, "tong-quan/luong.csv")
    assert sum(int(row["Số lượt"]) for row in flows) == traffic
    assert {(row["Bên gọi"], row["Hệ thống gọi"], row["Bên trả lời"]) for row in flows} == {
        ("H36", "", "G22"),
        ("H36", "mot-cua", "G01"),
        ("G12", "thue", "H36"),
    }


def test_the_picture_draws_each_pair_and_reddens_what_fails(operator: Client, traffic: int) -> None:
    page = read(operator, "tong-quan/")
    assert page.count('<path class="monitoring-line') == 3
    assert "H36/mot-cua → G01/dan-cu: 120 lượt, 8 lỗi" in page
    assert page.count("monitoring-line--fair") == 1
    assert page.count("monitoring-line--good") == 2
    services.record([one(n, succeeded=False, fault_code="x.y") for n in range(900)])
    services.sum_operations()
    assert 'monitoring-line--bad"' in read(operator, "tong-quan/")


def test_causes_of_failure_lead_to_their_records(operator: Client, traffic: int) -> None:
    page = read(operator, "tong-quan/")
    assert "catalogue.quota-used" in page
    link = re.search(r'href="(/van-hanh/trao-doi/ban-ghi/\?[^"]*ket-qua=catalogue.quota-used[^"]*)"', page)
    assert link
    listed = operator.get(link[1].replace("&amp;", "&")).content.decode()
    assert listed.count(">catalogue.quota-used</strong>") == 8


def test_services_stand_by_how_slow_they_are(operator: Client, traffic: int) -> None:
    now = clock.now()
    speeds = queries.list_speeds(Choice(now.replace(year=now.year - 1), now))
    assert [speed.service for speed in speeds] == ["dossier-status.v1", "dossiers.v1", "population.person-lookup"]
    assert 3000 < speeds[0].p95 <= 5000
    assert 30 <= speeds[2].p50 <= 100
    page = plain(read(operator, "tong-quan/"))
    assert page.index("dossier-status.v1", page.index("Dịch vụ chậm nhất")) < page.index(
        "population.person-lookup", page.index("Dịch vụ chậm nhất")
    )


def test_what_waits_stands_with_the_state_of_its_line(operator: Client, traffic: int) -> None:
    page = plain(read(operator, "tong-quan/"))
    assert re.search(r"\(G01\) 12 90 phút Tạm nghỉ sau lỗi", page)


def test_a_chosen_peer_narrows_and_stays_in_every_link(operator: Client, traffic: int) -> None:
    page = read(operator, "tong-quan/", **{"co-quan": "G01", "ky": "tuan"})
    assert page.count('<path class="monitoring-line') == 1
    links = re.findall(r'href="(\?[^"]*|luong.csv\?[^"]*|/van-hanh/trao-doi/ban-ghi/\?[^"]*)"', page)
    kept = [link for link in links if "co-quan=G01" in link or "co-quan=H36" in link]
    # Only the chip that takes the peer off lacks it.
    assert len(links) - len(kept) == 1
    assert '<option value="G01" selected' in page


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"tu": "2026-13-40", "den": "2026-01-01"}, "Nhập ngày"),
        ({"tu": "2026-02-01", "den": "2026-01-01"}, "Ngày kết thúc phải sau ngày bắt đầu"),
        ({"tu": "0001-01-01", "den": "9999-12-31"}, "Nhập ngày"),
    ],
)
def test_a_wrong_period_is_named(operator: Client, query: dict[str, str], named: str) -> None:
    assert named in read(operator, "tong-quan/", **query)
    assert named in read(operator, "ban-ghi/", **query)


def test_days_typed_in_are_whole_days(operator: Client, traffic: int) -> None:
    day = clock.today().isoformat()
    counted = Operation.objects.filter(monitoring_data_ts__gte=clock.now().replace(hour=0, minute=0, second=0)).count()
    flows = rows_of(operator, "tong-quan/luong.csv", tu=day, den=day)
    assert sum(int(row["Số lượt"]) for row in flows) == counted


def test_steps_of_time_have_no_gaps_and_lose_nothing(traffic: int) -> None:
    now = clock.now()
    for length in (timedelta(hours=25), timedelta(days=6)):
        points = queries.list_points(Choice(now - length, now))
        assert sum(point.count for point in points) == traffic
        assert all(b.at - a.at == a.step for a, b in pairwise(points))


def test_records_page_by_page_show_each_once(operator: Client, traffic: int) -> None:
    seen: list[str] = []
    path = BASE + "ban-ghi/?ky=tuan"
    for _ in range(20):
        page = operator.get(path).content.decode()
        seen += re.findall(r'href="(\d+)/\?', page)
        older = re.search(r'href="(\?[^"]*truoc=[^"]*)"', page)
        if not older:
            break
        path = BASE + "ban-ghi/" + older[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == traffic


def test_records_narrow_by_outcome_and_message_and_export_the_same(operator: Client, traffic: int) -> None:
    failed = rows_of(operator, "ban-ghi/ban-ghi.csv", **{"ket-qua": "failed", "ky": "tuan"})
    assert {row["faultCode"] for row in failed} == {"exchange.unreachable", "catalogue.quota-used"}
    assert all(row["succeeded"] == "False" for row in failed)
    assert [row["messageId"] for row in rows_of(operator, "ban-ghi/ban-ghi.csv", ma="c-3")] == ["c-3"]
    page = read(operator, "ban-ghi/", ma="c-3")
    assert len(re.findall(r'href="(\d+)/\?', page)) == 1


def test_one_record_shows_its_moments_and_who_is_not_there_is_not_found(operator: Client, traffic: int) -> None:
    number = Operation.objects.get(message_id="c-3").id
    page = plain(read(operator, f"ban-ghi/{number}/"))
    for text in ("mất 2,5 s", "/dossiers/*", "QD-2026-17", "80,0 kB"):
        assert text in page
    assert operator.get(f"{BASE}ban-ghi/999999999/").status_code == 404


def test_cells_of_a_sheet_are_no_formulas(operator: Client, transactional_db: None) -> None:
    services.record([one(1, fault_string="=HYPERLINK(1)", message_issue="@x", purpose="-1")])
    row = rows_of(operator, "ban-ghi/ban-ghi.csv")[0]
    assert (row["faultString"], row["messageIssue"], row["purpose"]) == ("'=HYPERLINK(1)", "'@x", "'-1")


def test_an_empty_node_says_what_would_stand_here(operator: Client, transactional_db: None) -> None:
    assert "Chưa có lượt trao đổi nào" in read(operator, "tong-quan/")
    assert "Không có bản ghi nào" in read(operator, "ban-ghi/")


def test_the_health_page_says_why_and_what_to_do(operator: Client, transactional_db: None) -> None:
    page = plain(read(operator, "tinh-trang/"))
    for text in ("Cần chú ý", "12 thông điệp chờ gửi tới G01.", "Báo cho bên nhận.", "Cơ sở dữ liệu trả lời."):
        assert text in page


@pytest.mark.parametrize("odd", ["<script>alert(1)</script>", "\u202e", "x" * 5000, "'; DROP TABLE x;--", "%00"])
def test_odd_choices_are_shown_as_text_and_find_nothing(operator: Client, traffic: int, odd: str) -> None:
    for path in ("tong-quan/", "ban-ghi/"):
        query = {"co-quan": odd, "dich-vu": odd, "loai": odd, "ket-qua": odd, "ma": odd, "truoc": odd, "ky": odd}
        page = read(operator, path, **query)
        assert "<script>alert(1)" not in page


def test_only_the_operator_comes_in() -> None:
    for name in views.__all__:
        assert getattr(views, name).access_rule == "duty:operator"
