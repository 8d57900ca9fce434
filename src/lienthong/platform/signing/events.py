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


@dataclass(frozen=True, slots=True)
class DocumentAugmented:
    """A signed PDF reached the level wanted (chữ ký đã hoàn thiện): a longer file with the same beginning."""

    NAME: ClassVar[str] = "signing.document-augmented"

    sha256: str
    finished_sha256: str
    size: int
    level: str
    about: str

    def event_key(self) -> str:
        return self.sha256


@dataclass(frozen=True, slots=True)
class DocumentSignedRemotely:
    """A signature came back from a phone or card (đã ký từ xa): the signed PDF lies in the files under `sha256`."""

    NAME: ClassVar[str] = "signing.document-signed-remotely"

    request_id: str
    document_sha256: str
    sha256: str
    level: str
    about: str

    def event_key(self) -> str:
        return self.request_id


@dataclass(frozen=True, slots=True)
class RemoteBatchEnded:
    """Nothing more will come of a batch of remote signatures (kết thúc lô ký từ xa).

    `state`: `done` (every signed PDF lies in the files), `refused`, `expired` or `failed` (nothing was signed).
    """

    NAME: ClassVar[str] = "signing.remote-batch-ended"

    batch_id: str
    state: str
    about: str

    def event_key(self) -> str:
        return self.batch_id
