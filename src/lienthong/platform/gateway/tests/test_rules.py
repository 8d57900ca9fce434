"""Identifiers, messages, bodies, addresses, faults: the pure parts, also against what nobody thought of."""

import io
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node, playing
from lienthong.kernel.text import nfc, tr
from lienthong.platform.gateway import faults, identifiers, messages, spool
from lienthong.platform.gateway.adapters import doors
from lienthong.platform.gateway.settings import settings

LINES = [
    ("x-road-request-id", "01890000-0000-7000-8000-000000000001"),
    ("lienthong-version", "1"),
    ("lienthong-kid", "a" * 64),
    ("lienthong-from", "H36"),
    ("lienthong-to", "G01"),
    ("lienthong-at", "2026-11-21T10:00:00+07:00"),
]


# Identifiers


def test_a_path_is_taken_apart() -> None:
    service, rest = identifiers.read_path("/r1/VN/GOV/000.00.00.G01/dan-cu/tra-cuu.v1/a%20b/c", "VN")
    assert (service.member, service.system, service.service, rest) == ("G01", "dan-cu", "tra-cuu.v1", "/a%20b/c")
    assert service.written == "VN/GOV/000.00.00.G01/dan-cu/tra-cuu.v1"
    assert identifiers.read_path("/r1/VN/GOV/G01/dan-cu/x", "VN")[1] == ""
    assert identifiers.read_path("/r1/VN/GOV/G01/dan-cu/x/", "VN")[1] == "/"


@given(st.text(max_size=30))
def test_a_part_is_plain_or_refused(part: str) -> None:
    try:
        client = identifiers.read_client(f"VN/GOV/H36/{part}", "VN")
    except Refused:
        return
    assert client.system == part or "%" in part
    assert not set(client.system) & set('/\\%\r\n\t \0"<>&;:#')
    assert client.system not in (".", "..", "")


@given(st.text(alphabet="/.%2eEfFrR1VNGO36H ;\\", max_size=60))
def test_no_path_leads_out(path: str) -> None:
    try:
        service, _ = identifiers.read_path("/r1/" + path, "VN")
    except Refused:
        return
    assert all(part not in (".", "..", "") for part in str(service).split("/"))


# The path as the server hands it over


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_a_path_has_one_spelling(text: str) -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": ("/" + text).encode().decode("latin-1"),
        "wsgi.input": io.BytesIO(),
    }
    path = doors.read(environ).path
    assert path.isascii()
    assert not set(path) & set(' ?#\\"<>\r\n')
    from urllib.parse import unquote

    assert unquote(path) == "/" + text


# Messages


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True).filter(
                lambda name: not name.startswith("lienthong-")
            ),
            st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=40),
        ),
        max_size=6,
    )
)
def test_a_message_is_read_as_it_was_written(headers: list[tuple[str, str]]) -> None:
    raw = messages.compose("POST", "/r1/a?b=c", [*headers, *LINES])
    read = messages.read_request(raw)
    assert (read.method, read.target, read.raw) == ("POST", "/r1/a?b=c", raw)
    assert read.headers[: len(headers)] == [(name, value.strip()) for name, value in headers]
    assert (read.sender, read.recipient) == ("H36", "G01")


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_refused(raw: bytes) -> None:
    for read in (messages.read_request, messages.read_answer):
        with pytest.raises(Refused):
            read(raw)


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0b", "a\x7fb", "ạ"])
def test_a_value_cannot_end_its_line(value: str) -> None:
    with pytest.raises(Refused) as caught:
        messages.compose("GET", "/", [("x-note", value)])
    assert caught.value.code == "gateway.bad-header"


def test_a_line_of_ours_stands_once() -> None:
    with pytest.raises(Refused) as caught:
        messages.read_request(messages.compose("GET", "/", [*LINES, ("lienthong-to", "G22")]))
    assert caught.value.field == "lienthong-to"


