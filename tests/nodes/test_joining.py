"""Real processes: a node joins the sandbox, is approved by a person, tests itself, writes by a folder, moves."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.node.children import end_with_parent
from lienthong.node.demo.country import Country
from lienthong.node.demo.passing import free_ports, passing_folder
from lienthong.node.demo.sandbox import NAMES, PEER, make_sandbox
from lienthong.node.processes import REPOSITORY
from lienthong.node.story.browser import Browser, PageProblem
from lienthong.node.story.command import wait_until

pytestmark = pytest.mark.nodes

CODE = "H02"
DIGITS = re.compile(r"fingerprint:\s+((?:[0-9]{5} ?){5})")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Country]:
    with passing_folder() as folder, make_sandbox(folder / "sandbox", free_ports(len(NAMES)), lambda _: None) as made:
        made.durable = False
        made.prepare()
        made.start()
        yield made
        for name in NAMES:
            made.kill(name)
        made.stop()
        made.throw_away()


class Newcomer:
    """A node beside the sandbox: its profile, its environment, its process."""

    def __init__(self, sandbox: Country, home: Path) -> None:
        self.sandbox = sandbox
        self.home = home
        self.profile = home / "profile.toml"
        (self.port,) = free_ports(1)
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "LIENTHONG_HOME": str(home / "node"),
            "DJANGO_SETTINGS_MODULE": "lienthong.node.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, words: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "lienthong.node", *words, "--profile", str(self.profile)],
            env=self.environment,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(list(words))
        told, _ = process.communicate(timeout=120)
        return process.returncode, told

    def join(self, *more: str) -> list[str]:
        words = ["join", "--hub", self.sandbox.url("hub"), "--code", CODE, "--title", "Tỉnh Thử Nghiệm"]
        return [*words, "--port", str(self.port), "--contact", "Văn thư", "--phone", "0200000000", *more]

    def serve(self) -> None:
        with (self.home / "node.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lienthong.node", "serve", "--profile", str(self.profile)],
                env={**self.environment, "LIENTHONG_BACKGROUND": "1"},
                cwd=REPOSITORY,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,  # noqa: PLW1509 (one prctl call, no lock is taken)
            )
        wait_until(self.answers, 120)

    def answers(self) -> bool:
        try:
            return Browser(f"http://127.0.0.1:{self.port}").get("/exchange/directory?version=2").status == 200
        except (PageProblem, OSError):
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)


@pytest.fixture(scope="module")
def newcomer(sandbox: Country) -> Iterator[Newcomer]:
    with passing_folder() as folder:
        made = Newcomer(sandbox, folder)
        try:
            yield made
        finally:
            made.stop()


def operator(sandbox: Country) -> Browser:
    browser = Browser(sandbox.url("hub"))
    browser.get("/dang-nhap/")
    browser.submit({"username": "g22.vanhanh"}, form="nguoi-dung-thu")
    return browser.get("/van-hanh/trao-doi/don-ket-noi/")


def root_digits(sandbox: Country) -> str:
    told = json.loads(Browser(sandbox.url("hub")).get("/exchange/trust").body)
    return str(told["trust_fingerprint"])


def test_a_stranger_is_told_what_is_missing(newcomer: Newcomer) -> None:
    code, told = newcomer.run("join", "--hub", newcomer.sandbox.url("hub"))
    assert code == 1
    assert "--code" in told
    code, told = newcomer.run("join", "--hub", f"http://127.0.0.1:{newcomer.port}")
    assert code == 1
    assert not newcomer.profile.exists()


def test_a_node_joins_is_approved_and_is_live(newcomer: Newcomer) -> None:
    joining = newcomer.start(newcomer.join("--trust-fingerprint", root_digits(newcomer.sandbox), "--wait", "90"))
    told = ""
    assert joining.stdout is not None
    while not (found := DIGITS.search(told)):
        line = joining.stdout.readline()
        assert line, told
        told += line
    page = operator(newcomer.sandbox).follow(CODE)
    with pytest.raises(PageProblem, match="không khớp"):
        page.submit({"fingerprint": "1" * 25}, button="Duyệt")
    page.submit({"fingerprint": found[1]}, button="Duyệt")
    assert "Đã duyệt" in page.body.decode()
    rest, _ = joining.communicate(timeout=60)
    assert joining.returncode == 0, told + rest
    assert f"{CODE} is in directory" in rest
    key = newcomer.home / "node" / "keys" / "node.key"
    assert key.stat().st_mode & 0o077 == 0
    newcomer.serve()


def test_joining_again_changes_nothing(newcomer: Newcomer) -> None:
    code, told = newcomer.run(*newcomer.join("--wait", "30"))
    assert (code, "Going on" in told) == (0, True), told


def test_the_self_test_is_good_against_hub_and_peer(newcomer: Newcomer) -> None:
    for peer in ("G22", PEER):
        code, told = newcomer.run("self-test", "--peer", peer, "--json")
        result = json.loads(told.strip().splitlines()[-1])
        failed = [test for test in result["tests"] if test["level"] == "failed"]
        assert (code, failed) == (0, []), failed
        good = {test["name"] for test in result["tests"] if test["level"] == "ok"}
        assert {"directory", "letter", "duplicate", "conflict", "forgery", "way-back", "question", "replay"} <= good
        assert {"parts", "proof", "facade"} <= good


def test_the_self_test_says_what_to_do_when_the_node_is_down(newcomer: Newcomer) -> None:
    newcomer.stop()
    code, told = newcomer.run("self-test", "--peer", PEER, "--patience", "1")
    assert code == 1
    assert "✗ Chiều ngược lại" in told
    assert "→ Nút kia không gọi tới được nút này" in told
    newcomer.serve()


def test_a_file_in_the_folder_reaches_the_peers_folder_and_its_receipt_comes_back(newcomer: Newcomer) -> None:
    outbox = newcomer.home / "node" / "post-office" / "outbox" / PEER
    outbox.mkdir(parents=True, exist_ok=True)
    (outbox / "chao.txt").write_text("Xin chào\n\nThư đầu tiên của chúng tôi.", encoding="utf-8")
    inbox = newcomer.sandbox.home / "province" / "post-office" / "inbox"
    receipts = newcomer.home / "node" / "post-office" / "receipts"
    wait_until(lambda: any(inbox.glob("*Xin chào*")), 60)
    wait_until(lambda: any(receipts.glob("chao.txt*.txt")), 30)
    (arrived,) = inbox.glob("*Xin chào*")
    assert "Thư đầu tiên" in (arrived / "thu.txt").read_text("utf-8")


def test_another_address_reaches_the_directory_by_itself(newcomer: Newcomer) -> None:
    newcomer.stop()
    other = f"http://localhost:{newcomer.port}"
    text = newcomer.profile.read_text("utf-8")
    newcomer.profile.write_text(re.sub(r'base_url = ".*"', f'base_url = "{other}"', text), encoding="utf-8")
    newcomer.serve()

    def is_listed() -> bool:
        told = json.loads(Browser(newcomer.sandbox.url("hub")).get("/exchange/directory?version=2").body)
        return any(node["base_url"] == other for node in told["nodes"])

    wait_until(is_listed, 90)


def test_a_suspended_node_is_off_the_directory_until_it_is_taken_back(newcomer: Newcomer) -> None:
    page = operator(newcomer.sandbox).get(f"/van-hanh/trao-doi/cac-nut/{CODE}/")
    page.submit({"reason": "Khóa bị lộ"}, button="Tạm ngừng")
    code, told = newcomer.run("self-test", "--peer", PEER, "--json", "--patience", "1")
    assert code == 1
    levels = {test["name"]: test["level"] for test in json.loads(told.strip().splitlines()[-1])["tests"]}
    assert levels["listing"] == "failed"
    page.get(f"/van-hanh/trao-doi/cac-nut/{CODE}/").submit(button="Khôi phục")
    wait_until(lambda: newcomer.run("self-test", "--peer", PEER, "--json")[0] == 0, 120)
