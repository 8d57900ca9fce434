"""Watchers: who may read a node's numbers without signing in (a Prometheus server, a collector, a load balancer)."""

import hmac
from collections.abc import Mapping

from lienthong.kernel.access import Actor
from lienthong.kernel.profile import node
from lienthong.platform.monitoring.rules import lies_in

_LOOPBACK = ("127.0.0.0/8", "::1/128")


def may_watch(actor: Actor | None, address: str, headers: Mapping[str, str]) -> bool:
    """An operator; a bearer of `MONITORING_TOKEN`; or an address within `[parameters.monitoring] networks` (loopback).

    An address that a proxy passed on is believed only where the profile says that proxies are ours (`proxies`):
    otherwise everybody outside would look like the proxy on this machine.
    """
    if actor is not None and actor.has("operator"):
        return True
    token = node().secret("MONITORING_TOKEN")
    given = headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    proxies = node().parameters.get("proxies", int(node().base_url.startswith("https://")))
    if "X-Forwarded-For" in headers and not proxies:
        return False
    return lies_in(address, node().parameters.get("monitoring", {}).get("networks", _LOOPBACK))
