"""How fast this machine signs and verifies: printed by `lienthong bench signing`, never asserted."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from lienthong.kernel import roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.ports import FileReader, KeyMaker, KeyStore
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.rules import issuing, requests
from lienthong.platform.signing.services import responder, timestamps
from lienthong.platform.signing.types import Box, CertificateKind, KeyName, PdfLevel, SignedPdf, SigningOrder

_PAYLOAD = b'{"status":"3"}' * 4000  # about a letter of 500 status changes
_SECONDS = 1.0
_OFFICER = "officer:bench"
_START_SECONDS = 60.0  # the reading process of a node runs before the first file comes
_BOX = Box(350, 120, 490, 170)
# What authorities said of certificates is remembered from a table, and here is no database.
_WITHOUT_TABLE: dict[str, Any] = {"trust": {"ocsp": "off"}}


@dataclass(frozen=True, slots=True)
class Rate:
    """Operations a second on one core."""

    name: str
    per_second: float


def measure(*, pdf: bytes | None = None, seconds: float = _SECONDS) -> tuple[Rate, ...]:
    """Rates of messages of 56 kB; of documents too when a PDF is given. Uses a passing authority of its own."""
    before = roles.opened()
    with (
        tempfile.TemporaryDirectory(prefix="lienthong-bench-") as folder,
        playing(node(), home=Path(folder), parameters=_WITHOUT_TABLE),
    ):
        roles.open_roles(ROLES)
        try:
            return tuple(_measure(Path(folder), pdf, seconds))
        finally:
            roles.open_roles(before)


def _measure(home: Path, pdf: bytes | None, seconds: float) -> list[Rate]:
    kinds: tuple[tuple[KeyName, CertificateKind], ...] = (
        ("node", "node"),
        (_OFFICER, "officer"),
        ("seal:H36", "seal"),
    )
    for name, kind in kinds:
        services.issue_certificate(home, name=name, kind=kind, agency_code="H36", common_name=f"Bench {kind}")
    pem = queries.get_certificate("node").pem
    signed = services.sign_detached(_PAYLOAD)
    rates = [
        Rate("sign message", _rate(lambda: services.sign_detached(_PAYLOAD), seconds)),
        Rate(
            "verify message",
            _rate(lambda: queries.verify_detached(_PAYLOAD, signed, certificate_pem=pem), seconds),
        ),
    ]
    if pdf is not None:

        def both(given: bytes = pdf) -> bytes:
            return services.sign_and_seal_pdf(given, leader=_OFFICER, seal="seal:H36", box=_BOX)

        sealed = both()
        rates.append(Rate("sign and seal PDF", _rate(both, seconds)))
        rates.append(Rate("verify sealed PDF", _rate(lambda: queries.verify_pdf(sealed), seconds)))
    return rates


@dataclass(frozen=True, slots=True)
class DocumentTimes:
    """What documents cost: CPU of a signature (B-B), the wait for one with all proofs (B-LTA), a look at fifty."""

    sign_cpu_ms: float
    complete_p95_ms: float
    complete_reached: str
    fifty_at_once_s: float
    validate_fifty_s: float
    validate_fifty_code: str


def measure_documents(pdf: bytes, *, rounds: int = 20) -> DocumentTimes:
    """Needs a database. The authority answers over HTTP on this machine; files are read in the process of their own."""
    before = roles.opened()
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-") as folder, _authority(Path(folder)) as url:
        trust = {"ocsp": "soft", "tsa_url": f"{url}/tsa", "ocsp_url": f"{url}/ocsp"}
        with playing(node(), home=Path(folder), parameters={"trust": trust}):
            roles.open_roles(ROLES)
            try:
                return _measure_documents(Path(folder), pdf, rounds)
            finally:
                roles.open_roles(before)


def _measure_documents(home: Path, pdf: bytes, rounds: int) -> DocumentTimes:
    services.issue_certificate(home, name=_OFFICER, kind="officer", agency_code="H36", common_name="Bench officer")

    def sign(level: PdfLevel = "B-B", given: bytes = pdf, box: Box = _BOX) -> SignedPdf:
        return services.sign_pdf(given, signer=_OFFICER, box=box, level=level)

    sign()
    begin = process_time()
    for _ in range(rounds):
        sign()
    cpu = (process_time() - begin) / rounds * 1000
    reached, waits = sign("B-LTA").level, []
    for _ in range(rounds):
        begin = perf_counter()
        reached = sign("B-LTA").level
        waits.append((perf_counter() - begin) * 1000)
    begin = perf_counter()
    services.sign_pdfs([SigningOrder(pdf, _BOX)] * 50, signer=_OFFICER)
    together = perf_counter() - begin
    many = pdf
    for place in range(50):
        many = sign(given=many, box=Box(40, 40 + 14 * place, 120, 52 + 14 * place))
    roles.port(FileReader).read(pdf, _START_SECONDS)
    begin = perf_counter()
    verdict = queries.judge_file(bytes(many))
    looked = perf_counter() - begin
    waits.sort()
    return DocumentTimes(cpu, waits[int(len(waits) * 0.95) - 1], reached, together, looked, verdict.code)


@contextmanager
def _authority(home: Path) -> Iterator[str]:
    """The demo's authority on a port of its own: time stamps and answers on certificates."""
    doors = {"/tsa": timestamps.answer_timestamp, "/ocsp": responder.answer_ocsp}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = doors[self.path](self.rfile.read(int(self.headers["Content-Length"])), home=home)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def measure_keys(parameters: dict[str, Any], *, threads: int, seconds: float = _SECONDS) -> Rate:
    """Signatures a second of a node's key in the key store that these parameters choose, asked by several threads."""
    before, store = roles.opened(), str(parameters.get("keys", {}).get("store", "files"))
    with (
        tempfile.TemporaryDirectory(prefix="lienthong-bench-") as folder,
        playing(node(), home=Path(folder), parameters={**_WITHOUT_TABLE, **parameters}),
    ):
        roles.open_roles(ROLES)
        try:
            _equip(Path(folder))
            return Rate(f"sign digest, {store}, {threads} threads", _rate_of_threads(threads, seconds))
        finally:
            roles.open_roles(before)


