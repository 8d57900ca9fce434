"""How fast this machine signs and verifies: printed by `lienthong bench signing`, never asserted."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

from lienthong.kernel import roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.ports import KeyMaker, KeyStore
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.rules import issuing, requests
from lienthong.platform.signing.types import Box, CertificateKind, KeyName

_PAYLOAD = b'{"status":"3"}' * 4000  # about a letter of 500 status changes
_SECONDS = 1.0
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
        ("officer:bench", "officer"),
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
        box = Box(350, 120, 490, 170)

        def both(given: bytes = pdf) -> bytes:
            return services.sign_and_seal_pdf(given, leader="officer:bench", seal="seal:H36", box=box)

        sealed = both()
        rates.append(Rate("sign and seal PDF", _rate(both, seconds)))
        rates.append(Rate("verify sealed PDF", _rate(lambda: queries.verify_pdf(sealed), seconds)))
    return rates


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


def main() -> None:
    """Print the rates."""
    import typst

    pdf = typst.compile(b'#set page("a4")\n= Quy\xe1\xba\xbft \xc4\x91\xe1\xbb\x8bnh')
    for rate in measure(pdf=pdf):
        print(f"{rate.name:<20} {rate.per_second:>10,.0f} /s")  # noqa: T201 (a bench speaks by print)
