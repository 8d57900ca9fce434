"""What a system must not send: each a clear refusal with its number, and nothing left behind."""

import io
import json
import socket
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import close_old_connections

from lienthong.platform.documents.models import Message, PartnerCall
from lienthong.platform.documents.services import partners
from lienthong.platform.documents.tests.axis_bench import HOA, counted
from lienthong.platform.documents.tests.foreign import PDF, VIETNAM, Foreign, edoc, form, packed, status_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.documents.tests.axis_site"),
]


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


GOOD = edoc("H56", ["G09"], 7)
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
SIGNED = (
    b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
    b'<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    b'<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI="">'
    b'<Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>'
    b'<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference>'
    b"</SignedInfo><SignatureValue>AAAA</SignatureValue></Signature></edXML:edXMLHeader>"
)
BAD_FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "20"),
    "no xml": (b"PK\x03\x04 something", "20"),
    "other xml": (b"<hoa-don/>", "20"),
    "cut": (GOOD[:900], "20"),
    "xml bomb": (BOMB + GOOD.replace(b'<?xml version="1.0" encoding="utf-8"?>', b"").replace(b"V/v", b"&b;"), "20"),
    "external entity": (ENTITY + GOOD.replace(b'<?xml version="1.0" encoding="utf-8"?>', b""), "20"),
    "zip bomb": (edoc("H56", ["G09"], 7, content=zipped(("a.pdf", PDF + b"\0" * 300 * 2**20))), "20"),
    "path trick": (edoc("H56", ["G09"], 7, content=zipped(("../../a.pdf", PDF))), "20"),
    "no zip": (edoc("H56", ["G09"], 7, content=PDF), "20"),
    "program": (edoc("H56", ["G09"], 7, content=zipped(("a.pdf", b"MZ\x90\0" + b"\0" * 64))), "20"),
    "wrong content id": (edoc("H56", ["G09"], 7, content_id="cid:khac"), "20"),
    "no attachment": (edoc("H56", ["G09"], 7, attachments=""), "20"),
    "broken base64": (GOOD.replace(b"<edXML:ContentTransferEncoded>", b"<edXML:ContentTransferEncoded>*"), "20"),
    "two envelopes": (GOOD.replace(b"</edXML:edXMLEnvelope>", b"</edXML:edXMLEnvelope><edXML:edXMLEnvelope/>"), "20"),
    "a status": (status_of("H56", "G09", "G09,2026/01/02,1/BNV", "1/BNV", "2026/01/02", "03"), "20"),
    "unknown agency": (edoc("H56", ["G99"], 7), "18"),
    "no such form of agency": (edoc("H56", ["THANH-HOA"], 7), "18"),
    "nobody delivers": (edoc("H56", ["G12"], 7), "18"),
    "nobody": (edoc("H56", [], 7), "20"),
    "not its agency": (edoc("G09", ["H56"], 7), "19"),
    "promulgated tomorrow": (edoc("H56", ["G09"], 7, day=datetime.now(VIETNAM) + timedelta(days=2)), "20"),  # noqa: TID251
    "recall of nothing": (edoc("H56", ["G09"], 7, kind=1, reason="Nhầm"), "23"),
    "no kind": (edoc("H56", ["G09"], 7, kind=9), "20"),
    "wrong signature": (GOOD.replace(b"</edXML:edXMLHeader>", SIGNED), "20"),
}


def test_a_bad_file_is_refused_and_leaves_nothing(axis: Any) -> None:
    before = counted()
    for name, (content, number) in BAD_FILES.items():
        headers = {"from": ""} if name == "not its agency" else {}
        told = axis.thanh_hoa.send(content, **headers)
        assert (told["status"], told["ErrorCode"]) == ("FAIL", number), (name, told)
        assert told["ErrorDesc"], name
        assert told["code"], name
        assert counted() == before, name
    assert axis.noi_vu.received() == []


def test_the_good_one_is_taken(axis: Any) -> None:
    assert axis.thanh_hoa.send(GOOD)["status"] == "OK"


