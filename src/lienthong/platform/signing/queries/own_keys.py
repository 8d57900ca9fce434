"""Whose key the acting officer holds. Accounts are asked for late: a verifier without a node has none."""

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import tr
from lienthong.platform.signing.types import KeyName


def own_key(actor: Actor) -> KeyName:
    """The name of the acting officer's own key. Raises NotAllowed `signing.officers-only`."""
    if actor.kind != "officer" or actor.account_id is None:
        raise NotAllowed(
            "signing.officers-only",
            tr("Chỉ cán bộ, công chức có chữ ký số của cơ quan.", "Only officers sign for an agency."),
        )
    from lienthong.platform.identity import queries as identity_queries

    return f"officer:{identity_queries.get_account(actor.account_id).username}"
