"""The LGSP variant and the JSON API over the same mailbox; whatever is asked is answered."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from lienthong.platform.documents.axis_api.json_doors import api
from lienthong.platform.documents.models import Partner
from lienthong.platform.documents.tests.axis_bench import counted
from lienthong.platform.documents.tests.foreign import PDF, VIETNAM, Foreign, Read, edoc, form, status

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.platform.documents.tests.axis_site"),
]
LGSP = "/documents/lgsp/v1/"
API = "/documents/api/v1/"
FEW = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def lgsp(
    system: Foreign, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    key = {"X-SystemId": system.system_id, "X-SecretKey": system.secret}
    return system.exchange(method, LGSP + path, body, {**key, **(headers or {})})


def lgsp_send(system: Foreign, edxml: bytes, kind: str = "edoc") -> dict[str, Any]:
    body, content_type = form(edxml, "edocFile")
    field = (
        f'--{content_type.partition("=")[2]}\r\nContent-Disposition: form-data; name="messageType"\r\n\r\n{kind}\r\n'
    )
    answer = lgsp(system, "POST", "sendEdoc", field.encode() + body, {"Content-Type": content_type})
    told: dict[str, Any] = json.loads(answer[1])
    return told


def test_the_lgsp_variant_sends_lists_fetches_and_asks(axis: Any) -> None:
    sent = lgsp_send(axis.thanh_hoa, edoc("H56", ["G09"], 41))
    assert sent["code"] == "0", sent
    doc_id = sent["data"]["docId"]
    (item,) = json.loads(lgsp(axis.noi_vu, "GET", "getInbox")[1])["data"]
    status_, content = lgsp(axis.noi_vu, "GET", f"getEdoc/{item['docId']}")
    assert status_ == 200
    read = Read.of(content, item)
    assert read.file() == PDF
    done = lgsp(axis.noi_vu, "POST", f"updateStatus/{item['docId']}?status=done", b"{}")
    assert json.loads(done[1])["code"] == "0"
    assert json.loads(lgsp(axis.noi_vu, "GET", "getInbox")[1])["data"] == []
    assert lgsp_send(axis.noi_vu, status("G09", read, "03"), "status")["code"] == "0"
    (told,) = json.loads(lgsp(axis.thanh_hoa, "GET", "getInbox?messageType=status")[1])["data"]
    assert told["messageType"] == "status"
    states = json.loads(lgsp(axis.thanh_hoa, "GET", f"getDocStatus/{doc_id}")[1])["data"]
    assert [(one["transport"], one["business"]) for one in states["receivers"]] == [("opened", "03")]
    mine = json.loads(lgsp(axis.noi_vu, "GET", f"getDocStatus/{item['docId']}")[1])["data"]
    assert (mine["transport"], mine["business"]) == ("done", "03")


def test_the_lgsp_variant_refuses_by_its_numbers(axis: Any) -> None:
    before = counted()
    for headers in ({"X-SecretKey": "sai"}, {"X-SecretKey": ""}, {"X-SystemId": "khong-co"}, {"X-SecretKey": "\xc4"}):
        assert json.loads(lgsp(axis.thanh_hoa, "GET", "getInbox", headers=headers)[1])["code"] == "15"
    assert lgsp_send(axis.thanh_hoa, edoc("G09", ["H56"], 42))["code"] == "19"
    assert lgsp_send(axis.thanh_hoa, edoc("H56", ["G99"], 42))["code"] == "18"
    assert lgsp_send(axis.thanh_hoa, b"<xml/>")["code"] == "20"
    assert lgsp_send(axis.thanh_hoa, b"<xml/>", "thu")["code"] == "10"
    assert json.loads(lgsp(axis.thanh_hoa, "GET", "getDocStatus/1")[1])["code"] == "23"
    assert counted() == before


def basic(system: Foreign) -> dict[str, str]:
    pair = b64encode(f"{system.system_id}:{system.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def told(response: Any, status_: int = 200) -> Any:
    assert response.status_code == status_, response.content
    return response.json()


def body(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "agency_code": "H56",
        "type_code": "CV",
        "number": number,
        "notation": "UBND-VX",
        "place": "Thanh Hóa",
        "promulgated_on": f"{datetime.now(VIETNAM):%Y-%m-%d}",  # noqa: TID251
        "subject": "V/v cung cấp số liệu",
        "signer": {"name": "Trần Văn Bốn", "position": "Chủ tịch", "competence": "TM."},
        "receivers": ["G09", "000.00.00.H36"],
        "files": [{"name": "cong-van.pdf", "content": b64encode(PDF).decode(), "description": "Công văn"}],
        **changes,
    }


def test_a_number_with_a_suffix(axis: Any) -> None:
    given = body(51, suffix="a", receivers=["G09"])
    told(Client().post(f"{API}documents", given, content_type="application/json", headers=basic(axis.thanh_hoa)))
    (read,) = axis.noi_vu.collect()
    assert (read.text("Code/CodeNumber"), read.text("Code/CodeNotation")) == ("51a", "UBND-VX")
    assert read.document_id.endswith(",51a/UBND-VX")
    assert axis.noi_vu.say(read, "03")["ErrorDesc"] == ""


def test_the_json_api_does_a_days_work(axis: Any) -> None:
    client, mine, theirs = Client(), basic(axis.thanh_hoa), basic(axis.noi_vu)
    sent = told(client.post(f"{API}documents", body(51), content_type="application/json", headers=mine))
    (item,) = told(client.get(f"{API}mailbox", headers=theirs))
    assert (item["sender_code"], item["state"], item["status"]) == ("H56", "inbox", "")
    whole = told(client.get(f"{API}mailbox/{item['id']}", headers=theirs))
    assert (whole["code"], whole["subject"], whole["verdict"]) == ("51/UBND-VX", "V/v cung cấp số liệu", "ours")
    (paper,) = whole["files"]
    got: Any = client.get(f"{API}mailbox/{item['id']}/files/{paper['position']}", headers=theirs)
    assert b"".join(got.streaming_content) == PDF
    edxml: Any = client.get(f"{API}mailbox/{item['id']}/edxml", headers=theirs)
    assert Read.of(b"".join(edxml.streaming_content), {}).file() == PDF
    state = {"state": "done"}
    moved = told(client.put(f"{API}mailbox/{item['id']}/state", state, content_type="application/json", headers=theirs))
    assert (moved["state"], moved["status"]) == ("done", "")
    said = {"status": "03", "department": "Văn thư", "staff": "Lê Thị Sáu"}
    path = f"{API}mailbox/{item['id']}/status"
    assert told(client.post(path, said, content_type="application/json", headers=theirs))["status"] == "03"
    early = told(client.post(path, {"status": "01"}, content_type="application/json", headers=theirs), 409)
    assert early["code"] == "documents.out-of-order"
    receivers = told(client.get(f"{API}sent/{sent['message_id']}", headers=mine))
    (there,) = [one for one in receivers if one["receiver_code"] == "G09"]
    assert (there["transport"], there["status"]) == ("opened", "03")
    assert {(one["level"], one["state"]) for one in there["steps"]} >= {("transport", "opened"), ("business", "03")}
    assert all(one["evidence"] for one in there["steps"])
    assert len(told(client.get(f"{API}sent", headers=mine))) == 2
    recall = {"reason": "Ban hành nhầm"}
    path = f"{API}sent/{sent['message_id']}/recall"
    assert told(client.post(path, recall, content_type="application/json", headers=mine))["document_id"]
    assert told(client.post(path, recall, content_type="application/json", headers=mine), 409)
    assert {one["code"] for one in told(client.get(f"{API}agencies", headers=mine))} >= {"G09", "H56"}


def test_the_json_api_refuses_and_leaves_nothing(axis: Any) -> None:
    client, mine, theirs = Client(), basic(axis.thanh_hoa), basic(axis.noi_vu)
    before = counted()
    wrong = {"Authorization": "Basic " + b64encode(b"VN:GOV:H56:qlvb:sai").decode()}
    for headers in (wrong, {"Authorization": "Basic ???"}, {}):
        assert told(client.get(f"{API}mailbox", headers=headers), 401)["code"] == "documents.not-authenticated"
    for changes, status_ in (
        ({"agency_code": "G09"}, 403),
        ({"receivers": ["G99"]}, 422),
        ({"receivers": []}, 422),
        ({"number": 0}, 422),
        ({"suffix": "/"}, 422),
        ({"files": [{"name": "a.pdf", "content": "???"}]}, 422),
        ({"files": [{"name": "a.pdf", "content": b64encode(b"MZ").decode()}]}, 422),
        ({"promulgated_on": "2126-01-01"}, 422),
        ({"secrecy": "Tuyệt mật"}, 422),
        ({"type_code": "KHONG"}, 422),
    ):
        answer = client.post(f"{API}documents", {**body(52), **changes}, content_type="application/json", headers=mine)
        assert answer.status_code == status_, (changes, answer.content)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert counted() == before, changes
    told(client.post(f"{API}documents", body(53, receivers=["G09"]), content_type="application/json", headers=mine))
    (item,) = told(client.get(f"{API}mailbox", headers=theirs))
    for path in ("", "/edxml", "/files/0"):
        assert told(client.get(f"{API}mailbox/{item['id']}{path}", headers=mine), 404)["code"]


def test_the_json_api_sends_a_batch_whole_or_not_at_all(axis: Any) -> None:
    client, mine, theirs = Client(), basic(axis.thanh_hoa), basic(axis.noi_vu)

    def batch(*documents: dict[str, Any]) -> Any:
        given = {"documents": documents}
        return client.post(f"{API}documents/batch", given, content_type="application/json", headers=mine)

    before = counted()
    wrong = told(batch(body(61), body(62, receivers=["G99"]), body(63)), 422)
    assert (wrong["code"], wrong["document"], wrong["agencies"]) == ("documents.unknown-agency", 1, ["G99"])
    broken = told(batch(body(61), body(62, files=[{"name": "a.pdf", "content": "???"}])), 422)
    assert [one["field"] for one in broken["errors"]] == ["documents.1.files.0"]
    assert told(batch(body(61), body(62, agency_code="G09")), 403)["code"] == "documents.not-your-agency"
    assert told(batch(), 422)["errors"][0]["field"] == "documents"
    assert counted() == before
    sent = told(batch(*(body(number, receivers=["G09"]) for number in range(61, 81))))
    assert [one["document_id"].split(",")[2] for one in sent[:2]] == ["61/UBND-VX", "62/UBND-VX"]
    assert [one["message_id"] for one in told(batch(body(61, receivers=["G09"])))] == [sent[0]["message_id"]]
    assert len(told(client.get(f"{API}mailbox", headers=theirs))) == 20


def test_the_json_api_names_the_wrong_field(axis: Any) -> None:
    client, mine = Client(), basic(axis.thanh_hoa)
    for changes, field in (
        ({"number": "một"}, "number"),
        ({"files": [{"name": "a.pdf"}]}, "files.0.content"),
        ({"files": [{"name": "a.pdf", "content": "???"}]}, "files.0"),
    ):
        answer = client.post(f"{API}documents", {**body(54), **changes}, content_type="application/json", headers=mine)
        said = told(answer, 422)
        assert said["code"] == "documents.bad-field"
        assert [one["field"] for one in said["errors"]] == [field], changes
    said = told(client.get(f"{API}sent?after=x", headers=mine), 422)
    assert [one["field"] for one in said["errors"]] == ["after"]
    broken = client.post(f"{API}documents", "{", content_type="application/json", headers=mine)
    assert told(broken, 400)["code"] == "documents.bad-body"


def test_a_copy_of_the_database_opens_no_secret(axis: Any, settings: Any) -> None:
    row = Partner.objects.get(system_id=axis.thanh_hoa.system_id)
    assert axis.thanh_hoa.secret.encode() not in bytes(row.secret)
    settings.SECRET_KEY = "another node's key"
    answer = told(Client().get(f"{API}mailbox", headers=basic(axis.thanh_hoa)), 503)
    assert answer["code"] == "documents.secret-unreadable"


def test_whatever_is_asked_is_answered(axis: Any) -> None:
    document = api.get_openapi_schema(path_prefix=API)
    described = schemathesis.openapi.from_dict(document)
    mine = basic(axis.thanh_hoa)
    client = Client(raise_request_exception=False)

    def try_door(path: str, method: str) -> None:
        operation = described[API + path][method]

        @FEW
        @given(operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
        def try_out(case: Any) -> None:
            query = {name: value for name, value in (case.query or {}).items() if value is not None}
            content = json.dumps(case.body, default=str) if method == "POST" else None
            answer = client.generic(
                method, API + path, content or "", "application/json", headers=mine, query_params=query
            )
            assert answer.status_code < 500, (path, query, content)
            if answer.status_code >= 400:
                assert answer.headers["Content-Type"] == "application/problem+json"

        try_out()

    for path, method in (("mailbox", "GET"), ("sent", "GET"), ("documents", "POST")):
        try_door(path, method)