BAD_CALLS: dict[str, tuple[Callable[[Foreign], dict[str, str]], str]] = {
    "other content": (lambda _: {"hash-file": "0" * 64}, "21"),
    "signature of another": (lambda _: {"XroadVnpt-sign-header": "0" * 64}, "15"),
    "no signature": (lambda _: {"XroadVnpt-sign-header": ""}, "15"),
    "no hex": (lambda _: {"XroadVnpt-sign-header": "Đ" * 8}, "15"),
    "another system": (lambda _: {"systemid": "VN:GOV:G09:vpdt"}, "15"),
    "nobody's system": (lambda _: {"systemid": "VN:GOV:H00:khac"}, "15"),
    "no clock": (lambda _: {"timestamp": ""}, "16"),
    "month 13": (lambda _: {"timestamp": "01132026T000000+0000"}, "16"),
    "offset with colon": (lambda _: {"timestamp": "22112026T093000+07:00"}, "16"),
    "last year": (lambda _: {"timestamp": "22112025T093000+0700"}, "16"),
    "no kind": (lambda _: {"messagetype": ""}, "10"),
    "another kind": (lambda _: {"messagetype": "thu"}, "10"),
    "another service": (lambda _: {"servicetype": "eMail"}, "10"),
    "from nobody": (lambda _: {"from": "H5"}, "18"),
    "from another": (lambda _: {"from": "G09"}, "19"),
}


def test_a_bad_call_is_refused_and_leaves_nothing(axis: Any) -> None:
    before = counted()
    for name, (headers, number) in BAD_CALLS.items():
        sent = {key: value.encode().decode("latin-1") for key, value in headers(axis.thanh_hoa).items()}
        told = axis.thanh_hoa.send(GOOD, **sent)
        assert (told["status"], told["ErrorCode"]) == ("FAIL", number), (name, told)
        assert counted() == before, name


def test_a_clock_that_is_off_is_told_the_axis_time(axis: Any) -> None:
    for minutes in (6, -6, 60 * 24 * 400):
        axis.thanh_hoa.clock = timedelta(minutes=minutes)
        told = axis.thanh_hoa.send(GOOD)
        assert (told["ErrorCode"], told["field"]) == ("16", "timestamp")
    for minutes in (4, -4):
        axis.thanh_hoa.clock = timedelta(minutes=minutes)
        assert axis.thanh_hoa.send(GOOD)["status"] == "OK"


def test_milliseconds_are_not_an_offset(axis: Any) -> None:
    """`+0700` read as an offset would be seven hours off; `+9999` none at all."""
    now = f"{datetime.now(VIETNAM):%d%m%YT%H%M%S}"  # noqa: TID251
    for tail in ("+0700", "+9999", "+0000"):
        body = b"{}"
        headers = {"timestamp": now + tail, "systemid": axis.thanh_hoa.system_id, "Content-Type": "application/json"}
        headers["XroadVnpt-sign-header"] = axis.thanh_hoa.sign(now + tail, "application/json", body)
        status, answer = axis.thanh_hoa.exchange("POST", "/documents/axis/countReceiveEdoc", body, headers)
        assert (status, json.loads(answer)["status"]) == (200, "OK")


def test_a_replay_is_refused(axis: Any) -> None:
    body, content_type = form(GOOD)
    stamp = axis.thanh_hoa.stamp()
    headers = {
        "systemid": axis.thanh_hoa.system_id,
        "timestamp": stamp,
        "Content-Type": content_type,
        "XroadVnpt-sign-header": axis.thanh_hoa.sign(stamp, content_type, body),
        "messagetype": "edoc",
    }
    first = axis.thanh_hoa.exchange("POST", "/documents/axis/sendEdoc", body, headers)
    assert json.loads(first[1])["status"] == "OK"
    after = counted()
    again = json.loads(axis.thanh_hoa.exchange("POST", "/documents/axis/sendEdoc", body, headers)[1])
    assert (again["status"], again["ErrorCode"]) == ("FAIL", "17")
    assert counted() == after


