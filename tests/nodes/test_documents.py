"""The axis between real nodes: documents arrive with proof, states come back, a recall is followed, none is lost.

And with a document system outside before one of them: by curl as the description says, and with code of its own.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lienthong.node.demo.country import Country
from lienthong.node.demo.guide import PARTNER_FILE
from lienthong.node.processes import REPOSITORY
from lienthong.node.story.browser import Browser, PageProblem
from lienthong.node.story.command import wait_until
from lienthong.platform.documents.tests.foreign import PDF, Foreign, Read, edoc

pytestmark = pytest.mark.nodes

SUBJECT = "V/v báo cáo kết quả chuyển đổi số quý III"
AXIS = "/van-ban/truc/"
AGENCY = "H56"
RECALL = 1
LAND = "V/v chia sẻ dữ liệu đất đai"
DIRECTORY = "/van-hanh/trao-doi/danh-ba/"


@pytest.fixture(scope="module")
def sent(country: Country) -> Country:
    """The demo's documents were sent while the hub was dead, which comes back afterwards."""
    wait_until(lambda: "H36" in officer(country, "province", "h36.vanhanh").get(DIRECTORY).text, 60)
    country.kill("hub")
    country.send_documents("province")
    country.restart("hub")
    country.send_documents("hub")
    return country


def officer(country: Country, name: str, username: str) -> Browser:
    browser = Browser(country.url(name), timeout=60)
    browser.get("/dang-nhap/").submit({"username": username}, form="thu")
    return browser


def until(browser: Browser, path: str, holds: Callable[[Browser], bool]) -> None:
    """Wait for what letters bring."""

    def look() -> bool:
        try:
            return holds(browser.get(path))
        except PageProblem:
            return False

    wait_until(look, 60)
    assert holds(browser.get(path)), browser.text


def test_documents_travel_and_their_states_come_back(sent: Country) -> None:
    hub, province = officer(sent, "hub", "g22.vanthu"), officer(sent, "province", "h36.vanthu")
    until(hub, "/van-ban/", lambda page: SUBJECT in page.text)
    assert hub.text.count(SUBJECT) == 1
    until(province, "/van-ban/di/", lambda page: SUBJECT in page.text)
    province.follow(SUBJECT)
    province.follow("Gửi mới")
    message = province.path
    until(province, message, lambda page: "Đã đến hệ thống nhận" in page.text or "Đã được lấy về" in page.text)
    until(province, message, lambda page: "Đã đến" in page.text)
    hub.get("/van-ban/").follow(SUBJECT)
    until(province, message, lambda page: "Đã được lấy về" in page.text)
    hub.submit(button="Đăng ký")
    until(province, message, lambda page: "Đã tiếp nhận" in page.text)
    province.follow("G22")
    assert "biên nhận" in province.text


def test_a_recall_of_a_registered_document_is_answered_by_people(sent: Country) -> None:
    hub, province = officer(sent, "hub", "g22.vanthu"), officer(sent, "province", "h36.vanthu")
    province.get("/van-ban/di/").follow(SUBJECT)
    province.follow("Gửi mới")
    province.follow("Thu hồi")
    province.submit({"reason": "Gửi nhầm phụ lục"}, button="Thu hồi")
    recall = province.path
    until(hub, AXIS, lambda page: "Gửi nhầm" not in page.text and SUBJECT in page.text)
    hub.follow(SUBJECT)
    hub.submit({"agree": "15", "reason": ""}, button="Gửi trả lời")
    until(province, recall, lambda page: "Đồng ý cập nhật, lấy lại" in page.text)
    assert "Đã thu hồi" in province.text
    operator = officer(sent, "hub", "g22.vanhanh")
    assert "Lưu lượng trục văn bản" in operator.get("/van-hanh/van-ban/luu-luong/").text


