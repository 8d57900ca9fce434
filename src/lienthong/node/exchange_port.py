"""The exchange port (cổng kết nối an toàn): a second process that speaks mutual TLS with other nodes, and no more.

The certificate is the node's own (`keys/tls.crt`), and whoever comes in must show one that the trusted roots stand for.
When a file of these changes, a new worker takes over beside the old one, which ends when its requests are answered.
"""

import os
import signal
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

# The new worker must be up before the old one goes, also on a machine that has much to do.
_TAKE_OVER_SECONDS = os.environ.get("LIENTHONG_TAKE_OVER_SECONDS", "60")
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
        *("--respawn-interval", _TAKE_OVER_SECONDS, "--log-level", "error"),
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
    """Keeps the process on the exchange port: begun once there is a certificate, reloaded when it is renewed."""

    def __init__(self, profile: Node) -> None:
        self._profile = profile
        self._child: subprocess.Popen[bytes] | None = None
        self._stamp: tls.Stamp = ()
        self._started = 0.0
        self._told = False

    def tend(self) -> None:
        """Look after it; to be called about twice a second."""
        material = tls.find_material(self._profile.home)
        if material is None:
            self._wait_for_certificate()
            return
        running = self._child is not None and self._child.poll() is None
        if material.stamp == self._stamp and running:
            return
        if not running and time.monotonic() - self._started < _RESTART_SECONDS:
            return
        try:
            files = publish(material, self._profile.home)
        except (OSError, ValueError):
            files = None
        if files is None:
            return
        self._stamp = material.stamp
        if running and self._child is not None:
            self._child.send_signal(signal.SIGHUP)
        else:
            self._start(files)

    def _wait_for_certificate(self) -> None:
        if not self._told:
            self._told = True
            print(
                f"lienthong: port {self._profile.exchange_port} for other nodes stays shut until the node has a TLS"
                f" certificate ({self._profile.home}/keys/tls.crt) and trusted roots.",
                file=sys.stderr,
                flush=True,
            )

    def _start(self, files: tuple[Path, Path]) -> None:
        self._started = time.monotonic()
        environment = {**os.environ, "LIENTHONG_BACKGROUND": "0", "LIENTHONG_SERVING": "1"}
        self._child = subprocess.Popen(  # noqa: S603 (our own program)
            command(self._profile, *files),
            env=environment,
            preexec_fn=end_with_parent,  # noqa: PLW1509 (one prctl call)
        )

    def stop(self) -> None:
        """End it when its requests are answered, at the latest after a while."""
        if self._child is None or self._child.poll() is not None:
            return
        # While a new worker takes over, granian's main process sleeps and hears nothing.
        for worker in psutil.Process(self._child.pid).children():
            worker.terminate()
        self._child.terminate()
        try:
            self._child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
