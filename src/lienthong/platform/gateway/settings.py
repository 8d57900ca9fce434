"""What the profile says of the gateway: `[parameters.gateway]`. Read once for a profile."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network
from typing import Any

from lienthong.kernel.http import Address
from lienthong.kernel.profile import node

_NAT64 = ip_network("64:ff9b::/96")
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """The gateway of one node.

    `networks`: private networks where provider systems may stand; public addresses need no listing.
    `fault_codes`: the vocabulary of X-Road that client systems expect. `most_calls`: calls in flight on each side,
    `most_per_service` of one service. `keep_bytes`: bodies up to this size stand in the log.
    """

    instance: str
    networks: tuple[Network, ...]
    fault_codes: str
    max_body: int
    keep_bytes: int
    most_calls: int
    most_per_service: int
    proxies: int

    def permits(self, address: Address) -> bool:
        """May a call go to this address? Public ones yes; loopback, private and other inner ones only when listed."""
        plain = _plain(address)
        if any(plain.version == network.version and plain in network for network in self.networks):
            return True
        return plain.is_global and not plain.is_multicast


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, since it leads to the same place."""
    if address.version == 6:
        inner: Address | None = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address


def settings() -> Settings:
    """The settings of this node."""
    return _read(_Key(node().parameters))


class _Key:
    """Parameters as a key of the cache: the same table is the same key."""

    __slots__ = ("parameters",)

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parameters is other.parameters

    def __hash__(self) -> int:
        return id(self.parameters)


@lru_cache(maxsize=8)
def _read(key: _Key) -> Settings:
    table: dict[str, Any] = key.parameters.get("gateway", {})
    return Settings(
        instance=str(table.get("instance", "VN")),
        networks=tuple(ip_network(one, strict=False) for one in table.get("networks", ())),
        fault_codes="7.7" if str(table.get("fault_codes", "7.8")) == "7.7" else "7.8",
        max_body=int(table.get("max_body_mb", 2048)) * 2**20,
        keep_bytes=min(int(table.get("keep_kb", 64)) * 1024, 256 * 1024),
        most_calls=int(table.get("most_calls", 40)),
        most_per_service=int(table.get("most_per_service", 32)),
        proxies=int(key.parameters.get("proxies", int(node().base_url.startswith("https://")))),
    )
