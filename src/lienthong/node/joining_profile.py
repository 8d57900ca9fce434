"""Before a node joins: whom the hub is, and a profile to be the node by. Nothing of Django is loaded yet."""

import argparse
import json
import re
import sys
from typing import Any

from lienthong.kernel import http

TIMEOUT = 15.0
_NEW_PROFILE = """# {title}: written by ./lienthong join
[node]
name = {name}
agency_code = {code}
title = {title_quoted}
title_en = {title_en}
port = {port}
base_url = {base_url}
hub_url = {hub}
roles = [
    "identity.accounts",
    "signing.keys",
    "agencies.lookup",
    "monitoring.records",
    "exchange.member",
    "exchange.post_office",
    "catalogue.member",
    "gateway.calls",
    "notices.inbox",
]

[parameters]
hub_code = {hub_code}

[parameters.exchange]
pull = {pull}
"""


class CannotJoin(Exception):
    """Joining cannot go on; the sentence says why and what to do."""


def prepare(arguments: argparse.Namespace) -> str:
    """Ask the hub for its agency code and have a profile. Raises SystemExit with a sentence."""
    hub = arguments.hub.rstrip("/")
    try:
        answer = http.request("GET", f"{hub}/exchange/trust", timeout=TIMEOUT)
        hub_code = str(read_json(answer, 200)["hub_code"])
        if not arguments.profile.exists():
            _write_profile(arguments, hub, hub_code)
    except (CannotJoin, http.Unreachable, ValueError, KeyError) as problem:
        print(f"lienthong: {hub} cannot be joined: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
    return hub_code


def _write_profile(arguments: argparse.Namespace, hub: str, hub_code: str) -> None:
    if not (arguments.code and arguments.title):
        raise CannotJoin(f"There is no {arguments.profile}. Give --code and --title to have it written.")
    quoted = json.dumps
    base_url = arguments.base_url or f"http://127.0.0.1:{arguments.port}"
    text = _NEW_PROFILE.format(
        title=arguments.title.replace("\n", " "),
        name=quoted(re.sub(r"[^a-z0-9]", "_", f"n_{arguments.code.lower()}")),
        code=quoted(arguments.code),
        title_quoted=quoted(arguments.title, ensure_ascii=False),
        title_en=quoted(arguments.title_en or arguments.title, ensure_ascii=False),
        port=arguments.port,
        base_url=quoted(base_url),
        hub=quoted(hub),
        hub_code=quoted(hub_code),
        pull="true" if arguments.pull else "false",
    )
    arguments.profile.parent.mkdir(parents=True, exist_ok=True)
    arguments.profile.write_text(text, encoding="utf-8")
    print(f"Wrote the profile {arguments.profile}.")


def read_json(answer: http.Response, status: int) -> dict[str, Any]:
    """What the hub says. Raises CannotJoin with its own words when it is something else than `status`."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise CannotJoin(f"That does not answer like a hub (HTTP {answer.status}). Look at --hub.")
    if answer.status != status:
        fields = ", ".join(str(error.get("field", "")) for error in told.get("errors", []) if isinstance(error, dict))
        raise CannotJoin(f"The hub says: {told.get('title_en') or told.get('title')} {fields}".strip())
    return told
