"""The peer of `bench documents`: django-pyas2 with PostgreSQL, in an environment that the operator made.

It is no part of ours (GPL) and is never imported: its interpreter is named by `--peer` or LIENTHONG_BENCH_PEER. Two
AS2 sites, each with a durable database server as our nodes have, exchange the same documents: signed, sent, verified,
stored, answered by a signed MDN that is verified and stored. What it is spared: encryption, TLS, Django's middleware,
writing the files to be sent, reading what is in them; it does not write through to the disk what it stores in files.
"""

import io
import json
import os
import shutil
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lienthong.kernel import clock
from lienthong.node import processes
from lienthong.node.demo.passing import free_ports
from lienthong.node.places import throw_away
from lienthong.node.postgres import EmbeddedServer

INTERPRETER = "LIENTHONG_BENCH_PEER"
"""Names the interpreter in the environment."""

RATIO = "ours / django-pyas2"
GOAL = 10.0
SENDERS = 8
"""As many as our clerks."""

_PROCESSES = 2
_ORGANISATIONS = ("sender", "receiver")
_SECONDS = 600.0
"""Of patience with anything of the peer's; each document adds one."""


class PeerAbsent(Exception):
    """django-pyas2 cannot be run here; the words say why."""


@dataclass(frozen=True, slots=True)
class _Site:
    """One of the two: its name, its partner's, where it lies, its database server, the port that it answers on."""

    name: str
    other: str
    home: Path
    server: EmbeddedServer
    port: int
    partner_port: int

    def environment(self) -> dict[str, str]:
        """What `peer_as2_site` wants to know; nothing of ours may reach the other interpreter."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        socket_folder = parse_qs(urlsplit(self.server.url()).query)["host"][0]
        return {
            **kept,
            "SITE_HOME": str(self.home),
            "SITE_DATABASE": "postgres",
            "SITE_SOCKET": socket_folder,
            "PYTHONUNBUFFERED": "1",
        }


def beside(rate: float, folder: Path, *, count: int, size: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Baseline and ratio for a rate of ours: the peer sends `count` documents with a PDF of `size` bytes."""
    try:
        told = measure(Path(os.environ.get(INTERPRETER, "")), folder, count=count, size=size)
    except PeerAbsent as absent:
        return {"django-pyas2": f"absent: {absent}"}, {}
    return (
        {"django-pyas2, documents a second": told["rate"], "django-pyas2": told["versions"]},
        {RATIO: rate / told["rate"]},
    )


def measure(interpreter: Path, folder: Path, *, count: int, size: int) -> dict[str, Any]:
    """Documents a second, from the first that is sent to the last signed receipt. Raises PeerAbsent."""
    home = folder / "peer"
    home.mkdir()
    script = Path(shutil.copy(Path(__file__).with_name("peer_as2_site.py"), home / "as2_site.py"))
    versions = _versions(interpreter, script)
    with _running(interpreter, script, home) as sites:
        warm = 2 * SENDERS
        _write_documents(sites[0].home, warm + count, size)
        _send(interpreter, script, sites[0], 0, warm)
        seconds = _send(interpreter, script, sites[0], warm, count)
        for site, direction in zip(sites, ("OUT", "IN"), strict=True):
            found = _told(_run(interpreter, script, site.environment(), "count", direction))
            if found["whole"] != warm + count or found["all"] != warm + count:
                raise PeerAbsent(f"{found['whole']} of {warm + count} documents were kept whole. {found['wrong']}")
    return {"rate": count / seconds, "versions": versions}


