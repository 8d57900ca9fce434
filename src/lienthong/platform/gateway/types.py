"""What the gateway carries: identifiers, a call as it came in, its answer as it goes out. All frozen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol
from uuid import UUID

from lienthong.kernel.errors import Refused

Pairs = list[tuple[str, str]]
"""Headers in their order, names in lower case."""


@dataclass(frozen=True, slots=True)
class ClientId:
    """Client identifier (định danh hệ thống khai thác): `VN/GOV/H36/mot-cua`.

    `member` is the agency code of QĐ 20/2020, `written` the identifier as the client wrote it.
    """

    instance: str
    member_class: str
    member: str
    system: str
    written: str

    def __str__(self) -> str:
        return f"{self.instance}/{self.member_class}/{self.member}/{self.system}"


@dataclass(frozen=True, slots=True)
class ServiceId:
    """Service identifier (định danh dịch vụ dữ liệu): `VN/GOV/G01/dan-cu/tra-cuu.v1`."""

    instance: str
    member_class: str
    member: str
    system: str
    service: str
    written: str

    def __str__(self) -> str:
        return f"{self.instance}/{self.member_class}/{self.member}/{self.system}/{self.service}"


class Body(Protocol):
    """A body whose digests are known: in memory or on disk, read as often as needed."""

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> bytes: ...

    @property
    def sha512(self) -> bytes: ...

    @property
    def small(self) -> bytes | None:
        """The whole body when it is small enough to be in memory."""

    def blocks(self) -> Iterable[bytes]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks: the address it comes from, the key and the certificate (SHA-256, hex) it showed; "" for none."""

    address: str
    key: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request of a client system at its own node. `path` is percent-encoded, without the query."""

    method: str
    path: str
    query: str
    headers: Pairs
    body: BinaryIO
    length: int | None
    caller: Caller
    trace: str = ""

    def value(self, name: str) -> str:
        """The last value of a header, since the last one counts."""
        found = ""
        for known, value in self.headers:
            if known == name:
                found = value
        return found


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the client system gets. `refusal` is set when a node, not the service, made the answer."""

    status: int
    reason: str
    headers: Pairs
    body: Body | bytes = b""
    refusal: Refused | None = None
    message_id: UUID | None = None
    party: str = ""
    echoed: Pairs = field(default_factory=list)
