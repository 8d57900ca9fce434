"""GovStack's spelling of the same protocol: paths without `/r1`, another name for the client, answers in camel case."""

from dataclasses import replace

from lienthong.platform.gateway import services
from lienthong.platform.gateway.adapters.doors import door
from lienthong.platform.gateway.types import Incoming, Outgoing


def take(incoming: Incoming) -> Outgoing:
    """`/{instance}/{class}/{member}/{application}/{service}[/path]`."""
    return services.call(replace(incoming, path=f"/r1{incoming.path}"))


call = door(take)
