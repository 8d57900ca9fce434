"""The exchange port (cổng kết nối an toàn): a second process that speaks mutual TLS with other nodes, and no more.

The certificate is the node's own (`keys/tls.crt`), and whoever comes in must show one that the trusted roots stand for.
When a file of these changes, a new process takes over beside the old one, which ends when its requests are answered.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from lienthong.kernel import tls
from lienthong.kernel.profile import Node
from lienthong.node.children import end_with_parent

THREADS = 64

_RESTART_SECONDS = 2.0
_STOP_SECONDS = 20.0


def command(profile: Node, credentials: Path, roots: Path) -> list[str]:
    """The command line of the process on the exchange port."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", profile.exchange_host, "--port", str(profile.exchange_port)),
        *("--ssl-certificate", str(credentials), "--ssl-keyfile", str(credentials)),
        *("--ssl-ca", str(roots), "--ssl-client-verify", "--ssl-protocol-min", "tls1.2"),
        *("--workers", "1", "--blocking-threads", str(THREADS)),
        *("--log-level", "error"),
        "lienthong.node.exchange_wsgi:application",
    ]


def publish(material: tls.Material, home: Path) -> tuple[Path, Path] | None:
    """Certificate and key as one file, so that no reader meets one without the other; None while they do not fit."""
    certificate, key = material.certificate.read_bytes(), material.key.read_bytes()
    if not _belong_together(certificate, key):
        return None
    roots = tls.publish_roots(material, home)
    path = home / "tls" / "server.pem"
    fresh = path.with_name(f".server.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(certificate + key)
    fresh.replace(path)
    return path, roots


def _belong_together(certificate: bytes, key: bytes) -> bool:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        shown = x509.load_pem_x509_certificate(certificate).public_key().public_bytes(*form)
        return load_pem_private_key(key, password=None).public_key().public_bytes(*form) == shown
    except (ValueError, TypeError):
        return False


class ExchangePort:
    """Keeps the process on the exchange port: begun once there is a certificate, relieved when it is renewed.

    The kernel shares connections out among processes on one port: the next process listens beside the one in use
    before that one is told to end, so that nobody is turned away in between.
    """

    def __init__(self, profile: Node) -> None:
        self._profile = profile
        self._child: subprocess.Popen[bytes] | None = None
        self._next: subprocess.Popen[bytes] | None = None
        self._ending: list[subprocess.Popen[bytes]] = []
        self._stamp: tls.Stamp = ()
        self._started = 0.0
        self._told = False

    def tend(self) -> None:
        """Look after it; to be called about twice a second."""
        self._ending = [child for child in self._ending if _runs(child)]
        if self._next is not None:
            self._relieve(self._next)
            return
        material = tls.find_material(self._profile.home)
        if material is None:
            self._wait_for_certificate()
            return
        if (material.stamp == self._stamp and _runs(self._child)) or self._is_too_soon():
            return
        try:
            files = publish(material, self._profile.home)
        except (OSError, ValueError):
            return
        if files is not None:
            self._stamp = material.stamp
            self._next = self._start(files)

    def _relieve(self, coming: "subprocess.Popen[bytes]") -> None:
        if not _runs(coming):
            # It may have met a half-made change; the one in use goes on, and the next look tries again.
            self._next, self._stamp = None, ()
        elif _listens(coming, self._profile.exchange_port):
            if self._child is not None and _runs(self._child):
                self._child.terminate()
                self._ending.append(self._child)
            self._child, self._next = coming, None

    def _is_too_soon(self) -> bool:
        return self._started > 0 and time.monotonic() - self._started < _RESTART_SECONDS

    def _wait_for_certificate(self) -> None:
        if not self._told:
            self._told = True
            print(
                f"lienthong: port {self._profile.exchange_port} for other nodes stays shut until the node has a TLS"
                f" certificate ({self._profile.home}/keys/tls.crt) and trusted roots.",
                file=sys.stderr,
                flush=True,
            )

    def _start(self, files: tuple[Path, Path]) -> "subprocess.Popen[bytes]":
        self._started = time.monotonic()
        environment = {**os.environ, "LIENTHONG_BACKGROUND": "0", "LIENTHONG_SERVING": "1"}
        return subprocess.Popen(  # noqa: S603 (our own program)
            command(self._profile, *files),
            env=environment,
            preexec_fn=end_with_parent,  # noqa: PLW1509 (one prctl call)
        )

    def stop(self) -> None:
        """End it when its requests are answered, at the latest after a while."""
        running = [one for one in (*self._ending, self._child, self._next) if one is not None and _runs(one)]
        for one in running:
            one.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for one in running:
            try:
                one.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


def _runs(child: "subprocess.Popen[bytes] | None") -> bool:
    return child is not None and child.poll() is None


def _listens(child: "subprocess.Popen[bytes]", port: int) -> bool:
    """Has the process, or a worker of it, opened the port? Granian does so once the application is loaded."""
    try:
        leader = psutil.Process(child.pid)
        sockets = [one for process in (leader, *leader.children(recursive=True)) for one in process.net_connections()]
    except psutil.Error:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in sockets)
