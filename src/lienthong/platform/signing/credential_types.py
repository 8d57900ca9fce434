"""What signing tells of an officer's own signature; the door is `types`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from lienthong.platform.signing.certificate_types import KeyName

# On this node, or with the officer: on a phone or a card, or at a signing service.
KeyPlace: TypeAlias = Literal["here", "remote"]


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
