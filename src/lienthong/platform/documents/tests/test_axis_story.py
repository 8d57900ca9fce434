"""A foreign system, written from the published description alone, does its day's work on the axis."""

from typing import Any

import pytest

from lienthong.platform.documents.models import MailboxItem, PartnerWarning
from lienthong.platform.documents.tests.axis_bench import counted
from lienthong.platform.documents.tests.foreign import PDF, edoc, status

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.documents.tests.axis_site"),
]


def test_agencies_are_listed_and_registered(axis: Any) -> None:
    listed = axis.thanh_hoa.ask("getAgenciesList")["data"]
    assert {"H56", "G09", "G22"} <= {one["code"] for one in listed}
    levels = axis.thanh_hoa.ask("getAgenciesListQD20")["data"]
    (own,) = [one for one in levels["1"] if one["code"] == "H56"]
    assert (own["code102"], own["oldCode"]) == ("000.00.00.H56", "000.00.00.H56")
    assert own.keys() == {"id", "pid", "code", "code102", "oldCode", "name", "mail"}
    body = {"id": "14", "pcode": "H56", "code": "000.00.14.H56", "name": "Sở Nội vụ", "mail": "snv@example.gov.vn"}
    made = axis.thanh_hoa.ask("registerAgency", body=body)
    assert (made["status"], made["AgencyCode"]) == ("OK", "H56.14")
    second = axis.thanh_hoa.ask("getSynchronizeUnit", {"level": "2"})["data"]
    assert ("H56.14", "Sở Nội vụ") in [(one["code"], one["name"]) for one in second["2"]]
    outside = axis.thanh_hoa.ask("registerAgency", body={**body, "code": "G09.14", "pcode": "G09"})
    assert (outside["status"], outside["ErrorCode"]) == ("FAIL", "19")
    assert axis.noi_vu.ask("deleteAgency", {"AgencyCode": "H56.14"})["ErrorCode"] == "18"
    assert axis.thanh_hoa.ask("deleteAgency", {"AgencyCode": "H56"})["ErrorCode"] == "19"
    assert axis.thanh_hoa.ask("deleteAgency", {"AgencyCode": "000.00.14.H56"})["status"] == "OK"
    assert "2" not in axis.thanh_hoa.ask("getSynchronizeUnit", {"level": "2"})["data"] or "H56.14" not in {
        one["code"] for one in axis.thanh_hoa.ask("getSynchronizeUnit", {"level": "2"})["data"]["2"]
    }


def test_a_document_goes_from_one_system_to_another_and_its_states_come_back(axis: Any) -> None:
    sent = axis.thanh_hoa.send(edoc("H56", ["G09"], 128))
    assert sent["status"] == "OK", sent
    (item,) = axis.noi_vu.received()
    assert (item["from"], item["to"], item["status"], item["messageType"]) == ("H56", "G09", "inbox", "edoc")
    assert axis.noi_vu.ask("countReceiveEdoc")["count"] == 1
    status, content = axis.noi_vu.download(item["docId"])
    assert status == 200
    assert len(content) == item["contentLength"]
    assert axis.noi_vu.mark(item["docId"], "processing")["status"] == "OK"
    (read,) = axis.noi_vu.collect()
    assert read.text("MessageHeader/Subject") == "V/v báo cáo tình hình thực hiện"
    assert read.file() == PDF
    assert axis.noi_vu.received() == []
    (line,) = axis.thanh_hoa.sent()
    assert (line["senderDocId"], line["toCode"], line["receiveStatus"]) == (sent["DocId"], "G09", "done")
    assert line["notation"] == "128/UBND-VX"
    for code in ("01", "03", "04", "05", "06"):
        assert axis.noi_vu.say(read, code)["ErrorDesc"] == "", code
    told = [one.text("StatusCode") for one in axis.thanh_hoa.collect("status")]
    assert [code for code in told if code != "01"] == ["03", "04", "05", "06"]
    assert axis.thanh_hoa.ask("countReceiveStatus")["count"] == 0


def test_transport_and_business_do_not_touch_each_other(axis: Any) -> None:
    axis.thanh_hoa.send(edoc("H56", ["G09"], 129))
    (read,) = axis.noi_vu.collect()
    assert axis.thanh_hoa.received("status") == []
    axis.thanh_hoa.send(edoc("H56", ["G09"], 130))
    (item,) = axis.noi_vu.received()
    from lienthong.platform.documents.tests.foreign import Read

    second = Read.of(axis.noi_vu.fetch(item["docId"]), item)
    assert axis.noi_vu.say(second, "03")["status"] == "OK"
    assert [one["status"] for one in axis.noi_vu.received()] == ["inbox"]
    assert read.document_id != second.document_id