def _equip(home: Path) -> None:
    """The node's key made by the key store itself."""
    about: dict[str, str] = {"agency_code": "H36", "common_name": "Bench"}
    services.install_trust(home, into=home)
    maker, subject = roles.port(KeyMaker), issuing.subject("H36", "Bench")
    info = requests.unsigned(subject, maker.make_next("node"), ())
    request = requests.signed(info, maker.sign_next("node", sha256(info).digest()))
    maker.install_next("node", services.issue_from_request(request, kind="node", home=home, **about).pem)
    maker.activate_next("node")


def _rate_of_threads(threads: int, seconds: float) -> float:
    held, digest = roles.port(KeyStore).hold("node"), sha256(_PAYLOAD).digest()
    held.sign_digest(digest)
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda _: _rate(lambda: held.sign_digest(digest), seconds), range(threads)))


def _rate(work: Callable[[], object], seconds: float) -> float:
    begin, rounds = perf_counter(), 0
    while (spent := perf_counter() - begin) < seconds or rounds == 0:
        work()
        rounds += 1
    return rounds / spent


def sample_pdf() -> bytes:
    """A paper of about 20 kB to be signed."""
    import typst

    words = "Điều 1. Phê duyệt kế hoạch chuyển đổi số của tỉnh theo nội dung kèm theo Quyết định này. " * 60
    return bytes(typst.compile(f'#set page("a4")\n= Quyết định\n{words}'.encode()))


def main() -> None:
    """Print the rates."""
    for rate in measure(pdf=sample_pdf()):
        print(f"{rate.name:<20} {rate.per_second:>10,.0f} /s")  # noqa: T201 (a bench speaks by print)