def test_a_changed_body_does_not_fit_its_signature(axis: Any) -> None:
    body, content_type = form(GOOD)
    stamp = axis.thanh_hoa.stamp()
    headers = {
        "systemid": axis.thanh_hoa.system_id,
        "timestamp": stamp,
        "Content-Type": content_type,
        "XroadVnpt-sign-header": axis.thanh_hoa.sign(stamp, content_type, body),
        "messagetype": "edoc",
    }
    changed = body.replace(b"b\xc3\xa1o c\xc3\xa1o", b"b\xc3\xa1o tin")
    assert changed != body
    told = json.loads(axis.thanh_hoa.exchange("POST", "/documents/axis/sendEdoc", changed, headers)[1])
    assert told["ErrorCode"] == "15"
    assert Message.objects.count() == 0
    assert not PartnerCall.objects.filter(verb="sendEdoc").exists()


BAD_FORMS = {
    "empty": b"",
    "cut": b"--x\r\n",
    "nameless": form(GOOD)[0].replace(b"name=", b"nam="),
    "no end": form(GOOD)[0][:-60],
    "two files": form(GOOD)[0].rsplit(b"--\r\n", 1)[0] + b"\r\n" + form(GOOD)[0],
}


def test_a_bad_form_is_refused(axis: Any) -> None:
    before = counted()
    for name, body in BAD_FORMS.items():
        status, answer = axis.thanh_hoa.raw("POST", "sendEdoc", body, form(GOOD)[1], {"messagetype": "edoc"})
        told = json.loads(answer)
        assert (status, told["status"]) == (200, "FAIL"), name
        assert told["ErrorCode"] in ("10", "20"), name
        assert counted() == before, name


def test_a_bad_json_body_is_refused(axis: Any) -> None:
    for content in (b"[1]", b"{", b"\xff\xfe", b'{"a":' * 5000, b'"x"'):
        status, answer = axis.thanh_hoa.raw("POST", "updateStatus", content, "application/json", {})
        assert (status, json.loads(answer)["ErrorCode"]) == (200, "10"), content


def test_a_body_too_large_is_refused_unread(axis: Any) -> None:
    head = "\r\n".join(
        [
            "POST /documents/axis/sendEdoc HTTP/1.1",
            "Host: localhost",
            f"systemid: {axis.thanh_hoa.system_id}",
            f"timestamp: {axis.thanh_hoa.stamp()}",
            f"XroadVnpt-sign-header: {'0' * 64}",
            f"Content-Length: {2 * 2**30}",
            "Connection: close",
            "\r\n",
        ]
    )
    with socket.create_connection((axis.thanh_hoa.host, axis.thanh_hoa.port), timeout=20) as wire:
        wire.sendall(head.encode())
        answer = b""
        while b"ErrorCode" not in answer and (block := wire.recv(65536)):
            answer += block
    assert b'"ErrorCode":"11"' in answer


def test_the_same_document_at_the_same_moment_is_one(axis: Any) -> None:
    document = edoc("H56", ["G09"], 8)
    told: list[dict[str, str]] = []

    def send() -> None:
        answer = axis.thanh_hoa.send(document)
        while answer["ErrorCode"] == "17":  # two calls within one millisecond bear one signature
            answer = axis.thanh_hoa.send(document)
        told.append(answer)
        close_old_connections()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one["status"] for one in told} == {"OK"}, told
    assert len({one["DocId"] for one in told}) == 1
    assert len(axis.noi_vu.received()) == 1


def test_another_content_under_the_same_id_is_a_conflict(axis: Any) -> None:
    assert axis.thanh_hoa.send(edoc("H56", ["G09"], 9))["status"] == "OK"
    before = counted()
    told = axis.thanh_hoa.send(edoc("H56", ["G09"], 9, content=packed(PDF + b"% another\n%%EOF\n")))
    assert (told["status"], told["ErrorCode"]) == ("FAIL", "22")
    assert counted() == before