def test_a_refusal_tells_its_reason_and_a_recall_is_agreed_to(axis: Any) -> None:
    axis.thanh_hoa.send(edoc("H56", ["G09"], 131))
    (read,) = axis.noi_vu.collect()
    assert axis.noi_vu.say(read, "03")["ErrorDesc"] == ""
    recalled = axis.thanh_hoa.send(edoc("H56", ["G09"], 131, kind=1, reason="Ban hành nhầm"))
    assert recalled["status"] == "OK", recalled
    (recall,) = axis.noi_vu.collect()
    assert recall.text("Bussiness/BussinessDocType") == "1"
    assert recall.text("Bussiness/BussinessDocReason") == "Ban hành nhầm"
    assert axis.noi_vu.say(read, "15")["status"] == "OK"
    codes = [one.text("StatusCode") for one in axis.thanh_hoa.collect("status")]
    assert [code for code in codes if code != "01"] == ["03", "15"]
    axis.thanh_hoa.send(edoc("H56", ["G09"], 132))
    (other,) = axis.noi_vu.collect()
    without = axis.noi_vu.say(other, "02")
    assert without["status"] == "FAIL"
    assert axis.noi_vu.say(other, "02", "Văn bản gửi nhầm cơ quan")["status"] == "OK"
    (refused,) = [one for one in axis.thanh_hoa.collect("status") if one.text("StatusCode") == "02"]
    assert refused.text("MessageHeader/Description") == "Văn bản gửi nhầm cơ quan"


def test_the_sender_asks_a_document_back(axis: Any) -> None:
    axis.thanh_hoa.send(edoc("H56", ["G09"], 133))
    (read,) = axis.noi_vu.collect()
    assert axis.noi_vu.say(read, "03")["ErrorDesc"] == ""
    assert axis.thanh_hoa.say(read, "13", "Cần sửa nơi nhận")["status"] == "OK"
    assert axis.thanh_hoa.say(read, "13", "Cần sửa nơi nhận")["status"] == "OK"
    (asked,) = axis.noi_vu.collect("status")
    assert (asked.text("StatusCode"), asked.text("MessageHeader/Description")) == ("13", "Cần sửa nơi nhận")
    assert axis.noi_vu.say(read, "16", "Đã xử lý xong")["status"] == "OK"
    assert "16" in [one.text("StatusCode") for one in axis.thanh_hoa.collect("status")]


def test_the_same_again_is_harmless(axis: Any) -> None:
    document = edoc("H56", ["G09"], 134)
    first = axis.thanh_hoa.send(document)
    after = counted()
    assert axis.thanh_hoa.send(document)["DocId"] == first["DocId"]
    assert counted() == after
    (read,) = axis.noi_vu.collect()
    for _ in range(2):
        assert axis.noi_vu.say(read, "03")["ErrorDesc"] == ""
    assert MailboxItem.objects.filter(kind="status", agency_code="H56").count() == 1


def test_codes_in_both_forms_mean_the_same(axis: Any) -> None:
    sent = axis.thanh_hoa.send(edoc("000.00.00.H56", ["000.00.00.G09"], 135), **{"from": "000.00.00.H56"})
    assert sent["status"] == "OK", sent
    (read,) = axis.noi_vu.collect()
    assert axis.noi_vu.say(read, "03")["ErrorDesc"] == ""
    assert "03" in [one.text("StatusCode") for one in axis.thanh_hoa.collect("status")]
    found = set(PartnerWarning.objects.filter(sender_code="H56").values_list("code", flat=True))
    assert {"unsigned", "old-agency-code"} <= found


def test_warnings_of_statuses_are_counted_once_for_what_they_say(axis: Any) -> None:
    axis.thanh_hoa.send(edoc("H56", ["G09"], 138))
    (read,) = axis.noi_vu.collect()
    spelled = status("G09", read, "03").replace(b">03<", b">3<")
    for _ in range(2):
        assert axis.noi_vu.send(b"\xef\xbb\xbf" + spelled, "status")["ErrorDesc"] == ""
    found = PartnerWarning.objects.filter(sender_code="G09").values_list("code", "count", "last_document_id")
    assert sorted(found) == [(code, 1, read.document_id) for code in ("bom", "status-code", "unsigned")]
    assert axis.noi_vu.say(read, "06")["ErrorDesc"] == ""
    assert axis.thanh_hoa.say(read, "13", "Cần sửa nơi nhận")["ErrorDesc"] == ""
    assert axis.thanh_hoa.say(read, "13", "Cần sửa nơi nhận")["ErrorDesc"] == ""
    assert axis.noi_vu.say(read, "16", "Đã xử lý xong")["ErrorDesc"] == ""
    told = PartnerWarning.objects.filter(code="unsigned").values_list("sender_code", "count")
    assert sorted(told) == [("G09", 3), ("H56", 2)]
    without = axis.noi_vu.say(read, "05")
    assert without["ErrorCode"] == "23"
    assert PartnerWarning.objects.get(sender_code="G09", code="unsigned").count == 3


def test_to_narrows_the_receivers_of_an_envelope(axis: Any) -> None:
    sent = axis.thanh_hoa.send(edoc("H56", ["G09", "H36"], 136), to="G09")
    assert sent["status"] == "OK", sent
    assert [line["toCode"] for line in axis.thanh_hoa.sent()] == ["G09"]
    assert axis.thanh_hoa.send(edoc("H56", ["G09"], 137), to="G12")["status"] == "FAIL"
