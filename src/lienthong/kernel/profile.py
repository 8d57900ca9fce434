"""Node profile: which agency this node belongs to, which roles it plays, where its keys and files lie."""

import os
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lienthong.kernel.text import Bilingual


class BadProfile(Exception):
    """The profile cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node (nút): an agency's running copy of the program. `home` holds its keys, files and mail."""

    name: str
    agency_code: str
    title: Bilingual
    roles: tuple[str, ...]
    port: int
    base_url: str
    hub_url: str
    home: Path
    demo: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    exchange_port: int = 0
    exchange_host: str = "0.0.0.0"  # noqa: S104 (other nodes come from outside, each with its certificate)
    exchange_address: str = ""
    tls_proxy: str = ""

    @property
    def exchange_url(self) -> str:
        """Where other nodes reach this one: given, or its exchange port with TLS, or the same as everybody."""
        if self.exchange_address or not self.exchange_port:
            return self.exchange_address or self.base_url
        host = urlsplit(self.base_url).hostname or "127.0.0.1"
        return f"https://{f'[{host}]' if ':' in host else host}:{self.exchange_port}"

    def secret(self, name: str) -> str:
        """A secret from the environment (`NAME`) or from the file that `NAME_FILE` names; "" when absent."""
        if path := os.environ.get(f"{name}_FILE"):
            return Path(path).read_text(encoding="utf-8").strip()
        return os.environ.get(name, "")


_TEXTS = (
    *("name", "agency_code", "title", "title_en", "base_url", "hub_url"),
    *("exchange_host", "exchange_url", "tls_proxy"),
)
_REQUIRED = ("name", "agency_code", "title", "title_en", "roles", "port")


def read_profile(path: Path) -> Node:
    """Read a profile (`nodes/*.toml`). Raises BadProfile with a sentence for the operator."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadProfile(f"There is no node profile {path}. Give one with --profile or LIENTHONG_PROFILE.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(f"{path} is not valid TOML: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadProfile(f"The node profile {path} cannot be read: {error}.") from None
    node_table = table.get("node", {})
    if not isinstance(node_table, dict):
        raise BadProfile(f"{path}: node must be a table, [node].")
    return _make_node(node_table, dict(table.get("parameters", {})), path)


def _make_node(node_table: dict[str, Any], parameters: dict[str, Any], path: Path) -> Node:
    if missing := [key for key in _REQUIRED if key not in node_table]:
        raise BadProfile(f"{path}: [node] lacks {', '.join(missing)}.")
    if wrong := [key for key in _TEXTS if not isinstance(node_table.get(key, ""), str)]:
        raise BadProfile(f"{path}: {', '.join(wrong)} must be text in quotes.")
    if not isinstance(node_table["roles"], list) or not all(isinstance(role, str) for role in node_table["roles"]):
        raise BadProfile(f'{path}: roles must be a list of names, as in ["exchange.member"].')
    port = _read_port(os.environ.get("LIENTHONG_PORT", node_table["port"]), path)
    base_url = os.environ.get("LIENTHONG_BASE_URL", node_table.get("base_url", f"http://127.0.0.1:{port}"))
    home = Path(os.environ.get("LIENTHONG_HOME", Path("var") / node_table["name"]))
    return Node(
        name=node_table["name"],
        agency_code=node_table["agency_code"],
        title=Bilingual(node_table["title"], node_table["title_en"]),
        roles=tuple(node_table["roles"]),
        port=port,
        base_url=base_url.rstrip("/"),
        hub_url=os.environ.get("LIENTHONG_HUB_URL", node_table.get("hub_url", base_url)).rstrip("/"),
        home=home.absolute(),
        demo=bool(node_table.get("demo", False)),
        parameters=parameters,
        **_exchange(node_table, path),
    )


def _exchange(node_table: dict[str, Any], path: Path) -> dict[str, Any]:
    """How other nodes come in and how this one goes out to them."""
    port = os.environ.get("LIENTHONG_EXCHANGE_PORT", node_table.get("exchange_port", 0))
    address = os.environ.get("LIENTHONG_EXCHANGE_URL", node_table.get("exchange_url", ""))
    proxy = os.environ.get("LIENTHONG_TLS_PROXY", node_table.get("tls_proxy", ""))
    given = {"exchange_host": node_table["exchange_host"]} if node_table.get("exchange_host") else {}
    return {
        "exchange_port": _read_port(port, path) if str(port) not in ("", "0") else 0,
        "exchange_address": address.rstrip("/"),
        "tls_proxy": proxy.rstrip("/"),
        **given,
    }


def _read_port(given: object, path: Path) -> int:
    try:
        port = int(str(given))
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise BadProfile(f"{path}: port {given} is not a port: choose a number between 1024 and 65535.")
    return port


@cache
def _node_of_this_process() -> Node:
    return read_profile(Path(os.environ.get("LIENTHONG_PROFILE", "nodes/hub.toml")))


_override: list[Node] = []


def node() -> Node:
    """The node this process is."""
    return _override[-1] if _override else _node_of_this_process()


class playing:  # noqa: N801 (reads as a sentence: `with playing(node): …`)
    """Be another node for a while; for tests and for preparing several nodes in one process."""

    def __init__(self, other: Node, **changes: Any) -> None:
        self._node = replace(other, **changes)

    def __enter__(self) -> Node:
        _override.append(self._node)
        return self._node

    def __exit__(self, *_: object) -> None:
        _override.pop()