@given(st.text(max_size=60))
def test_texts_of_people_travel_in_headers(text: str) -> None:
    try:
        written = messages.escape(text)
    except UnicodeEncodeError:
        return
    assert written.isascii()
    assert "\n" not in written
    assert messages.unescape(written) == nfc(text)


def test_a_message_of_endless_size_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        messages.compose("GET", "/", [("x-note", "a" * 70_000)])
    assert caught.value.status == 431


# Bodies


@pytest.mark.parametrize("size", [0, 1, spool.SMALL, spool.SMALL + 1, 3 * spool.SMALL])
def test_a_body_is_the_same_in_memory_and_on_disk(tmp_path: Path, size: int) -> None:
    from hashlib import sha256, sha512

    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    with playing(node(), home=tmp_path):
        body = spool.spool(spool.reading(io.BytesIO(content).read, size), 10 * spool.SMALL)
    assert (body.size, body.sha256, body.sha512) == (size, sha256(content).digest(), sha512(content).digest())
    assert (body.small is None) == (size > spool.SMALL)
    for _ in range(2):
        assert b"".join(body.blocks()) == content
    body.close()
    assert list((tmp_path / "spool").glob("*")) == []


def test_a_body_over_its_limit_leaves_nothing(tmp_path: Path) -> None:
    with playing(node(), home=tmp_path), pytest.raises(Refused) as caught:
        spool.spool((b"x" * 65536 for _ in range(100)), 2**20)
    assert caught.value.code == "gateway.too-large"
    assert list((tmp_path / "spool").glob("*")) == []


# Addresses


@pytest.mark.parametrize(
    ("address", "listed", "plain"),
    [
        ("8.8.8.8", True, True),
        ("127.0.0.1", False, False),
        ("10.1.2.3", True, False),
        ("10.9.9.9", False, False),
        ("169.254.169.254", False, False),
        ("192.168.1.1", False, False),
        ("100.64.0.1", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("::1", False, False),
        ("fe80::1", False, False),
        ("fd00::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("::ffff:10.1.2.3", True, False),
        ("64:ff9b::7f00:1", False, False),
        ("2002:7f00:1::", False, False),
        ("2606:4700:4700::1111", True, True),
    ],
)
def test_where_the_gateway_may_go(address: str, listed: bool, plain: bool) -> None:
    with playing(node(), parameters={"gateway": {"networks": ["10.1.0.0/16"]}}):
        assert settings().permits(ip_address(address)) is listed
    with playing(node(), parameters={}):
        assert settings().permits(ip_address(address)) is plain


# Faults


def test_every_fault_has_both_names() -> None:
    assert faults.type_of("catalogue.no-agreement", "7.8") == "server.serverproxy.access_denied"
    assert faults.type_of("catalogue.no-agreement", "7.7") == "Server.ServerProxy.AccessDenied"
    assert faults.type_of("gateway.no-client", "7.8") == "client.bad_request"
    assert faults.type_of("gateway.no-client", "7.7") == "Client.BadRequest"
    assert faults.type_of("made.up-elsewhere", "7.8") == "server.serverproxy.internal_error"
    for code in faults.FAULTS:
        new, old = faults.type_of(code, "7.8"), faults.type_of(code, "7.7")
        assert new.replace("_", "") == old.lower()


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("", False),
        ("*/*", False),
        ("text/xml", True),
        ("application/xml;q=0.9", True),
        ("text/html, text/*", True),
        ("application/json, text/xml", False),
        ("image/png", False),
    ],
)
def test_the_form_of_a_fault_follows_accept(accept: str, xml: bool) -> None:
    assert faults.wants_xml(accept) is xml


def test_a_fault_in_xml_is_escaped() -> None:
    refusal = Refused("gateway.bad-request", tr("<b>", "<b>&"))
    told = faults.tell(refusal, accept="text/xml", vocabulary="7.8", detail="<d>", party="H36", trace="")
    assert b"<message>&lt;b&gt;&amp;</message><detail>&lt;d&gt;</detail>" in told.body
