"""What every change of the catalogue does besides: readers look again, the other nodes are told."""

from hashlib import sha256

from django.db import transaction

from lienthong.kernel.access import Actor
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.platform.catalogue.models import CatalogueToken
from lienthong.platform.catalogue.queries import index, places
from lienthong.platform.catalogue.types import ServiceRef, SystemRef
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Letter


def touch() -> None:
    """The catalogue has changed, in the caller's transaction: whoever holds it in memory reads it anew."""
    CatalogueToken.objects.update_or_create(id=1, defaults={"token": new_id()})
    index.forget()
    transaction.on_commit(index.forget)


def tell(letter: Letter, *node_codes: str, about: str, actor: Actor | None = None) -> None:
    """Post a letter to these nodes, each once, and not to this one. Letters of one `about` arrive in their order."""
    for code in sorted(set(node_codes) - {node().agency_code}):
        exchange.post_letter(letter, recipient=code, actor=actor, about=about)


def tell_hub(letter: Letter, *, about: str, actor: Actor | None = None) -> None:
    tell(letter, places.hub_code(), about=about, actor=actor)


def about_system(system: SystemRef) -> str:
    """Letters about one system and its services come in order."""
    return f"catalogue:{system}"[:100]


def about_pair(client: SystemRef, service: ServiceRef) -> str:
    """Letters about all agreements of a client on a service come in order, so a new one never overtakes an old."""
    pair = f"{client} {service.system}/{service.code}"
    return f"agreement:{sha256(pair.encode()).hexdigest()[:40]}"
