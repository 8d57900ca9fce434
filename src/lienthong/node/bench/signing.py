"""bench signing: messages and keys a second, a token (SoftHSM) against files; documents against their goals."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lienthong.node import outsiders
from lienthong.node.bench.own_database import on_own_database
from lienthong.node.bench.report import Measured

_THREADS = 4
_PIN = "4711-0815"  # of a token that lives as long as the measurement
GOAL_CPU_MS, GOAL_COMPLETE_MS, GOAL_FIFTY_S = 40.0, 300.0, 5.0


def measure(size: int | None = None) -> Measured:
    """Rates of messages and keys, a token held against files; and what documents cost, against their goals."""
    return _report(on_own_database(lambda: _measure(float(size or 1))))


def _measure(seconds: float) -> dict[str, Any]:
    from lienthong.node.upgrade import upgrade
    from lienthong.platform.signing import bench

    upgrade(lambda _line: None)
    found: dict[str, Any] = {
        "rates": bench.measure(pdf=bench.sample_pdf(), seconds=seconds),
        "files": bench.measure_keys({}, threads=_THREADS, seconds=seconds),
        "documents": bench.measure_documents(bench.sample_pdf()),
    }
    with _passing_token() as keys:
        if keys is not None:
            found["token"] = bench.measure_keys({"keys": keys}, threads=_THREADS, seconds=seconds)
    return found


def _report(found: dict[str, Any]) -> Measured:
    files, documents, token = found["files"], found["documents"], found.get("token")
    figures: dict[str, Any] = {f"{rate.name}, /s": rate.per_second for rate in found["rates"]}
    if token is not None:
        figures[f"{token.name}, /s"] = token.per_second
    figures |= {
        "PAdES B-B, CPU ms": documents.sign_cpu_ms,
        "PAdES B-LTA, p95 ms": documents.complete_p95_ms,
        "level reached": documents.complete_reached,
        "50 documents signed at once, s": documents.fifty_at_once_s,
        "PDF with 50 signatures validated, s": documents.validate_fifty_s,
        "its verdict": documents.validate_fifty_code,
    }
    return Measured(
        "signing",
        figures,
        {f"{files.name}, /s": files.per_second},
        {"signatures on a token / from files": token.per_second / files.per_second} if token is not None else {},
        {
            "PAdES B-B, CPU ms": f"<= {GOAL_CPU_MS:g}",
            "PAdES B-LTA, p95 ms": f"<= {GOAL_COMPLETE_MS:g}",
            "PDF with 50 signatures validated, s": f"< {GOAL_FIFTY_S:g}",
        },
        met=(
            documents.sign_cpu_ms <= GOAL_CPU_MS
            and (documents.complete_p95_ms <= GOAL_COMPLETE_MS and documents.complete_reached == "B-LTA")
            and (documents.validate_fifty_s < GOAL_FIFTY_S and documents.validate_fifty_code == "good")
        ),
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