def _versions(interpreter: Path, script: Path) -> str:
    if not interpreter.is_file():
        raise PeerAbsent(f"name an interpreter that has it: --peer, or {INTERPRETER}")
    found = _told(_run(interpreter, script, {"PATH": os.environ.get("PATH", os.defpath)}, "versions"))
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _run(interpreter: Path, script: Path, environment: Mapping[str, str], *words: str) -> str:
    """Do a part of the site's script; gives what it printed."""
    try:
        done = subprocess.run(  # noqa: S603 (named by the operator)
            [interpreter, script, *words],
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerAbsent(str(error)) from None
    if done.returncode:
        raise PeerAbsent(_last_line(done.stderr) or f"it ended with {done.returncode}")
    return done.stdout


def _told(said: str) -> dict[str, Any]:
    try:
        return dict(json.loads(said))
    except (ValueError, TypeError):
        raise PeerAbsent(f"it said something else: {said.strip()[-200:]}") from None


def _last_line(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1][:400] if lines else ""


# The two sites


@contextmanager
def _running(interpreter: Path, script: Path, home: Path) -> Iterator[tuple[_Site, _Site]]:
    """Both sites, each with tables and its own server for the other's messages; gone at the end."""
    ports = free_ports(2)
    sites = tuple(
        _Site(name, other, home / name, EmbeddedServer(home / f"postgres-{name}"), port, partner_port)
        for name, other, port, partner_port in zip(
            _ORGANISATIONS, reversed(_ORGANISATIONS), ports, reversed(ports), strict=True
        )
    )
    for name in _ORGANISATIONS:
        _make_key(home, name)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        for site in sites:
            site.home.mkdir()
            site.server.start()
            address = f"http://127.0.0.1:{site.partner_port}/as2receive"
            _run(interpreter, script, site.environment(), "make", site.name, site.other, address)
        servers = [_serve(interpreter, script, sites[1])]
        _wait_until_answering(sites[1], servers[0])
        yield sites[0], sites[1]
    finally:
        for server in servers:
            processes.kill_group(server)
        for site in sites:
            site.server.stop()
            throw_away(home / f"postgres-{site.name}")


def _serve(interpreter: Path, script: Path, site: _Site) -> "subprocess.Popen[bytes]":
    """Gunicorn, with as many processes as the senders have."""
    words = [
        *(str(interpreter), "-m", "gunicorn", "--bind", f"127.0.0.1:{site.port}", "--log-level", "error"),
        *("--worker-class", "gthread", "--workers", str(_PROCESSES), "--threads", str(SENDERS), "--keep-alive", "60"),
        f"{script.stem}:application()",
    ]
    environment = {**site.environment(), "PYTHONPATH": str(script.parent)}
    return processes.start_apart(words, environment=environment, log_path=site.home.parent / "server.log")


def _wait_until_answering(site: _Site, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{site.port}/as2receive", timeout=5):
            return
        time.sleep(0.1)
    said = (site.home.parent / "server.log").read_text(errors="replace")
    raise PeerAbsent(f"its server did not come up. {_last_line(said)}")


def _make_key(home: Path, name: str) -> None:
    """A self-signed certificate and its RSA key, as AS2 partners commonly exchange them."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = clock.now().astimezone(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / f"{name}.crt").write_bytes(certificate)
    (home / f"{name}.pem").write_bytes(secret + certificate)
    (home / f"{name}.pem").chmod(0o600)


# The documents


def _write_documents(folder: Path, count: int, size: int) -> None:
    """What ours send: a kilobyte of text and a PDF, packed as one file, for an AS2 message has one."""
    from lienthong.platform.documents.bench_pdf import pdf

    for number in range(count):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("noi-dung.txt", bytes(1_024))
            archive.writestr("cong-van.pdf", pdf(size, number))
        (folder / f"{number}.zip").write_bytes(packed.getvalue())


def _send(interpreter: Path, script: Path, site: _Site, first: int, count: int) -> float:
    """Seconds that the senders need, in as many processes as the server has, from the first begin to the last end."""
    shares = [count // _PROCESSES + (number < count % _PROCESSES) for number in range(_PROCESSES)]
    senders = []
    for share in shares:
        words = ("send", site.name, site.other, str(first), str(share), str(SENDERS // _PROCESSES))
        senders.append(
            subprocess.Popen(  # noqa: S603 (named by the operator)
                [interpreter, script, *words],
                env=site.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        first += share
    try:
        told = _let_go(senders, _SECONDS + count)
    finally:
        for sender in senders:
            sender.kill()
            sender.communicate()
    return float(max(one["ended"] for one in told) - min(one["begun"] for one in told)) / 1e9


def _let_go(senders: "list[subprocess.Popen[str]]", patience: float) -> list[dict[str, int]]:
    """Start all at once when all are ready; gives what they told."""
    for sender in senders:
        if sender.stdout is None or sender.stdout.readline().strip() != "ready":
            raise PeerAbsent("its senders did not start")
    for sender in senders:
        if sender.stdin is not None:
            sender.stdin.write("go\n")
            sender.stdin.flush()
    try:
        said = [sender.communicate(timeout=patience)[0] for sender in senders]
    except subprocess.TimeoutExpired as late:
        raise PeerAbsent(str(late)) from None
    if any(sender.returncode for sender in senders):
        raise PeerAbsent("its senders broke off")
    return [_told(one) for one in said]
