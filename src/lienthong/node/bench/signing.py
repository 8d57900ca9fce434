"""bench signing: messages signed and verified a second, and signatures of a key in files and on a token (SoftHSM)."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lienthong.node import outsiders
from lienthong.node.bench.report import Measured

_THREADS = 4
_PIN = "4711-0815"  # of a token that lives as long as the measurement


def measure(size: int | None = None) -> Measured:
    """Figures of the signing room on this machine, a token held against files; there is no goal to compare with."""
    from lienthong.platform.signing import bench

    seconds = float(size or 1)
    rates = bench.measure(seconds=seconds)
    files = bench.measure_keys({}, threads=_THREADS, seconds=seconds)
    figures = {f"{rate.name}, /s": rate.per_second for rate in rates}
    with _passing_token() as keys:
        if keys is None:
            return Measured("signing", figures, {f"{files.name}, /s": files.per_second}, {}, {}, met=True)
        token = bench.measure_keys({"keys": keys}, threads=_THREADS, seconds=seconds)
    figures[f"{token.name}, /s"] = token.per_second
    return Measured(
        "signing",
        figures,
        {f"{files.name}, /s": files.per_second},
        {"signatures on a token / from files": token.per_second / files.per_second},
        {},
        met=True,
    )


@contextmanager
def _passing_token() -> Iterator[dict[str, Any] | None]:
    """A SoftHSM token of this measurement's own, as a profile names it; None where SoftHSM is not installed."""
    module, program = outsiders.find_tool("softhsm2"), outsiders.find_tool("softhsm2-util")
    if not module or not program:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-") as folder:
        config = Path(folder) / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n", encoding="utf-8")
        before = dict(os.environ)
        os.environ.update({"SOFTHSM2_CONF": str(config), "LIENTHONG_TOKEN_PIN": _PIN})
        try:
            words = ["--init-token", "--free", "--label", "bench", "--pin", _PIN, "--so-pin", _PIN]
            subprocess.run([program, *words], check=True, capture_output=True)  # noqa: S603
            yield {"store": "pkcs11", "module": module, "token": "bench"}
        finally:
            os.environ.clear()
            os.environ.update(before)
