"""What signing tells the rooms above."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class CertificateRenewed:
    """A new certificate came for a key of this node (chứng thư được cấp lại).

    `waiting`: the key in use is still the old one, until `services.activate_certificate(key)`; a node's own key waits
    for the directory to list its new certificate, so that no neighbour meets a signature it does not know.
    """

    NAME: ClassVar[str] = "signing.certificate-renewed"

    key: str
    kind: str
    thumbprint: str
    certificate_pem: str
    replaces: str
    waiting: bool

    def event_key(self) -> str:
        return self.key
