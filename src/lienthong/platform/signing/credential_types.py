"""What signing tells of an officer's own signature; the door is `types`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from lienthong.kernel.text import Bilingual
from lienthong.platform.signing.certificate_types import KeyName
from lienthong.platform.signing.pdf_types import Box

# On this node, or with the officer: on a phone or a card, or at a signing service.
KeyPlace: TypeAlias = Literal["here", "remote"]
# Not answered yet; signatures came and documents are being made; all made; refused by the signer; not answered in time;
# broken off because what came back did not fit.
RemoteState: TypeAlias = Literal["waiting", "signed", "done", "refused", "expired", "failed"]


@dataclass(frozen=True, slots=True)
class SigningProof:
    """The signer's own act (xác nhận ký): at this moment the officer of this key gave the right PIN."""

    key: KeyName
    at: datetime


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """An officer's signature as the officer uses it (chữ ký số của cán bộ).

    `place`: where it is made; `is_held`: this node holds a key of this name; `has_pin`: a PIN was set;
    `locked_until`: after too many wrong ones.
    """

    key: KeyName
    place: KeyPlace
    is_held: bool
    has_pin: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """A document among those whose hashes go out together; `about` is the asking room's own name of it."""

    pdf: bytes
    box: Box
    about: str
    title: str
    page: int = -1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemoteBatch:
    """Documents that a phone signs at one consent (ký từ xa nhiều văn bản), and what became of them.

    `results`: SHA-256 of each signed PDF in the files, by the order's `about`; `trouble`: why nothing came yet.
    """

    id: UUID
    state: RemoteState
    about: str
    count: int
    expires_at: datetime
    results: dict[str, str]
    trouble: Bilingual | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "signed")
