"""Mutual TLS between nodes: what this node shows of itself, and whose certificates it believes.

Files of the node's home: `keys/tls.key` and `keys/tls.crt` (the node's own, issuers after it), `trust/*.pem` (trusted
roots). The web's roots count for nothing between nodes. A key in hardware cannot be handed to Python's TLS: then a
proxy on this machine speaks TLS for the node (`[node] tls_proxy`, see docs/operations/keys.md).
"""

import os
import secrets
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel.profile import node

PROXY_HEADER = "Lienthong-Upstream"
"""Tells the proxy on this machine which node a request is for: `host:port`."""

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Material:
    """The files that TLS between nodes needs, and the state they are in."""

    certificate: Path
    key: Path
    roots: tuple[Path, ...]
    stamp: Stamp


def find_material(home: Path) -> Material | None:
    """The files in a node's home; None while certificate, key or trusted roots are missing."""
    certificate, key = home / "keys" / "tls.crt", home / "keys" / "tls.key"
    roots = tuple(sorted((home / "trust").glob("*.pem")))
    try:
        stamp = tuple((str(path), state.st_mtime_ns, state.st_ino) for path, state in _states(certificate, key, *roots))
    except FileNotFoundError:
        return None
    return Material(certificate, key, roots, stamp) if roots else None


def _states(*paths: Path) -> list[tuple[Path, os.stat_result]]:
    return [(path, path.stat()) for path in paths]


def read_roots(material: Material) -> bytes:
    """The self-signed certificates among the trusted ones, as PEM: no intermediate is believed by itself."""
    found = [one for path in material.roots for one in x509.load_pem_x509_certificates(path.read_bytes())]
    return b"".join(one.public_bytes(Encoding.PEM) for one in found if one.issuer == one.subject)


_held: dict[Path, tuple[Stamp, ssl.SSLContext]] = {}
_lock = threading.Lock()


def client_context() -> ssl.SSLContext | None:
    """The context for calling other nodes: shows this node's certificate, believes the trusted roots only.

    For nodes only: addresses of the web (gateways of payment, agencies' own systems) keep the roots of the web.

    The same object until a file changes, so that pools of connections may be kept by it. None while this node has no
    TLS certificate. A certificate whose key is just being replaced leaves the earlier context in force.
    """
    home = node().home
    material = find_material(home)
    if material is None:
        return None
    held = _held.get(home)
    if held is not None and held[0] == material.stamp:
        return held[1]
    with _lock:
        try:
            made = make_context(material, ssl.PROTOCOL_TLS_CLIENT)
        except (ssl.SSLError, ValueError, OSError):
            if held is None:
                raise
            return held[1]
        _held[home] = (material.stamp, made)
    return made


def make_context(material: Material, protocol: int) -> ssl.SSLContext:
    """TLS 1.2 or newer with certificate and trusted roots, which must stand for the other side."""
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.load_cert_chain(material.certificate, material.key)
    context.load_verify_locations(cadata=read_roots(material).decode("ascii"))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def is_hub(url: str) -> bool:
    """Is this an address of the hub? Whatever stands there is asked as one asks another node."""
    return url.startswith(f"{node().hub_url}/")


def route(url: str) -> tuple[str, dict[str, str]]:
    """Where a request for another node really goes, and the headers it then needs besides its own.

    >>> route("http://127.0.0.1:8001/exchange/letters")
    ('http://127.0.0.1:8001/exchange/letters', {})
    """
    proxy = node().tls_proxy
    parts = urlsplit(url)
    if not proxy or parts.scheme != "https":
        return url, {}
    return f"{proxy}{url.removeprefix(f'https://{parts.netloc}')}", {
        PROXY_HEADER: f"{_bracketed(parts.hostname or '')}:{parts.port or 443}"
    }


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def publish_roots(material: Material, home: Path) -> Path:
    """One file with the trusted roots, for servers that take no more than one: `tls/roots.pem`."""
    path = home / "tls" / "roots.pem"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".roots.{secrets.token_hex(4)}")
    fresh.write_bytes(read_roots(material))
    fresh.replace(path)
    return path
