"""`./lienthong proxy-configuration`: nginx speaks mutual TLS for a node, both ways, with a key in files or on a token.

Coming in: other nodes must show a certificate; only the doors of the exchange are passed on. Going out: the node asks
this nginx on loopback and names the other node in `Lienthong-Upstream` (`kernel.tls.route`, `[node] tls_proxy`).
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from lienthong.kernel import tls
from lienthong.kernel.profile import Node
from lienthong.node.doors import BETWEEN_NODES


@dataclass(frozen=True, slots=True)
class Place:
    """Where the proxy's own files lie, and how it reaches the key."""

    home: Path
    key: str
    engine_module: str = ""
    environment: tuple[str, ...] = ()
    """Variables that the token's library reads; nginx hands its workers none by itself."""

    @property
    def folder(self) -> Path:
        return self.home / "tls"


def complaint(me: Node) -> str:
    """What keeps a proxy from speaking for this node, as a sentence; "" when nothing does."""
    if urlsplit(me.exchange_url).scheme != "https" or not me.tls_proxy:
        return (
            "the profile needs [node] exchange_url (https, where other nodes come in) and tls_proxy"
            ' (as in "http://127.0.0.1:8444", where this node goes out).'
        )
    if me.exchange_port:
        return "with a proxy the node itself must not hold the exchange port: remove exchange_port from [node]."
    if urlsplit(me.tls_proxy).hostname not in ("127.0.0.1", "::1", "localhost"):
        return "tls_proxy must be on loopback: whoever reaches it speaks with this node's certificate."
    return ""


def place_of(me: Node) -> Place:
    """Where the files of this node's proxy lie."""
    given = me.parameters.get("keys", {})
    if given.get("store") != "pkcs11" or "tls" not in given.get("kinds", ("tls",)):
        return Place(me.home, str(me.home / "keys" / "tls.key"))
    pin = os.environ.get("LIENTHONG_TOKEN_PIN_FILE", str(me.home / "token-pin"))
    variables = tuple(str(one) for one in given.get("environment", ()))
    return Place(me.home, token_key(given["token"], "tls", pin), given["module"], variables)


def token_key(token: str, label: str, pin_file: str) -> str:
    """A key on a token as nginx names it: by RFC 7512, the PIN in a file."""
    return f"engine:pkcs11:pkcs11:token={quote(token)};object={quote(label)};type=private?pin-source={quote(pin_file)}"


def peers_of(me: Node) -> list[str]:
    """Addresses of other nodes by the directory, as far as this node has it."""
    from lienthong.platform.exchange import queries

    return [one.address for one in queries.list_nodes() if one.agency_code != me.agency_code]


def write(me: Node, place: Place, peers: Sequence[str]) -> Path:
    """Write the configuration and what it names to `tls/` of the home; gives the path of nginx.conf."""
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    roots = tuple(sorted((place.home / "trust").glob("*.pem")))
    tls.publish_roots(tls.Material(Path(), Path(), roots, ()), place.home)
    if place.engine_module:
        (place.folder / "openssl.cnf").write_text(openssl(place.engine_module), encoding="utf-8")
    path = place.folder / "nginx.conf"
    path.write_text(nginx(me, place, peers), encoding="utf-8")
    return path


def openssl(module: str) -> str:
    """OpenSSL's configuration that finds the token's library."""
    return (
        "openssl_conf = start\n[start]\nengines = engines\n[engines]\npkcs11 = pkcs11\n"
        f"[pkcs11]\nengine_id = pkcs11\nMODULE_PATH = {module}\ninit = 0\n"
    )


def nginx(me: Node, place: Place, peers: Sequence[str]) -> str:
    """nginx.conf, whole."""
    engine = "ssl_engine pkcs11;\n" if place.engine_module else ""
    variables = "".join(f"env {name};\n" for name in place.environment)
    folders = "".join(
        f"    {word}_temp_path {place.folder}/nginx-{word};\n"
        for word in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"# Written by ./lienthong proxy-configuration for the node {me.name}.\n"
        f"worker_processes auto;\npid {place.folder}/nginx.pid;\nerror_log {place.folder}/nginx-error.log;\n"
        f"{engine}{variables}{_user(place)}"
        "events { worker_connections 4096; }\nhttp {\n    access_log off;\n    server_tokens off;\n"
        f"{folders}"
        "    # How large a message may be is the node's affair, and it reads while it comes.\n"
        "    client_max_body_size 0;\n    proxy_http_version 1.1;\n    proxy_request_buffering off;\n"
        "    proxy_buffering off;\n    proxy_read_timeout 120s;\n    proxy_next_upstream off;\n"
        f"{_incoming(me, place)}{_outgoing(me, place, peers)}}}\n"
    )