def partner_of(country: Country) -> Foreign:
    """A system with the demo's id and secret, which imports nothing of ours."""
    text = (country.home / "hub" / PARTNER_FILE).read_text(encoding="ascii")
    given = dict(line.split("=", 1) for line in text.splitlines())
    address = urlsplit(country.url("hub"))
    return Foreign(address.hostname or "", address.port or 0, given["SYSTEM"], given["SECRET"], AGENCY)


def test_the_secret_is_made_here_and_lies_open_to_nobody_else(country: Country) -> None:
    note = country.home / "hub" / PARTNER_FILE
    assert note.stat().st_mode & 0o077 == 0
    assert len(partner_of(country).secret) == 43
    assert partner_of(country).secret not in country.log_path("hub").read_text(encoding="utf-8")


def test_every_command_of_the_description_runs(sent: Country, tmp_path: Path) -> None:
    """All verbs by curl: no answer but OK, and what was sent arrives at the province."""
    text = (REPOSITORY / "docs" / "protocols" / "axis.md").read_text(encoding="utf-8")
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    places = {"AXIS": f"{sent.url('hub')}/documents/axis", "DEMO": str(sent.home), "NUMBER": "4711"}
    ran = subprocess.run(
        ["sh", "-eu", "-c", commands],
        env={**os.environ, **places, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert {one["status"] for one in answers} == {"OK"}, ran.stdout
    verbs = set(re.findall(r"^(?:ask|call) (\w+)", commands, re.MULTILINE)) | {"sendEdoc"}
    assert len(answers) >= len(verbs) > 10
    clerk = officer(sent, "province", "h36.vanthu")
    until(clerk, "/van-ban/", lambda page: "4711/UBND-VX" in page.text)


def test_what_the_system_sends_is_worked_on_and_its_states_come_back(sent: Country) -> None:
    system, clerk = partner_of(sent), officer(sent, "province", "h36.vanthu")
    told_id = system.send(edoc(AGENCY, ["H36"], 501, subject=LAND))["DocId"]
    until(clerk, "/van-ban/", lambda page: LAND in page.text)
    clerk.follow(LAND)
    clerk.submit(button="Đăng ký")
    told: list[str] = []

    def comes(code: str) -> bool:
        told.extend(one.text("StatusCode") for one in system.collect("status"))
        return code in told

    wait_until(lambda: comes("03"), 60)
    assert "03" in told
    (line,) = [one for one in system.sent() if one["senderDocId"] == told_id]
    assert (line["toCode"], line["notation"], line["sendStatus"]) == ("H36", "501/UBND-VX", "done")
    recalled = system.send(edoc(AGENCY, ["H36"], 501, kind=RECALL, reason="Gửi nhầm"))
    assert recalled["status"] == "OK", recalled
    until(clerk, "/van-ban/truc/", lambda page: LAND in page.text)
    clerk.follow(LAND)
    clerk.submit({"agree": "15", "reason": ""}, button="Gửi trả lời")
    wait_until(lambda: comes("15"), 60)
    assert "15" in told


def test_what_comes_for_the_agency_lies_in_its_mailbox_until_it_is_kept(sent: Country) -> None:
    """For one that the system registers itself, below its own."""
    system, below = partner_of(sent), f"{AGENCY}.15"
    body = {"id": "15", "pcode": AGENCY, "code": below, "name": "Sở Tài chính"}
    assert system.ask("registerAgency", body=body)["status"] == "OK"
    assert system.send(edoc(AGENCY, [below], 502))["status"] == "OK"
    (item,) = [one for one in system.received() if one["to"] == below]
    read = Read.of(system.fetch(item["docId"]), item)
    assert (read.text("Code/CodeNumber"), read.file()) == ("502", PDF)
    assert system.mark(item["docId"], "done")["status"] == "OK"
    assert below not in {one["to"] for one in system.received()}
    operator = officer(sent, "hub", "g22.vanhanh")
    calls = operator.get(f"/van-hanh/van-ban/doi-tac/{system.system_id}/").text
    assert "registerAgency" in calls
    assert "updateStatus" in calls
