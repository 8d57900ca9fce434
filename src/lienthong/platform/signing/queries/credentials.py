"""Asking about an officer's own signature (chữ ký số của cán bộ): where it is made, and whether it has a PIN."""

from datetime import timedelta

from lienthong.kernel import clock, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.signing.models import SigningCredential
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.queries.own_keys import own_key
from lienthong.platform.signing.types import CredentialFacts, KeyName

_MOST_MINUTES = 60


def get_credential(actor: Actor) -> CredentialFacts:
    """The acting officer's own. Without a choice the signature is made where the key is.

    Raises NotAllowed `signing.officers-only`.
    """
    key = own_key(actor)
    row = SigningCredential.objects.filter(key=key).first() or SigningCredential(key=key)
    is_held = _is_held(key)
    place = row.place or ("here" if is_held else "remote")
    locked = row.locked_until if row.locked_until and row.locked_until > clock.now() else None
    return CredentialFacts(key, "remote" if place == "remote" else "here", is_held, bool(row.pin), locked)


def pin_lasts() -> timedelta:
    """For how long one PIN does, by `[parameters.signing] pin_minutes`; nothing unless the profile says so."""
    minutes = float(node().parameters.get("signing", {}).get("pin_minutes", 0))
    return timedelta(minutes=min(max(minutes, 0.0), _MOST_MINUTES))


def _is_held(key: KeyName) -> bool:
    try:
        roles.port(KeyStore).chain(key)
    except Refused:
        return False
    return True