def _user(place: Place) -> str:
    """Started by root, nginx works as the owner of the home, who alone may reach the key."""
    return f"user {place.home.owner()};\n" if os.geteuid() == 0 and place.home.exists() else ""


def _incoming(me: Node, place: Place) -> str:
    address = urlsplit(me.exchange_url)
    locations = "".join(
        f"        location {'' if path.endswith('/') else '= '}{path} {{ proxy_pass http://node; }}\n"
        for path in BETWEEN_NODES
    )
    return (
        f"    upstream node {{ server 127.0.0.1:{me.port}; keepalive 32; }}\n"
        "    # Other nodes come in.\n    server {\n"
        f"        listen {address.port or 443} ssl;\n        server_name {address.hostname};\n"
        f'        ssl_certificate {place.home}/keys/tls.crt;\n        ssl_certificate_key "{place.key}";\n'
        f"        ssl_client_certificate {place.folder}/roots.pem;\n        ssl_verify_client on;\n"
        "        ssl_verify_depth 3;\n        ssl_protocols TLSv1.2 TLSv1.3;\n"
        "        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;\n        ssl_session_cache shared:lienthong:2m;\n"
        '        proxy_set_header Host $host;\n        proxy_set_header Connection "";\n'
        "        proxy_set_header X-Forwarded-For $remote_addr;\n        proxy_set_header X-Forwarded-Proto https;\n"
        f"{locations}        location / {{ return 404; }}\n    }}\n"
    )


def _outgoing(me: Node, place: Place, peers: Sequence[str]) -> str:
    known = [urlsplit(one) for one in peers]
    listed = [
        (f"{one.hostname}:{one.port or 443}", f"peer{number}") for number, one in enumerate(known) if one.hostname
    ]
    groups = "".join(f"    upstream {name} {{ server {where}; keepalive 16; }}\n" for where, name in listed)
    lines = "".join(f'        "{where}" {name};\n' for where, name in listed)
    resolver = f"            resolver {found};\n" if (found := _resolvers()) else ""
    proxy = urlsplit(me.tls_proxy)
    return (
        f"    # This node goes out, to nodes of the directory and to those that joined since.\n{groups}"
        f"    map $http_lienthong_upstream $peer {{\n        default $http_lienthong_upstream;\n{lines}    }}\n"
        '    map $http_lienthong_upstream $peer_name {\n        default "";\n'
        '        "~^(?<name>[A-Za-z0-9.-]+):[0-9]+$" $name;\n    }\n'
        f"    server {{\n        listen {proxy.hostname}:{proxy.port or 80};\n        location / {{\n"
        f'            if ($peer_name = "") {{ return 421; }}\n{resolver}'
        "            proxy_pass https://$peer$request_uri;\n            proxy_ssl_name $peer_name;\n"
        "            proxy_ssl_server_name on;\n            proxy_ssl_verify on;\n"
        "            proxy_ssl_verify_depth 3;\n"
        f"            proxy_ssl_trusted_certificate {place.folder}/roots.pem;\n"
        f"            proxy_ssl_certificate {place.home}/keys/tls.crt;\n"
        f'            proxy_ssl_certificate_key "{place.key}";\n'
        "            proxy_ssl_protocols TLSv1.2 TLSv1.3;\n            proxy_ssl_session_reuse on;\n"
        '            proxy_set_header Host $http_lienthong_upstream;\n            proxy_set_header Connection "";\n'
        f'            proxy_set_header {tls.PROXY_HEADER} "";\n        }}\n    }}\n'
    )


def _resolvers() -> str:
    """This machine's name servers, for nodes that joined after the configuration was written."""
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    found = [line.split()[1] for line in lines if line.startswith("nameserver ") and "%" not in line]
    return " ".join(f"[{one}]" if ":" in one else one for one in found)
