"""bench questions: calls of 1 KB over two hops, signed, verified and logged at both ends, by X-Road's façade.

Everything runs on this machine: the client, two nodes, the provider's system, PostgreSQL with real commits. The
baseline is nginx over the same road with mutual TLS at both hops, which proves nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lienthong.kernel import clock
from lienthong.node.bench.pair import CLIENT, SERVICE, Pair, passing_pair
from lienthong.node.bench.report import Measured
from lienthong.node.children import end_with_parent
from lienthong.node.demo.passing import free_ports, passing_folder
from lienthong.node.outsiders import find_tool

SECONDS = 15
RATE_GOAL = 300.0
NGINX_SHARE_GOAL = 1 / 6
OVERHEAD_GOAL_MS = 10.0
CONNECTIONS = 32


def measure(size: int | None = None) -> Measured:
    """`size`: seconds of load, 15 by default."""
    seconds = size or SECONDS
    with passing_pair() as pair:
        road = f"{pair.url('H36')}{SERVICE}/nguoi"
        direct_road = f"http://127.0.0.1:{pair.ports['system']}/api/nguoi"
        _load(road, CONNECTIONS, 3)
        alone, direct = _load(road, 1, min(seconds, 5)), _load(direct_road, 1, 2)
        before = pair.processor_seconds()
        ours = _load(road, CONNECTIONS, seconds)
        spent = {name: used - before[name] for name, used in pair.processor_seconds().items()}
        logs = [json.loads(pair.part(code, "verify")) for code in ("G22", "H36")]
        nginx = _nginx(pair, min(seconds, 5))
    return _measured(ours, alone, direct, spent, nginx, logs)


def _measured(
    ours: dict[str, Any],
    alone: dict[str, Any],
    direct: dict[str, Any],
    spent: dict[str, float],
    nginx: dict[str, Any] | None,
    logs: list[dict[str, Any]],
) -> Measured:
    answered, overhead = ours["answered"], alone["p50"] - direct["p50"]
    whole = not ours["bad"] and all(not log["faults"] and log["calls"] >= answered for log in logs)
    baseline: dict[str, Any] = {"direct to the system, alone, p50 ms": direct["p50"]}
    ratios: dict[str, float] = {}
    if nginx is None:
        baseline["nginx, two hops with mutual TLS"] = "absent"
    else:
        baseline |= {"nginx, two hops with mutual TLS, calls/s": nginx["rate"], "nginx, p50 ms": nginx["p50"]}
        ratios["ours / nginx"] = ours["rate"] / nginx["rate"]
    baseline["express-gateway"] = "present, not run" if shutil.which("eg") else "absent"
    return Measured(
        name="questions",
        figures={
            "calls/s": ours["rate"],
            "p50 ms": ours["p50"],
            "p95 ms": ours["p95"],
            "p99 ms": ours["p99"],
            "not answered 200": ours["bad"],
            "alone: p50 ms": alone["p50"],
            "alone: overhead p50 ms": overhead,
            "logs whole at both ends": "yes" if whole else "NO",
            **{f"processor ms a call: {name}": 1000 * used / max(answered, 1) for name, used in spent.items()},
        },
        baseline=baseline,
        ratios=ratios,
        goals={"calls/s": RATE_GOAL, "ours / nginx": NGINX_SHARE_GOAL, "alone: overhead p50 ms": OVERHEAD_GOAL_MS},
        met=whole
        and ours["rate"] >= RATE_GOAL
        and overhead < OVERHEAD_GOAL_MS
        and ratios.get("ours / nginx", 1.0) >= NGINX_SHARE_GOAL,
    )


def _load(url: str, connections: int, seconds: float) -> dict[str, Any]:
    words = [sys.executable, "-m", "lienthong.node.bench.load", url, str(connections), str(seconds)]
    headers = [f"X-Road-Client: {CLIENT}", "X-Road-UserId: VN001026000001", "Content-Type: application/json"]
    done = subprocess.run([*words, *headers], capture_output=True, text=True, check=True)  # noqa: S603 (our own program)
    return dict(json.loads(done.stdout))


# The baseline


def _nginx(pair: Pair, seconds: float) -> dict[str, Any] | None:
    program = find_tool("nginx")
    if not program:
        return None
    with passing_folder() as folder, _running(program, folder, pair.ports["system"]) as port:
        _load(f"http://127.0.0.1:{port}/api/nguoi", CONNECTIONS, 1)
        return _load(f"http://127.0.0.1:{port}/api/nguoi", CONNECTIONS, seconds)


@contextmanager
def _running(program: str, folder: Path, system: int) -> Iterator[int]:
    first, second, third = free_ports(3)
    _make_certificate(folder)
    (folder / "nginx.conf").write_text(_configuration(folder, first, second, third, system), encoding="utf-8")
    words = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    process = subprocess.Popen([*words, "-g", "daemon off;"], preexec_fn=end_with_parent)  # noqa: S603, PLW1509
    try:
        time.sleep(1)
        yield first
    finally:
        process.terminate()
        process.wait()


def _configuration(folder: Path, first: int, second: int, third: int, system: int) -> str:
    ours = f"ssl_certificate {folder}/own.crt; ssl_certificate_key {folder}/own.key;"
    checked = f"{ours} ssl_client_certificate {folder}/own.crt; ssl_verify_client on;"
    shown = (
        f"proxy_ssl_certificate {folder}/own.crt; proxy_ssl_certificate_key {folder}/own.key; proxy_ssl_verify on;"
        f" proxy_ssl_trusted_certificate {folder}/own.crt; proxy_ssl_name localhost; proxy_ssl_session_reuse on;"
    )
    kept = 'proxy_http_version 1.1; proxy_set_header Connection "";'
    user = "user root;" if os.geteuid() == 0 else ""
    return f"""{user} worker_processes 2; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; keepalive_requests 1000000;
  upstream second {{ server 127.0.0.1:{second}; keepalive 64; }}
  upstream third {{ server 127.0.0.1:{third}; keepalive 64; }}
  upstream system {{ server 127.0.0.1:{system}; keepalive 64; }}
  server {{ listen 127.0.0.1:{first}; location / {{ proxy_pass https://second; {kept} {shown} }} }}
  server {{ listen 127.0.0.1:{second} ssl; {checked} location / {{ proxy_pass https://third; {kept} {shown} }} }}
  server {{ listen 127.0.0.1:{third} ssl; {checked} location / {{ proxy_pass http://system; {kept} }} }}
}}
"""


def _make_certificate(folder: Path) -> None:
    """One certificate for all three servers, which trust nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = clock.now().astimezone(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "own.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "own.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "own.key").chmod(0o600)
