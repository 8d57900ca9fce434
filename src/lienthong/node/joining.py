"""Joining a hub from the side of the node that joins. What was done is written down, so that it may be run again."""

import argparse
import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lienthong.kernel import http
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual
from lienthong.node.joining_profile import TIMEOUT, CannotJoin, read_json
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import NewNode
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing

_POLL_SECONDS = 3.0


def run(arguments: argparse.Namespace, hub_code: str) -> int:
    """Join, or go on joining, as the node of the profile. Gives 1 with a sentence when it cannot."""
    hub = arguments.hub.rstrip("/")
    try:
        _check_profile(hub_code)
        application = _application(arguments, hub)
        told = _wait(application, arguments.wait)
        _install(told, arguments.trust_fingerprint)
        serial = _check_listed(hub)
        _set_hub(arguments.profile, hub)
    except (CannotJoin, http.Unreachable) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"lienthong: {refusal.message.en} ({refusal.code} {refusal.field})", file=sys.stderr)
        return 1
    print(f"Done. {node().agency_code} is in directory {serial} of the hub.")
    print(f"Start:  ./lienthong serve --profile {arguments.profile}")
    print(f"Check:  ./lienthong self-test --profile {arguments.profile}")
    return 0


# The profile


def _check_profile(hub_code: str) -> None:
    me = node()
    wanted = str(me.parameters.get("hub_code", "G22"))
    if wanted != hub_code:
        raise CannotJoin(f"The hub is {hub_code}, the profile expects {wanted}: set hub_code in [parameters].")
    if missing := [role for role in ("signing.keys", "exchange.member") if role not in me.roles]:
        raise CannotJoin(f"The profile lacks the roles {', '.join(missing)}.")


def _set_hub(profile: Path, hub: str) -> None:
    """Write the hub's address into the profile, unless one that speaks for itself is there."""
    text = profile.read_text(encoding="utf-8")
    if re.search(r"^\s*hub_url\s*=", text, re.MULTILINE):
        return
    line = f"hub_url = {json.dumps(hub)}"
    profile.write_text(re.sub(r"^(\[node\].*)$", rf"\1\n{line}", text, count=1, flags=re.MULTILINE), encoding="utf-8")


# Applying


@dataclass(frozen=True)
class _Application:
    """Where the application can be followed."""

    status_url: str
    fingerprint: str
    page_url: str


def _application(arguments: argparse.Namespace, hub: str) -> _Application:
    """The application of an earlier run, or a new one."""
    note = node().home / "joining.json"
    if note.exists() and not arguments.anew:
        told = json.loads(note.read_text(encoding="utf-8"))
        if told.get("hub") == hub:
            application = _Application(told["status_url"], told["fingerprint"], told["page_url"])
            print("Going on with the application that was sent before (--anew sends another).")
            _print_what_to_do(application)
            return application
    body = exchange.compose_application(_describe_me(arguments))
    answer = http.request(
        "POST",
        f"{hub}/exchange/applications",
        body=body,
        headers={"Content-Type": "application/json"},
        timeout=TIMEOUT,
    )
    told = read_json(answer, 201)
    expected = exchange.fingerprint_of_application(body)
    if told["fingerprint"] != expected:
        raise CannotJoin("The hub took other bytes than were sent: somebody between may have changed them.")
    application = _Application(told["status_url"], expected, told["page_url"])
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = {"status_url": application.status_url, "page_url": application.page_url}
    note.write_text(json.dumps({"hub": hub, "fingerprint": expected, **facts}), encoding="utf-8")
    _print_what_to_do(application)
    return application


