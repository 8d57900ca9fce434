"""How fast this machine signs and verifies: printed by `lienthong bench signing`, never asserted."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from lienthong.kernel import roles
from lienthong.kernel.profile import node, playing
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.roles import ROLES
from lienthong.platform.signing.types import Box, CertificateKind, KeyName

_PAYLOAD = b'{"status":"3"}' * 4000  # about a letter of 500 status changes
_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Operations a second on one core."""

    name: str
    per_second: float


def measure(*, pdf: bytes | None = None, seconds: float = _SECONDS) -> tuple[Rate, ...]:
    """Rates of messages of 56 kB; of documents too when a PDF is given. Uses a passing authority of its own."""
    before = roles.opened()
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-") as folder, playing(node(), home=Path(folder)):
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