def test_a_status_of_nothing_and_out_of_order_changes_nothing(axis: Any) -> None:
    axis.thanh_hoa.send(edoc("H56", ["G09"], 10))
    (read,) = axis.noi_vu.collect()
    day = read.text("PromulgationInfo/PromulgationDate")
    before = counted()
    never = status_of("G09", "H56", f"H56,{day},999/UBND-VX", "999/UBND-VX", day, "03")
    for content, number in (
        (never, "23"),
        (status_of("G09", "G09", f"G09,{day},10/BNV", "10/BNV", day, "13", "Nhầm"), "23"),
        (status_of("G09", "H56", read.document_id, "10/UBND-VX", day, "06"), "23"),
        (status_of("G09", "H56", read.document_id, "10/UBND-VX", day, "99"), "20"),
        (status_of("G09", "H56", read.document_id, "10/UBND-VX", day, "16", ""), "10"),
        (status_of("H56", "H56", read.document_id, "10/UBND-VX", day, "03"), "19"),
        (
            status_of("G09", "H56", read.document_id, "10/UBND-VX", day, "03").replace(b"</edXML:edXMLHeader>", SIGNED),
            "20",
        ),
    ):
        told = axis.noi_vu.send(content, "status", **({"from": ""} if number == "19" else {}))
        assert (told["status"], told["ErrorCode"]) == ("FAIL", number), told
    assert counted() == before
    assert axis.thanh_hoa.received("status") == []


def test_what_is_not_in_the_own_mailbox_is_not_there(axis: Any) -> None:
    axis.thanh_hoa.send(edoc("H56", ["G09"], 11))
    (item,) = axis.noi_vu.received()
    for doc_id in (item["docId"], "khong-co", "0" * 32):
        assert axis.thanh_hoa.ask("getEdoc", {"docId": doc_id})["ErrorCode"] == "24"
        assert axis.thanh_hoa.mark(doc_id, "done")["ErrorCode"] == "24"
    assert axis.noi_vu.mark(item["docId"], "xong")["ErrorCode"] == "10"
    assert [one["status"] for one in axis.noi_vu.received()] == ["inbox"]


def test_a_suspended_system_and_another_network_stay_outside(axis: Any) -> None:
    partners.suspend_partner(system_id=axis.thanh_hoa.system_id, reason="Lộ khóa", actor=HOA)
    assert axis.thanh_hoa.send(GOOD)["ErrorCode"] == "15"
    partners.resume_partner(system_id=axis.thanh_hoa.system_id, actor=HOA)
    assert axis.thanh_hoa.send(GOOD)["status"] == "OK"
    partners.change_partner(
        system_id=axis.noi_vu.system_id, name="Nội vụ", agencies=["G09"], networks=["10.9.0.0/16"], contact="",
        code_form="qcvn102", actor=HOA,
    )  # fmt: skip
    assert axis.noi_vu.ask("countReceiveEdoc")["ErrorCode"] == "15"
    partners.change_partner(
        system_id=axis.noi_vu.system_id, name="Nội vụ", agencies=["G09"], networks=["127.0.0.0/8", "::1/128"],
        contact="", code_form="qcvn102", actor=HOA,
    )  # fmt: skip
    (item,) = axis.noi_vu.received()
    assert (item["from"], item["to"]) == ("000.00.00.H56", "000.00.00.G09")


def test_a_rotated_secret_leaves_a_day_for_both(axis: Any) -> None:
    old = axis.thanh_hoa.secret
    _, axis.thanh_hoa.secret = partners.rotate_secret(system_id=axis.thanh_hoa.system_id, actor=HOA)
    assert axis.thanh_hoa.ask("countReceiveEdoc")["status"] == "OK"
    axis.thanh_hoa.secret = old
    assert axis.thanh_hoa.ask("countReceiveEdoc")["status"] == "OK"
    partners.rotate_secret(system_id=axis.thanh_hoa.system_id, at_once=True, actor=HOA)
    assert axis.thanh_hoa.ask("countReceiveEdoc")["ErrorCode"] == "15"