def _describe_me(arguments: argparse.Namespace) -> NewNode:
    me = node()
    if not (arguments.contact and arguments.phone):
        raise CannotJoin("Give --contact and --phone: the hub's operator must know whom to call.")
    table = me.parameters.get("exchange", {})
    pull = bool(table.get("pull", False)) if isinstance(table, dict) else False
    exchange_url = "" if me.exchange_url == me.base_url else me.exchange_url
    host = urlsplit(exchange_url or me.base_url).hostname or ""
    ask = {"agency_code": me.agency_code, "common_name": f"Nút liên thông {me.agency_code}"}
    return NewNode(
        agency_code=me.agency_code,
        name=Bilingual(me.title.vi, me.title.en),
        contact_name=arguments.contact,
        contact_phone=arguments.phone,
        contact_email=arguments.email,
        base_url="" if pull else me.base_url,
        exchange_url="" if pull else exchange_url,
        pull=pull,
        witness="",
        node_request=signing.request_certificate("node", **ask),
        tls_request=signing.request_certificate("tls", **ask, hosts=(host,)),
    )


def _print_what_to_do(application: _Application) -> None:
    print(f"\nDãy số đối chiếu / fingerprint:   {application.fingerprint}\n")
    print("Telephone the hub's operator by a number that you knew before, and read these digits out.")
    print(f"Follow the application: {application.page_url}\n", flush=True)


def _wait(application: _Application, seconds: float) -> dict[str, Any]:
    """Until the operator has decided; a hub that cannot be reached for a while is asked again."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = http.request("GET", application.status_url, timeout=TIMEOUT)
        except http.Unreachable as unreachable:
            print(f"The hub cannot be reached ({unreachable}); asking again …", file=sys.stderr)
        else:
            told = read_json(answer, 200)
            if told["state"] == "approved":
                return told
            if told["state"] == "refused":
                raise CannotJoin(f"The hub's operator refused: {told['reason']} (--anew applies again)")
        if time.monotonic() > deadline:
            raise CannotJoin("It is not decided yet. Run the same command again to go on waiting.")
        time.sleep(_POLL_SECONDS)


# Installing


def _install(told: dict[str, Any], typed: str) -> None:
    """First whom to trust, compared by a second way; then the certificates, which must be for our keys."""
    digits = exchange.fingerprint_of_trust(told["trusted"])
    if not _is_trusted_already(told["trusted"]):
        print("The hub's operator now reads 25 digits of the trusted root to you.")
        typed = typed or _prompt("Type them in: ")
        if not exchange.is_same_fingerprint(typed, digits):
            raise CannotJoin(
                "These are not the digits of the root that came over the network. Nothing was installed. If the"
                " operator's digits stay the same, somebody between you and the hub is not whom they seem to be."
            )
    signing.install_roots(told["trusted"])
    for key in ("node", "tls"):
        pem = told[f"{key}_certificate"]
        if pem and not _is_in_use(key, pem):
            signing.install_certificate(key, pem)
    print("Installed the trusted root and the certificates.")


def _is_in_use(key: str, pem: str) -> bool:
    return key in signing_queries.list_keys() and signing_queries.get_certificate(key).pem.strip() == pem.strip()


def _is_trusted_already(pems: list[str]) -> bool:
    try:
        return signing_queries.trust_fingerprint(signing_queries.list_trusted()) == signing_queries.trust_fingerprint(
            pems
        )
    except Refused:
        return False


def _prompt(question: str) -> str:
    if not sys.stdin.isatty():
        raise CannotJoin("Give --trust-fingerprint: there is nobody here to type the digits in.")
    return input(question)


def _check_listed(hub: str) -> int:
    """The serial of the hub's directory, in which this node must stand with its new certificate."""
    answer = http.request("GET", f"{hub}/exchange/directory?version=2", timeout=TIMEOUT)
    if answer.status != 200:
        raise CannotJoin(f"The hub gives no directory (HTTP {answer.status}).")
    directory = exchange.read_directory(answer.body, answer.headers.get("lienthong-signature", ""))
    entry = directory.nodes.get(node().agency_code)
    own = signing_queries.get_certificate("node")
    if entry is None or not any(own.pem.strip() == pem.strip() for pem in entry.certificates):
        raise CannotJoin("The hub's directory does not list this node with its certificate. Ask its operator.")
    return directory.serial
