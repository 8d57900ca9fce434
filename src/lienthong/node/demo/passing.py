"""A passing country: for a story, a benchmark, a test; on free ports, and gone afterwards."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lienthong.node.demo.country import NAMES, Country, Say


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return tuple(probe.getsockname()[1] for probe in probes)
    finally:
        for probe in probes:
            probe.close()


@contextmanager
def passing_folder() -> Iterator[Path]:
    """A temporary folder that the database's own user may enter."""
    with tempfile.TemporaryDirectory(prefix="lienthong-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def passing_country(
    *, say: Say = lambda _line: None, home: Path | None = None, people: int = 20_000
) -> Iterator[Country]:
    """A country that is stopped at the end and, unless `home` is given, thrown away with its databases."""
    with passing_folder() as folder:
        country = Country(home or folder / "country", free_ports(len(NAMES)), say, people=people)
        try:
            yield country
        finally:
            country.stop()
            if home is None:
                country.throw_away()
