"""Who calls (xác thực hệ thống gọi): a system of ours proves itself by network, certificate or key."""

import ipaddress
from hashlib import sha256

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.queries import causes, index
from lienthong.platform.catalogue.types import SystemRef


def check_client(client: SystemRef, *, address: str = "", thumbprint: str = "", key: str = "") -> None:
    """Is the caller who it says it is? Denied by default.

    `address`: the IP address it comes from; `thumbprint`: SHA-256 (hex) of its TLS certificate; `key`: its bearer
    key. Networks, where the system has any, must hold the address; certificates or keys, where it has any, must be
    shown. A system that has none of the three is let in by nobody.
    Raises Refused `catalogue.unknown-client`, `catalogue.client-not-proven` (401).
    """
    known = index.current()
    facts = known.systems.get(client)
    if facts is None or not facts.active or not facts.own:
        raise causes.unknown_client(client)
    if facts.networks and not _within(address, facts.networks):
        raise _not_proven(
            tr(f"Địa chỉ {address} không thuộc mạng của {client}.", f"{address} is in no network of {client}.")
        )
    shown = thumbprint.lower() in facts.certificates or _owner(known, key) == client
    if not shown and (facts.certificates or facts.keys):
        raise _not_proven(
            tr(
                f"Cần khóa truy cập hoặc chứng thư TLS đã đăng ký của {client}.",
                f"A key or a registered TLS certificate of {client} is needed.",
            )
        )
    if not shown and not facts.networks:
        raise _not_proven(
            tr(
                f"{client} chưa đăng ký mạng, chứng thư hay khóa nào nên không ai vào được.",
                f"{client} has neither network nor certificate nor key: nobody is let in.",
            )
        )


def find_key_owner(key: str) -> tuple[SystemRef, bool] | None:
    """The system of ours that holds this key, and whether the key may manage the catalogue."""
    return index.current().keys.get(sha256(key.encode()).digest()) if key else None


def _owner(known: index.Index, key: str) -> SystemRef | None:
    found = known.keys.get(sha256(key.encode()).digest()) if key else None
    return found[0] if found else None


def _within(address: str, networks: tuple[index.Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)


def _not_proven(message: Bilingual) -> Refused:
    return Refused("catalogue.client-not-proven", message, field="client", status=401)
