"""Two nodes in one process for tests of calls: H36 calls, G01 provides; the system behind G01 is a real server."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from lienthong.kernel import http, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.catalogue import services as catalogue
from lienthong.platform.catalogue.types import ServiceRef, SystemRef, Terms
from lienthong.platform.exchange import services as exchange
from lienthong.platform.gateway.adapters import doors
from lienthong.platform.signing import services as signing

OPERATOR = Actor(kind="officer", name="Nguyễn Thị Lan", account_id=7, agency_code="G22", duties=frozenset({"operator"}))
NAMES = {"G22": "Văn phòng Chính phủ", "G01": "Bộ Công an", "H36": "Tỉnh Lâm Đồng"}
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
CLIENT = "VN/GOV/H36/mot-cua"
SERVICE = "/r1/VN/GOV/G01/dan-cu/tra-cuu.v1"
# As the wiring finds them: a room's roles are no door for other rooms.
SIGNING: tuple[Role, ...] = import_module("lienthong.platform.signing.roles").ROLES
EXCHANGE: tuple[Role, ...] = import_module("lienthong.platform.exchange.roles").ROLES
CATALOGUE: tuple[Role, ...] = import_module("lienthong.platform.catalogue.roles").ROLES


@dataclass
class Seen:
    """A request as the provider's system got it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class System:
    """The provider's system: remembers what it got, answers what it is told to."""

    seen: list[Seen] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b'{"ho_ten": "Tran Van Binh", "so": "001", "dia_chi": {"xa": "A", "tinh": "B"}}'
    url: str = ""

    @property
    def last(self) -> Seen:
        return self.seen[-1]


def serving(system: System) -> ThreadingHTTPServer:
    """The server of a system, running in a thread."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            system.seen.append(Seen(self.command, self.path, headers, self.rfile.read(length)))
            self.send_response(system.status)
            for name, value in system.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(system.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(system.body)

        def log_message(self, *_: object) -> None:
            return

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler._answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system.url = f"http://127.0.0.1:{server.server_port}/api"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@dataclass
class Answer:
    """What a WSGI door gave."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def value(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def ask(
    door: Callable[..., Any],
    path: str,
    *,
    method: str = "GET",
    query: str = "",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    address: str = "10.1.2.3",
    environ: dict[str, Any] | None = None,
) -> Answer:
    """Knock at a door as the server does; `path` is the path after the server unescaped it."""
    told: list[Any] = []
    asked: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()},
        **(environ or {}),
    }
    if "HTTP_CONTENT_TYPE" in asked:
        asked["CONTENT_TYPE"] = asked.pop("HTTP_CONTENT_TYPE")
    blocks = door(asked, lambda status, given: told.extend((status, given)))
    return Answer(int(told[0].split(" ")[0]), told[1], b"".join(blocks))


@dataclass
class World:
    """Homes of the nodes, the provider's system, and what travels between the nodes."""

    base: Path
    system: System
    wire: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    change: Callable[[bytes, dict[str, str]], tuple[bytes, dict[str, str]]] | None = None
    change_answer: Callable[[int, dict[str, str], bytes], tuple[int, dict[str, str], bytes]] | None = None
    unreachable: str = ""
    parameters: dict[str, Any] = field(default_factory=lambda: {"gateway": {"networks": ["127.0.0.0/8"]}})

    def home(self, code: str) -> Path:
        return self.base / code

    @contextmanager
    def at(self, code: str) -> Iterator[None]:
        """This process is the node of that code for a while."""
        before = roles.opened()
        roles.open_roles(
            tuple(one for one in (*SIGNING, *EXCHANGE, *CATALOGUE) if code == "G22" or "hub" not in one.name)
        )
        with playing(node(), home=self.home(code), agency_code=code, parameters=self.parameters):
            yield
        roles.open_roles(before)

    def call(self, path: str = SERVICE + "/nguoi/1", **asked: Any) -> Answer:
        """The façade of H36, as the client system sees it."""
        headers = {"X-Road-Client": CLIENT, **(asked.pop("headers", None) or {})}
        with self.at("H36"):
            return ask(asked.pop("door", doors.facade), path, headers=headers, **asked)

    def provide(self, body: bytes, headers: dict[str, str], *, code: str = "G01") -> Answer:
        """The door between nodes at the provider."""
        with self.at(code):
            return ask(doors.calls, "/exchange/calls", method="POST", body=body, headers=headers)

    @contextmanager
    def carry(self, _method: str, url: str, **sent: Any) -> Iterator[http.Streamed]:
        """Instead of the network between the nodes: the other node's door, in this process."""
        body = sent["body"] if isinstance(sent["body"], bytes) else b"".join(sent["body"])
        headers = dict(sent["headers"])
        assert sent["peer"]
        assert sent["length"] == len(body)
        self.wire.append((body, headers))
        if self.unreachable:
            raise http.Unreachable(self.unreachable)
        if self.change:
            body, headers = self.change(body, headers)
        given = self.provide(body, headers, code=url.partition("//")[2].partition(".")[0].upper())
        status, told, content = given.status, dict(given.headers), given.body
        if self.change_answer:
            status, told, content = self.change_answer(status, told, content)
        yield http.Streamed(status, "", list(told.items()), iter([content]))


def build(base: Path, system: System) -> World:
    """Keys, directory, systems, the service `tra-cuu.v1` and an agreement about it."""
    world = World(base, system)
    pems = {}
    for code, title in NAMES.items():
        certificate = signing.issue_certificate(
            base / "authority", into=world.home(code), name="node", kind="node", agency_code=code, common_name=title
        )
        pems[code] = certificate.pem
    with world.at("G22"):
        for code, title in NAMES.items():
            exchange.register_node(
                agency_code=code,
                name=title,
                base_url=f"http://{code.lower()}.test",
                certificate_pem=pems[code],
                actor=OPERATOR,
            )
    offer(world)
    return world


def offer(world: World, code: str = "tra-cuu", *, kind: str = "rest", endpoints: tuple[str, ...] = ("* /**",)) -> None:
    """G01 publishes a service; H36 has a system and asks; G01 grants."""
    service = ServiceRef("G01", "dan-cu", code, 1)
    provider, client = SystemRef("G01", "dan-cu"), SystemRef("H36", "mot-cua")
    with world.at("G01"):
        catalogue.register_system(agency_code="G01", code="dan-cu", name=tr("Dân cư", "Population"), actor=OPERATOR)
        catalogue.draft_service(
            system=provider,
            code=code,
            kind=kind,
            title=tr("Tra cứu", "Look up"),
            base_url=world.system.url,
            legal_basis="Luật Căn cước 2023",
            terms=Terms(threshold=10_000_000, timeout=5.0),
            actor=OPERATOR,
        )
        if kind == "rest":
            catalogue.set_endpoints(service=service, endpoints=endpoints, fields=[], actor=OPERATOR)
        catalogue.publish_service(service=service, actor=OPERATOR)
    with world.at("H36"):
        catalogue.register_system(agency_code="H36", code="mot-cua", name=tr("Một cửa", "One stop"), actor=OPERATOR)
        catalogue.set_access(system=client, networks=["10.0.0.0/8"], certificates=[], actor=OPERATOR)
        wish = catalogue.PurposeWish("Đăng ký khai sinh", "Luật Hộ tịch 2014", 100)
        asked = catalogue.request_agreement(client=client, service=service, purposes=[wish], actor=OPERATOR)
    with world.at("G01"):
        catalogue.answer_agreement(agreement_id=asked.id, accepted=True, actor=OPERATOR)
    catalogue_queries.forget_index()
