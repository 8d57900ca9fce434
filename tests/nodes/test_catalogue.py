"""The catalogue between real nodes: published in one, asked for in another, answered, suspended, seen by the hub."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from lienthong.node.demo.country import Country
from lienthong.node.story.browser import Browser, PageProblem, Upload
from lienthong.node.story.command import wait_until

pytestmark = pytest.mark.nodes

PAGES = "/van-hanh/trao-doi/"
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Cư trú", "version": "1"},
    "paths": {"/cu-tru/{so}": {"get": {"summary": "Tra cứu", "responses": {"200": {"description": "ok"}}}}},
}


def operator_of(country: Country, name: str, code: str) -> Browser:
    browser = Browser(country.url(name), timeout=60)
    browser.get("/dang-nhap/").submit({"username": f"{code.lower()}.vanhanh"}, form="thu")
    return browser


def until(browser: Browser, path: str, holds: Callable[[Browser], bool]) -> None:
    """Wait for what letters or the national list bring."""

    def look() -> bool:
        try:
            return holds(browser.get(PAGES + path))
        except PageProblem:
            return False

    wait_until(look, 60)
    assert holds(browser.get(PAGES + path)), browser.text


def explain(country: Country, name: str, *more: str) -> "subprocess.CompletedProcess[str]":
    """`lienthong exchange explain` at a node that runs."""
    words = ["exchange", "explain", "--client", "H36/mot-cua-so", "--service", "G01/cu-tru/tra-cuu", *more]
    return subprocess.run(
        [sys.executable, "-m", "lienthong.node", *words, "--profile", str(country.profile_path(name))],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **country.environment_of(name)},
    )


def test_an_agreement_between_two_nodes(country: Country) -> None:
    provider = operator_of(country, "population", "G01")
    consumer = operator_of(country, "province", "H36")
    hub = operator_of(country, "hub", "G22")

    provider.get(f"{PAGES}he-thong/moi/").submit({"code": "cu-tru", "name": "Cơ sở dữ liệu cư trú"}, button="Đăng ký")
    provider.get(f"{PAGES}dich-vu-cua-toi/moi/").submit(
        {
            "system": "G01/cu-tru",
            "code": "tra-cuu",
            "kind": "openapi",
            "title": "Tra cứu cư trú",
            "base_url": "http://127.0.0.1:9",
            "daily_quota": "20",
        },
        button="Tạo bản nháp",
    )
    own = f"{PAGES}dich-vu-cua-toi/G01/cu-tru/tra-cuu.v1/"
    document = Upload("cu-tru.json", json.dumps(DOCUMENT).encode())
    provider.get(f"{own}giao-dien/").submit(button="Đọc tệp", files={"openapi": document})
    provider.get(own).submit(button="Công bố")
    consumer.get(f"{PAGES}he-thong/moi/").submit({"code": "mot-cua-so", "name": "Một cửa số"}, button="Đăng ký")

    until(consumer, "dich-vu/?q=cu+tru", lambda page: "Tra cứu cư trú" in page.text)
    consumer.get(f"{PAGES}thoa-thuan/de-nghi/?service=G01/cu-tru/tra-cuu.v1").submit(
        {
            "client": "H36/mot-cua-so",
            "title": "Xác minh nơi cư trú",
            "legal_ground": "Luật Cư trú 2020, Điều 37",
            "daily_calls": "10",
        },
        button="Gửi đề nghị",
    )
    agreement = consumer.path
    until(provider, "thoa-thuan/", lambda page: "1 đề nghị đang chờ" in page.text)
    provider.get(agreement).submit({"rate": "2"}, button="Chấp thuận")
    until(consumer, agreement.removeprefix(PAGES), lambda page: "Đang hiệu lực" in page.text)
    until(hub, agreement.removeprefix(PAGES), lambda page: "Đang hiệu lực" in page.text)

    why = "vi-sao/?client=H36/mot-cua-so&service=G01/cu-tru/tra-cuu&path=/cu-tru/001"
    for node in (provider, consumer):
        until(node, why, lambda page: "Được gọi" in page.text)
    told = explain(country, "population", "--path", "/cu-tru/001")
    assert (told.returncode, "Kết luận: được gọi." in told.stdout) == (0, True), told
    told = explain(country, "population", "--path", "/khac", "--lang", "en", "--json")
    assert (told.returncode, json.loads(told.stdout)["code"]) == (1, "catalogue.endpoint-denied")
    hub.get(agreement).submit({"reason": "Sự cố an toàn"}, button="Tạm dừng")
    for node in (provider, consumer):
        until(node, why, lambda page: "catalogue.suspended" in page.text and "Sự cố an toàn" in page.text)
