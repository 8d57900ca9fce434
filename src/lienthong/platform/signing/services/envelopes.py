"""Signing an XML document in itself: a XAdES signature to be put inside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from lienthong.kernel import roles
from lienthong.platform.signing.ports import KeyStore
from lienthong.platform.signing.rules import xades_envelope
from lienthong.platform.signing.rules.xades import Entry
from lienthong.platform.signing.services import levels
from lienthong.platform.signing.types import KeyName


def sign_xml_envelope(
    digest: bytes,
    attachments: Sequence[tuple[str, bytes]] = (),
    *,
    at: datetime,
    key: KeyName = "node",
    element_id: str = "envelope",
    thumbprint: str = "",
    level: Literal["B-B", "B-T"] = "B-B",
) -> bytes:
    """A XAdES signature (`Signature` element) to be put into the element with this Id, at any place in it.

    `digest`: SHA-256 of the element's exclusive canonical form without the signature. `attachments`: address (`cid:…`)
    and SHA-256 of what goes with the document; their bytes are signed as they are. `thumbprint` as in `sign_message`.
    `level` B-T puts a time stamp on it: the network is asked, so never in a transaction; silence costs the level only.
    Raises Refused `signing.header` for an Id or an address that is not allowed or occurs twice, `signing.unknown-key`.
    """
    files = tuple(Entry(name, sha256) for name, sha256 in attachments)
    xades_envelope.check_names(element_id, files)
    held = roles.port(KeyStore).hold(key, thumbprint)
    properties = xades_envelope.signed_properties(len(files), thumbprint=held.chain.thumbprint, at=at)
    info = xades_envelope.signed_info(element_id, digest, files, properties)
    value = held.sign(info)
    token = levels.stamp(xades_envelope.value_digest(value)) if level == "B-T" else b""
    return xades_envelope.signature_xml(info, value, properties, held.chain, token=token)
